import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImageFollower } from '../../src/metadata/image-follower.ts';
import { imageKeys } from '../../src/metadata/image-keys.ts';
import type { ImageDelta } from '../../src/metadata/image.ts';
import type { Change } from '../../src/metadata/store.ts';
import {
  SimulatedStore,
  quickSimulatedStore,
} from '../../src/metadata/simulated/simulated-store.ts';
import type { SimulatedStoreOptions } from '../../src/metadata/simulated/simulated-store.ts';
import { createSimulation } from '../../src/runtime/simulated/simulation.ts';
import { must } from '../../src/util/assert.ts';
import { brokerKeys } from './broker-keys.ts';
import { finish } from './store-contract.ts';
import { seeds } from '../config/property.ts';

function brokerKey(nodeId: number, epoch: number): Change {
  const [registration] = brokerKeys(nodeId, { epoch });
  return must(registration);
}

async function follow(options: Partial<SimulatedStoreOptions> = {}, seed = '1') {
  const simulation = createSimulation({ seed });
  const servers = new SimulatedStore(
    { ...quickSimulatedStore, ...options },
    simulation.runtime('store'),
  );
  const deltas: ImageDelta[] = [];
  const failures: unknown[] = [];
  const { timers } = simulation.runtime('a');
  const follower = await finish(
    simulation,
    ImageFollower.start(
      { onDelta: (delta) => deltas.push(delta), onFailure: (error) => failures.push(error) },
      { store: servers.client('a'), timers },
    ),
  );
  return { simulation, servers, writer: servers.client('writer'), deltas, failures, follower };
}

test('the image follows the commits, and who waits for a revision is told', async () => {
  const { simulation, writer, follower, deltas } = await follow();
  const waiting = follower.reached(2);
  await finish(simulation, writer.commit([], [brokerKey(1, 1)]));
  await finish(simulation, writer.commit([], [brokerKey(2, 1)]));
  await finish(simulation, waiting);
  assert.deepEqual([...follower.image.brokers.keys()], [1, 2]);
  assert.equal(deltas.length, 2);
  await finish(simulation, follower.reached(1));
  follower.close();
});

test('after its history was compacted the image is read anew, and tells what changed', async () => {
  const { simulation, servers, writer, follower, deltas } = await follow();
  await finish(simulation, writer.commit([], [brokerKey(1, 1), brokerKey(2, 1)]));
  await simulation.runFor(10);
  servers.setReachable('a', false);
  await finish(
    simulation,
    writer.commit([], [{ key: imageKeys.broker(1), value: null }, brokerKey(3, 1)]),
  );
  servers.compact();
  servers.setReachable('a', true);
  await finish(simulation, follower.reached(2));
  assert.deepEqual([...follower.image.brokers.keys()], [2, 3]);
  assert.deepEqual(deltas.at(-1)?.brokersChanged, new Set([1, 3]));
  await finish(simulation, writer.commit([], [brokerKey(4, 1)]));
  await finish(simulation, follower.reached(3));
  follower.close();
});

test('a store that does not answer the reading anew is asked again', async () => {
  const { simulation, servers, writer, follower } = await follow({ timeoutMs: 100 });
  servers.setReachable('a', false);
  await finish(simulation, writer.commit([], [brokerKey(1, 1)]));
  servers.compact();
  servers.setReachable('a', true);
  // It learns of the compaction, and is cut off before it can read.
  await simulation.runFor(0);
  servers.setReachable('a', false);
  await simulation.runFor(1000);
  servers.setReachable('a', true);
  await finish(simulation, follower.reached(1));
  follower.close();
});

test('a value that cannot be read is told once, and ends it', async () => {
  const { simulation, writer, follower, failures, deltas } = await follow();
  const waiting = follower.reached(5);
  const value = new TextEncoder().encode('{"v":99}');
  await finish(simulation, writer.commit([], [{ key: imageKeys.cluster, value }]));
  await finish(simulation, writer.commit([], [brokerKey(1, 1)]));
  await simulation.runFor(100);
  await finish(simulation, waiting);
  assert.deepEqual([failures.length, deltas.length], [1, 0]);
  assert.equal((failures[0] as { code: string }).code, 'NEWER_FORMAT');
});

for (const seed of seeds) {
  test(`through outages, late watches and compactions the image ends as the store is (ODRADEK_SEED=${seed})`, async () => {
    const options = { delayMsMax: 20, watchDelayMsMax: 50, timeoutMs: 200, unknownPercent: 20 };
    const { simulation, servers, writer, follower, failures } = await follow(options, String(seed));
    const { random } = simulation;
    for (let step = 0; step < 200; step++) {
      const nodeId = random.below(20);
      const removed = random.below(3) === 0;
      const change = removed
        ? { key: imageKeys.broker(nodeId), value: null }
        : brokerKey(nodeId, step);
      await finish(simulation, writer.commit([], [change]));
      if (random.below(10) === 0) servers.compact();
      if (random.below(10) === 0) servers.setReachable('a', random.below(2) === 0);
    }
    servers.setReachable('a', true);
    await simulation.runFor(60_000);
    const { entries } = servers.readNow('odradek/broker/');
    const expected = entries.map(({ key, revision }) => [Number(key.split('/')[2]), revision]);
    const found = [...follower.image.brokers.values()].map(({ nodeId, revision }) => [
      nodeId,
      revision,
    ]);
    const byId = (a: number[], b: number[]): number => (a[0] as number) - (b[0] as number);
    assert.deepEqual(found.toSorted(byId), expected.toSorted(byId));
    assert.deepEqual(failures, []);
    follower.close();
  });
}
