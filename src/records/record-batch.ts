import { assert } from '../util/assert.ts';
import {
  readInt16,
  readInt32,
  readInt64,
  readUint32,
  totalBytes,
  writeInt32,
  writeInt64,
} from '../util/bytes.ts';

/** Where the fields of a version 2 batch header stand. Format: docs/formats/record-batch.md. */
export const recordBatchLayout = {
  baseOffset: 0,
  batchLength: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
  records: 61,
} as const;

/** Bytes of a whole header. */
export const recordBatchHeaderBytes = recordBatchLayout.records;
/** What `batchLength` does not count: the base offset and itself. */
export const recordBatchOverheadBytes = 12;
/** The only magic that is written or accepted. */
export const recordBatchMagic = 2;

/** Codecs by their number in the attributes, bits 0-2. */
export const compressionCodecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type CompressionCodec = (typeof compressionCodecs)[number];

const logAppendTimeBit = 0x08;
const transactionalBit = 0x10;
const controlBit = 0x20;
const deleteHorizonBit = 0x40;

/**
 * One record batch as the bytes that came in, never parsed into objects. `chunks` are its bytes, one behind
 * the other; the first holds at least the whole header, so that fields are read and stamped in place.
 *
 * The view does not own the bytes. Base offset and leader epoch stand outside the CRC and may be stamped
 * before the batch is shared with the log; whoever changes another field writes the CRC anew.
 */
export class RecordBatch {
  readonly chunks: readonly Uint8Array[];
  readonly sizeBytes: number;
  readonly #header: Uint8Array;

  constructor(chunks: readonly Uint8Array[]) {
    const header = chunks[0];
    assert(
      header !== undefined && header.length >= recordBatchHeaderBytes,
      'the first chunk of a batch holds its header',
    );
    this.chunks = chunks;
    this.sizeBytes = totalBytes(chunks);
    this.#header = header;
  }

  get baseOffset(): number {
    return readInt64(this.#header, recordBatchLayout.baseOffset);
  }
  set baseOffset(offset: number) {
    writeInt64(this.#header, recordBatchLayout.baseOffset, offset);
  }

  /** Bytes behind this field, as the header claims: `sizeBytes - 12` in a batch that is whole. */
  get batchLength(): number {
    return readInt32(this.#header, recordBatchLayout.batchLength);
  }

  get partitionLeaderEpoch(): number {
    return readInt32(this.#header, recordBatchLayout.partitionLeaderEpoch);
  }
  set partitionLeaderEpoch(epoch: number) {
    writeInt32(this.#header, recordBatchLayout.partitionLeaderEpoch, epoch);
  }

  get magic(): number {
    return this.#header[recordBatchLayout.magic] as number;
  }

  /** CRC32C of all from the attributes to the end, as the header claims. */
  get crc(): number {
    return readUint32(this.#header, recordBatchLayout.crc);
  }

  get attributes(): number {
    return readInt16(this.#header, recordBatchLayout.attributes);
  }

  get lastOffsetDelta(): number {
    return readInt32(this.#header, recordBatchLayout.lastOffsetDelta);
  }

  get lastOffset(): number {
    return this.baseOffset + this.lastOffsetDelta;
  }

  get nextOffset(): number {
    return this.lastOffset + 1;
  }

  get baseTimestamp(): number {
    return readInt64(this.#header, recordBatchLayout.baseTimestamp);
  }

  get maxTimestamp(): number {
    return readInt64(this.#header, recordBatchLayout.maxTimestamp);
  }

  /** -1 where the producer is not idempotent. */
  get producerId(): number {
    return readInt64(this.#header, recordBatchLayout.producerId);
  }

  get producerEpoch(): number {
    return readInt16(this.#header, recordBatchLayout.producerEpoch);
  }

  /** Sequence number of the first record; they wrap from 2^31-1 to 0. */
  get baseSequence(): number {
    return readInt32(this.#header, recordBatchLayout.baseSequence);
  }

  get lastSequence(): number {
    const sequence = this.baseSequence;
    if (sequence < 0) return sequence;
    const last = sequence + this.lastOffsetDelta;
    return last > 0x7fff_ffff ? last - 0x8000_0000 : last;
  }

  get recordCount(): number {
    return readInt32(this.#header, recordBatchLayout.recordCount);
  }

  /** Undefined for a number that no codec has. */
  get compression(): CompressionCodec | undefined {
    return compressionCodecs[this.attributes & 0x07];
  }

  get isLogAppendTime(): boolean {
    return (this.attributes & logAppendTimeBit) !== 0;
  }

  get isTransactional(): boolean {
    return (this.attributes & transactionalBit) !== 0;
  }

  get isControl(): boolean {
    return (this.attributes & controlBit) !== 0;
  }

  /** Whether `baseTimestamp` is the time from which a compacted tombstone may go (KIP-534). */
  get hasDeleteHorizon(): boolean {
    return (this.attributes & deleteHorizonBit) !== 0;
  }

  get hasProducerId(): boolean {
    return this.producerId >= 0;
  }
}

/** The attribute bits of a batch. */
export function batchAttributes(flags: {
  compression?: CompressionCodec;
  logAppendTime?: boolean;
  transactional?: boolean;
  control?: boolean;
  deleteHorizon?: boolean;
}): number {
  return (
    compressionCodecs.indexOf(flags.compression ?? 'none') |
    (flags.logAppendTime === true ? logAppendTimeBit : 0) |
    (flags.transactional === true ? transactionalBit : 0) |
    (flags.control === true ? controlBit : 0) |
    (flags.deleteHorizon === true ? deleteHorizonBit : 0)
  );
}
