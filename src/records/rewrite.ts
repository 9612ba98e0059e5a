import { writeInt16, writeInt32, writeInt64 } from '../util/bytes.ts';
import { BatchWriter, finishedBatch } from './batch-builder.ts';
import { compress } from './compression.ts';
import { batchCrc } from './crc32c.ts';
import {
  batchAttributes,
  compressionCodecs,
  recordBatchHeaderBytes,
  recordBatchLayout,
} from './record-batch.ts';
import type { CompressionCodec, RecordBatch } from './record-batch.ts';
import { RecordCursor, recordsBytes } from './record-reader.ts';
import { corruptRecords } from './records-error.ts';

const codecBits = 0x07;
/** Timestamps beyond it are no time, and their differences no whole numbers. */
const timestampMax = 2 ** 52;
const logAppendTimeBit = batchAttributes({ logAppendTime: true });

/** Values of the topic config `compression.type`. */
export type TopicCompression = CompressionCodec | 'producer' | 'uncompressed';

/** The codec in which a topic with `compression.type` stores a batch that came in `source`. */
export function targetCodec(
  compressionType: TopicCompression,
  source: CompressionCodec,
): CompressionCodec {
  if (compressionType === 'producer') return source;
  return compressionType === 'uncompressed' ? 'none' : compressionType;
}

/**
 * Gives a batch its place in the log, in place. These two fields stand outside the CRC.
 */
export function stampOffsets(batch: RecordBatch, baseOffset: number, leaderEpoch: number): void {
  batch.baseOffset = baseOffset;
  batch.partitionLeaderEpoch = leaderEpoch;
}

/**
 * Gives a batch and all its records the broker's time, in place: no record is touched, readers take the
 * batch's max timestamp for each (KIP-32). The CRC is written anew.
 */
export function stampLogAppendTime(batch: RecordBatch, nowMs: number): void {
  stampTime(batch, batch.attributes | logAppendTimeBit, nowMs);
}

/** Corrects the max timestamp of a batch with CreateTime, in place. The CRC is written anew. */
export function stampMaxTimestamp(batch: RecordBatch, maxTimestamp: number): void {
  stampTime(batch, batch.attributes & ~logAppendTimeBit, maxTimestamp);
}

function stampTime(batch: RecordBatch, attributes: number, maxTimestamp: number): void {
  if (batch.attributes === attributes && batch.maxTimestamp === maxTimestamp) return;
  const header = batch.chunks[0] as Uint8Array;
  writeInt16(header, recordBatchLayout.attributes, attributes);
  writeInt64(header, recordBatchLayout.maxTimestamp, maxTimestamp);
  writeInt32(header, recordBatchLayout.crc, batchCrc(batch));
}

/** What a batch is recompressed to, and within which bound. */
export interface RecompressOptions {
  readonly codec: CompressionCodec;
  /** As `compress` takes it. */
  readonly level?: number | undefined;
  /** Most bytes that the batch's records may take when decompressed. */
  readonly maxBytes: number;
  /** The records' bytes, where they are decompressed already. */
  readonly bytes?: Uint8Array | undefined;
}

/**
 * The same batch in another codec: offsets, times, producer and records stay as they are. The result owns its
 * bytes, except that uncompressed records may be those of `batch`. Throws as `decompress` and `compress` do.
 */
export function recompress(batch: RecordBatch, options: RecompressOptions): RecordBatch {
  const bytes = options.bytes ?? recordsBytes(batch, options);
  const header = new Uint8Array(recordBatchHeaderBytes);
  // Not `slice`, which copies nothing where the chunk is a Node Buffer.
  header.set((batch.chunks[0] as Uint8Array).subarray(0, recordBatchHeaderBytes));
  const attributes = (batch.attributes & ~codecBits) | compressionCodecs.indexOf(options.codec);
  writeInt16(header, recordBatchLayout.attributes, attributes);
  return finishedBatch([header, compress(options.codec, bytes, options.level)]);
}

/** How compaction, or a filter, writes what it keeps of a batch. */
export interface RetainOptions {
  /** Most bytes that the batch's records may take when decompressed. */
  readonly maxBytes: number;
  /** As `compress` takes it. */
  readonly level?: number | undefined;
  /** Sets the time from which the batch's tombstones may go, where it has none yet (KIP-534). */
  readonly deleteHorizonMs?: number | undefined;
  /** The records' bytes, where they are decompressed already. */
  readonly bytes?: Uint8Array | undefined;
  /** What is expected to be left, before it is compressed; all of the batch unless given. */
  readonly capacityBytes?: number | undefined;
}

