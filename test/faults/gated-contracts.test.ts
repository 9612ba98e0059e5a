/**
 * Goal: what passes through gates that are open behaves as what is behind them.
 * Method: the contracts of the ports, held against gated ones.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Cuts } from '../../src/faults/cuts.ts';
import { gatedRuntime } from '../../src/faults/gated-runtime.ts';
import { PortOwners } from '../../src/faults/port-owners.ts';
import { ProcessGate } from '../../src/faults/process-gate.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { simulatedWorld, storeContract } from '../metadata/store-contract.ts';
import { testFilesContract } from '../runtime/files-contract.ts';
import { testNetworkContract } from '../runtime/network-contract.ts';
import { GatedWorld } from './gated-world.ts';

function gatedNodeRuntime(): Runtime {
  const runtime = createNodeRuntime();
  const gate = new ProcessGate((callback) => runtime.timers.atTurnEnd(callback));
  const modules = { runtime, gate, cuts: new Cuts(), owners: new PortOwners() };
  return gatedRuntime({ nodeId: 1 }, modules);
}

testNetworkContract('gated, node', () => ({
  network: gatedNodeRuntime().network,
  settle: (promise) => promise,
  async until(condition) {
    while (!condition()) await setImmediate();
  },
  manyPieces: 40,
  // Only for what must not happen: a test that needs something to happen uses `until`.
  rest: () => setTimeout(30),
}));

testNetworkContract('gated, simulated', () => {
  const world = new GatedWorld(1);
  return {
    network: world.process(1).runtime.network,
    settle: (promise) => world.complete(promise),
    until: (condition) => world.until(condition),
    manyPieces: 3,
    rest: () => world.runFor(100),
  };
});

testFilesContract('gated, node', () => {
  const root = mkdtempSync(join(tmpdir(), 'odradek-files-'));
  return {
    files: gatedNodeRuntime().files,
    root,
    settle: (promise) => promise,
    cleanUp: () => rmSync(root, { recursive: true, force: true }),
  };
});

testFilesContract('gated, simulated', () => {
  const world = new GatedWorld(1);
  return {
    files: world.process(1).runtime.files,
    root: '/data',
    settle: (promise) => world.complete(promise),
    cleanUp() {},
  };
});

storeContract('gated store', async () => {
  const world = new GatedWorld(1);
  return simulatedWorld(world.simulation, world.process(1).store);
});
