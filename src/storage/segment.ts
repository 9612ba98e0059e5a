import type { Files } from '../runtime/runtime.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import {
  logFileSuffix,
  offsetFileName,
  offsetIndexEntryBytes,
  offsetIndexSuffix,
  relativeOffsetMax,
  timeIndexEntryBytes,
  timeIndexSuffix,
  transactionIndexEntryBytes,
  transactionIndexSuffix,
} from './log-layout.ts';
import { readBatchHeader } from './batch-walk.ts';
import type { DirectoryOnDemand } from './directory-on-demand.ts';
import { type LogConfig, segmentMsMax } from './log-config.ts';
import { OffsetIndex } from './offset-index.ts';
import type { CachedFile, OpenFiles } from './open-files.ts';
import { TimeIndex } from './time-index.ts';
import type { TimeIndexEntry } from './time-index.ts';
import { TransactionIndex } from './transaction-index.ts';

/** What a segment is made from. */
export interface SegmentOptions {
  readonly directory: string;
  readonly baseOffset: number;
  /** Bytes of its `.log` file that are good. */
  readonly sizeBytes: number;
  /** Whether its files are new: nothing of that name is on disk. */
  readonly isNew: boolean;
  readonly createdMs: number;
  /** By how much its `segment.ms` is cut. */
  readonly rollJitterMs: number;
  /** Bytes that its `.log` file takes from the start (`preallocate`); unless given, it grows as it is written. */
  readonly reservedBytes?: number;
  /** Given where the directory is made with the first file in it. */
  readonly directoryOnDemand?: DirectoryOnDemand | undefined;
}

/** A part of a `.log` file, `[fromPosition, toPosition)`. */
export interface RecoveredBytes {
  readonly fromPosition: number;
  readonly toPosition: number;
}

/** A point to which a segment can go back. */
export interface SegmentMark {
  readonly sizeBytes: number;
  readonly maxTimestamp: TimeIndexEntry;
  readonly firstTimestampMs: number | undefined;
  readonly bytesSinceIndexEntry: number;
  readonly offsetEntries: number;
  readonly timeEntries: number;
  readonly lastTimeEntry: TimeIndexEntry;
  /** Undefined where the index was not open: then it had what its file has. */
  readonly transactionEntries: number | undefined;
}

/**
 * A stretch of a log: its `.log` file and the three indexes of it. Indexes of segments that nobody looks into
 * are not even opened. Format: docs/formats/segment.md.
 */
export class Segment {
  readonly baseOffset: number;
  readonly file: CachedFile;
  readonly createdMs: number;
  readonly rollJitterMs: number;
  /** Bytes of batches, those that still wait to be written among them. */
  sizeBytes: number;
  /** Whether the `.log` file is known to exist. */
  isOnDisk: boolean;
  /** Whether the file may be longer than what is good, and is cut before it is written again. */
  needsCut = false;
  /** Bytes that recovery found beyond the recovery point, until they are written again (`writeRecoveredAgain`). */
  recovered: RecoveredBytes | undefined;
  /** Whether it is no longer part of the log: its files go, or are gone. */
  isRemoved = false;

  readonly #openFiles: OpenFiles;
  readonly #isNew: boolean;
  readonly #directoryOnDemand: DirectoryOnDemand | undefined;
  #reservedBytes: number;
  /** Whether the file goes on behind the batches, with zeros that were reserved for more. */
  #hasReserve = false;
  #offsetIndex: OffsetIndex | undefined;
  #timeIndex: TimeIndex | undefined;
  #transactionIndex: TransactionIndex | undefined;
  /** The largest timestamp, and the last offset of the first batch that has it; read when asked for. */
  #maxTimestamp: TimeIndexEntry | undefined;
  /** The largest timestamp of the first batch; read when asked for. */
  #firstTimestampMs: number | undefined;
  #bytesSinceIndexEntry = 0;

  constructor(options: SegmentOptions, modules: { openFiles: OpenFiles }) {
    this.baseOffset = options.baseOffset;
    this.sizeBytes = options.sizeBytes;
    this.createdMs = options.createdMs;
    this.rollJitterMs = options.rollJitterMs;
    this.isOnDisk = !options.isNew;
    this.#isNew = options.isNew;
    this.#directoryOnDemand = options.directoryOnDemand;
    this.#reservedBytes = options.reservedBytes ?? 0;
    this.#openFiles = modules.openFiles;
    const { files } = modules.openFiles;
    const name = offsetFileName(options.baseOffset, logFileSuffix);
    this.file = modules.openFiles.file(files.join(options.directory, name));
    if (options.isNew) this.#maxTimestamp = { timestampMs: -1, offset: options.baseOffset };
  }

