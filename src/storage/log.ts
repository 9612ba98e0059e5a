import type { RecordBatch } from '../records/record-batch.ts';
import type { Clock, Files, Random, Timers } from '../runtime/runtime.ts';
import { assert } from '../util/assert.ts';
import { errorText } from '../util/is-error.ts';
import type { Logger } from '../util/logger.ts';
import type { AppendOptions, AppendResult } from './append-result.ts';
import type { BatchCache, LogTail } from './batch-cache.ts';
import { DeletedFiles } from './deleted-files.ts';
import type { DirectoryPace } from './directory-pace.ts';
import { LogAppender } from './log-appender.ts';
import { LogCompaction } from './log-compaction.ts';
import type { LogConfig } from './log-config.ts';
import { LogFlusher } from './log-flusher.ts';
import type { LogOptions } from './log-options.ts';
import { emptyRead, LogReader } from './log-reader.ts';
import type { BatchesRead, BatchesReadOptions } from './log-reader.ts';
import { LogState } from './log-state.ts';
import type { LogParts } from './log-state.ts';
import type { OpenFiles } from './open-files.ts';
import { activeProducers } from './active-producers.ts';
import type { ActiveProducer } from './active-producers.ts';
import type { ReadBuffers } from './read-buffers.ts';
import { isOfFiles, lacksRoom } from './storage-failure.ts';
import { findByTimestamp, findMaxTimestamp, lookupRange } from './time-lookup.ts';
import type { RecordByTime, TimeLookupRange } from './time-lookup.ts';
import type { AbortedTransaction } from './transaction-index.ts';

/** Why an append is refused: names of Kafka's errors. */
export type AppendRejection = Extract<AppendResult, { outcome: 'rejected' }>['reason'];

/** Whole batches of a log, which nobody writes to; to be released where there is something to release. */
export interface LogRead extends BatchesRead {}

/** A record found by its time. */
export interface TimestampOffset extends RecordByTime {}

/** What a log tells the partition it belongs to: set as `log.listener`. */
export interface LogListener {
  /** Everything below `writtenEndOffset` is in the file (and flushed, where `flush.messages` asks for it). */
  onWritten(log: Log, writtenEndOffset: number): void;
  /** Appends from `firstLostOffset` on, which had been answered `appended`, were cut off again. */
  onWriteFailed(log: Log, firstLostOffset: number, reason: 'KAFKA_STORAGE_ERROR'): void;
}

/** What a log needs around it. All but `pace` are shared by the logs of a broker. */
export interface LogModules {
  readonly files: Files;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly openFiles: OpenFiles;
  readonly batchCache: BatchCache;
  readonly readBuffers: ReadBuffers;
  /** Most bytes that a batch may become when a record is looked for in it. */
  readonly decompressedBytesMax: number;
  /** A larger write goes through the thread pool. */
  readonly blockingWriteBytesMax: number;
  /** One for the logs of a log directory. */
  readonly pace: DirectoryPace;
  /**
   * A failure that takes the log directory offline: a failed fsync or any I/O error but want of room. The
   * log refuses appends from then on.
   */
  readonly onIoFailure: (log: Log, error: unknown) => void;
  /**
   * The log is about to be cut, so that it ends at `endOffset`: a start after a crash must not take for flushed
   * what comes there later. Throws as `Files` does.
   */
  readonly beforeCut: (log: Log, endOffset: number) => void;
  /** A segment has ended: its log is to be flushed when its turn comes, among others of its directory. */
  readonly flushSoon: (log: Log) => void;
}

/**
 * The log of one partition. Appends are decided when they are made, and written together at the end of the
 * event-loop turn; `listener` learns when they are. Made by `openLog` or `createLog`.
 *
 * What throws or rejects does so with the codes of `Files`. After a failure that takes the directory offline
 * every append is refused.
 */
export class Log {
  readonly topic: string;
  readonly partition: number;
  topicId: string;
  readonly directory: string;
  listener: LogListener | undefined;
  /** What a cleaner does with the log. */
  readonly compaction: LogCompaction;

  readonly #modules: LogModules;
  readonly #state: LogState;
  readonly #tail: LogTail;
  readonly #appender: LogAppender;
  readonly #reader: LogReader;
  readonly #flusher: LogFlusher;
  /** Made with the first segment that is deleted. */
  #deleted: DeletedFiles | undefined;
  #lastFlushMs: number;
  #failure: unknown;
  #isClosed = false;

