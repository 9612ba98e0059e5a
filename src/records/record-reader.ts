import { concatenated } from '../util/bytes.ts';
import { decompress } from './compression.ts';
import { recordBatchHeaderBytes } from './record-batch.ts';
import type { RecordBatch } from './record-batch.ts';
import { corruptRecords, recordsTooLarge } from './records-error.ts';
import { VarintReader } from './varint.ts';

/** A header of a record. Keys may repeat. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** One record of a batch. Key and values are slices of the batch's (decompressed) bytes. */
export interface BatchRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

/** How far reading a batch may go. */
export interface ReadOptions {
  /** Most bytes that the batch's records may take when decompressed. */
  readonly maxBytes: number;
}

const noHeaders: readonly RecordHeader[] = [];
const utf8 = new TextDecoder();

/**
 * The bytes of a batch's records, decompressed. Uncompressed ones are not copied where they stand in one
 * chunk. Throws `CORRUPT_RECORDS`, `RECORDS_TOO_LARGE` or `MISSING_PACKAGE`.
 */
export function recordsBytes(batch: RecordBatch, options: ReadOptions): Uint8Array {
  const codec = batch.compression;
  if (codec === undefined) {
    throw corruptRecords(`a compression codec that does not exist: ${batch.attributes & 0x07}`);
  }
  if (batch.sizeBytes - recordBatchHeaderBytes > options.maxBytes && codec === 'none') {
    throw recordsTooLarge(options.maxBytes);
  }
  const chunks = recordsChunks(batch);
  return codec === 'none' ? concatenated(chunks) : decompress(codec, chunks, options);
}

/** The bytes of a batch's records as they stand in it, compressed or not, as slices. */
function recordsChunks(batch: RecordBatch): readonly Uint8Array[] {
  const header = batch.chunks[0] as Uint8Array;
  const rest = batch.chunks.slice(1);
  if (header.length === recordBatchHeaderBytes && rest.length > 0) return rest;
  return [header.subarray(recordBatchHeaderBytes), ...rest];
}

/**
 * Walks over a batch's records without making an object for each. `next()` moves to the next one; its fields
 * hold until the next call. Every length is checked against the record it stands in, and each record against
 * the end of its fields, as Kafka's own reader does.
 *
 * HOT: bench=batch-judgement
 */
export class RecordCursor {
  readonly #bytes: Uint8Array;
  readonly #reader: VarintReader;
  readonly #baseOffset: number;
  readonly #baseTimestamp: number;
  /** The time of all records of a batch with LogAppendTime, else undefined. */
  readonly #logAppendTime: number | undefined;
  readonly #recordCount: number;
  #recordsRead = 0;

  /** The record's own attribute byte, which has no meaning yet. */
  attributes = 0;
  offsetDelta = 0;
  offset = -1;
  timestamp = -1;
  /** What the record itself says, which under LogAppendTime is not its time. */
  ownTimestamp = -1;
  /** -1 for null. */
  keyBytes = -1;
  valueBytes = -1;
  headerCount = 0;
  /** What the record takes in the batch, with its length in front. */
  sizeBytes = 0;
  /** Where in the records' bytes the key's length stands: all behind it is the same at any offset and time. */
  bodyAt = 0;
  /** Where the record ends. */
  endAt = 0;
  /** Where in the records' bytes the key stands, which is `keyBytes` long. */
  keyAt = 0;
  /** The same of the value. */
  valueAt = 0;
  /** Where the value of the header stands that `findHeader` found, */
  headerValueAt = 0;
  /** and how long it is; -1 for null. */
  headerValueBytes = -1;
  #headersAt = 0;

  /** `bytes` are `recordsBytes` of `batch`. */
  constructor(batch: RecordBatch, bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#reader = new VarintReader(bytes);
    this.#baseOffset = batch.baseOffset;
    this.#baseTimestamp = batch.baseTimestamp;
    this.#logAppendTime = batch.isLogAppendTime ? batch.maxTimestamp : undefined;
    this.#recordCount = batch.recordCount;
  }

