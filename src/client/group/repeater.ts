import type { Timer, Timers } from '../../runtime/runtime.ts';

/** Does something again and again, with the same pause behind each time, however long it takes. */
export class Repeater {
  readonly #everyMs: () => number;
  readonly #act: () => Promise<void>;
  readonly #timers: Timers;
  #timer: Timer | undefined;
  /** Changes with every start and stop, so that what was begun before is known to be of before. */
  #round = 0;

  /** `act` must not reject. */
  constructor(
    options: { readonly everyMs: () => number; readonly act: () => Promise<void> },
    modules: { timers: Timers },
  ) {
    this.#everyMs = options.everyMs;
    this.#act = options.act;
    this.#timers = modules.timers;
  }

  /** Tells this start from others, for acts that end after the next one. */
  get round(): number {
    return this.#round;
  }

  start(): void {
    this.stop();
    this.#schedule(this.#round);
  }

  stop(): void {
    this.#round++;
    if (this.#timer !== undefined) this.#timers.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #schedule(round: number): void {
    this.#timer = this.#timers.setTimer(this.#everyMs(), () => {
      void this.#act().then(() => {
        if (round === this.#round) this.#schedule(round);
      });
    });
  }
}
