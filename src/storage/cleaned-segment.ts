import type { RecordBatch } from '../records/record-batch.ts';
import type { FileHandle, Files } from '../runtime/runtime.ts';
import { assert } from '../util/assert.ts';
import {
  cleanedSuffix,
  logFileSuffix,
  offsetFileName,
  offsetIndexSuffix,
  segmentFileSuffixes,
  timeIndexSuffix,
  transactionIndexSuffix,
} from './log-layout.ts';
import { OffsetIndex } from './offset-index.ts';
import { OpenFiles } from './open-files.ts';
import { TimeIndex, type TimeIndexEntry } from './time-index.ts';
import { type AbortedTransaction, TransactionIndex } from './transaction-index.ts';

/** Positions in a `.log` file are an int32. */
const logBytesMax = 0x7fff_ffff;

/**
 * A segment that a cleaner writes: the four files under names that end in `.cleaned`. They are not synced here.
 * Format: docs/formats/segment.md.
 */
export class CleanedSegment {
  readonly offsetIndex: OffsetIndex;
  readonly timeIndex: TimeIndex;
  sizeBytes = 0;

  readonly #options: CleanedSegmentOptions;
  readonly #files: Files;
  readonly #log: FileHandle;
  readonly #transactionIndex: TransactionIndex;
  readonly #buffer: Uint8Array;
  #bufferedBytes = 0;
  #maxTimestamp: TimeIndexEntry;
  #bytesSinceIndexEntry = 0;

  /** Removes what an earlier cleaner has left of it. Throws as `Files` does. */
  constructor(options: CleanedSegmentOptions, modules: { files: Files }) {
    this.#options = options;
    this.#files = modules.files;
    this.remove();
    const { baseOffset } = options;
    const openFiles = new OpenFiles({ openFilesMax: 16 }, modules);
    const file = (suffix: string) => openFiles.file(this.#path(suffix));
    this.#log = this.#files.open(this.#path(logFileSuffix), 'create');
    this.offsetIndex = new OffsetIndex(file(offsetIndexSuffix), baseOffset, 0);
    this.timeIndex = new TimeIndex(file(timeIndexSuffix), baseOffset, 0);
    this.#transactionIndex = new TransactionIndex(file(transactionIndexSuffix), 0);
    this.#buffer = new Uint8Array(options.bufferBytes);
    this.#maxTimestamp = { timestampMs: -1, offset: baseOffset };
  }

  /** Adds a batch behind all others; its bytes are copied or written. Throws as `Files` does. */
  append(batch: RecordBatch): void {
    const { lastOffset, maxTimestamp, recordCount, sizeBytes } = batch;
    assert(this.sizeBytes + sizeBytes <= logBytesMax, 'a cleaned segment ends below 2 GiB');
    // The time of an emptied batch is that of no record.
    if (recordCount > 0 && maxTimestamp > this.#maxTimestamp.timestampMs) {
      this.#maxTimestamp = { timestampMs: maxTimestamp, offset: lastOffset };
    }
    if (this.#bytesSinceIndexEntry > this.#options.indexIntervalBytes) {
      this.offsetIndex.append(lastOffset, this.sizeBytes);
      this.#indexMaxTimestamp();
      this.#bytesSinceIndexEntry = 0;
    }
    this.#bytesSinceIndexEntry += sizeBytes;
    this.#write(batch);
    this.sizeBytes += sizeBytes;
    for (const { entries } of [this.offsetIndex, this.timeIndex, this.#transactionIndex]) {
      if (entries.wantsWriteOut) entries.writeOut();
    }
  }

  /** Notes an aborted transaction whose marker is in the segment; in the order of the markers. */
  addAborted(transaction: AbortedTransaction): void {
    this.#transactionIndex.append(transaction);
  }

  /** Brings all of it to the files. Throws as `Files` does. */
  finish(): void {
    this.#writeOut();
    this.#indexMaxTimestamp();
    this.offsetIndex.entries.writeOut();
    this.timeIndex.entries.writeOut();
    const { entries } = this.#transactionIndex;
    // An old one of that name must not outlive the segment that it is about.
    if (entries.count > 0 || this.#options.replacesTransactionIndex) entries.writeOut();
  }

  close(): void {
    this.#log.close();
    for (const { entries } of [this.offsetIndex, this.timeIndex, this.#transactionIndex]) {
      entries.file.close();
    }
  }

  /** Removes the files. */
  remove(): void {
    for (const suffix of segmentFileSuffixes) this.#files.remove(this.#path(suffix));
  }

  #path(suffix: string): string {
    const { directory, baseOffset } = this.#options;
    return this.#files.join(directory, offsetFileName(baseOffset, suffix + cleanedSuffix));
  }

  #indexMaxTimestamp(): void {
    const { timestampMs, offset } = this.#maxTimestamp;
    this.timeIndex.maybeAppend(timestampMs, offset);
  }

  #write(batch: RecordBatch): void {
    if (batch.sizeBytes > this.#buffer.length - this.#bufferedBytes) this.#writeOut();
    if (batch.sizeBytes > this.#buffer.length) {
      this.#log.writev(batch.chunks, this.sizeBytes);
      return;
    }
    for (const chunk of batch.chunks) {
      this.#buffer.set(chunk, this.#bufferedBytes);
      this.#bufferedBytes += chunk.length;
    }
  }

  #writeOut(): void {
    if (this.#bufferedBytes === 0) return;
    const bytes = this.#buffer.subarray(0, this.#bufferedBytes);
    this.#log.writev([bytes], this.sizeBytes - this.#bufferedBytes);
    this.#bufferedBytes = 0;
  }
}

/** Which segment is written. */
export interface CleanedSegmentOptions {
  readonly directory: string;
  readonly baseOffset: number;
  readonly indexIntervalBytes: number;
  /** Bytes that gather before they are written. */
  readonly bufferBytes: number;
  /** Whether a segment of that base offset has a transaction index, so that this one needs one too. */
  readonly replacesTransactionIndex: boolean;
}
