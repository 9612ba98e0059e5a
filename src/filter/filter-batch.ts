import type { RecordBatch } from '../records/record-batch.ts';
import { RecordCursor, recordsBytes } from '../records/record-reader.ts';
import type { RecordHeader } from '../records/record-reader.ts';
import { requireRewritable, retainRecords } from '../records/rewrite.ts';
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
  if (batch.isControl || batch.recordCount === 0) return 'all';
  try {
    const maxBytes = options.decompressedBytesMax;
    const bytes = recordsBytes(batch, { maxBytes });
    const keeps = choose(batch, bytes, filter, place);
    const kept = keeps.reduce((sum, keep) => sum + keep, 0);
    if (kept === 0) return 'none';
    if (kept === keeps.length) return 'all';
    let index = 0;
    return retainRecords(batch, () => keeps[index++] === 1, { maxBytes, bytes }) ?? 'none';
  } catch (error) {
    if (!hasCode(error, 'CORRUPT_RECORDS') && !hasCode(error, 'RECORDS_TOO_LARGE')) throw error;
    filter.countUnreadable(batch.recordCount);
    return 'none';
  }
}

/** One entry for each record: 1 where it matches. */
function choose(
  batch: RecordBatch,
  bytes: Uint8Array,
  filter: Filter,
  place: FilteredPlace,
): readonly number[] {
  const record = new RecordAtCursor(new RecordCursor(batch, bytes), place);
  const keeps: number[] = [];
  let lastDelta = -1;
  while (record.cursor.next()) {
    requireRewritable(batch, record.cursor, lastDelta);
    lastDelta = record.cursor.offsetDelta;
    keeps.push(filter.matches(record) ? 1 : 0);
  }
  return keeps;
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
