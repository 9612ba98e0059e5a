import { buildEmptyBatch } from '../records/batch-builder.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import { RecordCursor, recordsBytes } from '../records/record-reader.ts';
import { requireRewritable, retainRecords } from '../records/rewrite.ts';
import type { CleanedTransactions } from './cleaned-transactions.ts';
import type { OffsetMap } from './offset-map.ts';
import type { AbortedTransaction } from './transaction-index.ts';

/** A record takes as many bytes at least. */
const recordBytesLeast = 7;

/** The last batch of each producer that is remembered: it stays, emptied where it has to be. */
export type LastBatches = ReadonlyMap<
  number,
  { readonly lastDataOffset: number; readonly producerEpoch: number }
>;

/** What a cleaner goes by. */
export interface BatchCleanerOptions {
  readonly map: OffsetMap;
  /** The map knows the newest offset of each key below it. */
  readonly mapEndOffset: number;
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
  readonly decompressedBytesMax: number;
  readonly lastBatches: LastBatches;
  readonly transactions: CleanedTransactions;
  /** Told of an aborted transaction that has to stay in the index, as its marker is met. */
  readonly onAborted: (transaction: AbortedTransaction) => void;
}

/** What a cleaner has met. */
export interface CleanedCounts {
  records: number;
  kept: number;
  /** Without a key, in a topic where each record needs one: they go. */
  withoutKey: number;
}

/**
 * Decides what compaction leaves of each batch, by Apache Kafka's rules: of each key the newest record; of
 * those a tombstone until its delete horizon has passed (KIP-534); nothing of aborted transactions; markers
 * until the delete horizon that they get when nothing is left of their transaction.
 */
export class BatchCleaner {
  readonly counts: CleanedCounts = { records: 0, kept: 0, withoutKey: 0 };
  readonly #options: BatchCleanerOptions;
  #keeps = new Uint8Array(0);

  constructor(options: BatchCleanerOptions) {
    this.#options = options;
  }

  /**
   * What is left of `batch`: itself, a rewritten or an emptied one, or nothing. `keepsEmpty`: it stays even
   * without records. Throws `CORRUPT_RECORDS`, `RECORDS_TOO_LARGE` and `MISSING_PACKAGE`.
   */
  clean(batch: RecordBatch, keepsEmpty: boolean): RecordBatch | undefined {
    const isLast = this.#isLastOfProducer(batch);
    const left = batch.isControl ? this.#cleanControl(batch) : this.#cleanData(batch);
    if (left !== undefined && left.recordCount > 0) return left;
    if (!keepsEmpty && !isLast) return undefined;
    // An emptied marker tells nothing: one that is all there is of its producer stays as it is.
    if (batch.recordCount === 0 || (batch.isControl && isLast)) return batch;
    return buildEmptyBatch(batch);
  }

  /** Its sequence numbers, or its epoch where there are none, are what a log that is opened knows of a producer. */
  #isLastOfProducer(batch: RecordBatch): boolean {
    if (!batch.hasProducerId) return false;
    const last = this.#options.lastBatches.get(batch.producerId);
    if (last === undefined) return false;
    if (last.lastDataOffset >= 0) return batch.lastOffset === last.lastDataOffset;
    return batch.isControl && batch.producerEpoch === last.producerEpoch;
  }

  #cleanControl(batch: RecordBatch): RecordBatch | undefined {
    const { transactions, onAborted, nowMs } = this.#options;
    const { isOutlived, aborted } = transactions.endedBy(batch);
    if (aborted !== undefined) onAborted(aborted);
    if (!isOutlived || batch.recordCount === 0) return batch;
    if (batch.hasDeleteHorizon) return batch.baseTimestamp <= nowMs ? undefined : batch;
    return retainRecords(batch, () => true, this.#withHorizon());
  }

  #cleanData(batch: RecordBatch): RecordBatch | undefined {
    if (this.#options.transactions.isAborted(batch)) {
      this.counts.records += batch.recordCount;
      return undefined;
    }
    if (batch.recordCount === 0) return batch;
    const bytes = recordsBytes(batch, { maxBytes: this.#options.decompressedBytesMax });
    const { kept, records, hasTombstones } = this.#choose(batch, bytes);
    this.counts.records += records;
    this.counts.kept += kept;
    if (kept === 0) return undefined;
    const needsHorizon = hasTombstones && !batch.hasDeleteHorizon;
    if (kept === records && !needsHorizon) return batch;
    const options = needsHorizon
      ? this.#withHorizon()
      : { maxBytes: this.#options.decompressedBytesMax };
    let index = 0;
    return retainRecords(batch, () => this.#keeps[index++] === 1, { ...options, bytes });
  }

  #withHorizon(): { maxBytes: number; deleteHorizonMs: number } {
    const { nowMs, deleteRetentionMs, decompressedBytesMax } = this.#options;
    return { maxBytes: decompressedBytesMax, deleteHorizonMs: nowMs + deleteRetentionMs };
  }

  /** Fills `#keeps`, one entry a record. */
  #choose(
    batch: RecordBatch,
    bytes: Uint8Array,
  ): { records: number; kept: number; hasTombstones: boolean } {
    const recordsMax = Math.min(batch.recordCount, Math.ceil(bytes.length / recordBytesLeast));
    if (this.#keeps.length < recordsMax) this.#keeps = new Uint8Array(recordsMax * 2);
    const cursor = new RecordCursor(batch, bytes);
    let [records, kept, lastDelta] = [0, 0, -1];
    let hasTombstones = false;
    while (cursor.next()) {
      requireRewritable(batch, cursor, lastDelta);
      lastDelta = cursor.offsetDelta;
      const isKept = this.#isKept(batch, cursor);
      this.#keeps[records++] = isKept ? 1 : 0;
      if (!isKept) continue;
      kept++;
      hasTombstones ||= cursor.valueBytes < 0;
    }
    return { records, kept, hasTombstones };
  }

  #isKept(batch: RecordBatch, record: RecordCursor): boolean {
    const { map, mapEndOffset, nowMs } = this.#options;
    if (record.offset >= mapEndOffset) return true;
    const { key } = record;
    if (key === null) {
      this.counts.withoutKey++;
      return false;
    }
    if (record.offset < map.get(key)) return false;
    return record.valueBytes >= 0 || !batch.hasDeleteHorizon || nowMs < batch.baseTimestamp;
  }
}
