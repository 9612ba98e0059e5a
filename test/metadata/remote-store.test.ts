/**
 * Goal: a store in another thread is a store.
 * Method: the contract, over a line in the simulation whose messages take time, and over one of Node's between two
 * threads' ends in this one.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openEmbeddedStore } from '../../src/metadata/embedded/embedded-store.ts';
import { RemoteStore } from '../../src/metadata/remote/remote-store.ts';
import { serveStore } from '../../src/metadata/remote/serve-store.ts';
import {
  quickSimulatedStore,
  SimulatedStore,
} from '../../src/metadata/simulated/simulated-store.ts';
import type { MessageHandler, MessagePort } from '../../src/runtime/message-port.ts';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import { createMessageChannel, nodeMessagePort } from '../../src/runtime/node/node-message-port.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { put, Recorder, simulatedWorld, storeContract } from './store-contract.ts';

/** The two ends of a line whose messages take up to 5 ms. */
function simulatedLine<A, B>(simulation: Simulation): [MessagePort<A, B>, MessagePort<B, A>] {
  let isClosed = false;
  const { timers } = simulation.runtime('line');
  const end = <Sent, Received>(
    own: { handler?: MessageHandler<Received> },
    other: { handler?: MessageHandler<Sent>; lastMs: number },
  ): MessagePort<Sent, Received> => {
    const later = (event: () => void): void => {
      const nowMs = simulation.elapsedMs;
      other.lastMs = Math.max(other.lastMs, nowMs + simulation.random.between(0, 5));
      timers.setTimer(other.lastMs - nowMs, event);
    };
    return {
      start(handler) {
        own.handler = handler;
      },
      post(message) {
        const copy = structuredClone(message);
        if (!isClosed) later(() => other.handler?.onMessage(copy));
      },
      close() {
        if (!isClosed) later(() => other.handler?.onClose());
        isClosed = true;
        delete own.handler;
      },
    };
  };
  const one: { handler?: MessageHandler<B>; lastMs: number } = { lastMs: 0 };
  const two: { handler?: MessageHandler<A>; lastMs: number } = { lastMs: 0 };
  return [end<A, B>(one, two), end<B, A>(two, one)];
}

function simulated(seed: number) {
  const simulation = createSimulation({ seed });
  const served = new SimulatedStore(quickSimulatedStore, simulation.runtime('store')).client('a');
  const [near, far] = simulatedLine(simulation) as [
    ConstructorParameters<typeof RemoteStore>[0],
    Parameters<typeof serveStore>[1],
  ];
  serveStore(served, far);
  return { simulation, served, store: new RemoteStore(near), far };
}

for (const seed of [1, 2, 3]) {
  storeContract(`remote store, seed ${seed}`, async () => {
    const { simulation, store } = simulated(seed);
    return simulatedWorld(simulation, store);
  });
}

storeContract('remote store over a port of Node', async () => {
  const { timers, clock } = createNodeRuntime();
  const files = createMemoryFiles({ budgetBytes: 1e8, clock });
  files.makeDirectory('/data');
  const served = await openEmbeddedStore(
    { directory: '/data', temporary: true, journalBytesMax: 1e6, historyCommitsMax: 100 },
    { files, timers, logger: silentLogger },
  );
  const { here, there } = createMessageChannel();
  serveStore(served, nodeMessagePort(here, { unref: true }));
  const store = new RemoteStore(nodeMessagePort(there, { unref: false }));
  return {
    store,
    finish: (promise) => promise,
    until: async (isSo) => {
      while (!(await isSo())) await setTimeout(2);
    },
    pass: async () => false,
  };
});

test('what is asked of a store whose thread ends is not answered, and said so', async () => {
  const { simulation, store, served, far } = simulated(1);
  const seen = new Recorder();
  store.watch('', 1, seen);
  const asked = [store.commit([], [put('a', '1')]), store.read('')];
  far.close();
  const [commit, reading] = await simulation.complete(Promise.allSettled(asked));
  assert.deepEqual(commit, { status: 'fulfilled', value: { outcome: 'unknown' } });
  assert.equal(reading?.status, 'rejected');
  await assert.rejects(store.read(''), { code: 'BROKER_STOPPED' });
  await simulation.complete(served.commit([], [put('b', '1')]));
  await simulation.runFor(100);
  assert.deepEqual(seen.seen, []);
});

test('the watches of a thread that ends are closed, its leases live on', async () => {
  const { simulation, store, served } = simulated(1);
  const seen = new Recorder();
  store.watch('', 1, seen);
  const lease = await simulation.complete(store.lease(1000));
  await simulation.complete(store.commit([], [put('live', '1', lease.id)]));
  await store.close();
  await simulation.runFor(500);
  assert.equal((await simulation.complete(served.read(''))).entries.length, 1);
  await simulation.runFor(1000);
  assert.equal((await simulation.complete(served.read(''))).entries.length, 0);
});
