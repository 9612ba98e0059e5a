import { must } from '../../../../util/assert.ts';

/**
 * Members in the order of how many partitions they have, then of their indexes: a binary heap of numbers,
 * each for a member with the load that it had then. One that does not hold any more is passed over.
 */
export class LoadQueue {
  readonly #heap: number[] = [];
  readonly #loads: Int32Array;
  /** 1 for the least loaded first, -1 for the most loaded. */
  readonly #sign: 1 | -1;

  constructor(
    members: Iterable<number>,
    options: { readonly loads: Int32Array; readonly first: 'least' | 'most' },
  ) {
    this.#loads = options.loads;
    this.#sign = options.first === 'least' ? 1 : -1;
    for (const member of members) this.update(member);
  }

  /** The member that comes first; undefined where there is none. */
  first(): number | undefined {
    const heap = this.#heap;
    while (heap.length > 0) {
      const key = heap[0] as number;
      const member = this.#memberOf(key);
      if (this.#keyOf(member) === key) return member;
      this.#dropFirst();
    }
    return undefined;
  }

  /** Takes out the member that comes first. */
  drop(): void {
    if (this.first() !== undefined) this.#dropFirst();
  }

  /** The load of a member has changed, or the member is new here. */
  update(member: number): void {
    const heap = this.#heap;
    const key = this.#keyOf(member);
    let at = heap.length;
    heap.push(key);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as number;
      if (above <= key) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = key;
  }

  #dropFirst(): void {
    const heap = this.#heap;
    const key = must(heap.pop());
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
      if ((heap[child] as number) >= key) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = key;
  }

  /** Orders by load, then by member. */
  #keyOf(member: number): number {
    return this.#sign * must(this.#loads[member]) * this.#loads.length + member;
  }

  #memberOf(key: number): number {
    const count = this.#loads.length;
    return ((key % count) + count) % count;
  }
}
