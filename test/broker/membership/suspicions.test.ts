/*
 * Goal: a process that is dead is found by its connections, and only such a one.
 * Method: watchers on simulated hosts over one store, and listeners in the place of brokers, whose processes end,
 * whose hosts are cut off, or who take connections and close them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suspicions } from '../../../src/broker/membership/suspicions.ts';
import { ImageFollower } from '../../../src/metadata/image-follower.ts';
import { encodeValue, imageKeys } from '../../../src/metadata/image-keys.ts';
import type { MetadataStore } from '../../../src/metadata/store.ts';
import {
  SimulatedStore,
  quickSimulatedStore,
  type SimulatedStoreOptions,
} from '../../../src/metadata/simulated/simulated-store.ts';
import { createSimulation } from '../../../src/runtime/simulated/simulation.ts';
import { must } from '../../../src/util/assert.ts';
import { silentLogger } from '../../../src/util/logger.ts';
import { brokerKeys } from '../../metadata/broker-keys.ts';
import { finish } from '../../metadata/store-contract.ts';

const sessionTimeoutMs = 9000;

interface Told {
  readonly by: number;
  readonly leaseId: string;
  readonly atMs: number;
}

function listenersOf(id: number) {
  return [{ name: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: `broker${id}`, port: 9092 }];
}

/** Brokers 1 to `count`, of which each watches over the others; the first is the controller. */
async function watchers(count: number, storeOptions: Partial<SimulatedStoreOptions> = {}) {
  const simulation = createSimulation({ seed: 1 });
  const options = { ...quickSimulatedStore, ...storeOptions };
  const servers = new SimulatedStore(options, simulation.runtime('store'));
  const own = servers.client('test');
  const revoked: Told[] = [];
  const suspicions: string[] = [];
  const leases = new Map<number, string>();
  const watcherOf = new Map<number, Suspicions>();
  let looks = 0;
  for (let id = 1; id <= count; id++) {
    const { id: leaseId } = await finish(simulation, own.lease(60_000));
    leases.set(id, leaseId);
    const [registration, live] = brokerKeys(id, { listeners: listenersOf(id), leaseId });
    await finish(simulation, own.commit([], [must(registration), { ...must(live), leaseId }]));
  }
  const controller = encodeValue({ nodeId: 1, epoch: 1 });
  const leaseId = must(leases.get(1));
  await finish(
    simulation,
    own.commit([], [{ key: imageKeys.controller, value: controller, leaseId }]),
  );
  for (let id = 1; id <= count; id++) {
    const runtime = simulation.runtime(`broker${id}`);
    const store: MetadataStore = servers.client(`broker${id}`);
    await finish(
      simulation,
      runtime.network.listen({ host: '', port: 9092 }, (connection) => {
        connection.start({ onData: () => {}, onDrain: () => {}, onClose: () => {} });
      }),
    );
    const watching: Suspicions[] = [];
    const follower = await finish(
      simulation,
      ImageFollower.start(
        {
          onDelta: (delta, image) => {
            for (const at of delta.suspicionsChanged) {
              if (image.suspicions.has(at)) suspicions.push(`${id} sees ${at}`);
            }
            for (const one of watching) one.imageChanged(delta);
          },
          onFailure: assert.fail,
        },
        { store, timers: runtime.timers },
      ),
    );
    const watcher = new Suspicions({
      runtime,
      logger: silentLogger,
      image: () => {
        looks++;
        return follower.image;
      },
      commit: (compares, changes) => store.commit(compares, changes),
      revoke: async (ended) => {
        revoked.push({ by: id, leaseId: ended, atMs: simulation.elapsedMs });
        await store.revoke(ended);
      },
      self: () => ({ nodeId: id, epoch: 1 }),
      interBrokerListenerName: () => 'PLAINTEXT',
      sessionTimeoutMs: () => sessionTimeoutMs,
    });
    watching.push(watcher);
    watcherOf.set(id, watcher);
    watcher.start();
  }
  await simulation.runFor(2000);
  assert.deepEqual([revoked, suspicions], [[], []]);
  return { simulation, own, revoked, suspicions, leases, watcherOf, looks: () => looks };
}

test('the controller ends the lease of a broker whose process has ended, once, at once', async () => {
  const { simulation, own, revoked, leases } = await watchers(3);
  const fromMs = simulation.elapsedMs;
  simulation.crash('broker3');
  await simulation.runFor(30_000);
  assert.equal(revoked.length, 1);
  const [{ by, leaseId, atMs }] = revoked as [Told];
  assert.deepEqual([by, leaseId], [1, leases.get(3)]);
  assert.ok(atMs - fromMs < 100, `after ${atMs - fromMs} ms`);
  const { entries } = await finish(simulation, own.read('odradek/suspicion/'));
  assert.deepEqual(entries, [], 'nothing is left of what was said');
});

