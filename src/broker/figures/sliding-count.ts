import { windowTicks } from '../../replication/traffic.ts';

/** A count that goes up, and how much of it belongs to the last ticks. */
export class SlidingCount {
  /** Since the start. */
  total = 0;
  /** As it was at the ticks of the window. */
  readonly #totals = new Float64Array(windowTicks);
  #recent = 0;

  /** A tick has gone by; `tick` counts up by one each time, from 0, before which nobody looked. */
  sample(tick: number): void {
    if (tick === 0) this.#totals.fill(this.total);
    const at = tick % windowTicks;
    this.#recent = this.total - (this.#totals[at] ?? 0);
    this.#totals[at] = this.total;
  }

  /** How much came within the window. */
  get recent(): number {
    return this.#recent;
  }
}
