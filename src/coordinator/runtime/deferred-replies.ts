import type { Clock } from '../../runtime/runtime.ts';
import { unscheduled, type TimerWheel, type WheelEntry } from '../../runtime/timer-wheel.ts';
import type { Reply } from '../coordinator.ts';

/** What leaves together once all that was appended before it is committed. */
export interface Deferred {
  /** The end of what must be committed. */
  readonly endOffset: number;
  readonly replies: readonly Reply[];
  readonly appendTag: string | undefined;
}

interface Waiting extends Deferred {
  readonly dueMs: number;
  isTimedOut: boolean;
}

/** What a queue of replies tells its owner. */
export interface DeferredRepliesOptions {
  /** Its time has come. */
  readonly release: (deferred: Deferred) => void;
  /** It waits longer than it should: who asked is told so, and `release` follows all the same. */
  readonly timedOut: (deferred: Deferred) => void;
  /** How long that is. */
  readonly timeoutMs: () => number;
}

/** Entries that have gone are dropped from the array once there are this many of them. */
const compactAfter = 1024;

/**
 * Replies that wait for the high watermark, in the order in which they were decided; those of reads, too, so
 * that nobody sees what is not committed. One entry on the timer wheel watches over all.
 */
export class DeferredReplies {
  readonly #options: DeferredRepliesOptions;
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  /** Invariant: end offsets never fall from one entry to the next. */
  readonly #entries: Waiting[] = [];
  #first = 0;
  readonly #watch: WheelEntry = { ...unscheduled, expire: () => this.#timeOut() };

  constructor(
    options: DeferredRepliesOptions,
    modules: { readonly clock: Clock; readonly wheel: TimerWheel },
  ) {
    this.#options = options;
    this.#clock = modules.clock;
    this.#wheel = modules.wheel;
  }

  get isEmpty(): boolean {
    return this.#first === this.#entries.length;
  }

  /** Ids of the requests whose replies are in it. */
  *requestIds(): IterableIterator<number> {
    for (const { replies } of this.#entries.slice(this.#first)) {
      for (const { requestId } of replies) yield requestId;
    }
  }

  push(deferred: Deferred): void {
    const timeoutMs = this.#options.timeoutMs();
    const dueMs = this.#clock.monotonicMs() + timeoutMs;
    this.#entries.push({ ...deferred, dueMs, isTimedOut: false });
    if (this.#watch.wheelLevel === -1) this.#wheel.scheduleEntry(timeoutMs, this.#watch);
  }

  /** Releases what needs no more than that everything below `offset` is committed. */
  release(offset: number): void {
    const entries = this.#entries;
    for (;;) {
      const entry = entries[this.#first];
      if (entry === undefined || entry.endOffset > offset) break;
      this.#first++;
      this.#options.release(entry);
    }
    if (this.isEmpty || this.#first > compactAfter) {
      entries.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /** Forgets all of them. */
  clear(): void {
    this.#entries.length = 0;
    this.#first = 0;
    this.#wheel.cancel(this.#watch);
  }

  /** The watch is not moved with every entry: it looks now and then what is late. */
  #timeOut(): void {
    const nowMs = this.#clock.monotonicMs();
    for (let i = this.#first; i < this.#entries.length; i++) {
      const entry = this.#entries[i] as Waiting;
      if (entry.dueMs > nowMs) {
        this.#wheel.scheduleEntry(entry.dueMs - nowMs, this.#watch);
        return;
      }
      if (entry.isTimedOut) continue;
      entry.isTimedOut = true;
      this.#options.timedOut(entry);
    }
  }
}
