import { assert } from '../util/assert.ts';
import { writeInt16, writeInt32, writeInt64 } from '../util/bytes.ts';
import { compress } from './compression.ts';
import { batchCrc } from './crc32c.ts';
import {
  RecordBatch,
  batchAttributes,
  recordBatchHeaderBytes,
  recordBatchLayout,
  recordBatchMagic,
  recordBatchOverheadBytes,
} from './record-batch.ts';
import type { CompressionCodec } from './record-batch.ts';
import type { RecordHeader } from './record-reader.ts';
import { varintBytes, varlongBytes, writeVarint, writeVarlong } from './varint.ts';

/** A record to be written. Its bytes are copied. */
export interface NewRecord {
  /** Null unless given. */
  readonly key?: Uint8Array | null | undefined;
  /** Null, a tombstone, unless given. */
  readonly value?: Uint8Array | null | undefined;
  readonly headers?: readonly RecordHeader[] | undefined;
  /** Milliseconds since the epoch; -1, none, unless given. */
  readonly timestamp?: number | undefined;
}

/** The header of a batch to be built. */
export interface BatchOptions {
  /** 0 unless given, as producers leave it. */
  readonly baseOffset?: number | undefined;
  /** -1 unless given. */
  readonly partitionLeaderEpoch?: number | undefined;
  /** `none` unless given. */
  readonly compression?: CompressionCodec | undefined;
  /** As `compress` takes it. */
  readonly compressionLevel?: number | undefined;
  /** These three are -1 unless given: a producer that is not idempotent. */
  readonly producerId?: number | undefined;
  readonly producerEpoch?: number | undefined;
  readonly baseSequence?: number | undefined;
  readonly transactional?: boolean | undefined;
  readonly control?: boolean | undefined;
  /** The time of all records, in place of their own, under LogAppendTime. */
  readonly logAppendTimeMs?: number | undefined;
  /** The time from which a compacted batch's tombstones may go (KIP-534). */
  readonly deleteHorizonMs?: number | undefined;
  /** What timestamps count from; the first record's, or the delete horizon, unless given. */
  readonly baseTimestamp?: number | undefined;
  /** Where offsets of the last records were compacted away; the last record's unless given. */
  readonly lastOffsetDelta?: number | undefined;
}

const utf8 = new TextEncoder();
const usualCapacityBytes = 512;
/** Each fixed field of a record at its longest: attributes and five varints, one of them long. */
const fixedFieldBytesMax = 1 + 10 + 4 * 5;
/** A finished buffer that is filled less than this keeps too much memory, and is copied. */
const wellFilled = 0.75;

/** A whole batch of `records`, which are at least one, at consecutive offsets. Throws as `compress` does. */
export function buildBatch(records: readonly NewRecord[], options: BatchOptions = {}): RecordBatch {
  const writer = new BatchWriter(options);
  for (const record of records) writer.append(record);
  return writer.finish();
}

/**
 * A batch without records, as compaction leaves one to keep its producer's last sequence number. Offsets,
 * producer and attributes are those of `batch`; it is not compressed.
 */
export function buildEmptyBatch(batch: RecordBatch): RecordBatch {
  const bytes = new Uint8Array(recordBatchHeaderBytes);
  writeHeader(bytes, {
    baseOffset: batch.baseOffset,
    partitionLeaderEpoch: batch.partitionLeaderEpoch,
    attributes: batch.attributes & ~0x47,
    lastOffsetDelta: batch.lastOffsetDelta,
    baseTimestamp: -1,
    maxTimestamp: batch.maxTimestamp,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    recordCount: 0,
  });
  return finishedBatch([bytes]);
}

/**
 * Writes records one behind the other into a buffer that grows, with room for the header in front; what comes
 * out owns its bytes. Offsets are given as deltas to the base offset.
 */
export class BatchWriter {
  readonly #options: BatchOptions;
  #bytes: Uint8Array;
  #at: number = recordBatchHeaderBytes;
  #baseTimestamp: number | undefined;
  #maxTimestamp = -1;
  #lastOffsetDelta = -1;
  #recordCount = 0;

