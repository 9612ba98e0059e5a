import { recordBatchHeaderBytes } from '../records/record-batch.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import { recordsBytes } from '../records/record-reader.ts';
import { BatchRetention, requireRewritable } from '../records/rewrite.ts';
import { must } from '../util/assert.ts';
import { hasCode } from '../util/odradek-error.ts';
import type { Filter } from './filter.ts';
import type { FilteredPlace } from './record-values.ts';

/** Room for what a filter leaves of a batch. It grows where that is more. */
const usualBytes = 16_384;
/** Records between two looks at whether a step is over: the clock costs as much as a record by its key does. */
const recordsUnlooked = 16;

/** The bounds of `filterBatch`. */
export interface FilterBatchOptions {
  /** Most bytes that the batch's records may take when decompressed. */
  readonly decompressedBytesMax: number;
}

/**
 * What `filter` leaves of a batch: `all` where nothing changes, `none` where no record is left, else a new
 * batch that owns its bytes. Offsets and times of the records stay, and of the batch the codec, the base and
 * the last offset, the leader epoch, the kind of timestamps, and what tells of producer and transaction.
 *
 * A control batch is always `all`, and so is one without records, since readers take their positions and the
 * ends of transactions from it. One that cannot be read is `none`, and its records are counted. Throws
 * `MISSING_PACKAGE`.
 */
export function filterBatch(
  batch: RecordBatch,
  filter: Filter,
  place: FilteredPlace,
  options: FilterBatchOptions,
): 'all' | 'none' | RecordBatch {
  return must(new BatchFiltering(batch, filter, place, options).step(() => false));
}

/**
 * The same in pieces, for who may not be held up: records may be many, and each of them may cost as much as a filter
 * may. Reads the bytes of the batch until it is done.
 */
export class BatchFiltering {
  readonly #batch: RecordBatch;
  readonly #filter: Filter;
  readonly #place: FilteredPlace;
  readonly #maxBytes: number;
  /** Undefined before the first step. */
  #retention: BatchRetention | undefined;
  #lastDelta = -1;

  constructor(
    batch: RecordBatch,
    filter: Filter,
    place: FilteredPlace,
    { decompressedBytesMax }: FilterBatchOptions,
  ) {
    this.#batch = batch;
    this.#filter = filter;
    this.#place = place;
    this.#maxBytes = decompressedBytesMax;
  }

  /**
   * Goes on until `isOver`, which is asked behind the first record and every one that cost much, else behind some;
   * undefined where it is not done. Throws as `filterBatch`.
   */
  step(isOver: () => boolean): 'all' | 'none' | RecordBatch | undefined {
    const batch = this.#batch;
    if (batch.isControl || batch.recordCount === 0) return 'all';
    try {
      this.#retention ??= this.#open();
      return this.#goOn(this.#retention, isOver);
    } catch (error) {
      if (!hasCode(error, 'CORRUPT_RECORDS') && !hasCode(error, 'RECORDS_TOO_LARGE')) throw error;
      this.#filter.countUnreadable(Math.max(batch.recordCount, 0));
      return 'none';
    } finally {
      this.#filter.release();
    }
  }

  #open(): BatchRetention {
    const maxBytes = this.#maxBytes;
    const bytes = asBuffer(recordsBytes(this.#batch, { maxBytes }));
    const capacityBytes = Math.min(usualBytes, bytes.length) + recordBatchHeaderBytes;
    return new BatchRetention(this.#batch, { maxBytes, bytes, capacityBytes });
  }

  /** HOT: bench=filter */
  #goOn(
    retention: BatchRetention,
    isOver: () => boolean,
  ): 'all' | 'none' | RecordBatch | undefined {
    const { cursor, bytes } = retention;
    const filter = this.#filter;
    let unlooked = recordsUnlooked;
    while (retention.next()) {
      requireRewritable(this.#batch, cursor, this.#lastDelta);
      this.#lastDelta = cursor.offsetDelta;
      if (filter.matchesAt(cursor, bytes, this.#place)) retention.keep();
      else retention.drop();
      if (++unlooked < recordsUnlooked && !filter.wasCostly) continue;
      unlooked = 0;
      if (isOver() && cursor.isBeforeLast) return undefined;
    }
    const left = retention.finish();
    if (left === undefined) return 'none';
    return left === this.#batch ? 'all' : left;
  }
}

/** The same bytes as a Buffer, which decodes a part of them without an object for it. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