  constructor(options: LogOptions, modules: LogModules, parts: LogParts) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.topicId = options.topicId;
    this.directory = options.directory;
    this.#modules = modules;
    this.#state = new LogState(options, parts, modules);
    this.#tail = modules.batchCache.tail();
    this.#reader = new LogReader(this.#state.segments, modules);
    this.#flusher = new LogFlusher(this.#state, {
      files: modules.files,
      writesIdle: () => this.#appender.idle(),
    });
    this.#appender = new LogAppender(
      {
        written: (endOffset) => this.listener?.onWritten(this, endOffset),
        lost: (firstLostOffset, error) => this.#lost(firstLostOffset, error),
        failed: (error) => this.#fail(error),
        flush: () => this.#flush({ everything: false }),
        flushInBackground: () => modules.flushSoon(this),
        truncateTo: (offset) => this.truncateTo(offset),
      },
      this.#state,
      { ...modules, tail: this.#tail, flusher: this.#flusher },
    );
    this.compaction = new LogCompaction(
      (files) => this.#deletedFiles.removeRenamed(files, this.config.fileDeleteDelayMs),
      this.#state,
      { ...modules, tail: this.#tail, reader: this.#reader, flusher: this.#flusher },
    );
    this.#flusher.noteWritten(parts.unflushedBytes);
    this.#lastFlushMs = modules.clock.nowMs();
  }

  get config(): LogConfig {
    return this.#state.config;
  }

  get logStartOffset(): number {
    return this.#state.logStartOffset;
  }

  /** The next offset to be given; counts what still waits to be written. */
  get logEndOffset(): number {
    return this.#state.logEndOffset;
  }

  /** Below it everything is in the file. */
  get writtenEndOffset(): number {
    return this.#state.writtenEndOffset;
  }

  get highWatermark(): number {
    return this.#state.highWatermark;
  }

  /** What read_committed may read up to. */
  get lastStableOffset(): number {
    return this.#state.lastStableOffset;
  }

  /** Below it every batch has survived power loss. */
  get flushedOffset(): number {
    return this.#state.flushedOffset;
  }

  /** Below it so have the indexes; at most `flushedOffset`. */
  get recoveryPoint(): number {
    return this.#state.recoveryPoint;
  }

  /** Bytes written since the last flush. */
  get unflushedBytes(): number {
    return this.#flusher.unflushedBytes;
  }

  get sizeBytes(): number {
    return this.#state.segments.sizeBytes;
  }

  /** False before the first file of a log whose directory is made on demand. */
  get hasDirectory(): boolean {
    return this.#state.hasDirectory;
  }

  /** Leader epoch of the last batch, -1 where there is none. */
  get latestEpoch(): number {
    return this.#state.epochs.latestEpoch;
  }

  /** Acts from the next append, roll or retention on. */
  updateConfig(config: LogConfig): void {
    this.#state.config = config;
  }

  /** Sets the high watermark, which the partition decides, in `[logStartOffset, logEndOffset]`. */
  setHighWatermark(offset: number): void {
    this.#state.highWatermark = offset;
    this.#state.producers.forgetEndedBelow(offset);
  }

  /** Raises the high watermark; does nothing where it is higher. */
  advanceHighWatermark(offset: number): void {
    if (offset > this.#state.highWatermark) this.setHighWatermark(offset);
  }

  /**
   * Decides on a batch that was judged good, and queues it to be written. It gets its offsets and its leader
   * epoch in place, unless it is replicated. The buffers belong to the log from then on.
   *
   * HOT: bench=append
   */
  append(batch: RecordBatch, options: AppendOptions): AppendResult {
    if (this.#failure !== undefined || this.#isClosed) return this.#offline();
    return this.#appender.append(batch, options) ?? this.#offline();
  }

  /** Writes what has gathered, without waiting for the end of the turn. */
  writePending(): void {
    this.#appender.writer.writePending();
  }

  #lost(firstLostOffset: number, error: unknown): void {
    if (this.#isClosed) return;
    const { topic, partition } = this;
    const fields = { topic, partition, firstLostOffset, error: errorText(error) };
    this.#modules.logger.warn('appends could not be written', fields);
    this.#failUnlessRoomless(error);
    this.listener?.onWriteFailed(this, firstLostOffset, 'KAFKA_STORAGE_ERROR');
  }

  /**
   * Whole batches from the one that holds `startOffset`, which is in `[logStartOffset, logEndOffset]`. What
   * was written lately comes from memory, without a promise.
   *
   * HOT: bench=fetch
   */
  read(startOffset: number, options: BatchesReadOptions): LogRead | Promise<LogRead> {
    const { writtenEndOffset } = this.#state;
    const end = Math.min(options.upperBoundOffset, writtenEndOffset);
    if (startOffset >= end || this.#isClosed) return emptyRead;
    const bounded =
      options.upperBoundOffset <= writtenEndOffset
        ? options
        : { ...options, upperBoundOffset: writtenEndOffset };
    return this.#tail.read(startOffset, bounded) ?? this.#readFiles(startOffset, bounded);
  }

  #readFiles(startOffset: number, options: BatchesReadOptions): LogRead | Promise<LogRead> {
    const read = this.#guarded(() => this.#reader.read(startOffset, options));
    return read instanceof Promise
      ? read.catch((error: unknown) => this.#filesFailed(error))
      : read;
  }

  /** About how many bytes the batches between two offsets take; reads nothing near the end of the log. */
  bytesBetween(startOffset: number, upperBoundOffset: number): number {
    const end = Math.min(upperBoundOffset, this.#state.writtenEndOffset);
    if (startOffset >= end) return 0;
    const cached = this.#tail.bytesFrom(startOffset);
    if (cached !== undefined) return cached - (this.#tail.bytesFrom(end) ?? 0);
    const { fileEndOffset } = this.#state;
    const bytesBefore = (offset: number): number => this.#reader.bytesBefore(offset, fileEndOffset);
    return this.#guarded(() => Math.max(0, bytesBefore(end) - bytesBefore(startOffset)));
  }

  /** The aborted transactions that a read_committed reader of `[startOffset, upperBoundOffset)` must know. */
  abortedTransactions(startOffset: number, upperBoundOffset: number): AbortedTransaction[] {
    const { segments } = this.#state;
    return this.#guarded(() => {
      const found: AbortedTransaction[] = [];
      for (const segment of segments.list.slice(segments.indexOf(startOffset))) {
        if (segment.transactionIndex.collect(startOffset, upperBoundOffset, found)) break;
      }
      return found;
    });
  }

  /** The first record whose timestamp is `timestampMs` or later. */
  offsetForTimestamp(timestampMs: number): Promise<TimestampOffset | undefined> {
    return this.#lookUp((range) => findByTimestamp(timestampMs, range, this.#modules));
  }

  /** The first record with the largest timestamp. */
  offsetOfMaxTimestamp(): Promise<TimestampOffset | undefined> {
    return this.#lookUp((range) => findMaxTimestamp(range, this.#modules));
  }

  /** Looks with `find`, and again as long as segments went meanwhile: others may have taken their place. */
  async #lookUp<Found>(find: (range: TimeLookupRange) => Promise<Found>): Promise<Found> {
    try {
      for (;;) {
        const range = lookupRange(this.#state, this.#appender.writer, () => this.#isClosed);
        const found = await find(range);
        if (this.#isClosed || !range.segments.some(({ isRemoved }) => isRemoved)) return found;
      }
    } catch (error) {
      return this.#filesFailed(error);
    }
  }

  /** Where a leader epoch ended (KIP-101, KIP-279); `{-1, -1}` when that is not known. */
  endOffsetForEpoch(epoch: number): { epoch: number; endOffset: number } {
    return this.#state.epochs.endOffsetForEpoch(epoch, this.#state.logEndOffset);
  }

  /** The leader epoch that gave out `offset`, -1 when that is not known. */
  epochForOffset(offset: number): number {
    return this.#state.epochs.epochForOffset(offset);
  }

  /** Raises the log's start to `offset`, at most the log's end, and removes the segments wholly below it. */
  advanceLogStartOffset(offset: number): void {
    assert(offset <= this.#state.logEndOffset, 'a log does not start behind its end');
    if (offset <= this.#state.logStartOffset) return;
    this.compaction.finishSwap();
    this.#state.raiseStart(offset);
    this.#tail.dropBelow(offset);
    const config = { ...this.config, cleanupPolicyDelete: false };
    this.#guarded(() =>
      this.#deleteOldest(this.#state.countDeletable(config, this.#modules.clock.nowMs())),
    );
  }

  /**
   * Cuts the log so that it ends at `offset`, or before it where that stands within a batch. What still
   * waited to be written is cut off too; the listener is not told.
   */
  truncateTo(offset: number): void {
    const state = this.#state;
    if (offset >= state.logEndOffset) return;
    if (offset < state.logStartOffset) return this.truncateFullyAndStartAt(offset);
    this.compaction.interrupt();
    this.#appender.dropPending();
    this.#reader.forgetCursors();
    if (offset < state.logEndOffset) {
      const beforeCut = (endOffset: number): void => this.#modules.beforeCut(this, endOffset);
      this.#flusher.noteTruncated(this.#guarded(() => state.cutTo(offset, beforeCut)));
    }
    this.#tail.truncateTo(state.logEndOffset);
  }

  /** Removes everything; the log goes on, empty, at `offset`. */
  truncateFullyAndStartAt(offset: number): void {
    this.compaction.interrupt();
    this.#appender.dropPending();
    this.#reader.forgetCursors();
    this.#tail.truncateTo(-1);
    this.#guarded(() => {
      this.#modules.beforeCut(this, Math.min(offset, this.logEndOffset));
      this.#deleted?.renameNow();
      this.#flusher.noteTruncated(this.#state.startAt(offset));
    });
  }

  activeProducers(): ActiveProducer[] {
    return activeProducers(this.#state.producers);
  }

  /** Forgets producers idle for `producerIdExpirationMs`; to be called now and then. */
  expireProducers(nowMs: number): void {
    this.#state.producers.expire(nowMs, this.config.producerIdExpirationMs);
  }

  /** Deletes the oldest segments as `retention.*` and the log's start ask for; to be called now and then. */
  applyRetention(nowMs: number): { deletedSegments: number } {
    this.compaction.finishSwap();
    const count = this.#state.countDeletable(this.config, nowMs);
    const hasToRoll = count === this.#state.segments.list.length;
    const deletedSegments = hasToRoll && !this.#rollEmpty() ? count - 1 : count;
    this.#deleteOldest(deletedSegments);
    return { deletedSegments };
  }

  /** Puts an empty segment behind the others, so that all of them may go. False where that is not possible. */
  #rollEmpty(): boolean {
    if (!this.#appender.writer.isIdle || !this.#appender.roll(this.#state.logEndOffset))
      return false;
    try {
      this.#state.createActiveFile();
      return true;
    } catch (error) {
      this.#failUnlessRoomless(error);
      return false;
    }
  }

  #deleteOldest(count: number): void {
    if (count === 0) return;
    const removed = this.#state.takeOldest(count);
    this.compaction.noteRemoved(removed);
    this.#flusher.forget(removed);
    this.#tail.dropBelow(this.#state.logStartOffset);
    const files = removed.flatMap((segment) => segment.allFiles());
    this.#deletedFiles.remove(files, this.config.fileDeleteDelayMs);
  }

  get #deletedFiles(): DeletedFiles {
    const modules = { ...this.#modules, onFailure: (error: unknown) => this.#fail(error) };
    return (this.#deleted ??= new DeletedFiles(this, modules));
  }

  /** Whether `flush.ms` has passed since the last flush, and there is something to flush. */
  isFlushDue(nowMs: number): boolean {
    const { logEndOffset, flushedOffset, config } = this.#state;
    return logEndOffset > flushedOffset && nowMs - this.#lastFlushMs >= config.flushMs;
  }

  /**
   * Makes everything up to the log's end survive power loss, and moves the recovery point there. Rejects with
   * `DISK_FULL` and `TOO_MANY_OPEN_FILES`, after which it may be called again, and with `IO_ERROR`, after which
   * the log is offline.
   */
  async flush(): Promise<void> {
    await this.#flush({ everything: true });
  }

  async #flush(options: { everything: boolean }): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#lastFlushMs = this.#modules.clock.nowMs();
    try {
      await this.#flusher.flush(options);
    } catch (error) {
      if (!this.#isClosed) this.#failUnlessRoomless(error);
      throw error;
    }
  }

  /** Writes and flushes everything, so that the log opens as clean, and closes its files. */
  close(): Promise<void> {
    return this.#closeAfter(async () => {
      await this.#flush({ everything: true });
      await this.#deleted?.close();
    });
  }

  /**
   * The same without a sync, in a fraction of the time: the log opens as clean for as long as the machine keeps
   * its memory, and as after a crash when it has not. The recovery point stays where it is.
   */
  closeUnsynced(): Promise<void> {
    return this.#closeAfter(() => this.#flusher.writeOutEverything());
  }

  async #closeAfter(finish: () => Promise<void>): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.#appender.idle();
      this.#state.segments.active.indexMaxTimestamp();
      this.#state.segments.active.cutReserve();
      if (this.#failure !== undefined) throw this.#failure;
      await finish();
    } finally {
      this.closeNow();
    }
  }

  /** Lets go of everything, without writing what waits. */
  closeNow(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.compaction.close();
    this.#appender.closeNow();
    this.#deleted?.closeNow();
    this.#tail.truncateTo(-1);
    for (const segment of this.#state.segments.list) segment.closeFiles();
  }

  #offline(): AppendResult {
    const message = `${this.topic}-${this.partition} cannot be written`;
    return { outcome: 'rejected', reason: 'KAFKA_STORAGE_ERROR', message };
  }

  /** Runs what reads or changes files; a failure of theirs takes the log offline, and is thrown on. */
  #guarded<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      return this.#filesFailed(error);
    }
  }

  #filesFailed(error: unknown): never {
    if (isOfFiles(error)) this.#failUnlessRoomless(error);
    throw error;
  }

  /** For want of room, what needs it fails and nothing else; every other failure takes the log offline. */
  #failUnlessRoomless(error: unknown): void {
    if (!lacksRoom(error)) this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined || this.#isClosed) return;
    this.#failure = error;
    this.#modules.onIoFailure(this, error);
  }
}
