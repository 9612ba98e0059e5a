import { unscheduled, type TimerWheel, type WheelEntry } from '../../runtime/timer-wheel.ts';
import type { Deadline } from '../coordinator.ts';

/** What deadlines are about. */
export interface DeadlinesOptions {
  /** The deadline of this key has passed; it is not set any more. */
  readonly due: (key: string) => void;
}

/**
 * A coordinator's deadlines by their keys, on the broker's timer wheel. They are set by the wall clock and pass
 * by the monotonic one, so that a clock that is set while they wait moves none of them.
 */
export class Deadlines {
  readonly #options: DeadlinesOptions;
  readonly #wheel: TimerWheel;
  readonly #entries = new Map<string, DeadlineEntry>();
  /** One for all entries: each member of each group has one of these. */
  readonly #expired = (entry: DeadlineEntry): void => {
    this.#entries.delete(entry.key);
    this.#options.due(entry.key);
  };

  constructor(options: DeadlinesOptions, modules: { readonly wheel: TimerWheel }) {
    this.#options = options;
    this.#wheel = modules.wheel;
  }

  /** How many are set. */
  get size(): number {
    return this.#entries.size;
  }

  /** Sets, moves or takes back each of `deadlines`, seen from `nowMs`. */
  set(deadlines: readonly Deadline[], nowMs: number): void {
    for (const { key, atMs } of deadlines) {
      if (atMs === undefined) this.#cancel(key);
      else this.#wheel.scheduleEntry(atMs - nowMs, this.#entryOf(key));
    }
  }

  clear(): void {
    for (const entry of this.#entries.values()) this.#wheel.cancel(entry);
    this.#entries.clear();
  }

  #entryOf(key: string): DeadlineEntry {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = new DeadlineEntry(key, this.#expired);
      this.#entries.set(key, entry);
    }
    return entry;
  }

  #cancel(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#wheel.cancel(entry);
    this.#entries.delete(key);
  }
}

class DeadlineEntry implements WheelEntry {
  readonly key: string;
  wheelNext: WheelEntry | undefined = unscheduled.wheelNext;
  wheelPrevious: WheelEntry | undefined = unscheduled.wheelPrevious;
  wheelLevel: number = unscheduled.wheelLevel;
  wheelTick: number = unscheduled.wheelTick;
  readonly #expired: (entry: DeadlineEntry) => void;

  constructor(key: string, expired: (entry: DeadlineEntry) => void) {
    this.key = key;
    this.#expired = expired;
  }

  expire(): void {
    this.#expired(this);
  }
}