  /** `capacityBytes` is what the batch will take, header and all, as far as that is known; it grows beyond. */
  constructor(options: BatchOptions = {}, capacityBytes = usualCapacityBytes) {
    this.#options = options;
    this.#bytes = new Uint8Array(Math.max(capacityBytes, recordBatchHeaderBytes));
    this.#baseTimestamp = options.baseTimestamp ?? options.deleteHorizonMs;
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  /** Of the batch with its header, before compression. */
  get sizeBytes(): number {
    return this.#at;
  }

  /** Adds a record; its offset is the one behind the last unless `offsetDelta`, which is larger, is given. */
  append(record: NewRecord, offsetDelta = this.#lastOffsetDelta + 1): void {
    const key = record.key ?? null;
    const value = record.value ?? null;
    const headers = record.headers ?? [];
    const headerKeys = headers.map((header) => utf8.encode(header.key));
    const bodyBytes =
      byteFieldBytes(key) + byteFieldBytes(value) + headersBytes(headers, headerKeys);
    let at = this.#begin(record.timestamp ?? -1, offsetDelta, bodyBytes, 0);
    const bytes = this.#bytes;
    at = writeByteField(bytes, at, key);
    at = writeByteField(bytes, at, value);
    at = writeVarint(bytes, at, headers.length);
    for (const [i, header] of headers.entries()) {
      at = writeByteField(bytes, at, headerKeys[i] as Uint8Array);
      at = writeByteField(bytes, at, header.value);
    }
    this.#at = at;
  }

  /** Adds a record whose bytes from its key on are `body`, as they stand in another batch. */
  appendBody(body: Uint8Array, timestamp: number, offsetDelta: number, attributes = 0): void {
    const at = this.#begin(timestamp, offsetDelta, body.length, attributes);
    this.#bytes.set(body, at);
    this.#at = at + body.length;
  }

  /** The batch, compressed as the options say, with its CRC. The writer is done with. */
  finish(): RecordBatch {
    assert(this.#recordCount > 0, 'a batch has at least one record');
    const options = this.#options;
    const codec = options.compression ?? 'none';
    const written = this.#bytes.subarray(0, this.#at);
    const chunks =
      codec === 'none'
        ? [this.#at < this.#bytes.length * wellFilled ? written.slice() : written]
        : [
            new Uint8Array(recordBatchHeaderBytes),
            compress(codec, written.subarray(recordBatchHeaderBytes), options.compressionLevel),
          ];
    writeHeader(chunks[0] as Uint8Array, {
      baseOffset: options.baseOffset ?? 0,
      partitionLeaderEpoch: options.partitionLeaderEpoch ?? -1,
      attributes: attributesOf(options),
      lastOffsetDelta: options.lastOffsetDelta ?? this.#lastOffsetDelta,
      baseTimestamp: this.#baseTimestamp ?? -1,
      maxTimestamp: options.logAppendTimeMs ?? this.#maxTimestamp,
      producerId: options.producerId ?? -1,
      producerEpoch: options.producerEpoch ?? -1,
      baseSequence: options.baseSequence ?? -1,
      recordCount: this.#recordCount,
    });
    return finishedBatch(chunks);
  }

  /** Writes a record's fields up to its key, with room for the `bodyBytes` behind; answers where those begin. */
  #begin(timestamp: number, offsetDelta: number, bodyBytes: number, attributes: number): number {
    assert(offsetDelta > this.#lastOffsetDelta, 'offsets in a batch rise');
    this.#baseTimestamp ??= timestamp;
    const timestampDelta = timestamp - this.#baseTimestamp;
    assert(Number.isSafeInteger(timestampDelta), 'timestamps are whole numbers');
    const sizeBytes = 1 + varlongBytes(timestampDelta) + varintBytes(offsetDelta) + bodyBytes;
    this.#reserve(fixedFieldBytesMax + bodyBytes);
    const bytes = this.#bytes;
    let at = writeVarint(bytes, this.#at, sizeBytes);
    bytes[at++] = attributes;
    at = writeVarlong(bytes, at, timestampDelta);
    at = writeVarint(bytes, at, offsetDelta);
    this.#lastOffsetDelta = offsetDelta;
    this.#recordCount++;
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp;
    return at;
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}

interface HeaderFields {
  readonly baseOffset: number;
  readonly partitionLeaderEpoch: number;
  readonly attributes: number;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

function attributesOf(options: BatchOptions): number {
  return batchAttributes({
    compression: options.compression ?? 'none',
    logAppendTime: options.logAppendTimeMs !== undefined,
    transactional: options.transactional ?? false,
    control: options.control ?? false,
    deleteHorizon: options.deleteHorizonMs !== undefined,
  });
}

function writeHeader(bytes: Uint8Array, fields: HeaderFields): void {
  const layout = recordBatchLayout;
  writeInt64(bytes, layout.baseOffset, fields.baseOffset);
  writeInt32(bytes, layout.partitionLeaderEpoch, fields.partitionLeaderEpoch);
  bytes[layout.magic] = recordBatchMagic;
  writeInt16(bytes, layout.attributes, fields.attributes);
  writeInt32(bytes, layout.lastOffsetDelta, fields.lastOffsetDelta);
  writeInt64(bytes, layout.baseTimestamp, fields.baseTimestamp);
  writeInt64(bytes, layout.maxTimestamp, fields.maxTimestamp);
  writeInt64(bytes, layout.producerId, fields.producerId);
  writeInt16(bytes, layout.producerEpoch, fields.producerEpoch);
  writeInt32(bytes, layout.baseSequence, fields.baseSequence);
  writeInt32(bytes, layout.recordCount, fields.recordCount);
}

/** The batch in `chunks`, whose header is written but for its length and CRC. */
export function finishedBatch(chunks: readonly Uint8Array[]): RecordBatch {
  const batch = new RecordBatch(chunks);
  const header = chunks[0] as Uint8Array;
  writeInt32(header, recordBatchLayout.batchLength, batch.sizeBytes - recordBatchOverheadBytes);
  writeInt32(header, recordBatchLayout.crc, batchCrc(batch));
  return batch;
}

/** Of a length and as many bytes; null is the length -1. */
function byteFieldBytes(field: Uint8Array | null): number {
  return field === null ? 1 : varintBytes(field.length) + field.length;
}

function writeByteField(bytes: Uint8Array, at: number, field: Uint8Array | null): number {
  if (field === null) return writeVarint(bytes, at, -1);
  const fieldAt = writeVarint(bytes, at, field.length);
  bytes.set(field, fieldAt);
  return fieldAt + field.length;
}

function headersBytes(headers: readonly RecordHeader[], keys: readonly Uint8Array[]): number {
  let count = varintBytes(headers.length);
  for (const [i, header] of headers.entries()) {
    count += byteFieldBytes(keys[i] as Uint8Array) + byteFieldBytes(header.value);
  }
  return count;
}
