import type { ConsumedRecord } from './client-records.ts';
import type { PartitionReader } from './partition-reader.ts';

/**
 * Puts the records of several partitions into one order: by time, then by topic and partition. The records of
 * one partition keep their offsets' order, whatever their times.
 *
 * A heap of the partitions that have a record at hand. A partition from which an earlier record may still
 * come holds up the others, until it is read to its end; with `waits` false none does.
 */
export class RecordMerge {
  readonly #waits: boolean;
  /** `#heap[i]` comes before `#heap[2i+1]` and `#heap[2i+2]`. */
  readonly #heap: PartitionReader[] = [];
  /** Partitions without a record at hand. */
  #empty: PartitionReader[];

  constructor(readers: readonly PartitionReader[], options: { readonly waits: boolean }) {
    this.#empty = [...readers];
    this.#waits = options.waits;
  }

  /** Whether every partition is read to its end. */
  get isDone(): boolean {
    return this.#heap.length === 0 && this.#empty.length === 0;
  }

  /** Further partitions, from their next records on. */
  add(readers: readonly PartitionReader[]): void {
    this.#empty.push(...readers);
  }

  /** Leaves out what these partitions have not handed out yet. */
  remove(readers: ReadonlySet<PartitionReader>): void {
    this.#empty = this.#empty.filter((reader) => !readers.has(reader));
    for (const reader of this.#heap.splice(0)) {
      if (!readers.has(reader)) this.#push(reader);
    }
  }

  /** Looks again at the partitions without a record: a fetch may have brought some. */
  refresh(): void {
    this.#empty = this.#empty.filter((reader) => {
      if (reader.head !== undefined) this.#push(reader);
      return reader.head === undefined && !reader.isFetched;
    });
  }

  /** The next record, or undefined while it is not known which one that is. Throws as `PartitionReader.head`. */
  next(): ConsumedRecord | undefined {
    if (this.#waits && this.#empty.some((reader) => !isDrained(reader))) return undefined;
    const first = this.#heap[0];
    const record = first?.head;
    if (first === undefined || record === undefined) return undefined;
    first.take();
    if (first.head === undefined) this.#pop();
    else this.#sink(0);
    return record;
  }

  #push(reader: PartitionReader): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(reader);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at] as PartitionReader, heap[parent] as PartitionReader)) return;
      swap(heap, at, parent);
      at = parent;
    }
  }

  #pop(): void {
    const reader = this.#heap[0] as PartitionReader;
    const last = this.#heap.pop() as PartitionReader;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    if (!reader.isFetched) this.#empty.push(reader);
  }

  #sink(from: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const isRight =
        right < heap.length &&
        isBefore(heap[right] as PartitionReader, heap[left] as PartitionReader);
      const child = isRight ? right : left;
      if (!isBefore(heap[child] as PartitionReader, heap[at] as PartitionReader)) return;
      swap(heap, at, child);
      at = child;
    }
  }
}

/** Nothing that is there now is missing: the partition holds up nobody. */
function isDrained(reader: PartitionReader): boolean {
  return reader.isFetched || reader.isCaughtUp;
}

function isBefore(a: PartitionReader, b: PartitionReader): boolean {
  const first = a.head as ConsumedRecord;
  const second = b.head as ConsumedRecord;
  if (first.timestampMs !== second.timestampMs) return first.timestampMs < second.timestampMs;
  if (a.topic !== b.topic) return a.topic < b.topic;
  return a.partition < b.partition;
}

function swap(heap: PartitionReader[], a: number, b: number): void {
  const reader = heap[a] as PartitionReader;
  heap[a] = heap[b] as PartitionReader;
  heap[b] = reader;
}
