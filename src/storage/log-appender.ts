import type { RecordBatch } from '../records/record-batch.ts';
import type { Clock, Timer, Timers } from '../runtime/runtime.ts';
import { hasCode } from '../util/odradek-error.ts';
import { checkAppend, logAppendTimeOf } from './append-check.ts';
import type { AppendOptions, AppendResult } from './append-result.ts';
import type { LogTail } from './batch-cache.ts';
import type { DirectoryPace } from './directory-pace.ts';
import type { LogFlusher } from './log-flusher.ts';
import { relativeOffsetMax } from './log-layout.ts';
import type { LogState } from './log-state.ts';
import { LogWriter } from './log-writer.ts';
import type { Gather } from './log-writer.ts';
import type { Segment } from './segment.ts';
import { lacksRoom } from './storage-failure.ts';

/** Pause before a flush is tried again for which there were no descriptors. */
const flushRetryMs = 1000;

/** What an appender tells its log, and asks of it. */
export interface LogAppenderOwner {
  /** Everything below `endOffset` counts as written. */
  written(endOffset: number): void;
  /** What was appended from `firstLostOffset` on is gone, because of `error`. */
  lost(firstLostOffset: number, error: unknown): void;
  /** Something failed that takes the log offline. */
  failed(error: unknown): void;
  flush(): Promise<void>;
  /** The same, when nobody waits for it: at the end of the turn. */
  flushInBackground(): void;
  truncateTo(offset: number): void;
}

/** What an appender needs around it. */
export interface LogAppenderModules {
  readonly tail: LogTail;
  readonly pace: DirectoryPace;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly blockingWriteBytesMax: number;
  readonly flusher: LogFlusher;
}

/**
 * The write side of a log: decides on appends, rolls segments, counts in what was written and takes back what
 * was not. With `flush.messages`, what was written counts once it was flushed.
 */
export class LogAppender {
  readonly writer: LogWriter;
  readonly #owner: LogAppenderOwner;
  readonly #state: LogState;
  readonly #flusher: LogFlusher;
  readonly #nowMs: () => number;
  readonly #timers: Timers;
  /** Whether appends wait for a flush before they count as written. */
  #isFlushing = false;
  /** Set while they wait for one that is tried again. */
  #retry: Timer | undefined;
  #isClosed = false;

  constructor(owner: LogAppenderOwner, state: LogState, modules: LogAppenderModules) {
    this.#owner = owner;
    this.#state = state;
    this.#flusher = modules.flusher;
    this.#timers = modules.timers;
    this.#nowMs = () => modules.clock.nowMs();
    this.writer = new LogWriter(
      {
        fileCreated: () => this.#flusher.noteDirectoryChanged(),
        gatherWritten: (gather) => this.#gatherWritten(gather),
        gatherFailed: (gather, later, error) => {
          this.takeBack([gather, ...later]);
          this.#owner.lost(gather.startOffset, error);
        },
      },
      modules,
    );
  }

