import { batchCrc, crc32c } from '../records/crc32c.ts';
import {
  RecordBatch,
  recordBatchHeaderBytes,
  recordBatchLayout,
  recordBatchMagic,
  recordBatchOverheadBytes,
} from '../records/record-batch.ts';
import { readInt32 } from '../util/bytes.ts';
import type { CachedFile } from './open-files.ts';
import type { ReadBuffers } from './read-buffers.ts';

/** Bytes of a segment that are looked at at a time. */
const sliceBytesMax = 1024 * 1024;

/** What a walk looks at, and who is told of each batch. */
export interface BatchWalkOptions {
  /** Where a batch starts. */
  readonly from: number;
  /** Where the last batch ends. */
  readonly end: number;
  /** The CRC of batches that end at this offset or behind it is checked. Never, unless given. */
  readonly checkCrcFromOffset?: number;
  /** Bytes read at once; for tests. */
  readonly sliceBytes?: number;
  /**
   * Told of each batch, in order; false ends the walk before it. The batch is whole, unless it is larger
   * than a slice: then only its header is there. It holds during the call.
   */
  readonly visit: (batch: RecordBatch, position: number, sizeBytes: number) => boolean;
}

interface OversizedBatch {
  readonly header: Uint8Array;
  readonly sizeBytes: number;
  crc: number;
  /** Up to where the CRC has come. */
  crcPosition: number;
}

/**
 * Goes through the batches of a segment's file, in slices of bounded size, however large the batches are.
 * Whoever drives it reads what `nextRead` asks for and hands it to `accept`: `walkNow` or `walkAsync`.
 */
export class BatchWalk {
  /** Where the batches end that were found good. */
  position: number;
  /** Why the walk ended before `end`, undefined where the visitor ended it or nothing did. */
  problem: string | undefined;
  /** Whether it ended where zeros stand in place of a header: room that was reserved, or never reached the disk. */
  endsInZeros = false;

  readonly #options: BatchWalkOptions;
  readonly #sliceBytes: number;
  #end: number;
  #stopped = false;
  #oversized: OversizedBatch | undefined;

  constructor(options: BatchWalkOptions) {
    this.#options = options;
    this.#sliceBytes = options.sliceBytes ?? sliceBytesMax;
    this.#end = options.end;
    this.position = options.from;
  }

