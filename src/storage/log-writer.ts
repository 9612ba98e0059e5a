import type { RecordBatch } from '../records/record-batch.ts';
import type { Timers } from '../runtime/runtime.ts';
import type { CacheEntry, LogTail } from './batch-cache.ts';
import type { DirectoryPace } from './directory-pace.ts';
import type { ProducerUndo } from './producer-state.ts';
import type { Segment, SegmentMark } from './segment.ts';

/** Batches of one segment that are written together, and how to take them back. */
export interface Gather {
  readonly segment: Segment;
  /** The segment as it was before the first batch. */
  readonly mark: SegmentMark;
  readonly startOffset: number;
  endOffset: number;
  sizeBytes: number;
  readonly batches: RecordBatch[];
  readonly undo: ProducerUndo;
  /** Cut off by a truncation while it was being written. */
  isDropped: boolean;
  /** Written, refused or dropped. */
  isDone: boolean;
}

/** What the writer tells its log. */
export interface LogWriterOwner {
  /** A file was made in the log's directory. */
  fileCreated(): void;
  /** The bytes of `gather` are in its file. */
  gatherWritten(gather: Gather): void;
  /** They are not; those of `later`, which were to be written behind them, are dropped too. */
  gatherFailed(gather: Gather, later: readonly Gather[], error: unknown): void;
}

/**
 * Writes what has gathered for a log by the end of an event-loop turn: with one blocking call while that is
 * cheap, else through the thread pool, one write at a time.
 */
