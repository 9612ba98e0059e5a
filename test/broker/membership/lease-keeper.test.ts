import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaseKeeper } from '../../../src/broker/membership/lease-keeper.ts';
import {
  SimulatedStore,
  quickSimulatedStore,
} from '../../../src/metadata/simulated/simulated-store.ts';
import type { SimulatedStoreOptions } from '../../../src/metadata/simulated/simulated-store.ts';
import { createSimulation } from '../../../src/runtime/simulated/simulation.ts';
import { seeds } from '../../config/property.ts';
import { finish } from '../../metadata/store-contract.ts';
import { silentLogger } from '../../../src/util/logger.ts';

const ttlMs = 9000;

function keep(options: Partial<SimulatedStoreOptions> = {}, seed: number | string = 1) {
  const simulation = createSimulation({ seed });
  const servers = new SimulatedStore(
    { ...quickSimulatedStore, ...options },
    simulation.runtime('store'),
  );
  const runtime = simulation.runtime('a');
  const told: string[] = [];
  const keeper = new LeaseKeeper(
    { ttlMs },
    { store: servers.client('a'), ...runtime, logger: silentLogger },
    { onLapsed: () => told.push('lapsed'), onLost: () => told.push('lost') },
  );
  const isHeld = (): boolean => keeper.isHeld(runtime.clock.monotonicMs());
  return { simulation, servers, runtime, keeper, told, isHeld };
}

test('a lease is held from when it is taken, and as long as the store answers', async () => {
  const { simulation, keeper, told, isHeld } = keep();
  assert.equal(isHeld(), false);
  await finish(simulation, keeper.take());
  for (let i = 0; i < 60; i++) {
    assert.equal(isHeld(), true);
    await simulation.runFor(1000);
  }
  assert.deepEqual(told, []);
  keeper.close();
  assert.equal(isHeld(), false);
});

test('a store that stalls for 5 s takes no lease away, and one for 9 s lets it lapse in time', async () => {
  const { simulation, servers, keeper, told, isHeld } = keep({ timeoutMs: 500 });
  await finish(simulation, keeper.take());
  servers.setReachable('a', false);
  await simulation.runFor(5000);
  servers.setReachable('a', true);
  assert.equal(isHeld(), true);
  await simulation.runFor(9000);
  assert.deepEqual([isHeld(), told], [true, []]);
  // Renewals go out every 2.25 s: the last that was answered is at most that old.
  servers.setReachable('a', false);
  await simulation.runFor(9000 - 2500);
  assert.equal(isHeld(), true);
  await simulation.runFor(2500);
  assert.deepEqual([isHeld(), told], [false, ['lapsed']]);
});

test('a lease that the store kept through its outage is held again, without another', async () => {
  const { simulation, servers, keeper, told, isHeld } = keep({ timeoutMs: 500 });
  await finish(simulation, keeper.take());
  const { leaseId } = keeper;
  servers.setReachable('a', false);
  for (let i = 0; i < 3; i++) {
    await simulation.runFor(5000);
    servers.electLeader();
  }
  assert.deepEqual([isHeld(), told], [false, ['lapsed']]);
  servers.setReachable('a', true);
  await simulation.runFor(1500);
  assert.deepEqual([isHeld(), told, keeper.leaseId], [true, ['lapsed'], leaseId]);
});

test('a lease that is revoked is lost at the next renewal, and another can be taken', async () => {
  const { simulation, servers, keeper, told, isHeld } = keep();
  await finish(simulation, keeper.take());
  await finish(simulation, servers.client('b').revoke(keeper.leaseId));
  await simulation.runFor(3100);
  assert.deepEqual([isHeld(), told, keeper.leaseId], [false, ['lapsed', 'lost'], '']);
  await finish(simulation, keeper.take());
  await simulation.runFor(20_000);
  assert.deepEqual([isHeld(), told.length], [true, 2]);
});

test('a lease without end is held without a renewal, and without a timer', async () => {
  const simulation = createSimulation({ seed: 1 });
  const servers = new SimulatedStore(quickSimulatedStore, simulation.runtime('store'));
  const runtime = simulation.runtime('a');
  const keeper = new LeaseKeeper(
    { ttlMs: Infinity },
    { store: servers.client('a'), ...runtime, logger: silentLogger },
    { onLapsed: assert.fail, onLost: assert.fail },
  );
  await finish(simulation, keeper.take());
  assert.equal(await simulation.step(), false, 'nothing waits to happen');
  assert.ok(keeper.isHeld(1e15));
});

for (const seed of seeds) {
  test(`a lease is never held that the store has ended (ODRADEK_SEED=${seed})`, async () => {
    const faults = { delayMsMax: 400, timeoutMs: 600 };
    const { simulation, servers, keeper, isHeld } = keep(faults, seed);
    const { random } = simulation;
    const watcher = servers.client('b');
    let taking = false;
    let heldTimes = 0;
    for (let i = 0; i < 3000; i++) {
      if (keeper.leaseId === '' && !taking) {
        taking = true;
        keeper.take().then(
          () => (taking = false),
          () => (taking = false),
        );
      }
      if (random.below(40) === 0) servers.setReachable('a', random.below(3) === 0);
      if (random.below(100) === 0) servers.electLeader();
      await simulation.runFor(random.below(400));
      if (!isHeld()) continue;
      heldTimes++;
      assert.ok(servers.hasLease(keeper.leaseId), `after ${simulation.elapsedMs} ms`);
    }
    assert.ok(heldTimes > 300 && heldTimes < 2900, `held ${heldTimes} times of 3000`);
    await watcher.close();
  });
}