  get offsetIndex(): OffsetIndex {
    if (this.#offsetIndex === undefined) {
      const file = this.#indexFile(offsetIndexSuffix);
      const count = this.#entryCount(file, offsetIndexEntryBytes);
      this.#offsetIndex = new OffsetIndex(file, this.baseOffset, count);
    }
    return this.#offsetIndex;
  }

  get timeIndex(): TimeIndex {
    if (this.#timeIndex === undefined) {
      const file = this.#indexFile(timeIndexSuffix);
      const count = this.#entryCount(file, timeIndexEntryBytes);
      this.#timeIndex = new TimeIndex(file, this.baseOffset, count);
    }
    return this.#timeIndex;
  }

  get transactionIndex(): TransactionIndex {
    if (this.#transactionIndex === undefined) {
      const file = this.#indexFile(transactionIndexSuffix);
      const count = this.#entryCount(file, transactionIndexEntryBytes);
      this.#transactionIndex = new TransactionIndex(file, count);
    }
    return this.#transactionIndex;
  }

  /** The indexes as recovery left them, in place of what their files have. */
  useIndexes(offsetIndex: OffsetIndex, timeIndex: TimeIndex): void {
    this.#offsetIndex = offsetIndex;
    this.#timeIndex = timeIndex;
    this.#maxTimestamp = undefined;
  }

  /** The file of an index, by the end of its name. */
  indexFile(suffix: string): CachedFile {
    return this.#indexFile(suffix);
  }

