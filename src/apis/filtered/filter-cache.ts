/** What a filter says of a batch: shown as it is, not at all, or as these bytes, a batch with what matches. */
export type Verdict = 'all' | 'none' | readonly Uint8Array[];

/** A batch that a filter has judged. */
export interface JudgedBatch {
  readonly verdict: Verdict;
  /** Of the bytes that it is shown as. */
  readonly sizeBytes: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
  /** Of the batch in the log: another one may come to stand there, by compaction or after an unclean election. */
  readonly crc: number;
}

/** What an entry takes beside the bytes of its batch. */
const entryBytes = 256;

/**
 * What filters have said of the batches that were read last (`odradek.filter.cache.bytes`), the same for every reader
 * of a filtered topic: who comes after the first pays neither for the evaluation nor, where nothing or only some of a
 * batch is shown, for reading it. What has not been asked for the longest goes first.
 *
 * An entry is of one filter as it was compiled, and of one leader epoch of a partition: within it, what readers may
 * read is never cut off.
 */
export class FilterCache {
  readonly #bytesMax: number;
  /** In the order of their use. */
  readonly #entries = new Map<string, JudgedBatch>();
  #heldBytes = 0;

  constructor(options: { readonly bytesMax: number }) {
    this.#bytesMax = options.bytesMax;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get(key: string): JudgedBatch | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  add(key: string, judged: JudgedBatch): void {
    const bytes = costOf(judged);
    if (bytes > this.#bytesMax) return;
    const before = this.#entries.get(key);
    if (before !== undefined) this.#remove(key, before);
    this.#entries.set(key, judged);
    this.#heldBytes += bytes;
    for (const [oldest, entry] of this.#entries) {
      if (this.#heldBytes <= this.#bytesMax) return;
      this.#remove(oldest, entry);
    }
  }

  #remove(key: string, entry: JudgedBatch): void {
    this.#entries.delete(key);
    this.#heldBytes -= costOf(entry);
  }
}

function costOf({ verdict, sizeBytes }: JudgedBatch): number {
  return entryBytes + (typeof verdict === 'string' ? 0 : sizeBytes);
}