  /**
   * Decides on a batch and queues it to be written. Undefined where no segment could be made for it, and while
   * what was appended before waits to be flushed for want of descriptors.
   *
   * HOT: bench=append
   */
  append(batch: RecordBatch, options: AppendOptions): AppendResult | undefined {
    const state = this.#state;
    if (this.#retry !== undefined) return undefined;
    const startOffset = state.logEndOffset;
    const isReplicated = options.origin === 'replication';
    const baseOffset = isReplicated ? batch.baseOffset : startOffset;
    const answer = checkAppend(batch, baseOffset, options.origin, state);
    if (answer !== undefined) return answer;
    const lastOffset = baseOffset + batch.lastOffsetDelta;
    let segment = state.segments.active;
    if (segment.mustRoll(batch, lastOffset, state.config, this.#nowMs)) {
      // A gap of a log that is copied belongs into a segment: between segments it would be taken for a loss.
      const isTooWide = lastOffset - startOffset > relativeOffsetMax;
      if (!this.roll(isTooWide ? baseOffset : startOffset)) return undefined;
      segment = state.segments.active;
    }
    if (!isReplicated) {
      batch.baseOffset = baseOffset;
      batch.partitionLeaderEpoch = options.leaderEpoch;
    }
    this.#countIn(batch, this.writer.gatherFor(segment, startOffset), lastOffset);
    return {
      outcome: 'appended',
      baseOffset,
      lastOffset,
      logAppendTimeMs: logAppendTimeOf(batch),
    };
  }

  /** Counts in a batch that has its offsets. */
  #countIn(batch: RecordBatch, gather: Gather, lastOffset: number): void {
    const state = this.#state;
    const { segment } = gather;
    const { sizeBytes, partitionLeaderEpoch } = batch;
    gather.batches.push(batch);
    gather.sizeBytes += sizeBytes;
    gather.endOffset = lastOffset + 1;
    state.logEndOffset = lastOffset + 1;
    if (partitionLeaderEpoch > state.epochs.latestEpoch) {
      state.epochs.assign(partitionLeaderEpoch, batch.baseOffset);
    }
    if (batch.hasProducerId) {
      const ended = state.producers.apply(batch, gather.undo);
      if (ended?.isAborted === true) segment.transactionIndex.append(ended);
    }
    segment.noteAppended(
      sizeBytes,
      lastOffset,
      batch.maxTimestamp,
      state.config.indexIntervalBytes,
    );
  }

  /** Goes on in a new segment at `baseOffset`; the one before is flushed soon. False where that failed. */
  roll(baseOffset: number): boolean {
    const { active } = this.#state.segments;
    try {
      this.#state.roll(baseOffset);
    } catch (error) {
      this.#failUnlessRoomless(error);
      return false;
    }
    this.#flusher.noteRolled(active);
    this.#flusher.noteDirectoryChanged();
    this.#owner.flushInBackground();
    return true;
  }

  #gatherWritten(gather: Gather): void {
    const state = this.#state;
    state.fileEndOffset = gather.endOffset;
    this.#flusher.noteWritten(gather.sizeBytes);
    this.#writeOutIndexes(gather.segment);
    if (this.#isFlushing) return;
    if (this.#mustFlush()) void this.#flushAppends();
    else this.#publish(state.fileEndOffset);
  }

  #mustFlush(): boolean {
    const { fileEndOffset, flushedOffset, config } = this.#state;
    return fileEndOffset - flushedOffset >= config.flushMessages;
  }

  #publish(endOffset: number): void {
    if (endOffset <= this.#state.writtenEndOffset) return;
    this.#state.writtenEndOffset = endOffset;
    this.#owner.written(endOffset);
  }

  /** Flushes as often as `flush.messages` asks for it; one flush serves all that came during the last. */
  async #flushAppends(): Promise<void> {
    const state = this.#state;
    this.#isFlushing = true;
    try {
      while (this.#mustFlush()) {
        await this.#owner.flush();
        this.#publish(Math.min(state.flushedOffset, state.fileEndOffset));
      }
      this.#isFlushing = false;
      this.#publish(state.fileEndOffset);
    } catch (error) {
      this.#isFlushing = false;
      // The files may be another log's by now.
      if (this.#isClosed) return;
      if (hasCode(error, 'TOO_MANY_OPEN_FILES')) this.#flushLater();
      else this.#loseUnflushed(error);
    }
  }

  /** What waits for a flush that found no descriptors is safe where it is: it is flushed when there are some. */
  #flushLater(): void {
    this.#retry ??= this.#timers.setTimer(flushRetryMs, () => {
      this.#retry = undefined;
      void this.#flushAppends();
    });
  }

  /** What could not be flushed was never written, for those who wait for it. */
  #loseUnflushed(error: unknown): void {
    const { writtenEndOffset, logEndOffset } = this.#state;
    if (writtenEndOffset >= logEndOffset) return;
    try {
      this.#owner.truncateTo(writtenEndOffset);
    } catch (failure) {
      // Nothing was cut off: it waits for another flush.
      if (lacksRoom(failure)) return this.#flushLater();
      this.#owner.failed(failure);
    }
    this.#owner.lost(writtenEndOffset, error);
  }

  #writeOutIndexes(segment: Segment): void {
    try {
      segment.writeOutFullIndexes();
    } catch (error) {
      // With a full disk the entries stay in memory until there is room.
      this.#failUnlessRoomless(error);
    }
  }

  /** Settles when what waits to be written is, and the file ends where the log does. */
  async idle(): Promise<void> {
    await this.writer.idle();
    this.#cutLeftover();
  }

  /** Writes and flushes nothing from now on. What is under way ends by itself. */
  closeNow(): void {
    this.#isClosed = true;
    if (this.#retry !== undefined) this.#timers.clearTimer(this.#retry);
    this.writer.closeNow();
  }

  /** Takes back what waits to be written, because the log is truncated. Nobody is told. */
  dropPending(): void {
    if (!this.writer.isIdle) this.takeBack(this.writer.dropPending());
  }

  /** Takes back what was decided and not written. */
  takeBack(gathers: readonly Gather[]): void {
    try {
      const removed = this.#state.rollBack(gathers);
      this.#flusher.forget([...removed, this.#state.segments.active]);
      this.#cutLeftover();
    } catch (error) {
      this.#failUnlessRoomless(error);
    }
  }

  /** Cuts off what a write left behind that failed or was dropped, unless it is still under way. */
  #cutLeftover(): void {
    const { active } = this.#state.segments;
    if (active.needsCut && !this.writer.isWritingTo(active)) active.cutFile();
  }

  #failUnlessRoomless(error: unknown): void {
    if (!lacksRoom(error)) this.#owner.failed(error);
  }
}
