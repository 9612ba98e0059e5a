/**
 * The clocks of a simulated host. The wall clock may be moved in either direction; both go as fast as the host's
 * crystal does, which may be a little faster or slower than the world.
 */
export class HostClock {
  readonly #startMs: number;
  readonly #worldUs: () => number;
  #shiftMs = 0;
  #rate = 1;
  /** When the rate was set, in the world's time and in the host's. */
  #rateSetUs = 0;
  #rateSetMs = 0;

  constructor(options: { readonly startMs: number }, modules: { readonly worldUs: () => number }) {
    this.#startMs = options.startMs;
    this.#worldUs = modules.worldUs;
  }

  /** Milliseconds since the simulation began, as the host counts them. */
  get elapsedMs(): number {
    return this.#rateSetMs + ((this.#worldUs() - this.#rateSetUs) / 1000) * this.#rate;
  }

  /** The wall clock. */
  get nowMs(): number {
    return Math.floor(this.#startMs + this.#shiftMs + this.elapsedMs);
  }

  /** How long the world takes for what the host takes for `hostMs`. */
  worldMs(hostMs: number): number {
    return hostMs / this.#rate;
  }

  shift(byMs: number): void {
    this.#shiftMs += byMs;
  }

  /** From here on the clocks gain or lose: 1.01 gains a hundredth. Timers that are set already keep their time. */
  setRate(rate: number): void {
    this.#rateSetMs = this.elapsedMs;
    this.#rateSetUs = this.#worldUs();
    this.#rate = rate;
  }
}
