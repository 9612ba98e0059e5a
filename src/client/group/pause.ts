import type { Timer, Timers } from '../../runtime/runtime.ts';

/** A wait that somebody may end sooner. One at a time. */
export class Pause {
  readonly #timers: Timers;
  #timer: Timer | undefined;
  #resolve: (() => void) | undefined;

  constructor(modules: { timers: Timers }) {
    this.#timers = modules.timers;
  }

  /** Settles after `durationMs`, or with `end`; with that alone where no duration is given. */
  wait(durationMs?: number): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (durationMs !== undefined) {
        this.#timer = this.#timers.setTimer(durationMs, () => this.end());
      }
    });
  }

  /** Ends the wait that is under way, if one is. */
  end(): void {
    if (this.#timer !== undefined) this.#timers.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#resolve?.();
    this.#resolve = undefined;
  }
}
