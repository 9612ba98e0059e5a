import type { Clock, Timer, Timers } from '../../runtime/runtime.ts';

interface Waiter {
  readonly holds: () => boolean;
  readonly end: () => void;
}

/** Who waits until something can be seen in the image, or for a while. */
export class ImageWaiters {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #waiters = new Set<Waiter>();
  #closed = false;

  constructor({ clock, timers }: { readonly clock: Clock; readonly timers: Timers }) {
    this.#clock = clock;
    this.#timers = timers;
  }

  /** Settles when `holds`, at a moment of the monotonic clock, or when closed, whichever is first. */
  until(holds: () => boolean, deadlineMs: number): Promise<void> {
    if (this.#closed || holds()) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    let timer: Timer | undefined;
    const waiter: Waiter = {
      holds,
      end: () => {
        this.#waiters.delete(waiter);
        if (timer !== undefined) this.#timers.clearTimer(timer);
        resolve();
      },
    };
    this.#waiters.add(waiter);
    if (deadlineMs < Infinity) {
      const leftMs = Math.max(0, deadlineMs - this.#clock.monotonicMs());
      timer = this.#timers.setTimer(leftMs, waiter.end);
    }
    return promise;
  }

  /** Settles after a while, or when closed. */
  pause(delayMs: number): Promise<void> {
    return this.until(() => false, this.#clock.monotonicMs() + delayMs);
  }

  /** The image has changed. */
  look(): void {
    for (const waiter of this.#waiters) if (waiter.holds()) waiter.end();
  }

  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters) waiter.end();
  }
}
