import { setImmediate, setTimeout } from 'node:timers/promises';
import { createNodeNetwork } from '../../src/runtime/node/node-network.ts';
import { createSimulation } from '../../src/runtime/simulated/simulation.ts';
import { testNetworkContract } from './network-contract.ts';

testNetworkContract('node', () => ({
  network: createNodeNetwork({ unref: false }),
  settle: (promise) => promise,
  async until(condition) {
    while (!condition()) await setImmediate();
  },
  manyPieces: 40,
  // Only for what must not happen: a test that needs something to happen uses `until`.
  rest: () => setTimeout(30),
}));

for (const seed of [1, 2, 3]) {
  testNetworkContract(`simulated, seed ${seed}`, () => {
    const simulation = createSimulation({ seed });
    return {
      network: simulation.runtime('a').network,
      settle: (promise) => simulation.complete(promise),
      until: (condition) => simulation.run(condition),
      manyPieces: 3,
      rest: () => simulation.runFor(100),
    };
  });
}
