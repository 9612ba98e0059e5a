import { assert, must } from '../util/assert.ts';
import type { Segment } from './segment.ts';

/** The segments of a log, by their base offsets. There is always at least one: the active one, the last. */
export class Segments {
  readonly #list: Segment[];

  /** `list` is sorted and not empty. */
  constructor(list: readonly Segment[]) {
    assert(list.length > 0, 'a log has at least one segment');
    this.#list = [...list];
  }

  get list(): readonly Segment[] {
    return this.#list;
  }

  /** The one that is appended to. */
  get active(): Segment {
    return this.#list[this.#list.length - 1] as Segment;
  }

  get first(): Segment {
    return this.#list[0] as Segment;
  }

  get sizeBytes(): number {
    let total = 0;
    for (const segment of this.#list) total += segment.sizeBytes;
    return total;
  }

  /** Index of the segment whose range holds `offset`; 0 for what is before the first. */
  indexOf(offset: number): number {
    let low = 0;
    let high = this.#list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#list[middle] as Segment).baseOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  at(index: number): Segment | undefined {
    return this.#list[index];
  }

  push(segment: Segment): void {
    assert(segment.baseOffset >= this.active.baseOffset, 'segments are added in their order');
    this.#list.push(segment);
  }

  /** Takes out the `count` oldest; one at least stays. */
  removeOldest(count: number): Segment[] {
    assert(count < this.#list.length, 'a log keeps its active segment');
    return this.#list.splice(0, count);
  }

  /** Takes out those behind `segment`. */
  removeBehind(segment: Segment): Segment[] {
    return this.#list.splice(this.#list.indexOf(segment) + 1);
  }

  /** Puts `segment` in the place of `old`, which stand one behind the other. */
  replace(old: readonly Segment[], segment: Segment): void {
    const index = this.#list.indexOf(must(old[0]));
    assert(
      index >= 0 && old.every((replaced, i) => this.#list[index + i] === replaced),
      'the segments that are replaced stand one behind the other',
    );
    this.#list.splice(index, old.length, segment);
  }

  /** Takes out all, for `segment` alone. */
  replaceAll(segment: Segment): Segment[] {
    return this.#list.splice(0, this.#list.length, segment);
  }

  /** Where the range of `segment` ends: the next one's base offset, `logEndOffset` for the active one. */
  endOf(segment: Segment, logEndOffset: number): number {
    if (segment === this.active) return logEndOffset;
    return must(this.#list[this.#list.indexOf(segment) + 1]).baseOffset;
  }
}
