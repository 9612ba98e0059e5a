import { ByteBudget } from './file-tree/chunked-bytes.ts';
import { FileTree, tooManyOpenFiles } from './file-tree/file-tree.ts';
import { createTreeFiles, type TreeDisk } from './file-tree/tree-files.ts';
import type { Clock, Files } from './runtime.ts';

/** Options of `createMemoryFiles`. */
export interface MemoryFilesOptions {
  /** What all files together may hold; a write beyond fails with `DISK_FULL`. */
  readonly budgetBytes: number;
  readonly clock: Clock;
  /** How many files may be open at a time; one more fails with `TOO_MANY_OPEN_FILES`. No bound unless given. */
  readonly openFilesMax?: number;
}

/** A file system of its own in the memory of this process, with POSIX paths. It goes with the last reference. */
export function createMemoryFiles({
  budgetBytes,
  clock,
  openFilesMax = Number.POSITIVE_INFINITY,
}: MemoryFilesOptions): Files {
  const budget = new ByteBudget(budgetBytes);
  const tree = new FileTree({ budget, nowMs: () => clock.nowMs() });
  return createTreeFiles({
    tree,
    budget,
    disk: {
      ...memory,
      before(operation, path) {
        const isOpening = operation === 'open' || operation === 'sync directory';
        if (isOpening && tree.handleCount >= openFilesMax) throw tooManyOpenFiles(path, operation);
      },
    },
    locks: new Map(),
    owner: 'another broker on the same memory',
    bootId: 'memory',
  });
}

/** Nothing takes time or is lost. */
const memory: Omit<TreeDisk, 'before'> = {
  tornBytes: () => 0,
  later: async (_operation, _path, call) => call(),
  beginSync: () => ({ complete() {}, fail() {} }),
  syncDirectory() {},
};
