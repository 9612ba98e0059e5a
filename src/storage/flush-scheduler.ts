import type { Clock, Timer, Timers } from '../runtime/runtime.ts';

/** What was written between two looks at the logs: a fraction of the smaller bound. */
const looksPerBound = 8;
/**
 * Flushes at a time: together they share what the file system commits. One thread of the four that Node has
 * for files is left to reads.
 */
const flushesMax = 3;
/** Shares of `directoryBytesMax`. */
const flushFrom = 0.5;
const flushUntil = 0.25;

/** What a `Log` has that is of concern here. */
export interface FlushableLog {
  readonly unflushedBytes: number;
  readonly config: { readonly flushMs: number };
  isFlushDue(nowMs: number): boolean;
  flush(): Promise<void>;
}

/** Bounds, the logs that they are for, and who is told. */
export interface FlushSchedulerOptions<L extends FlushableLog> {
  /** A log with more unflushed bytes is flushed. */
  readonly partitionBytesMax: number;
  /**
   * What all may have together. The oldest unflushed are flushed from half of it on, until a quarter is left:
   * flushes take their time, and what comes meanwhile is to fit below the bound too.
   */
  readonly directoryBytesMax: number;
  /** Longest time between two looks at `flush.ms`, while something is unflushed. */
  readonly checkIntervalMs: number;
  /** The logs of the directory. */
  readonly logs: () => Iterable<L>;
  readonly isLive: (log: L) => boolean;
  /** `bytes` more have survived power loss, and recovery points have moved. */
  readonly onFlushed: (bytes: number) => void;
  /** A flush failed. The log has said so too, if it was for I/O. */
  readonly onFailed: (log: L, error: unknown) => void;
}

/**
 * Flushes the logs of one directory in the background, so that a start after a crash has little to check.
 */
export class FlushScheduler<L extends FlushableLog> {
  readonly #options: FlushSchedulerOptions<L>;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #lookBytes: number;
  #bytesSinceLook = 0;
  /** Logs with unflushed bytes, those first that were seen with some first. */
  readonly #unflushed = new Set<L>();
  /** Logs to be flushed, in this order. */
  readonly #queue = new Set<L>();
  /** Flushes under way. */
  readonly #flushing = new Map<L, Promise<void>>();
  /** Looks at `flush.ms`. */
  #timer: Timer | undefined;
  /** Looks at the bounds. */
  #soon: Timer | undefined;
  #stopped = false;

  constructor(options: FlushSchedulerOptions<L>, modules: { clock: Clock; timers: Timers }) {
    this.#options = options;
    this.#clock = modules.clock;
    this.#timers = modules.timers;
    const bound = Math.min(options.partitionBytesMax, options.directoryBytesMax);
    this.#lookBytes = Math.max(1, Math.floor(bound / looksPerBound));
  }

  /**
   * To be called for each write to a file of the directory; the log may still be at work on it.
   *
   * HOT: bench=produce-small
   */
  noteWritten(bytes: number): void {
    this.#bytesSinceLook += bytes;
    if (this.#bytesSinceLook >= this.#lookBytes) this.#lookSoon();
    if (this.#timer === undefined) this.#armTimer();
  }

  /**
   * Flushes a log, whatever it has unflushed, when its turn comes, at the end of the turn of the event loop at
   * the earliest: what ended its segment is written then. Where thousands roll together, each holds
   * its files open while it is flushed: without turns there would be no descriptor left.
   */
  flushSoon(log: L): void {
    if (this.#stopped) return;
    this.#queue.add(log);
    if (this.#flushing.size < flushesMax) this.#timers.atTurnEnd(() => this.#flushNext());
  }

  /** No flush begins from now on; settles when the one under way has. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#queue.clear();
    for (const timer of [this.#timer, this.#soon]) {
      if (timer !== undefined) this.#timers.clearTimer(timer);
    }
    await Promise.all(this.#flushing.values());
  }

  #lookSoon(): void {
    this.#bytesSinceLook = 0;
    if (this.#soon !== undefined || this.#stopped) return;
    this.#soon = this.#timers.setTimer(0, () => {
      this.#soon = undefined;
      this.#look();
    });
  }

  #armTimer(): void {
    if (this.#stopped) return;
    const delayMs = Math.min(this.#options.checkIntervalMs, this.#shortestFlushMs());
    this.#timer = this.#timers.setTimer(Math.max(1, delayMs), () => {
      this.#timer = undefined;
      this.#look();
      if (this.#shortestFlushMs() < Number.MAX_SAFE_INTEGER) this.#armTimer();
    });
  }

  #shortestFlushMs(): number {
    let shortestMs = Number.MAX_SAFE_INTEGER;
    for (const log of this.#unflushed) shortestMs = Math.min(shortestMs, log.config.flushMs);
    return shortestMs;
  }

  /** Decides which logs are to be flushed. */
  #look(): void {
    const nowMs = this.#clock.nowMs();
    let unflushedBytes = this.#findUnflushed();
    for (const log of this.#unflushed) {
      if (this.#flushing.has(log)) continue;
      if (log.unflushedBytes >= this.#options.partitionBytesMax || log.isFlushDue(nowMs)) {
        this.#queue.add(log);
      }
    }
    for (const log of this.#queue) unflushedBytes -= log.unflushedBytes;
    for (const log of this.#flushing.keys()) unflushedBytes -= log.unflushedBytes;
    if (unflushedBytes > this.#options.directoryBytesMax * flushFrom) {
      this.#queueOldest(unflushedBytes);
    }
    this.#flushNext();
  }

  /** Brings `#unflushed` up to date; answers the bytes of all. */
  #findUnflushed(): number {
    let total = 0;
    for (const log of this.#unflushed) {
      if (log.unflushedBytes === 0 || !this.#options.isLive(log)) this.#unflushed.delete(log);
    }
    for (const log of this.#options.logs()) {
      const bytes = log.unflushedBytes;
      if (bytes > 0) this.#unflushed.add(log);
      total += bytes;
    }
    return total;
  }

  #queueOldest(unflushedBytes: number): void {
    const enough = this.#options.directoryBytesMax * flushUntil;
    let remaining = unflushedBytes;
    for (const log of this.#unflushed) {
      if (remaining <= enough) return;
      if (this.#queue.has(log) || this.#flushing.has(log)) continue;
      this.#queue.add(log);
      remaining -= log.unflushedBytes;
    }
  }

  #flushNext(): void {
    for (const log of this.#queue) {
      if (this.#flushing.size >= flushesMax) return;
      // It has written more since: it comes again when that flush has ended.
      if (this.#flushing.has(log)) continue;
      this.#queue.delete(log);
      if (this.#options.isLive(log)) this.#flushing.set(log, this.#flush(log));
    }
  }

  async #flush(log: L): Promise<void> {
    const bytes = log.unflushedBytes;
    this.#unflushed.delete(log);
    try {
      await log.flush();
      this.#options.onFlushed(bytes);
    } catch (error) {
      this.#options.onFailed(log, error);
    } finally {
      this.#flushing.delete(log);
      this.#flushNext();
    }
  }
}
