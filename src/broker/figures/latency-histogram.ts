/** Buckets of an octave: what is told lies within a sixteenth of what was measured. */
const octaveBits = 4;
const octave = 1 << octaveBits;
/** Times are counted in these parts of a millisecond. */
const unitsOfMs = 16;
/** What takes longer, 37 hours, counts as this. */
const unitsMax = 2 ** 31 - 1;
const bucketCount = (31 - octaveBits) * octave + octave;
/** Ticks that are looked back on: with one a second, the last ten seconds. */
export const latencyTicks = 10;

/** Of the requests that were answered within a window. */
export interface LatencySummary {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly count: number;
}

/**
 * How long requests of an API took. Its memory is fixed: buckets that grow with what they hold. A request adds one
 * to one of them; who wants to know of the last seconds alone calls `sample` at every tick.
 */
export class LatencyHistogram {
  readonly #counts = new Float64Array(bucketCount);
  /** As they were at the ticks before. */
  #before: Float64Array[] = [];
  /** Of all that was recorded. */
  count = 0;
  sumMs = 0;

  /** A request took so long. HOT: bench=produce-small */
  record(ms: number): void {
    const units = Math.min(Math.max(0, ms * unitsOfMs), unitsMax) | 0;
    let bucket = units;
    if (units >= octave) {
      const shift = 31 - Math.clz32(units) - octaveBits;
      bucket = (shift << octaveBits) + (units >> shift);
    }
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.count++;
    this.sumMs += ms;
  }

  /** A tick has gone by; before tick 0 nobody looked. */
  sample(tick: number): void {
    if (tick === 0) this.#before = [];
    const oldest = this.#before.length < latencyTicks ? undefined : this.#before.shift();
    const copy = oldest ?? new Float64Array(bucketCount);
    copy.set(this.#counts);
    this.#before.push(copy);
  }

  /** Of what was recorded since the oldest tick that is remembered; undefined where there was nothing. */
  recent(): LatencySummary | undefined {
    const before = this.#before[0];
    let count = 0;
    for (let i = 0; i < bucketCount; i++) count += (this.#counts[i] ?? 0) - (before?.[i] ?? 0);
    if (count === 0) return undefined;
    return { p50Ms: this.#below(0.5 * count), p99Ms: this.#below(0.99 * count), count };
  }

  /** The upper end of the bucket in which the request of this rank is, of the recent ones. */
  #below(rank: number): number {
    const before = this.#before[0];
    let seen = 0;
    for (let i = 0; i < bucketCount; i++) {
      seen += (this.#counts[i] ?? 0) - (before?.[i] ?? 0);
      if (seen >= rank) return endOf(i);
    }
    return endOf(bucketCount - 1);
  }
}

/** Where a bucket ends, in milliseconds. */
function endOf(bucket: number): number {
  if (bucket < octave) return (bucket + 1) / unitsOfMs;
  const shift = (bucket >> octaveBits) - 1;
  const first = (bucket - (shift << octaveBits)) * 2 ** shift;
  return (first + 2 ** shift) / unitsOfMs;
}
