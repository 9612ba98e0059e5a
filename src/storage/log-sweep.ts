import type { Clock, Timers } from '../runtime/runtime.ts';

/** How long one slice of a sweep may hold up the event loop. */
const sliceMsMax = 4;

/**
 * Visits every log, in slices between which other events are handled: for retention and the expiry of
 * producers, which are cheap for one log and not for 10,000.
 */
export class LogSweep<L> {
  readonly #logs: () => Iterable<L>;
  readonly #isLive: (log: L) => boolean;
  readonly #visit: (log: L, nowMs: number) => void;
  readonly #clock: Clock;
  readonly #timers: Timers;
  #running: Promise<void> | undefined;
  #stopped = false;

  /** `visit` is called with logs that `isLive` still holds for; it must not fail. */
  constructor(
    options: {
      logs: () => Iterable<L>;
      isLive: (log: L) => boolean;
      visit: (log: L, nowMs: number) => void;
    },
    modules: { clock: Clock; timers: Timers },
  ) {
    this.#logs = options.logs;
    this.#isLive = options.isLive;
    this.#visit = options.visit;
    this.#clock = modules.clock;
    this.#timers = modules.timers;
  }

  /** Visits all logs there are now. A sweep that is under way is joined, not doubled. */
  run(): Promise<void> {
    this.#running ??= this.#sweep().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Ends a sweep that is under way behind the log it is at. */
  stop(): void {
    this.#stopped = true;
  }

  async #sweep(): Promise<void> {
    const logs = [...this.#logs()];
    let sliceStartMs = this.#clock.monotonicMs();
    for (const log of logs) {
      if (this.#stopped) return;
      if (this.#isLive(log)) this.#visit(log, this.#clock.nowMs());
      if (this.#clock.monotonicMs() - sliceStartMs < sliceMsMax) continue;
      await new Promise<void>((resolve) => this.#timers.setTimer(0, resolve));
      sliceStartMs = this.#clock.monotonicMs();
    }
  }
}