  /**
   * Moves to the next record; false behind the last one. Throws `CORRUPT_RECORDS` for a malformed record, for
   * fewer records than the batch counts, and for bytes behind the last.
   */
  next(): boolean {
    const reader = this.#reader;
    if (this.#recordsRead >= this.#recordCount) {
      if (reader.at < this.#bytes.length) throw corruptRecords('bytes behind the last record');
      return false;
    }
    const startAt = reader.at;
    reader.end = this.#bytes.length;
    const bodyBytes = reader.readVarint();
    if (reader.failed || bodyBytes < 0 || bodyBytes > this.#bytes.length - reader.at) {
      throw this.#malformed('its size does not fit the batch');
    }
    this.endAt = reader.at + bodyBytes;
    this.sizeBytes = this.endAt - startAt;
    reader.end = this.endAt;
    this.#readFields(reader);
    this.#recordsRead++;
    return true;
  }

  /** Whether there is a record behind the one at which it stands. */
  get isBeforeLast(): boolean {
    return this.#recordsRead < this.#recordCount;
  }

  get hasKey(): boolean {
    return this.keyBytes >= 0;
  }

  get key(): Uint8Array | null {
    return this.keyBytes < 0 ? null : this.#bytes.subarray(this.keyAt, this.keyAt + this.keyBytes);
  }

  get value(): Uint8Array | null {
    return this.valueBytes < 0
      ? null
      : this.#bytes.subarray(this.valueAt, this.valueAt + this.valueBytes);
  }

  /** Made anew at each call. */
  get headers(): readonly RecordHeader[] {
    if (this.headerCount === 0) return noHeaders;
    const reader = new VarintReader(this.#bytes, this.#headersAt, this.endAt);
    const headers: RecordHeader[] = [];
    for (let i = 0; i < this.headerCount; i++) {
      const key = utf8.decode(this.#take(reader, reader.readVarint()));
      const valueBytes = reader.readVarint();
      headers.push({ key, value: valueBytes < 0 ? null : this.#take(reader, valueBytes) });
    }
    return headers;
  }

  /** Whether there is a header whose key is `name` in UTF-8: the last of that key, without one being made. */
  findHeader(name: Uint8Array): boolean {
    if (this.headerCount === 0) return false;
    const reader = new VarintReader(this.#bytes, this.#headersAt, this.endAt);
    let isFound = false;
    for (let i = 0; i < this.headerCount; i++) {
      const keyBytes = reader.readVarint();
      const isIt = keyBytes === name.length && this.#isAt(name, reader.at);
      reader.skip(keyBytes);
      const valueBytes = reader.readVarint();
      if (isIt) {
        isFound = true;
        this.headerValueAt = reader.at;
        this.headerValueBytes = valueBytes;
      }
      if (valueBytes > 0) reader.skip(valueBytes);
    }
    return isFound;
  }

  #isAt(expected: Uint8Array, at: number): boolean {
    for (let i = 0; i < expected.length; i++) {
      if (this.#bytes[at + i] !== expected[i]) return false;
    }
    return true;
  }

  /** The record as an object; its bytes stay slices. */
  toRecord(): BatchRecord {
    return {
      offset: this.offset,
      timestamp: this.timestamp,
      key: this.key,
      value: this.value,
      headers: this.headers,
    };
  }

  #readFields(reader: VarintReader): void {
    this.attributes = reader.at < reader.end ? (this.#bytes[reader.at] as number) : 0;
    reader.skip(1);
    this.ownTimestamp = this.#baseTimestamp + reader.readVarlong();
    this.timestamp = this.#logAppendTime ?? this.ownTimestamp;
    this.offsetDelta = reader.readVarint();
    this.offset = this.#baseOffset + this.offsetDelta;
    this.bodyAt = reader.at;
    this.keyBytes = reader.readVarint();
    this.keyAt = reader.at;
    if (this.keyBytes > 0) reader.skip(this.keyBytes);
    this.valueBytes = reader.readVarint();
    this.valueAt = reader.at;
    if (this.valueBytes > 0) reader.skip(this.valueBytes);
    this.headerCount = reader.readVarint();
    this.#headersAt = reader.at;
    if (reader.failed) throw this.#malformed('it ends within a field');
    if (this.headerCount < 0 || this.headerCount > reader.end - reader.at) {
      throw this.#malformed('its number of headers does not fit it');
    }
    for (let i = 0; i < this.headerCount; i++) this.#skipHeader(reader);
    if (reader.at !== reader.end) throw this.#malformed('it has bytes behind its last field');
  }

  #skipHeader(reader: VarintReader): void {
    reader.skip(reader.readVarint());
    const valueBytes = reader.readVarint();
    if (valueBytes > 0) reader.skip(valueBytes);
    if (reader.failed) throw this.#malformed('a header does not fit it');
  }

  #take(reader: VarintReader, count: number): Uint8Array {
    const slice = this.#bytes.subarray(reader.at, reader.at + count);
    reader.skip(count);
    return slice;
  }

  #malformed(what: string): Error {
    return corruptRecords(`record ${this.#recordsRead} of ${this.#recordCount}: ${what}`);
  }
}

/** A cursor over the records of `batch`, decompressed within `options.maxBytes`. Throws as `recordsBytes`. */
export function openRecords(batch: RecordBatch, options: ReadOptions): RecordCursor {
  return new RecordCursor(batch, recordsBytes(batch, options));
}

/**
 * The records of a batch, one at a time. They are decompressed at the first. Throws as `recordsBytes` and
 * `RecordCursor.next` do, possibly after some records.
 */
export function* readRecords(
  batch: RecordBatch,
  options: ReadOptions,
): Generator<BatchRecord, void> {
  const cursor = openRecords(batch, options);
  while (cursor.next()) yield cursor.toRecord();
}

/** A record's place and time. */
export interface OffsetAndTimestamp {
  readonly offset: number;
  readonly timestamp: number;
}

/**
 * The first record of `batch` at or after `timestamp` whose offset is `fromOffset` or more, as ListOffsets by
 * time asks; undefined where it has none. Throws as `readRecords` does.
 */
export function firstAtOrAfter(
  batch: RecordBatch,
  timestamp: number,
  options: ReadOptions & { readonly fromOffset?: number },
): OffsetAndTimestamp | undefined {
  const fromOffset = options.fromOffset ?? 0;
  if (batch.maxTimestamp < timestamp || batch.lastOffset < fromOffset) return undefined;
  if (haveAllOneTime(batch)) {
    return { offset: Math.max(batch.baseOffset, fromOffset), timestamp: batch.maxTimestamp };
  }
  const cursor = openRecords(batch, options);
  while (cursor.next()) {
    if (cursor.timestamp >= timestamp && cursor.offset >= fromOffset) {
      return { offset: cursor.offset, timestamp: cursor.timestamp };
    }
  }
  return undefined;
}

/** The first record of `batch` that has its largest timestamp; undefined for a batch without records. */
export function firstOfMaxTimestamp(
  batch: RecordBatch,
  options: ReadOptions,
): OffsetAndTimestamp | undefined {
  if (haveAllOneTime(batch)) return { offset: batch.baseOffset, timestamp: batch.maxTimestamp };
  const cursor = openRecords(batch, options);
  let found: OffsetAndTimestamp | undefined;
  while (cursor.next()) {
    if (found === undefined || cursor.timestamp > found.timestamp) {
      found = { offset: cursor.offset, timestamp: cursor.timestamp };
    }
  }
  return found;
}

/** Whether no record needs to be read to know its time: LogAppendTime, and none compacted away. */
function haveAllOneTime(batch: RecordBatch): boolean {
  return batch.isLogAppendTime && batch.recordCount === batch.lastOffsetDelta + 1;
}
