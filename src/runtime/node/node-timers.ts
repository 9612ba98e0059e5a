import type { Timers } from '../runtime.ts';
import { realClearTimeout, realSetImmediate, realSetTimeout } from './captured.ts';

type Callback = () => void;

/** The process's timers. With `unref` none of them keeps the process alive. */
export function createNodeTimers(options: { readonly unref: boolean }): Timers {
  const turnEnd = new TurnEndQueue();
  return {
    setTimer(delayMs, callback) {
      // Node counts whole milliseconds from a rounded-down start, so that it may fire almost one too early.
      const timer = realSetTimeout(callback, Math.ceil(delayMs) + 1);
      if (options.unref) timer.unref();
      return timer;
    },
    clearTimer(timer) {
      realClearTimeout(timer as NodeJS.Timeout);
    },
    atTurnEnd(callback) {
      turnEnd.add(callback);
    },
  };
}

/** Callbacks that share one `setImmediate`, which runs once the input of the turn has been handled. */
class TurnEndQueue {
  readonly #run = (): void => this.#runAll();
  #waiting: Callback[] = [];
  #running: Callback[] = [];

  add(callback: Callback): void {
    if (this.#waiting.push(callback) === 1) this.#schedule();
  }

  #schedule(): void {
    // Never unref'd: the event loop does not hurry for one that is, and it is gone after this turn anyway.
    realSetImmediate(this.#run);
  }

  /** What is added meanwhile waits for the next turn, so that a callback that adds itself starves nobody. */
  #runAll(): void {
    const callbacks = this.#waiting;
    this.#waiting = this.#running;
    let done = 0;
    try {
      while (done < callbacks.length) (callbacks[done++] as Callback)();
    } finally {
      if (done < callbacks.length) this.#keepForNextTurn(callbacks.slice(done));
      callbacks.length = 0;
      this.#running = callbacks;
    }
  }

  /** After a callback that threw: its neighbours have nothing to do with that. */
  #keepForNextTurn(callbacks: Callback[]): void {
    if (this.#waiting.length === 0) this.#schedule();
    this.#waiting.unshift(...callbacks);
  }
}
