import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import { nodeClock } from '../../src/runtime/node/node-clock.ts';
import { nodeFiles } from '../../src/runtime/node/node-files.ts';
import { createSimulation } from '../../src/runtime/simulated/simulation.ts';
import { testFilesContract } from './files-contract.ts';

testFilesContract('node', () => {
  const root = mkdtempSync(join(tmpdir(), 'odradek-files-'));
  return {
    files: nodeFiles,
    root,
    settle: (promise) => promise,
    cleanUp: () => rmSync(root, { recursive: true, force: true }),
  };
});

testFilesContract('memory', () => {
  const files = createMemoryFiles({ budgetBytes: 16 * 1024 * 1024, clock: nodeClock });
  files.makeDirectory('/data');
  return { files, root: '/data', settle: (promise) => promise, cleanUp() {} };
});

testFilesContract('simulated', () => {
  const simulation = createSimulation({ seed: 1 });
  return {
    files: simulation.runtime('a').files,
    root: '/data',
    settle: (promise) => simulation.complete(promise),
    cleanUp() {},
  };
});
