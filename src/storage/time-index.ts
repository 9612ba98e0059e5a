import { readInt32, readInt64, writeInt32, writeInt64 } from '../util/bytes.ts';
import { IndexFile } from './index-file.ts';
import { timeIndexEntryBytes } from './log-layout.ts';
import type { CachedFile } from './open-files.ts';

/** A timestamp and the last offset of the batch that first reached it. */
export interface TimeIndexEntry {
  /** -1 where there is none. */
  readonly timestampMs: number;
  readonly offset: number;
}

const scratch = new Uint8Array(timeIndexEntryBytes);

/**
 * The largest timestamp up to a point of a segment, one entry where the offset index has one and the
 * timestamp grew, and one when the segment is closed. Format: docs/formats/time-index.md.
 */
export class TimeIndex {
  readonly entries: IndexFile;
  readonly #baseOffset: number;
  /** The newest entry; undefined until it was read. */
  #last: TimeIndexEntry | undefined;

  /** `count`: entries of the file that are good. */
  constructor(file: CachedFile, baseOffset: number, count: number) {
    this.entries = new IndexFile(file, timeIndexEntryBytes, count);
    this.#baseOffset = baseOffset;
  }

  /** Whether there is no room in `bytesMax` for another entry beside the one kept for the segment's end. */
  isFull(bytesMax: number): boolean {
    return this.entries.count >= Math.floor(bytesMax / timeIndexEntryBytes) - 1;
  }

  /** The newest entry; `{ -1, baseOffset }` in an empty index. */
  lastEntry(): TimeIndexEntry {
    if (this.#last === undefined) {
      const count = this.entries.count;
      this.#last = count === 0 ? this.#none() : this.#entryAt(count - 1);
    }
    return this.#last;
  }

  /** Appends an entry where the timestamp is larger than the newest one's and the offset not smaller. */
  maybeAppend(timestampMs: number, offset: number): void {
    const last = this.lastEntry();
    if (timestampMs <= last.timestampMs || offset < last.offset) return;
    writeInt64(scratch, 0, timestampMs);
    writeInt32(scratch, 8, offset - this.#baseOffset);
    this.entries.append(scratch);
    this.#last = { timestampMs, offset };
  }

  /** The newest entry whose timestamp is at most `timestampMs`; `{ -1, baseOffset }` where there is none. */
  lookup(timestampMs: number): TimeIndexEntry {
    const count = this.entries.countWhere((bytes, at) => readInt64(bytes, at) <= timestampMs);
    return count === 0 ? this.#none() : this.#entryAt(count - 1);
  }

  /** The newest entry whose offset is below `offset`; `{ -1, baseOffset }` where there is none. */
  lastBelow(offset: number): TimeIndexEntry {
    const count = this.#countBelow(offset);
    return count === 0 ? this.#none() : this.#entryAt(count - 1);
  }

  /** Drops the entries whose offset is `offset` or more. */
  truncateTo(offset: number): void {
    this.truncate(this.#countBelow(offset));
  }

  /** Drops the entries from `count` on; `last` is the one before, read when it is asked for unless it is given. */
  truncate(count: number, last?: TimeIndexEntry): void {
    this.entries.truncate(count);
    this.#last = last;
  }

  #countBelow(offset: number): number {
    const relative = offset - this.#baseOffset;
    return this.entries.countWhere((bytes, at) => readInt32(bytes, at + 8) < relative);
  }

  #none(): TimeIndexEntry {
    return { timestampMs: -1, offset: this.#baseOffset };
  }

  #entryAt(index: number): TimeIndexEntry {
    const entry = this.entries.entry(index);
    return { timestampMs: readInt64(entry, 0), offset: this.#baseOffset + readInt32(entry, 8) };
  }
}
