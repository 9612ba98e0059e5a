import type { Clock, Timer, Timers } from '../../../src/runtime/runtime.ts';

interface Pending extends Timer {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/**
 * A clock that goes on only when something is due, and timers on it: one event after the other, without a
 * promise, so that hundreds of worlds run in seconds.
 */
export class VirtualTime implements Clock, Timers {
  #nowMs = 0;
  #order = 0;
  /** A binary heap: the earliest first, of those at the same time the oldest. */
  readonly #heap: Pending[] = [];

  nowMs(): number {
    return 1_767_225_600_000 + Math.floor(this.#nowMs);
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const pending: Pending = {
      atMs: this.#nowMs + delayMs,
      order: this.#order++,
      callback,
      cancelled: false,
    };
    this.#push(pending);
    return pending;
  }

  clearTimer(timer: Timer): void {
    (timer as Pending).cancelled = true;
  }

  atTurnEnd(callback: () => void): void {
    this.setTimer(0, callback);
  }

  /** Has everything happen that is due until `forMs` from now. */
  runFor(forMs: number): void {
    const untilMs = this.#nowMs + forMs;
    for (let next = this.#heap[0]; next !== undefined; next = this.#heap[0]) {
      if (next.atMs > untilMs) break;
      this.#pop();
      if (next.cancelled) continue;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = untilMs;
  }

  #push(pending: Pending): void {
    const heap = this.#heap;
    let at = heap.push(pending) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(pending, heap[parent] as Pending)) break;
      heap[at] = heap[parent] as Pending;
      at = parent;
    }
    heap[at] = pending;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Pending;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Pending)) child++;
      if (!isBefore(heap[child] as Pending, last)) break;
      heap[at] = heap[child] as Pending;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Pending, b: Pending): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
