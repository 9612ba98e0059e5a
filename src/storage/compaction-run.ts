import type { Background, Clock, Random } from '../runtime/runtime.ts';
import type { CleanedCounts } from './batch-cleaner.ts';
import type { CleanablePart } from './cleanable-part.ts';
import { noTransactions } from './cleaned-transactions.ts';
import type { CleanerControl } from './cleaner-control.ts';
import type { CleanerSettings } from './cleaner-settings.ts';
import {
  buildOffsetMapTask,
  cleanSegmentsTask,
  type OffsetMapBuilt,
  type SegmentsCleaned,
  type Unfinished,
} from './cleaner-tasks.ts';
import type { CompactionSource } from './log-compaction.ts';
import type { Log } from './log.ts';
import { allocateOffsetMap, type OffsetMapMemory } from './offset-map.ts';

const seedBytes = 16;
/** A buffer for reads and one for writes; less than this each is no help. */
const bufferBytesLeast = 16 * 1024;

/** How one round over a log ended. */
export type CompactionOutcome =
  | { readonly outcome: 'cleaned'; readonly endOffset: number; readonly totals: CompactionTotals }
  /** No room for the keys of one batch. */
  | { readonly outcome: 'no room'; readonly offset: number }
  | Unfinished;

/** What a round did. */
export interface CompactionTotals {
  readBytes: number;
  writtenBytes: number;
  records: number;
  keptRecords: number;
  recordsWithoutKey: number;
}

/**
 * One round of the cleaner over a log: notes the newest offset of each key in its dirty part, as far as memory
 * goes, and then writes anew what lies before that end, a segment at a time, each in its place before the next.
 *
 * Rejects as `Files` and as `Background` do.
 */
export class CompactionRun {
  readonly #log: Log;
  readonly #part: CleanablePart;
  readonly #control: CleanerControl;
  readonly #settings: CleanerSettings;
  readonly #background: Background;
  readonly #random: Random;
  readonly #clock: Clock;

  constructor(
    options: {
      log: Log;
      part: CleanablePart;
      control: CleanerControl;
      settings: CleanerSettings;
    },
    modules: { background: Background; random: Random; clock: Clock },
  ) {
    this.#log = options.log;
    this.#part = options.part;
    this.#control = options.control;
    this.#settings = options.settings;
    this.#background = modules.background;
    this.#random = modules.random;
    this.#clock = modules.clock;
  }

  /** Runs the round. To be called once, when all of the part was flushed. */
  async run(): Promise<CompactionOutcome> {
    const { compaction } = this.#log;
    const source = compaction.begin(this.#part, this.#control);
    let cleanedEndOffset: number | undefined;
    try {
      const map = this.#allocateMap();
      const built = await this.#buildMap(source, map);
      if (built.outcome !== 'built') return built;
      const { endOffset } = built;
      if (endOffset <= this.#part.firstDirtyOffset)
        return { outcome: 'no room', offset: endOffset };
      const outcome = await this.#cleanAll(source, map, endOffset);
      if (outcome.outcome === 'cleaned') cleanedEndOffset = endOffset;
      return outcome;
    } finally {
      compaction.end(cleanedEndOffset);
    }
  }

  /** No more keys than offsets can come, so that a small log needs little. */
  #allocateMap(): OffsetMapMemory {
    const { firstDirtyOffset, endOffset } = this.#part;
    const { dedupeBufferBytes, loadFactor } = this.#settings;
    return allocateOffsetMap({
      keys: endOffset - firstDirtyOffset,
      bytesMax: dedupeBufferBytes,
      loadFactor,
      seed: this.#random.bytes(seedBytes),
    });
  }

  #buildMap(source: CompactionSource, map: OffsetMapMemory): Promise<OffsetMapBuilt | Unfinished> {
    return this.#background.run(buildOffsetMapTask, {
      ...this.#common(source, map),
      segments: source.segments.slice(source.cleanSegmentCount),
      fromOffset: this.#part.firstDirtyOffset,
      fromPosition: source.fromPosition,
    });
  }

  async #cleanAll(
    source: CompactionSource,
    map: OffsetMapMemory,
    endOffset: number,
  ): Promise<CompactionOutcome> {
    const log = this.#log;
    const nowMs = this.#clock.nowMs();
    const totals = newTotals();
    let transactions = noTransactions;
    let isWhole = true;
    // Behind the map's end nothing is cleaned, but there may be the markers of what is before it.
    let left = source.segments;
    while (left[0] !== undefined && left[0].baseOffset < endOffset) {
      if (this.#control.isCancelled) return { outcome: 'cancelled' };
      const { segmentBytes, segmentIndexBytes, indexIntervalBytes, deleteRetentionMs } = log.config;
      const cleaned: SegmentsCleaned | Unfinished = await this.#background.run(cleanSegmentsTask, {
        ...this.#common(source, map),
        segments: left,
        mapEndOffset: endOffset,
        transactions,
        lastBatches: source.lastBatches,
        nowMs,
        deleteRetentionMs,
        segmentBytes,
        segmentIndexBytes,
        indexIntervalBytes,
      });
      if (cleaned.outcome !== 'cleaned') return cleaned;
      const sources = left.slice(0, cleaned.segmentCount);
      if (!(await log.compaction.replace(sources, cleaned.sizeBytes))) isWhole = false;
      addTo(totals, sources, cleaned);
      transactions = cleaned.transactions;
      left = left.slice(cleaned.segmentCount);
    }
    // Where retention took one of several sources, the others are as dirty as they were.
    return isWhole && !this.#control.isCancelled
      ? { outcome: 'cleaned', endOffset, totals }
      : { outcome: 'cancelled' };
  }

  #common(source: CompactionSource, map: OffsetMapMemory) {
    const { ioBufferBytes, decompressedBytesMax } = this.#settings;
    return {
      control: this.#control.shared,
      directory: this.#log.directory,
      map,
      abortedBehind: source.abortedBehind,
      bufferBytes: Math.max(bufferBytesLeast, Math.floor(ioBufferBytes / 2)),
      decompressedBytesMax,
    };
  }
}

function newTotals(): CompactionTotals {
  return { readBytes: 0, writtenBytes: 0, records: 0, keptRecords: 0, recordsWithoutKey: 0 };
}

function addTo(
  totals: CompactionTotals,
  sources: readonly { readonly sizeBytes: number }[],
  cleaned: { readonly sizeBytes: number; readonly counts: CleanedCounts },
): void {
  for (const { sizeBytes } of sources) totals.readBytes += sizeBytes;
  totals.writtenBytes += cleaned.sizeBytes;
  totals.records += cleaned.counts.records;
  totals.keptRecords += cleaned.counts.kept;
  totals.recordsWithoutKey += cleaned.counts.withoutKey;
}
