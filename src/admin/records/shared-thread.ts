import type { Clock, Runtime } from '../../runtime/runtime.ts';

/** How long the broker's thread is held up at a time. */
const sliceMs = 5;

/**
 * The broker's thread as those share it who look at many records: in each turn of the event loop one of them has a
 * slice, so that hundreds of them hold up the broker no longer than one.
 */
export class SharedThread {
  readonly #runtime: Pick<Runtime, 'clock' | 'timers'>;
  readonly #waiting: (() => void)[] = [];
  #isWoken = false;

  constructor(runtime: Pick<Runtime, 'clock' | 'timers'>) {
    this.#runtime = runtime;
  }

  /** The slices of one who looks at many records. */
  slices(): Slices {
    return new Slices(this);
  }

  get clock(): Clock {
    return this.#runtime.clock;
  }

  /** Settles when it is the caller's turn, in a later turn of the event loop. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#wake();
    });
  }

  #wake(): void {
    if (this.#isWoken || this.#waiting.length === 0) return;
    this.#isWoken = true;
    this.#runtime.timers.atTurnEnd(() => {
      this.#isWoken = false;
      this.#waiting.shift()?.();
      this.#wake();
    });
  }
}

/** Lets the thread do other things now and then, and others have their slices. */
export class Slices {
  readonly #thread: SharedThread;
  #beganMs: number;

  constructor(thread: SharedThread) {
    this.#thread = thread;
    this.#beganMs = thread.clock.monotonicMs();
  }

  /**
   * Whether `pause` is to be awaited before the next record. A filter may take milliseconds for a single one: it is
   * looked at the clock before each. Who has waited for something else since is to wait for a slice too.
   */
  get isOver(): boolean {
    return this.#thread.clock.monotonicMs() - this.#beganMs >= sliceMs;
  }

  async pause(): Promise<void> {
    await this.#thread.turn();
    this.#beganMs = this.#thread.clock.monotonicMs();
  }
}
