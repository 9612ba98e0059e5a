/** Longest rest at a time, so that who is cancelled hears of it soon. */
const restMsMax = 50;
/** Bytes that are read and written between two looks at what else the thread has to do. */
const stepBytes = 64 * 1024;

const cancelledAt = 0;
const bytesPerSecondAt = 1;

/** What the broker's thread tells a cleaner while that runs, in another thread perhaps: shared memory. */
export class CleanerControl {
  /** To be handed to the tasks. */
  readonly shared = new Float64Array(new SharedArrayBuffer(16));

  constructor(bytesPerSecond: number) {
    this.setBytesPerSecond(bytesPerSecond);
  }

  get isCancelled(): boolean {
    return this.shared[cancelledAt] === 1;
  }

  /** Has the task that is under way end soon, with nothing done. */
  cancel(): void {
    this.shared[cancelledAt] = 1;
  }

  /** Bytes that the cleaner may read and write in a second; acts at once. */
  setBytesPerSecond(bytesPerSecond: number): void {
    this.shared[bytesPerSecondAt] = bytesPerSecond;
  }
}

/**
 * The task's side: says when to yield, and for how long to rest. It knows no clock; it takes the work itself
 * for no time, and thereby stays below the bound.
 */
export class CleanerPace {
  readonly #shared: Float64Array;
  #stepBytes = 0;
  /** Read or written, and not rested for. */
  #owedBytes = 0;

  constructor(shared: Float64Array) {
    this.#shared = shared;
  }

  /** Asked behind every `yield`: whether the task is to end. */
  get isCancelled(): boolean {
    return this.#shared[cancelledAt] === 1;
  }

  /** Notes bytes that were read or written. */
  add(bytes: number): void {
    this.#stepBytes += bytes;
    this.#owedBytes += bytes;
  }

  /** Whether it is time to yield what `rest` answers. To be asked again until it is false. */
  get wantsRest(): boolean {
    if (this.isCancelled) return false;
    return this.#stepBytes >= stepBytes || this.#owedMs >= restMsMax;
  }

  /** Milliseconds to rest now, 0 for a mere yield. */
  rest(): number {
    this.#stepBytes = 0;
    const restMs = this.#owedMs >= 1 ? Math.min(this.#owedMs, restMsMax) : 0;
    this.#owedBytes -= (restMs / 1000) * this.#bytesPerSecond;
    return restMs;
  }

  get #owedMs(): number {
    return (this.#owedBytes / this.#bytesPerSecond) * 1000;
  }

  get #bytesPerSecond(): number {
    return this.#shared[bytesPerSecondAt] as number;
  }
}
