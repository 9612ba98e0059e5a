import { openRecords } from '../records/record-reader.ts';
import { readControlType } from '../records/control-batch.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import type { AbortedTransaction } from './transaction-index.ts';

/** A control record is a few bytes; this leaves room for those of later versions. */
const controlBytesMax = 1024 * 1024;

interface OngoingAborted {
  readonly transaction: AbortedTransaction;
  /** Whether a batch of it was seen: its marker, and its line in the transaction index, then stay. */
  hasBatches: boolean;
}

/** What is known between two runs over the segments of one log. */
export interface CleanedTransactionsState {
  readonly committing: readonly number[];
  readonly aborting: readonly OngoingAborted[];
}

/** Nothing is known before the first segment. */
export const noTransactions: CleanedTransactionsState = { committing: [], aborting: [] };

/**
 * The transactions that a cleaner is amid, as it goes through a log from its start. It tells which batches are
 * of aborted transactions, whose records are of no use to anybody, and which markers have outlived all batches
 * of their transaction, as Apache Kafka's cleaner does. Only what was decided is cleaned, so that a transaction
 * that is not in the list of aborted ones is committed.
 */
export class CleanedTransactions {
  /** Producers of which a batch of a committed transaction was seen, and its marker was not. */
  readonly #committing: Set<number>;
  readonly #aborting: Map<number, OngoingAborted>;
  /** Not begun yet, by first offset, the last first. */
  #upcoming: AbortedTransaction[] = [];

  constructor(state: CleanedTransactionsState) {
    this.#committing = new Set(state.committing);
    this.#aborting = new Map(
      state.aborting.map((ongoing) => [ongoing.transaction.producerId, { ...ongoing }]),
    );
  }

  /** The state behind the last batch, for the next run. */
  get state(): CleanedTransactionsState {
    return { committing: [...this.#committing], aborting: [...this.#aborting.values()] };
  }

  /**
   * Tells of all aborted transactions that have an offset in the segment that comes next: their markers stand
   * in it or behind it.
   */
  enterSegment(aborted: readonly AbortedTransaction[]): void {
    this.#upcoming = aborted.toSorted((a, b) => b.firstOffset - a.firstOffset);
  }

  /** Whether the batch, which is none of control, is of a transaction that was aborted. */
  isAborted(batch: RecordBatch): boolean {
    this.#begin(batch.lastOffset);
    if (!batch.isTransactional) return false;
    const aborting = this.#aborting.get(batch.producerId);
    if (aborting === undefined) this.#committing.add(batch.producerId);
    else aborting.hasBatches = true;
    return aborting !== undefined;
  }

  /**
   * Whether nothing is left of the transaction that the control batch ends. `aborted` is the transaction that
   * has to stay in the index. Throws `CORRUPT_RECORDS` where its record is none.
   */
  endedBy(batch: RecordBatch): { isOutlived: boolean; aborted: AbortedTransaction | undefined } {
    this.#begin(batch.lastOffset);
    if (batch.recordCount === 0) return { isOutlived: true, aborted: undefined };
    const cursor = openRecords(batch, { maxBytes: controlBytesMax });
    const type = cursor.next() ? readControlType(cursor.key) : 'UNKNOWN';
    const { producerId } = batch;
    if (type === 'COMMIT') {
      return { isOutlived: !this.#committing.delete(producerId), aborted: undefined };
    }
    if (type !== 'ABORT') return { isOutlived: false, aborted: undefined };
    const aborting = this.#aborting.get(producerId);
    this.#aborting.delete(producerId);
    if (aborting?.hasBatches !== true) return { isOutlived: true, aborted: undefined };
    return { isOutlived: false, aborted: aborting.transaction };
  }

  #begin(offset: number): void {
    for (;;) {
      const next = this.#upcoming.at(-1);
      if (next === undefined || next.firstOffset > offset) return;
      this.#upcoming.pop();
      if (!this.#aborting.has(next.producerId)) {
        this.#aborting.set(next.producerId, { transaction: next, hasBatches: false });
      }
    }
  }
}