/**
 * What compaction leaves of a batch: the records for which `keep` is true, at their offsets, in the codec that
 * it had. The batch itself where nothing changes; undefined where no record stays (`buildEmptyBatch` keeps the
 * producer's last sequence number then). The last offset of the batch stays what it was.
 */
export function retainRecords(
  batch: RecordBatch,
  keep: (record: RecordCursor) => boolean,
  options: RetainOptions,
): RecordBatch | undefined {
  const retention = new BatchRetention(batch, options);
  while (retention.next()) {
    if (keep(retention.cursor)) retention.keep();
    else retention.drop();
  }
  return retention.finish();
}

/**
 * The same record by record, for who decides about a batch in pieces: of each record to which `next` moves
 * `cursor`, `keep` or `drop` is called. Up to the first that goes, nothing is written.
 */
export class BatchRetention {
  readonly cursor: RecordCursor;
  /** The records' bytes. */
  readonly bytes: Uint8Array;
  readonly #batch: RecordBatch;
  readonly #options: RetainOptions;
  #keptFirst = 0;
  #writer: BatchWriter | undefined;

  /** Throws as `recordsBytes` does. */
  constructor(batch: RecordBatch, options: RetainOptions) {
    this.bytes = options.bytes ?? recordsBytes(batch, options);
    this.#batch = batch;
    this.#options = options;
    this.cursor = new RecordCursor(batch, this.bytes);
    const setsHorizon = options.deleteHorizonMs !== undefined && !batch.hasDeleteHorizon;
    if (setsHorizon) this.#writer = this.#begun();
  }

  /** Moves to the next record; false behind the last one. Throws as `RecordCursor.next` does. */
  next(): boolean {
    return this.cursor.next();
  }

  keep(): void {
    if (this.#writer === undefined) this.#keptFirst++;
    else this.#append(this.#writer, this.cursor);
  }

  drop(): void {
    this.#writer ??= this.#begun();
  }

  /** What is left once `next` was false, as `retainRecords` has it. Throws as `compress` does. */
  finish(): RecordBatch | undefined {
    if (this.#writer === undefined) return this.#keptFirst === 0 ? undefined : this.#batch;
    return this.#writer.recordCount === 0 ? undefined : this.#writer.finish();
  }

  /** A writer with what was kept so far. */
  #begun(): BatchWriter {
    const { capacityBytes = this.bytes.length + recordBatchHeaderBytes } = this.#options;
    const writer = new BatchWriter(retainedHeader(this.#batch, this.#options), capacityBytes);
    const first = new RecordCursor(this.#batch, this.bytes);
    for (let i = 0; i < this.#keptFirst && first.next(); i++) this.#append(writer, first);
    return writer;
  }

  #append(writer: BatchWriter, record: RecordCursor): void {
    const body = this.bytes.subarray(record.bodyAt, record.endAt);
    writer.appendBody(body, record.ownTimestamp, record.offsetDelta, record.attributes);
  }
}

/**
 * Throws `CORRUPT_RECORDS` for a record that cannot be written again: its offset does not rise above
 * `lastDelta`, that of the record before it, within the batch, or its time is none.
 */
export function requireRewritable(
  batch: RecordBatch,
  record: RecordCursor,
  lastDelta: number,
): void {
  if (record.offsetDelta <= lastDelta || record.offsetDelta > batch.lastOffsetDelta) {
    throw corruptRecords('the offsets of a batch do not rise');
  }
  if (Math.abs(record.ownTimestamp) > timestampMax) throw corruptRecords('a time that is none');
}

function retainedHeader(batch: RecordBatch, options: RetainOptions) {
  return {
    baseOffset: batch.baseOffset,
    partitionLeaderEpoch: batch.partitionLeaderEpoch,
    compression: batch.compression,
    compressionLevel: options.level,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    transactional: batch.isTransactional,
    control: batch.isControl,
    logAppendTimeMs: batch.isLogAppendTime ? batch.maxTimestamp : undefined,
    deleteHorizonMs: batch.hasDeleteHorizon ? batch.baseTimestamp : options.deleteHorizonMs,
    lastOffsetDelta: batch.lastOffsetDelta,
  };
}
