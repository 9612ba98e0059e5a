import type { Timer, Timers } from '../runtime/runtime.ts';

const timerDelayMsMax = 0x7fff_ffff;

/** Calls `action` again and again, `intervalMs` after its last call has ended, until it is stopped. */
export class Repeater {
  readonly #intervalMs: number;
  readonly #action: () => void | Promise<void>;
  readonly #timers: Timers;
  #timer: Timer | undefined;
  #stopped = false;

  /** An interval of 2^31 ms and more never ends. `action` must not fail. */
  constructor(
    options: { intervalMs: number; action: () => void | Promise<void> },
    modules: { timers: Timers },
  ) {
    this.#intervalMs = options.intervalMs;
    this.#action = options.action;
    this.#timers = modules.timers;
    this.#arm();
  }

  /** No call begins from now on. */
  stop(): void {
    this.#stopped = true;
    if (this.#timer !== undefined) this.#timers.clearTimer(this.#timer);
  }

  #arm(): void {
    if (this.#stopped || this.#intervalMs > timerDelayMsMax) return;
    this.#timer = this.#timers.setTimer(Math.max(1, this.#intervalMs), () => void this.#run());
  }

  async #run(): Promise<void> {
    await this.#action();
    this.#arm();
  }
}
