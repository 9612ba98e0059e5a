import type { RecordBatch } from '../records/record-batch.ts';
import { RecordCursor, recordsBytes } from '../records/record-reader.ts';
import type { RecordHeader } from '../records/record-reader.ts';
import { requireRewritable, retainRecords } from '../records/rewrite.ts';
import { must } from '../util/assert.ts';
import { hasCode } from '../util/odradek-error.ts';
import type { Filter } from './filter.ts';
import type { FilteredRecord } from './record-values.ts';

/** Where a batch stands, for the variables of that name. */
export interface FilteredPlace {
  readonly topic: string;
  readonly partition: number;
}

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
  /** The records' bytes, and where it stands in them; undefined before the first step. */
  #opened: { readonly bytes: Uint8Array; readonly record: RecordAtCursor } | undefined;
  /** One entry for each record: 1 where it matches. */
  readonly #keeps: number[] = [];
  #keptCount = 0;
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

  /** Goes on, by a record at least, until `isOver`; undefined where it is not done. Throws as `filterBatch`. */
  step(isOver: () => boolean): 'all' | 'none' | RecordBatch | undefined {
    const batch = this.#batch;
    if (batch.isControl || batch.recordCount === 0) return 'all';
    try {
      this.#opened ??= this.#open();
      return this.#goOn(this.#opened, isOver);
    } catch (error) {
      if (!hasCode(error, 'CORRUPT_RECORDS') && !hasCode(error, 'RECORDS_TOO_LARGE')) throw error;
      this.#filter.countUnreadable(batch.recordCount);
      return 'none';
    }
  }

  #open() {
    const bytes = recordsBytes(this.#batch, { maxBytes: this.#maxBytes });
    const record = new RecordAtCursor(new RecordCursor(this.#batch, bytes), this.#place);
    return { bytes, record };
  }

  #goOn(
    { bytes, record }: { readonly bytes: Uint8Array; readonly record: RecordAtCursor },
    isOver: () => boolean,
  ): 'all' | 'none' | RecordBatch | undefined {
    const keeps = this.#keeps;
    while (record.cursor.next()) {
      requireRewritable(this.#batch, record.cursor, this.#lastDelta);
      this.#lastDelta = record.cursor.offsetDelta;
      const keep = this.#filter.matches(record) ? 1 : 0;
      keeps.push(keep);
      this.#keptCount += keep;
      if (isOver() && keeps.length < this.#batch.recordCount) return undefined;
    }
    if (this.#keptCount === 0) return 'none';
    if (this.#keptCount === keeps.length) return 'all';
    let index = 0;
    const keep = (): boolean => keeps[index++] === 1;
    return retainRecords(this.#batch, keep, { maxBytes: this.#maxBytes, bytes }) ?? 'none';
  }
}

/** The record at which a cursor stands, read from there as the filter asks for it. */
class RecordAtCursor implements FilteredRecord {
  readonly cursor: RecordCursor;
  readonly topic: string;
  readonly partition: number;

  constructor(cursor: RecordCursor, { topic, partition }: FilteredPlace) {
    this.cursor = cursor;
    this.topic = topic;
    this.partition = partition;
  }

  get offset(): number {
    return this.cursor.offset;
  }

  get timestamp(): number {
    return this.cursor.timestamp;
  }

  get key(): Uint8Array | null {
    return this.cursor.key;
  }

  get value(): Uint8Array | null {
    return this.cursor.value;
  }

  get headers(): readonly RecordHeader[] {
    return this.cursor.headers;
  }
}
