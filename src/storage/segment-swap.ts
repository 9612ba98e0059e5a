import type { Files } from '../runtime/runtime.ts';
import {
  cleanedSuffix,
  deletedSuffix,
  logFileSuffix,
  offsetFileName,
  segmentFileSuffixes,
  swapSuffix,
} from './log-layout.ts';
import type { CachedFile } from './open-files.ts';
import type { Segment } from './segment.ts';
import { syncFile } from './small-files.ts';

/**
 * - `cleaned`: the new segment is written; nothing else has changed.
 * - `named`: its files are called `.swap`: from here on a start after a crash completes the swap.
 * - `retired`: the old segments' files are called `.deleted`; they are still read.
 * - `done`: the new segment's files have the old one's names.
 */
export type SwapStage = 'cleaned' | 'named' | 'retired' | 'done';

/**
 * Puts the files of a segment that a cleaner wrote in the place of those it was made from, in steps between
 * which the directory is synced, so that power loss at any moment leaves the old segments or the new one.
 * Apache Kafka's names and order; docs/formats/segment.md.
 *
 * Every method throws as `Files` does.
 */
export class SegmentSwap {
  readonly old: readonly Segment[];
  readonly baseOffset: number;
  stage: SwapStage = 'cleaned';
  /** The files of the old segments, once these are retired. */
  oldFiles: readonly CachedFile[] = [];
  readonly #directory: string;
  readonly #files: Files;
  /** The files that the new segment has, the `.log` file first. */
  readonly #suffixes: readonly string[];

  /** `old` are those that are replaced, in order. */
  constructor(
    options: { directory: string; baseOffset: number; old: readonly Segment[] },
    modules: { files: Files },
  ) {
    this.old = options.old;
    this.baseOffset = options.baseOffset;
    this.#directory = options.directory;
    this.#files = modules.files;
    this.#suffixes = segmentFileSuffixes.filter(
      (suffix) => this.#files.stat(this.#path(suffix + cleanedSuffix)) !== undefined,
    );
  }

  /** Makes the content of the new segment survive power loss. */
  async sync(): Promise<void> {
    for (const suffix of this.#suffixes) {
      await syncFile(this.#files, this.#path(suffix + cleanedSuffix));
    }
  }

  /** The `.log` file comes last: while it is not there, the others count for nothing. */
  nameNew(): void {
    for (const suffix of this.#suffixes.toReversed()) {
      this.#files.rename(this.#path(suffix + cleanedSuffix), this.#path(suffix + swapSuffix));
    }
    this.stage = 'named';
  }

  retireOld(): void {
    // Readers may look into the old segments until the new one is in place: their indexes move with them.
    for (const { offsetIndex, timeIndex, transactionIndex } of this.old) {
      void [offsetIndex, timeIndex, transactionIndex];
    }
    this.oldFiles = this.old.flatMap((segment) => segment.allFiles());
    this.stage = 'retired';
    for (const file of this.oldFiles) file.rename(file.path + deletedSuffix);
  }

  /** The `.log` file comes first: where it is gone from its `.swap` name, the others follow it at a start. */
  takePlace(): void {
    this.stage = 'done';
    for (const suffix of this.#suffixes) {
      this.#files.rename(this.#path(suffix + swapSuffix), this.#path(suffix));
    }
  }

  /**
   * Gives up before the old segments are retired. The `.log` file gets its first name back, and goes last: a
   * start in between finds an unfinished cleaning, and completes nothing.
   */
  discard(): void {
    const swapName = this.#path(logFileSuffix + swapSuffix);
    if (this.#files.stat(swapName) !== undefined) {
      this.#files.rename(swapName, this.#path(logFileSuffix + cleanedSuffix));
    }
    for (const end of [swapSuffix, cleanedSuffix]) {
      for (const suffix of segmentFileSuffixes.toReversed()) {
        this.#files.remove(this.#path(suffix + end));
      }
    }
  }

  #path(suffix: string): string {
    return this.#files.join(this.#directory, offsetFileName(this.baseOffset, suffix));
  }
}

/** Removes what a cleaner has written of a segment that will not be used. Throws as `Files` does. */
export function discardCleaned(files: Files, directory: string, baseOffset: number): void {
  for (const suffix of segmentFileSuffixes) {
    files.remove(files.join(directory, offsetFileName(baseOffset, suffix + cleanedSuffix)));
  }
}
