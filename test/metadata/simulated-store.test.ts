import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  SimulatedStore,
  quickSimulatedStore,
} from '../../src/metadata/simulated/simulated-store.ts';
import type { SimulatedStoreOptions } from '../../src/metadata/simulated/simulated-store.ts';
import { createSimulation } from '../../src/runtime/simulated/simulation.ts';
import {
  Recorder,
  committedAt,
  finish,
  put,
  shown,
  simulatedWorld,
  storeContract,
} from './store-contract.ts';

function createWorld(options: Partial<SimulatedStoreOptions> = {}, seed = '1') {
  const simulation = createSimulation({ seed });
  const servers = new SimulatedStore(
    { ...quickSimulatedStore, ...options },
    simulation.runtime('store'),
  );
  return { simulation, servers, store: servers.client('a') };
}

function contractWorld(options: Partial<SimulatedStoreOptions> = {}) {
  const { simulation, store } = createWorld(options);
  return Promise.resolve(simulatedWorld(simulation, store));
}

storeContract('simulated store', contractWorld);
storeContract('simulated store that others use too', () => contractWorld({ gapPercent: 50 }));
storeContract('slow simulated store', () =>
  contractWorld({ delayMsMax: 40, watchDelayMsMax: 200 }),
);

test('of commits with unknown outcomes some happened, some did not, and some happen later', async () => {
  const { simulation, store } = createWorld({ unknownPercent: 100, timeoutMs: 100 });
  const results = [];
  for (let i = 0; i < 60; i++) {
    results.push(
      await finish(simulation, store.commit([], [put(`k${String(i).padStart(2, '0')}`, 'x')])),
    );
  }
  assert.ok(results.every(({ outcome }) => outcome === 'unknown'));
  const soon = (await finish(simulation, store.read(''))).entries.length;
  await simulation.runFor(1000);
  const later = (await finish(simulation, store.read(''))).entries.length;
  assert.ok(soon > 10 && later > soon && later < 50, `${soon} at once, ${later} in the end`);
});

test('a client that is cut off gets no answer, and knows nothing of its commits', async () => {
  const { simulation, servers, store } = createWorld({ timeoutMs: 100 });
  servers.setReachable('a', false);
  await assert.rejects(finish(simulation, store.read('')), { code: 'TIMED_OUT' });
  assert.deepEqual(await finish(simulation, store.commit([], [put('a', '1')])), {
    outcome: 'unknown',
  });
  servers.setReachable('a', true);
  assert.deepEqual(await finish(simulation, shown(store)), []);
});

test('a watch of a client that was cut off catches up afterwards', async () => {
  const { simulation, servers, store } = createWorld();
  const recorder = new Recorder();
  store.watch('', 1, recorder);
  servers.setReachable('a', false);
  const other = servers.client('b');
  committedAt(await finish(simulation, other.commit([], [put('a', '1')])));
  await simulation.runFor(1000);
  assert.deepEqual(recorder.seen, []);
  servers.setReachable('a', true);
  await simulation.runFor(1000);
  assert.deepEqual(recorder.seen, ['1: a=1']);
});

test('a watch that is behind when history is compacted is told so, and ends', async () => {
  const { simulation, servers, store } = createWorld();
  const recorder = new Recorder();
  store.watch('', 1, recorder);
  servers.setReachable('a', false);
  const other = servers.client('b');
  await finish(simulation, other.commit([], [put('a', '1')]));
  servers.compact();
  servers.setReachable('a', true);
  await finish(simulation, other.commit([], [put('a', '2')]));
  await simulation.runFor(1000);
  assert.deepEqual([recorder.seen, recorder.compacted], [[], true]);
});

test('an election of the store prolongs every lease', async () => {
  const { simulation, servers, store } = createWorld();
  const lease = await finish(simulation, store.lease(1000));
  await finish(simulation, store.commit([], [put('a', '1', lease.id)]));
  await simulation.runFor(900);
  servers.electLeader();
  await simulation.runFor(900);
  assert.equal((await finish(simulation, store.read(''))).entries.length, 1);
  await simulation.runFor(200);
  assert.equal((await finish(simulation, store.read(''))).entries.length, 0);
});