export class LogWriter {
  readonly #tail: LogTail;
  readonly #pace: DirectoryPace;
  readonly #timers: Timers;
  readonly #blockingWriteBytesMax: number;
  readonly #owner: LogWriterOwner;
  /** Waiting to be written, in order. */
  #gathers: Gather[] = [];
  #inFlight: Gather | undefined;
  #isWriting = false;
  #isScheduled = false;
  #isClosed = false;
  #idleWaiters: (() => void)[] = [];
  readonly #atTurnEnd = (): void => {
    this.#isScheduled = false;
    this.writePending();
  };

  constructor(
    owner: LogWriterOwner,
    modules: {
      tail: LogTail;
      pace: DirectoryPace;
      timers: Timers;
      /** A larger write goes through the thread pool. */
      blockingWriteBytesMax: number;
    },
  ) {
    this.#owner = owner;
    this.#tail = modules.tail;
    this.#pace = modules.pace;
    this.#timers = modules.timers;
    this.#blockingWriteBytesMax = modules.blockingWriteBytesMax;
  }

  /** Whether everything that was added is written. */
  get isIdle(): boolean {
    return this.#gathers.length === 0 && this.#inFlight === undefined && !this.#isWriting;
  }

  /** Whether bytes of `segment` are on their way to its file now. */
  isWritingTo(segment: Segment): boolean {
    return this.#inFlight?.segment === segment;
  }

  /** The part of `segment` that is in its file, undefined where that is all of it. */
  writtenPartOf(segment: Segment): SegmentMark | undefined {
    if (this.#inFlight?.segment === segment) return this.#inFlight.mark;
    return this.#gathers.find((gather) => gather.segment === segment)?.mark;
  }

  /**
   * Where the next batch of `segment` goes, which gets `startOffset`. To be asked for before the segment
   * counts the batch in.
   *
   * HOT: bench=append
   */
  gatherFor(segment: Segment, startOffset: number): Gather {
    const last = this.#gathers[this.#gathers.length - 1];
    if (last !== undefined && last.segment === segment) return last;
    const gather: Gather = {
      segment,
      mark: segment.mark(),
      startOffset,
      endOffset: startOffset,
      sizeBytes: 0,
      batches: [],
      undo: { saved: [] },
      isDropped: false,
      isDone: false,
    };
    this.#gathers.push(gather);
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      this.#timers.atTurnEnd(this.#atTurnEnd);
    }
    return gather;
  }

  /** Writes now what has gathered, unless a write is under way: then when that has ended. */
  writePending(): void {
    if (this.#isWriting || this.#isClosed) return;
    this.#isWriting = true;
    try {
      while (this.#inFlight === undefined) {
        const gather = this.#gathers.shift();
        if (gather === undefined) break;
        this.#write(gather);
      }
    } finally {
      this.#isWriting = false;
    }
    this.#wakeIdleWaiters();
  }

  #write(gather: Gather): void {
    const entries = this.#tail.prepare(gather.batches, gather.startOffset);
    if (gather.sizeBytes > this.#blockingWriteBytesMax || this.#pace.writes.isSlow) {
      this.#inFlight = gather;
      this.#writeThroughPool(gather, entries).catch((error: unknown) => {
        // A defect in who was told: thrown where the broker sees it, as from a blocking write.
        this.#timers.atTurnEnd(() => {
          throw error;
        });
      });
      return;
    }
    const { file } = gather.segment;
    const started = this.#pace.writes.started();
    try {
      this.#prepareFile(gather);
      file.handle().writev(buffersOf(entries), gather.mark.sizeBytes);
    } catch (error) {
      this.#failed(gather, entries, error);
      return;
    }
    this.#pace.writes.ended(started);
    this.#written(gather, entries);
  }

  async #writeThroughPool(gather: Gather, entries: readonly CacheEntry[]): Promise<void> {
    const { file } = gather.segment;
    const started = this.#pace.writes.started();
    let error: unknown;
    try {
      this.#prepareFile(gather);
      const handle = file.pin();
      try {
        await handle.writevAsync(buffersOf(entries), gather.mark.sizeBytes);
      } finally {
        file.unpin();
      }
    } catch (failure) {
      error = failure;
    }
    this.#pace.writes.ended(started);
    this.#inFlight = undefined;
    if (this.#isClosed || gather.isDropped) {
      gather.isDone = true;
      // What was written stands behind the end that the truncation set.
      gather.segment.needsCut = true;
      this.#tail.discard(entries);
    } else if (error === undefined) this.#written(gather, entries);
    else this.#failed(gather, entries, error);
    this.writePending();
    this.#wakeIdleWaiters();
  }

  #prepareFile(gather: Gather): void {
    const { segment } = gather;
    if (!segment.isOnDisk) {
      segment.createFile();
      this.#owner.fileCreated();
    }
    if (segment.needsCut) segment.cutFile(gather.mark.sizeBytes);
  }

  #written(gather: Gather, entries: readonly CacheEntry[]): void {
    this.#tail.admit(entries);
    gather.isDone = true;
    gather.undo.saved.length = 0;
    this.#owner.gatherWritten(gather);
  }

  #failed(gather: Gather, entries: readonly CacheEntry[], error: unknown): void {
    this.#tail.discard(entries);
    gather.segment.needsCut = true;
    const later = this.#takePending();
    gather.isDone = true;
    this.#owner.gatherFailed(gather, later, error);
  }

  /** Drops what is not written, because the log is truncated, and answers it in order. Nobody is told. */
  dropPending(): Gather[] {
    const dropped = this.#takePending();
    const inFlight = this.#inFlight;
    if (inFlight !== undefined && !inFlight.isDropped) {
      inFlight.isDropped = true;
      inFlight.segment.needsCut = true;
      dropped.unshift(inFlight);
    }
    this.#wakeIdleWaiters();
    return dropped;
  }

  #takePending(): Gather[] {
    const pending = this.#gathers;
    this.#gathers = [];
    for (const gather of pending) gather.isDone = true;
    return pending;
  }

  /** Settles when everything that was added until now is written or was refused. */
  async idle(): Promise<void> {
    this.writePending();
    const last = this.#gathers.at(-1) ?? this.#inFlight;
    while (last !== undefined && !last.isDone && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    }
  }

  /** Writes nothing from now on. What is under way ends by itself. */
  closeNow(): void {
    this.#isClosed = true;
    this.#takePending();
    this.#wakeIdleWaiters();
  }

  #wakeIdleWaiters(): void {
    if (this.#idleWaiters.length === 0) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const wake of waiters) wake();
  }
}

/** The slices to write: the entry's own where there is one entry, else all in one list. */
function buffersOf(entries: readonly CacheEntry[]): readonly Uint8Array[] {
  const only = entries.length === 1 ? entries[0] : undefined;
  if (only !== undefined) return only.chunks;
  const buffers: Uint8Array[] = [];
  for (const entry of entries) for (const chunk of entry.chunks) buffers.push(chunk);
  return buffers;
}
