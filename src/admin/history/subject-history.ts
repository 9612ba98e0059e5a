import { TimeRing } from './time-ring.ts';

/** How often points are kept, and how many. */
export interface Resolution {
  readonly everyMs: number;
  readonly points: number;
}

/** Every 5 s for an hour, every minute for a day. */
export const resolutions: readonly Resolution[] = [
  { everyMs: 5000, points: 720 },
  { everyMs: 60_000, points: 1440 },
];

/** Of one resolution: the points that have come, by their number, which is the time by its step. */
class Level {
  readonly #resolution: Resolution;
  readonly #rings: readonly TimeRing[];
  #first = -1;
  #last = -1;

  constructor(resolution: Resolution, seriesCount: number) {
    this.#resolution = resolution;
    this.#rings = Array.from({ length: seriesCount }, () => new TimeRing(resolution.points));
  }

  add(atMs: number, values: readonly (number | null)[]): void {
    const point = Math.floor(atMs / this.#resolution.everyMs);
    // The clock went back: what is kept stands.
    if (point < this.#last) return;
    if (this.#first < 0) this.#first = point;
    const from = Math.max(this.#last + 1, point - this.#resolution.points + 1, this.#first);
    for (const [series, ring] of this.#rings.entries()) {
      for (let gap = from; gap < point; gap++) ring.set(gap, null);
      ring.set(point, values[series] ?? null);
    }
    this.#last = point;
  }

  /** The points in `[fromMs, toMs]` that are kept. */
  read(fromMs: number, toMs: number): { timesMs: number[]; values: (number | null)[][] } {
    const { everyMs, points } = this.#resolution;
    const from = Math.max(Math.ceil(fromMs / everyMs), this.#first, this.#last - points + 1, 0);
    const to = Math.min(Math.floor(toMs / everyMs), this.#last);
    const numbers = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
    return {
      timesMs: numbers.map((point) => point * everyMs),
      values: this.#rings.map((ring) => numbers.map((point) => ring.get(point))),
    };
  }

  /** Whether nothing that was written has gone yet. */
  get hasAll(): boolean {
    return this.#last - this.#resolution.points < this.#first;
  }

  /** The oldest moment that is kept. */
  get oldestMs(): number {
    const { everyMs, points } = this.#resolution;
    return Math.max(this.#first, this.#last - points + 1) * everyMs;
  }
}

/** The series of one subject over time, in several resolutions, in a fixed amount of memory. */
export class SubjectHistory {
  readonly #levels: readonly Level[];
  /** When it was written last. */
  lastMs = 0;

  constructor(seriesCount: number) {
    this.#levels = resolutions.map((resolution) => new Level(resolution, seriesCount));
  }

  /** Takes in the values of a moment; of several within a step the last stays. */
  add(atMs: number, values: readonly (number | null)[]): void {
    this.lastMs = atMs;
    for (const level of this.#levels) level.add(atMs, values);
  }

  /** By the finest resolution that reaches back to `fromMs`, else by the one that reaches back farthest. */
  read(fromMs: number, toMs: number): { timesMs: number[]; values: (number | null)[][] } {
    const fine = this.#levels[0] as Level;
    const coarse = this.#levels.at(-1) as Level;
    const level = fine.hasAll || fromMs >= fine.oldestMs ? fine : coarse;
    return level.read(fromMs, toMs);
  }
}