test('a controller that stops in the midst of judging leaves the suspicion to the next', async () => {
  const { simulation, own, suspicions, watcherOf, looks } = await watchers(2, {
    watchDelayMsMax: 50,
  });
  const value = encodeValue({ epoch: 1, by: 2 });
  const change = { key: imageKeys.suspicion(9), value };
  await finish(simulation, own.commit([], [change]));
  await simulation.run(() => suspicions.includes('1 sees 9'));
  for (const watcher of watcherOf.values()) watcher.close();
  const before = looks();
  await simulation.runFor(1000);
  assert.ok(looks() - before < 3, 'nobody judges any more');
});

/** The process of broker 3 starts again, in its second epoch; answers its lease. */
async function returned({ simulation, own }: Awaited<ReturnType<typeof watchers>>) {
  const { network } = simulation.restart('broker3');
  await finish(
    simulation,
    network.listen({ host: '', port: 9092 }, (connection) => {
      connection.start({ onData: () => {}, onDrain: () => {}, onClose: () => {} });
    }),
  );
  const { id: leaseId } = await finish(simulation, own.lease(60_000));
  const [registration, live] = brokerKeys(3, { epoch: 2, listeners: listenersOf(3), leaseId });
  await finish(simulation, own.commit([], [must(registration), { ...must(live), leaseId }]));
  await simulation.runFor(1000);
  return leaseId;
}

test('nobody ends the lease of the same broker again within the time of a lease', async () => {
  const world = await watchers(3);
  const { simulation, revoked } = world;
  const firstMs = simulation.elapsedMs;
  simulation.crash('broker3');
  await simulation.runFor(1000);
  assert.equal(revoked.length, 1);
  const leaseId = await returned(world);
  simulation.crash('broker3');
  await simulation.runFor(30_000);
  assert.equal(revoked.length, 2);
  assert.equal(revoked[1]?.leaseId, leaseId);
  assert.ok(must(revoked[1]).atMs - firstMs >= sessionTimeoutMs);
});

test('the end of a broker that has said that it stops does not count as one of those', async () => {
  const world = await watchers(3);
  const { simulation, own, revoked, leases } = world;
  const leaseBefore = must(leases.get(3));
  const [stopping] = brokerKeys(3, {
    listeners: listenersOf(3),
    leaseId: leaseBefore,
    stopping: true,
  });
  await finish(simulation, own.commit([], [must(stopping)]));
  // It takes no connections any more before its lease is given up.
  simulation.crash('broker3');
  await simulation.runFor(1000);
  const leaseId = await returned(world);
  const killedMs = simulation.elapsedMs;
  simulation.crash('broker3');
  await simulation.runFor(30_000);
  const last = must(revoked.at(-1));
  assert.equal(last.leaseId, leaseId);
  assert.ok(last.atMs - killedMs < 100, `after ${last.atMs - killedMs} ms`);
});

test('who is refused by the controller ends its lease', async () => {
  const { simulation, own, revoked, leases } = await watchers(3);
  simulation.crash('broker1');
  await simulation.runFor(30_000);
  assert.ok(revoked.length > 0 && revoked.every(({ leaseId }) => leaseId === leases.get(1)));
  const { entries } = await finish(simulation, own.read(imageKeys.controller));
  assert.deepEqual(entries, []);
});

test('a broker that one cannot reach, and another can, keeps its lease', async () => {
  const { simulation, revoked, suspicions } = await watchers(3);
  simulation.cut('broker2', 'broker3');
  await simulation.runFor(60_000);
  assert.deepEqual([revoked, suspicions], [[], []]);
});

test('a broker that the controller reaches keeps its lease, whatever others say of it', async () => {
  const { simulation, own, revoked } = await watchers(3);
  const key = imageKeys.suspicion(3);
  const said = { key, value: encodeValue({ epoch: 1, by: 2 }) };
  await finish(simulation, own.commit([], [said]));
  await simulation.runFor(5000);
  assert.deepEqual(revoked, []);
  assert.deepEqual((await finish(simulation, own.read(key))).entries, []);
  // Of an epoch that is gone.
  await finish(simulation, own.commit([], [{ key, value: encodeValue({ epoch: 0, by: 2 }) }]));
  await simulation.runFor(5000);
  assert.deepEqual((await finish(simulation, own.read(key))).entries, []);
});

test('what was said while there was no controller is looked at by the next', async () => {
  const { simulation, own, revoked, leases } = await watchers(3);
  simulation.crash('broker3');
  simulation.crash('broker1');
  await simulation.runFor(1000);
  assert.deepEqual(
    new Set(revoked.map(({ leaseId }) => leaseId)),
    new Set([leases.get(1), leases.get(3)]),
  );
  await finish(simulation, own.close());
});
