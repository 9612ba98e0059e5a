/** Ticks that a window holds: with one a second, rates are those of the last five seconds. */
export const windowTicks = 5;

/** What goes in and out is counted in this order within a tick. */
const countsOfTick = 3;

/** What went in and out within the window of a `Traffic`. */
export interface TrafficWindow {
  readonly bytesIn: number;
  readonly messagesIn: number;
  readonly bytesOut: number;
}

const quiet: TrafficWindow = { bytesIn: 0, messagesIn: 0, bytesOut: 0 };

/**
 * What clients wrote and read somewhere, a partition say, since it was made. Whoever counts adds to a field and
 * does nothing else; who wants to know a rate calls `sample` at every tick, which keeps a window only while
 * something goes on.
 */
export class Traffic {
  bytesIn = 0;
  messagesIn = 0;
  bytesOut = 0;
  /** As they were at the last tick. */
  #bytesIn = 0;
  #messagesIn = 0;
  #bytesOut = 0;
  /** Of each tick of the window; undefined where nothing happened in it. */
  #window: Float64Array | undefined;
  #quietTicks = 0;

  /**
   * Takes in what happened since the last tick, and adds it to `totals`; `tick` counts up by one each time. Before
   * tick 0 nobody looked, so that what it finds belongs to no window.
   */
  sample(tick: number, totals?: Traffic): void {
    const bytesIn = this.bytesIn - this.#bytesIn;
    const messagesIn = this.messagesIn - this.#messagesIn;
    const bytesOut = this.bytesOut - this.#bytesOut;
    const isQuiet = bytesIn === 0 && bytesOut === 0;
    if (isQuiet && this.#window === undefined) return;
    this.#bytesIn = this.bytesIn;
    this.#messagesIn = this.messagesIn;
    this.#bytesOut = this.bytesOut;
    totals?.add(bytesIn, messagesIn, bytesOut);
    if (tick === 0) this.#window = undefined;
    else this.#note(tick, bytesIn, messagesIn, bytesOut);
  }

  #note(tick: number, bytesIn: number, messagesIn: number, bytesOut: number): void {
    const isQuiet = bytesIn === 0 && bytesOut === 0;
    this.#quietTicks = isQuiet ? this.#quietTicks + 1 : 0;
    if (this.#quietTicks >= windowTicks) {
      this.#window = undefined;
      return;
    }
    this.#window ??= new Float64Array(windowTicks * countsOfTick);
    const at = (tick % windowTicks) * countsOfTick;
    this.#window[at] = bytesIn;
    this.#window[at + 1] = messagesIn;
    this.#window[at + 2] = bytesOut;
  }

  /** Counts something that happened. */
  add(bytesIn: number, messagesIn: number, bytesOut: number): void {
    this.bytesIn += bytesIn;
    this.messagesIn += messagesIn;
    this.bytesOut += bytesOut;
  }

  /** Whether something happened within the window. */
  get isActive(): boolean {
    return this.#window !== undefined;
  }

  /** What happened in the ticks of the window. */
  recent(): TrafficWindow {
    const window = this.#window;
    if (window === undefined) return quiet;
    let [bytesIn, messagesIn, bytesOut] = [0, 0, 0];
    for (let at = 0; at < window.length; at += countsOfTick) {
      bytesIn += window[at] ?? 0;
      messagesIn += window[at + 1] ?? 0;
      bytesOut += window[at + 2] ?? 0;
    }
    return { bytesIn, messagesIn, bytesOut };
  }
}
