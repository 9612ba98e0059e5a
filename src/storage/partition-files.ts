import type { Files } from '../runtime/runtime.ts';
import { BatchWalk } from './batch-walk.ts';
import {
  cleanedSuffix,
  deletedSuffix,
  logFileSuffix,
  offsetFileName,
  offsetIndexSuffix,
  offsetOfFileName,
  producerSnapshotSuffix,
  segmentFileSuffixes,
  swapSuffix,
  timeIndexSuffix,
  transactionIndexSuffix,
  unsyncedEpochsName,
} from './log-layout.ts';

/** The files of a partition that matter, by their offsets. */
export interface PartitionFiles {
  /** Base offsets of the segments, ascending. */
  readonly baseOffsets: readonly number[];
  readonly snapshotOffsets: readonly number[];
  /** Base offsets whose offset index, and whose time index, is there. */
  readonly offsetIndexes: ReadonlySet<number>;
  readonly timeIndexes: ReadonlySet<number>;
  readonly hasUnsyncedEpochs: boolean;
}

const indexSuffixes = [offsetIndexSuffix, timeIndexSuffix, transactionIndexSuffix];
const sliceBytes = 1024 * 1024;

/**
 * Looks at a partition's directory and tidies it: files that were deleted or that a cleaner did not finish
 * are removed, those that it did finish take their place, and indexes without their segment go.
 */
export function tidyPartitionFiles(files: Files, directory: string): PartitionFiles {
  let names = files.list(directory);
  if (names.some(isLeftover)) {
    finishSwaps(files, directory, names);
    removeLeftovers(files, directory);
    names = files.list(directory);
  }
  const baseOffsets = offsetsOf(names, logFileSuffix);
  const bases = new Set(baseOffsets);
  for (const name of names) {
    const offset = offsetOfIndex(name);
    if (offset !== undefined && !bases.has(offset)) files.remove(files.join(directory, name));
  }
  return {
    baseOffsets,
    snapshotOffsets: offsetsOf(names, producerSnapshotSuffix),
    offsetIndexes: new Set(offsetsOf(names, offsetIndexSuffix)),
    timeIndexes: new Set(offsetsOf(names, timeIndexSuffix)),
    hasUnsyncedEpochs: names.includes(unsyncedEpochsName),
  };
}

function isLeftover(name: string): boolean {
  return name.endsWith(deletedSuffix) || name.endsWith(cleanedSuffix) || name.endsWith(swapSuffix);
}

/** What is `.cleaned` goes last: while it is there, what is `.swap` beside it counts for nothing. */
function removeLeftovers(files: Files, directory: string): void {
  const names = files.list(directory);
  for (const suffix of [deletedSuffix, swapSuffix, cleanedSuffix]) {
    for (const name of names) {
      if (name.endsWith(suffix)) files.remove(files.join(directory, name));
    }
  }
}

/**
 * Segments that a cleaner had finished, and was putting in the place of others, when it was stopped. Each
 * replaces the old segments from its own base offset up to its last offset. Where a cleaned segment has not
 * even got its second name, those behind it are of the same unfinished work and are left out.
 *
 * The old files go first, all of them, and then the `.log` file takes its place before the others: wherever
 * this is stopped, the next start goes on with it.
 */
function finishSwaps(files: Files, directory: string, names: readonly string[]): void {
  const unfinishedFrom = Math.min(
    ...segmentFileSuffixes.flatMap((suffix) => offsetsOf(names, suffix + cleanedSuffix)),
  );
  for (const base of offsetsOf(names, logFileSuffix + swapSuffix)) {
    if (base >= unfinishedFrom) continue;
    removeReplaced(files, directory, names, base);
    takeSwapNames(files, directory, names, base);
  }
  for (const base of offsetsOf(names, logFileSuffix)) {
    const isDone = names.includes(offsetFileName(base, logFileSuffix + swapSuffix));
    if (!isDone && base < unfinishedFrom) takeSwapNames(files, directory, names, base);
  }
}

/** Removes the files of the segments that the swap file at `base` was made from. */
function removeReplaced(
  files: Files,
  directory: string,
  names: readonly string[],
  base: number,
): void {
  const swap = files.join(directory, offsetFileName(base, logFileSuffix + swapSuffix));
  const lastOffset = lastOffsetIn(files, swap);
  for (const suffix of segmentFileSuffixes) {
    for (const replaced of offsetsOf(names, suffix)) {
      if (replaced !== base && (replaced < base || replaced > lastOffset)) continue;
      files.remove(files.join(directory, offsetFileName(replaced, suffix)));
    }
  }
}

function takeSwapNames(
  files: Files,
  directory: string,
  names: readonly string[],
  base: number,
): void {
  for (const suffix of segmentFileSuffixes) {
    const name = offsetFileName(base, suffix);
    if (!names.includes(name + swapSuffix)) continue;
    files.rename(files.join(directory, name + swapSuffix), files.join(directory, name));
  }
}

function lastOffsetIn(files: Files, path: string): number {
  let lastOffset = -1;
  const handle = files.open(path, 'read');
  try {
    const buffer = new Uint8Array(sliceBytes);
    const walk = new BatchWalk({
      from: 0,
      end: handle.size(),
      visit: (batch) => {
        lastOffset = batch.lastOffset;
        return true;
      },
    });
    for (let read = walk.nextRead(); read !== undefined; read = walk.nextRead()) {
      const bytes = handle.read(buffer.subarray(0, read.length), read.position);
      walk.accept(buffer.subarray(0, bytes));
    }
  } finally {
    handle.close();
  }
  return lastOffset;
}

/** The offsets in the names that end in `suffix`, ascending. */
function offsetsOf(names: readonly string[], suffix: string): number[] {
  return names
    .map((name) => offsetOfFileName(name, suffix))
    .filter((offset) => offset !== undefined)
    .toSorted((a, b) => a - b);
}

function offsetOfIndex(name: string): number | undefined {
  for (const suffix of indexSuffixes) {
    const offset = offsetOfFileName(name, suffix);
    if (offset !== undefined) return offset;
  }
  return undefined;
}
