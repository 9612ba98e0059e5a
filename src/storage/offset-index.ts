import { readInt32, writeInt32 } from '../util/bytes.ts';
import { IndexFile } from './index-file.ts';
import { offsetIndexEntryBytes } from './log-layout.ts';
import type { CachedFile } from './open-files.ts';

const scratch = new Uint8Array(offsetIndexEntryBytes);

/**
 * Where in a segment's `.log` file the batches stand, one entry every `index.interval.bytes`: the last offset
 * of a batch, relative to the base offset, and the position of the batch. Format: docs/formats/offset-index.md.
 */
export class OffsetIndex {
  readonly entries: IndexFile;
  readonly #baseOffset: number;

  /** `count`: entries of the file that are good. */
  constructor(file: CachedFile, baseOffset: number, count: number) {
    this.entries = new IndexFile(file, offsetIndexEntryBytes, count);
    this.#baseOffset = baseOffset;
  }

  /** Whether there is no room for another entry in `bytesMax`. */
  isFull(bytesMax: number): boolean {
    return this.entries.count >= Math.floor(bytesMax / offsetIndexEntryBytes);
  }

  /** `lastOffset` of the batch that starts at `position`; both grow from entry to entry. */
  append(lastOffset: number, position: number): void {
    writeInt32(scratch, 0, lastOffset - this.#baseOffset);
    writeInt32(scratch, 4, position);
    this.entries.append(scratch);
  }

  /** A position at or before that of the batch that holds `offset`; 0 where the index knows none. */
  lookup(offset: number): number {
    const count = this.#countAtMost(offset);
    return count === 0 ? 0 : readInt32(this.entries.entry(count - 1), 4);
  }

  /** The newest entry, or undefined. */
  lastEntry(): { lastOffset: number; position: number } | undefined {
    const count = this.entries.count;
    if (count === 0) return undefined;
    const entry = this.entries.entry(count - 1);
    return { lastOffset: this.#baseOffset + readInt32(entry, 0), position: readInt32(entry, 4) };
  }

  /** Drops the entries of batches that end at `offset` or behind it. */
  truncateTo(offset: number): void {
    this.entries.truncate(this.#countAtMost(offset - 1));
  }

  #countAtMost(offset: number): number {
    const relative = offset - this.#baseOffset;
    return this.entries.countWhere((bytes, at) => readInt32(bytes, at) <= relative);
  }
}
