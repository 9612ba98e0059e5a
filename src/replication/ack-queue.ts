import type { AppendOutcome } from './append-outcome.ts';

/**
 * Who waits for the appends of a request. One object serves all of a request's partitions: `slot` says which
 * of them has ended. Called exactly once for each append, also within the append itself.
 */
export interface AppendWaiter {
  appendEnded(slot: number, outcome: AppendOutcome): void;
}

interface PendingAck {
  readonly endOffset: number;
  readonly waiter: AppendWaiter;
  readonly slot: number;
  readonly outcome: AppendOutcome;
}

/** Entries that have gone are dropped from the array once there are this many of them. */
const compactAfter = 1024;

/**
 * Appends that are in the log and wait for an offset to be passed: the end of what is written, or the high
 * watermark. Invariant: end offsets never fall from one entry to the next, so that only the ends are touched.
 */
export class AckQueue {
  readonly #entries: PendingAck[] = [];
  #first = 0;

  /** A duplicate's original may stand before others: it then waits for them too, which keeps the order. */
  push(endOffset: number, waiter: AppendWaiter, slot: number, outcome: AppendOutcome): void {
    const before = this.#entries.at(-1)?.endOffset ?? 0;
    this.#entries.push({ endOffset: Math.max(endOffset, before), waiter, slot, outcome });
  }

  /** Acknowledges what ends at or below `offset`. HOT: bench=produce-small */
  release(offset: number): void {
    const entries = this.#entries;
    while (this.#first < entries.length) {
      const entry = entries[this.#first] as PendingAck;
      if (entry.endOffset > offset) break;
      this.#first++;
      entry.waiter.appendEnded(entry.slot, entry.outcome);
    }
    if (this.#first === entries.length) {
      entries.length = 0;
      this.#first = 0;
    } else if (this.#first > compactAfter) {
      entries.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /** Ends with `outcome`, in order, every append that reaches beyond `offset`. */
  fail(offset: number, outcome: AppendOutcome): void {
    const entries = this.#entries;
    let keep = entries.length;
    while (keep > this.#first && (entries[keep - 1] as PendingAck).endOffset > offset) keep--;
    for (const { waiter, slot } of entries.splice(keep)) waiter.appendEnded(slot, outcome);
  }
}
