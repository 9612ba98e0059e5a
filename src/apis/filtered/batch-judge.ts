import { BatchFiltering } from '../../filter/filter-batch.ts';
import type { FilteredPlace } from '../../filter/record-values.ts';
import type { RecordBatch } from '../../records/record-batch.ts';
import { FilterCache, type JudgedBatch } from './filter-cache.ts';
import type { TopicFilter } from './topic-filter.ts';

/** What batches are judged by. */
export interface Judgement {
  readonly filter: TopicFilter;
  readonly place: FilteredPlace;
  /** What the keys of these judgements begin with (`judgementPrefix`). */
  readonly prefix: string;
  readonly decompressedBytesMax: number;
}

/** A batch on its way through a filter. Whoever waits for it moves it on, and all have what comes of it. */
export interface Judging {
  readonly key: string;
  readonly batch: RecordBatch;
  readonly filtering: BatchFiltering;
  /** Scans that wait for it. */
  waiting: number;
  /** Once it is over. */
  judged: JudgedBatch | undefined;
}

/**
 * Batches half judged for fetches that had to be answered before: the next fetch goes on with them, or would never get
 * past a batch that takes longer than it may wait. Each may keep as much as a batch decompressed.
 */
const leftMax = 4;

/**
 * Judges batches by filters, each batch by each filter once: what was judged is kept while there is room, and what is
 * being judged is judged for all who come meanwhile.
 */
export class BatchJudge {
  readonly cache: FilterCache;
  readonly #open = new Map<string, Judging>();

  constructor(options: { readonly cacheBytes: number }) {
    this.cache = new FilterCache({ bytesMax: options.cacheBytes });
  }

  /** How many batches are being judged. */
  get openCount(): number {
    return this.#open.size;
  }

  /** What is known of the batch that begins at `baseOffset`. */
  known({ prefix }: Judgement, baseOffset: number): JudgedBatch | undefined {
    return this.cache.get(prefix + baseOffset);
  }

  /** Begins to judge a batch, whose bytes have to stay, or joins who has begun. `goOn` ends it, or `leave`. */
  begin(judgement: Judgement, batch: RecordBatch): Judging {
    const { filter, place, prefix } = judgement;
    const key = prefix + batch.baseOffset;
    const found = this.#open.get(key);
    if (found !== undefined && found.batch.crc === batch.crc) {
      found.waiting++;
      return found;
    }
    const filtering = new BatchFiltering(batch, filter.filter, place, judgement);
    const judging = { key, batch, filtering, waiting: 1, judged: undefined };
    this.#open.set(key, judging);
    return judging;
  }

  /** Judges on until `isOver`; undefined while there is more to do. */
  goOn(judging: Judging, isOver: () => boolean): JudgedBatch | undefined {
    if (judging.judged !== undefined) return judging.judged;
    const judged = judge(judging, isOver);
    if (judged === undefined) return undefined;
    judging.judged = judged;
    if (this.#open.get(judging.key) === judging) this.#open.delete(judging.key);
    this.cache.add(judging.key, judged);
    return judged;
  }

  /** Somebody does not wait for it any more; it is kept for who asks next, as long as there are few such. */
  leave(judging: Judging): void {
    judging.waiting--;
    if (judging.waiting > 0 || judging.judged !== undefined) return;
    if (this.#open.get(judging.key) !== judging) return;
    // Last in the order of those that nobody waits for.
    this.#open.delete(judging.key);
    this.#open.set(judging.key, judging);
    const left = [...this.#open.values()].filter(({ waiting }) => waiting === 0);
    for (const { key } of left.slice(0, -leftMax)) this.#open.delete(key);
  }
}

function judge({ batch, filtering }: Judging, isOver: () => boolean): JudgedBatch | undefined {
  const { sizeBytes } = batch;
  const { lastOffset, maxTimestamp, crc } = batch;
  // What compaction has emptied is passed over, as in every topic.
  const shown = batch.recordCount === 0 ? 'none' : filtering.step(isOver);
  if (shown === undefined) return undefined;
  if (shown === 'none') return { verdict: shown, sizeBytes: 0, lastOffset, maxTimestamp, crc };
  if (shown === 'all') return { verdict: shown, sizeBytes, lastOffset, maxTimestamp, crc };
  return { verdict: shown.chunks, sizeBytes: shown.sizeBytes, lastOffset, maxTimestamp, crc };
}

/** What the keys of the judgements of one partition begin with: within a leader epoch nothing of it is cut off. */
export function judgementPrefix(filterId: number, partition: number, leaderEpoch: number): string {
  return `${filterId}:${partition}:${leaderEpoch}:`;
}
