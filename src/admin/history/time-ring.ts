/**
 * Values over time that are written one behind the other, a fixed number of them: the oldest go. A value that is not
 * known is not a number.
 */
export class TimeRing {
  readonly #values: Float32Array;

  constructor(capacity: number) {
    this.#values = new Float32Array(capacity).fill(Number.NaN);
  }

  /** The value of the point with this number; those that are left out in between are not known. */
  set(point: number, value: number | null): void {
    this.#values[point % this.#values.length] = value ?? Number.NaN;
  }

  /** The value of a point that is still kept. */
  get(point: number): number | null {
    const value = this.#values[point % this.#values.length] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  }
}