  /** Makes the `.log` file, with the room that is reserved for it. Throws as `Files` does. */
  createFile(): void {
    this.#directoryOnDemand?.make();
    const handle = this.file.handle(true);
    if (this.#reservedBytes > 0) {
      handle.truncate(this.#reservedBytes);
      this.#hasReserve = true;
    }
    this.isOnDisk = true;
  }

  /** Makes the `.log` file end where its batches do. Where it throws as `Files` does, the next write does it. */
  cutFile(sizeBytes = this.sizeBytes): void {
    if (!this.isOnDisk) return;
    this.needsCut = true;
    this.file.handle().truncate(sizeBytes);
    this.needsCut = false;
    this.#hasReserve = false;
  }

  /** Gives back the room that was reserved and is not needed: the segment is full, or its log is closed. */
  cutReserve(): void {
    // Its file may be made only later, when its first batch is written.
    this.#reservedBytes = 0;
    if (this.#hasReserve) this.cutFile();
  }

  /** The largest timestamp up to the end; `{ -1, … }` where no batch has one. */
  maxTimestamp(): TimeIndexEntry {
    this.#maxTimestamp ??= this.timeIndex.lastEntry();
    return this.#maxTimestamp;
  }

  /** What retention goes by: the largest timestamp or, where there is none, when the file was written. */
  largestTimestampMs(files: Files): number {
    const { timestampMs } = this.maxTimestamp();
    if (timestampMs >= 0) return timestampMs;
    return files.stat(this.file.path)?.modifiedMs ?? this.createdMs;
  }

  /** Reads what appends go by, so that they need not. Throws as `Files` does. */
  prepareForAppends(): void {
    void this.offsetIndex;
    this.maxTimestamp();
    if (this.#firstTimestampMs === undefined && this.sizeBytes > 0) {
      this.#firstTimestampMs = this.#readFirstTimestamp();
    }
  }

  /** How long the segment has been filled, by the time of its first batch (`segment.ms`). */
  ageAtMs(batchTimestampMs: number, nowMs: () => number): number {
    const first = this.#firstTimestampMs ?? -1;
    return first >= 0 ? batchTimestampMs - first : nowMs() - this.createdMs;
  }

  /** Whether the batch cannot be appended here: the segment is full, old, or too far from its offsets. */
  mustRoll(
    batch: RecordBatch,
    lastOffset: number,
    config: LogConfig,
    nowMs: () => number,
  ): boolean {
    if (lastOffset - this.baseOffset > relativeOffsetMax) return true;
    if (this.sizeBytes === 0) return false;
    if (this.sizeBytes > config.segmentBytes - batch.sizeBytes) return true;
    if (this.offsetIndex.isFull(config.segmentIndexBytes)) return true;
    if (this.timeIndex.isFull(config.segmentIndexBytes)) return true;
    return this.ageAtMs(batch.maxTimestamp, nowMs) > segmentMsMax(config) - this.rollJitterMs;
  }

  /**
   * Counts a batch in, behind all others, and indexes it where it is time to.
   *
   * HOT: bench=append
   */
  noteAppended(
    sizeBytes: number,
    lastOffset: number,
    timestampMs: number,
    intervalBytes: number,
  ): void {
    const position = this.sizeBytes;
    if (position === 0) this.#firstTimestampMs = timestampMs;
    if (timestampMs > this.maxTimestamp().timestampMs) {
      this.#maxTimestamp = { timestampMs, offset: lastOffset };
    }
    if (this.#bytesSinceIndexEntry > intervalBytes) {
      this.offsetIndex.append(lastOffset, position);
      this.indexMaxTimestamp();
      this.#bytesSinceIndexEntry = 0;
    }
    this.#bytesSinceIndexEntry += sizeBytes;
    this.sizeBytes = position + sizeBytes;
  }

  /**
   * The last entry of the offset index points at `position`, 0 where there is none: the next is as far from it as it
   * would be in the process that wrote it, so that recovery makes none between them.
   */
  noteIndexedUntil(position: number): void {
    this.#bytesSinceIndexEntry = this.sizeBytes - position;
  }

  /** Makes the time index end with the largest timestamp, as that of a closed segment does. */
  indexMaxTimestamp(): void {
    const { timestampMs, offset } = this.maxTimestamp();
    this.timeIndex.maybeAppend(timestampMs, offset);
  }

  mark(): SegmentMark {
    return {
      sizeBytes: this.sizeBytes,
      maxTimestamp: this.maxTimestamp(),
      firstTimestampMs: this.#firstTimestampMs,
      bytesSinceIndexEntry: this.#bytesSinceIndexEntry,
      offsetEntries: this.offsetIndex.entries.count,
      timeEntries: this.timeIndex.entries.count,
      lastTimeEntry: this.timeIndex.lastEntry(),
      transactionEntries: this.#transactionIndex?.entries.count,
    };
  }

  /** Goes back to `mark`; the bytes in the file are the caller's to cut. Reads nothing: it cannot fail half-way. */
  restore(mark: SegmentMark): void {
    this.sizeBytes = mark.sizeBytes;
    this.#maxTimestamp = mark.maxTimestamp;
    this.#firstTimestampMs = mark.firstTimestampMs;
    this.#bytesSinceIndexEntry = mark.bytesSinceIndexEntry;
    this.offsetIndex.entries.truncate(mark.offsetEntries);
    this.timeIndex.truncate(mark.timeEntries, mark.lastTimeEntry);
    const transactions = this.#transactionIndex?.entries;
    transactions?.truncate(mark.transactionEntries ?? transactions.countAtOpen);
  }

  /**
   * Ends at `sizeBytes`, where a batch ends, whose next offset is `endOffset`. The bytes in the file and the
   * largest timestamp (`useMaxTimestamp`) are the caller's to set right.
   */
  cutTo(sizeBytes: number, endOffset: number): void {
    this.sizeBytes = sizeBytes;
    this.offsetIndex.truncateTo(endOffset);
    this.timeIndex.truncateTo(endOffset);
    this.transactionIndex.truncateTo(endOffset);
    this.#maxTimestamp = undefined;
    this.#bytesSinceIndexEntry = 0;
    if (sizeBytes === 0) this.#firstTimestampMs = undefined;
  }

  /** Sets the largest timestamp, where the time index does not say it. */
  useMaxTimestamp(entry: TimeIndexEntry): void {
    this.#maxTimestamp = entry;
  }

  /** The indexes that are in use. */
  indexes(): (OffsetIndex | TimeIndex | TransactionIndex)[] {
    return [this.#offsetIndex, this.#timeIndex, this.#transactionIndex].filter(
      (index) => index !== undefined,
    );
  }

  /** Appends to their files what the indexes have too much of in memory. Throws as `Files` does. */
  writeOutFullIndexes(): void {
    for (const { entries } of this.indexes()) if (entries.wantsWriteOut) entries.writeOut();
  }

  /** Closes all its files; they open again when they are used. */
  closeFiles(): void {
    this.file.close();
    for (const index of this.indexes()) index.entries.file.close();
  }

  /** All files it may have. */
  allFiles(): CachedFile[] {
    return [
      this.file,
      this.#offsetIndex?.entries.file ?? this.#indexFile(offsetIndexSuffix),
      this.#timeIndex?.entries.file ?? this.#indexFile(timeIndexSuffix),
      this.#transactionIndex?.entries.file ?? this.#indexFile(transactionIndexSuffix),
    ];
  }

  #indexFile(suffix: string): CachedFile {
    const stem = this.file.path.slice(0, -logFileSuffix.length);
    return this.#openFiles.file(stem + suffix);
  }

  #entryCount(file: CachedFile, entryBytes: number): number {
    return this.#isNew ? 0 : Math.floor(file.sizeBytes() / entryBytes);
  }

  #readFirstTimestamp(): number {
    return readBatchHeader(this.file, 0)?.maxTimestamp ?? -1;
  }
}