  /** What to read next, undefined at the end of the walk. */
  nextRead(): { position: number; length: number } | undefined {
    if (this.#stopped || this.problem !== undefined || this.position >= this.#end) return undefined;
    const oversized = this.#oversized;
    const from = oversized?.crcPosition ?? this.position;
    const end = oversized === undefined ? this.#end : this.position + oversized.sizeBytes;
    return { position: from, length: Math.min(this.#sliceBytes, end - from) };
  }

  /** Takes what was read: as much as was asked for, or less at the end of the file. */
  accept(bytes: Uint8Array): void {
    const asked = this.nextRead();
    if (asked !== undefined && bytes.length < asked.length)
      this.#end = asked.position + bytes.length;
    if (this.#oversized !== undefined) {
      this.#acceptOversized(bytes, this.#oversized);
      return;
    }
    let at = 0;
    while (at >= 0 && at < bytes.length) at = this.#acceptBatch(bytes, at);
  }

  /** Goes past one batch. Answers where the next stands, -1 where it is not in these bytes. */
  #acceptBatch(bytes: Uint8Array, at: number): number {
    const available = bytes.length - at;
    if (available < recordBatchHeaderBytes) {
      if (this.position + available >= this.#end)
        this.#endAt(bytes, at, 'a header that is cut off');
      return -1;
    }
    const sizeBytes =
      readInt32(bytes, at + recordBatchLayout.batchLength) + recordBatchOverheadBytes;
    if (bytes[at + recordBatchLayout.magic] !== recordBatchMagic)
      this.#endAt(bytes, at, 'a wrong magic');
    else if (sizeBytes < recordBatchHeaderBytes) this.problem = 'an impossible length';
    else if (sizeBytes > this.#end - this.position) this.problem = 'a batch that is cut off';
    if (this.problem !== undefined) return -1;
    if (sizeBytes <= available) {
      const batch = new RecordBatch([bytes.subarray(at, at + sizeBytes)]);
      return this.#pass(batch, sizeBytes, batchCrc) ? at + sizeBytes : -1;
    }
    if (sizeBytes > this.#sliceBytes) this.#startOversized(bytes.subarray(at), sizeBytes);
    return -1;
  }

  #endAt(bytes: Uint8Array, at: number, problem: string): void {
    const header = bytes.subarray(at, at + recordBatchHeaderBytes);
    this.endsInZeros = header.every((byte) => byte === 0);
    this.problem = this.endsInZeros ? 'zeros in place of a batch' : problem;
  }

  #startOversized(bytes: Uint8Array, sizeBytes: number): void {
    const header = bytes.slice(0, recordBatchHeaderBytes);
    const batch = new RecordBatch([header]);
    if (!this.#needsCrc(batch)) {
      this.#pass(batch, sizeBytes, batchCrc);
      return;
    }
    const crc = crc32c(bytes.subarray(recordBatchLayout.attributes));
    this.#oversized = { header, sizeBytes, crc, crcPosition: this.position + bytes.length };
  }

  #acceptOversized(bytes: Uint8Array, oversized: OversizedBatch): void {
    oversized.crc = crc32c(bytes, oversized.crc);
    oversized.crcPosition += bytes.length;
    const end = this.position + oversized.sizeBytes;
    if (end > this.#end) this.problem = 'a batch that is cut off';
    if (oversized.crcPosition < end) return;
    this.#oversized = undefined;
    this.#pass(new RecordBatch([oversized.header]), oversized.sizeBytes, () => oversized.crc);
  }

  /** Checks and shows one batch. Answers whether to go on. */
  #pass(batch: RecordBatch, sizeBytes: number, crcOf: (batch: RecordBatch) => number): boolean {
    if (this.#needsCrc(batch) && crcOf(batch) !== batch.crc) {
      this.problem = 'a wrong checksum';
      return false;
    }
    if (!this.#options.visit(batch, this.position, sizeBytes)) {
      this.#stopped = true;
      return false;
    }
    this.position += sizeBytes;
    return true;
  }

  #needsCrc(batch: RecordBatch): boolean {
    const from = this.#options.checkCrcFromOffset;
    return from !== undefined && batch.lastOffset >= from;
  }
}

/** Drives a walk with blocking reads. Throws as `Files` does. */
export function walkNow(file: CachedFile, walk: BatchWalk, buffers: ReadBuffers): void {
  let read = walk.nextRead();
  if (read === undefined) return;
  // No later read is longer than the first.
  const buffer = buffers.take(read.length);
  const handle = file.pin();
  try {
    for (; read !== undefined; read = walk.nextRead()) {
      const target = buffer.subarray(0, read.length);
      walk.accept(target.subarray(0, handle.read(target, read.position)));
    }
  } finally {
    file.unpin();
    buffers.give(buffer);
  }
}

/** Drives a walk with reads through the thread pool. Rejects as `Files` does. */
export async function walkAsync(
  file: CachedFile,
  walk: BatchWalk,
  buffers: ReadBuffers,
): Promise<void> {
  let read = walk.nextRead();
  if (read === undefined) return;
  // No later read is longer than the first.
  const buffer = buffers.take(read.length);
  const handle = file.pin();
  try {
    for (; read !== undefined; read = walk.nextRead()) {
      const target = buffer.subarray(0, read.length);
      walk.accept(target.subarray(0, await handle.readAsync(target, read.position)));
    }
  } finally {
    file.unpin();
    buffers.give(buffer);
  }
}

/** The header of the batch at `position`, undefined where there is none. */
export function readBatchHeader(file: CachedFile, position: number): RecordBatch | undefined {
  const header = new Uint8Array(recordBatchHeaderBytes);
  const read = file.handle().read(header, position);
  return read < header.length ? undefined : new RecordBatch([header]);
}
