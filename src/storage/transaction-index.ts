import { readInt64, writeInt16, writeInt64 } from '../util/bytes.ts';
import { IndexFile } from './index-file.ts';
import { transactionIndexEntryBytes, transactionIndexVersion } from './log-layout.ts';
import type { CachedFile } from './open-files.ts';

/** A transaction whose records no read_committed consumer sees. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Offset of the abort marker. */
  readonly lastOffset: number;
  /** The last stable offset once this transaction had ended: nothing older is undecided. */
  readonly lastStableOffset: number;
}

const scratch = new Uint8Array(transactionIndexEntryBytes);
const at = {
  version: 0,
  producerId: 2,
  firstOffset: 10,
  lastOffset: 18,
  lastStableOffset: 26,
} as const;

/**
 * The aborted transactions whose markers stand in a segment, in the order of the markers. The file is made
 * with the first of them. Format: docs/formats/transaction-index.md.
 */
export class TransactionIndex {
  readonly entries: IndexFile;

  constructor(file: CachedFile, count: number) {
    this.entries = new IndexFile(file, transactionIndexEntryBytes, count);
  }

  /** Offset of the last marker that is known, -1 where there is none. */
  lastOffset(): number {
    const count = this.entries.count;
    return count === 0 ? -1 : readInt64(this.entries.entry(count - 1), at.lastOffset);
  }

  append(transaction: AbortedTransaction): void {
    writeInt16(scratch, at.version, transactionIndexVersion);
    writeInt64(scratch, at.producerId, transaction.producerId);
    writeInt64(scratch, at.firstOffset, transaction.firstOffset);
    writeInt64(scratch, at.lastOffset, transaction.lastOffset);
    writeInt64(scratch, at.lastStableOffset, transaction.lastStableOffset);
    this.entries.append(scratch);
  }

  /**
   * Adds to `found` what a reader of `[startOffset, upperBoundOffset)` has to know. Answers whether later
   * segments cannot have more of it.
   */
  collect(startOffset: number, upperBoundOffset: number, found: AbortedTransaction[]): boolean {
    const count = this.entries.count;
    if (count === 0) return false;
    for (let i = this.#countBelow(startOffset); i < count; i++) {
      const transaction = this.entryAt(i);
      if (transaction.firstOffset < upperBoundOffset) found.push(transaction);
      if (transaction.lastStableOffset >= upperBoundOffset) return true;
    }
    return false;
  }

  entryAt(index: number): AbortedTransaction {
    const entry = this.entries.entry(index);
    return {
      producerId: readInt64(entry, at.producerId),
      firstOffset: readInt64(entry, at.firstOffset),
      lastOffset: readInt64(entry, at.lastOffset),
      lastStableOffset: readInt64(entry, at.lastStableOffset),
    };
  }

  /** Drops the transactions whose marker stands at `offset` or behind it. */
  truncateTo(offset: number): void {
    this.entries.truncate(this.#countBelow(offset));
  }

  #countBelow(offset: number): number {
    return this.entries.countWhere(
      (bytes, from) => readInt64(bytes, from + at.lastOffset) < offset,
    );
  }
}
