import { ByteBudget } from './file-tree/chunked-bytes.ts';
import { FileTree } from './file-tree/file-tree.ts';
import { createTreeFiles, type TreeDisk } from './file-tree/tree-files.ts';
import type { Clock, Files } from './runtime.ts';

/** Options of `createMemoryFiles`. */
export interface MemoryFilesOptions {
  /** What all files together may hold; a write beyond fails with `DISK_FULL`. */
  readonly budgetBytes: number;
  readonly clock: Clock;
}

/** A file system of its own in the memory of this process, with POSIX paths. It goes with the last reference. */
export function createMemoryFiles({ budgetBytes, clock }: MemoryFilesOptions): Files {
  const budget = new ByteBudget(budgetBytes);
  return createTreeFiles({
    tree: new FileTree({ budget, nowMs: () => clock.nowMs() }),
    budget,
    disk: memory,
    locks: new Map(),
    owner: 'another broker on the same memory',
    bootId: 'memory',
  });
}

/** Nothing fails, takes time or is lost on its own. */
const memory: TreeDisk = {
  before() {},
  tornBytes: () => 0,
  later: async (_operation, _path, call) => call(),
  beginSync: () => ({ complete() {}, fail() {} }),
  syncDirectory() {},
};
