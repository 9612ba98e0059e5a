import type { Files } from '../runtime/runtime.ts';
import { assert, must } from '../util/assert.ts';
import type { LastBatches } from './batch-cleaner.ts';
import { readBatchHeader } from './batch-walk.ts';
import { type CleanablePart, cleanablePart } from './cleanable-part.ts';
import type { CleanerControl } from './cleaner-control.ts';
import type { SourceSegment } from './cleaner-tasks.ts';
import type { LogTail } from './batch-cache.ts';
import type { LogFlusher } from './log-flusher.ts';
import type { LogReader } from './log-reader.ts';
import type { LogState } from './log-state.ts';
import type { CachedFile, OpenFiles } from './open-files.ts';
import { Segment } from './segment.ts';
import { discardCleaned, SegmentSwap } from './segment-swap.ts';
import type { AbortedTransaction } from './transaction-index.ts';

/** What a log is cleaned from: how it stands as the round begins. */
export interface CompactionSource {
  /** The segments to clean, from the log's first on. */
  readonly segments: readonly SourceSegment[];
  /** How many of them are before the one that has the first dirty offset. */
  readonly cleanSegmentCount: number;
  /** Where in that one the first dirty batch stands, or one before it. */
  readonly fromPosition: number;
  readonly abortedBehind: readonly AbortedTransaction[];
  readonly lastBatches: LastBatches;
}

/** Parts of the log that have to know of a swap. */
export interface LogCompactionModules {
  readonly files: Files;
  readonly openFiles: OpenFiles;
  readonly tail: LogTail;
  readonly reader: LogReader;
  readonly flusher: LogFlusher;
}

interface Round {
  readonly control: CleanerControl;
  readonly segments: ReadonlyMap<number, Segment>;
}

/**
 * The log's side of compaction: what can be cleaned, and the swap of segments that a cleaner has written anew
 * for those it read. Appends go on meanwhile. Whoever truncates or closes the log interrupts the round that is
 * under way; retention does not, and takes segments from under it.
 */
export class LogCompaction {
  readonly #removeLater: (files: readonly CachedFile[]) => void;
  readonly #log: LogState;
  readonly #modules: LogCompactionModules;
  readonly #files: Files;
  #round: Round | undefined;
  /** Invariant: while it is there, its stage is not `done`. */
  #swap: { readonly swap: SegmentSwap; readonly sizeBytes: number } | undefined;

  /** `removeLater` is given files that nobody opens any more, to be removed after a while. */
  constructor(
    removeLater: (files: readonly CachedFile[]) => void,
    log: LogState,
    modules: LogCompactionModules,
  ) {
    this.#removeLater = removeLater;
    this.#log = log;
    this.#modules = modules;
    this.#files = modules.files;
  }

  /** The first offset that was not cleaned; undefined where none was, or where the log has lost it. */
  get cleanedEndOffset(): number | undefined {
    return this.#log.cleanedEndOffset;
  }

  /** What can be cleaned now, below `boundOffset`. Reads little; throws as `Files` does. */
  part(nowMs: number, boundOffset = Infinity): CleanablePart {
    const { segments, logEndOffset, config } = this.#log;
    const lastStableOffset = Math.min(this.#log.lastStableOffset, boundOffset);
    const firstDirtyOffset = this.#firstDirtyOffset();
    const { list } = segments;
    const views = list.map((segment, index) => ({
      baseOffset: segment.baseOffset,
      endOffset: list[index + 1]?.baseOffset ?? logEndOffset,
      sizeBytes: segment.sizeBytes,
      largestTimestampMs: () => segment.largestTimestampMs(this.#files),
      firstTimestampMs: () =>
        segment.sizeBytes === 0 ? -1 : (readBatchHeader(segment.file, 0)?.maxTimestamp ?? -1),
    }));
    const cleanBytesInSegment = this.#positionOf(firstDirtyOffset);
    const log = { segments: views, firstDirtyOffset, cleanBytesInSegment, lastStableOffset };
    return cleanablePart(log, config, nowMs);
  }

  /** Whether there is nothing but the segment that is appended to. */
  get hasOnlyActiveSegment(): boolean {
    return this.#log.segments.list.length === 1;
  }

  /**
   * Begins a round over `part`, all of which has survived power loss. `control` is cancelled when the round
   * cannot go on. Throws as `Files` does.
   */
  begin(part: CleanablePart, control: CleanerControl): CompactionSource {
    const { segments, recoveryPoint } = this.#log;
    assert(this.#round === undefined, 'one round at a time goes over a log');
    assert(part.endOffset <= recoveryPoint, 'only what was flushed is cleaned');
    const count = segments.indexOf(part.endOffset);
    const list = segments.list.slice(0, count);
    const sources = list.map((segment, index) => ({
      baseOffset: segment.baseOffset,
      endOffset: must(segments.at(index + 1)).baseOffset,
      sizeBytes: segment.sizeBytes,
    }));
    this.#round = { control, segments: new Map(list.map((s) => [s.baseOffset, s])) };
    return {
      segments: sources,
      cleanSegmentCount: segments.indexOf(part.firstDirtyOffset),
      fromPosition: this.#positionOf(part.firstDirtyOffset),
      abortedBehind: this.#abortedBehind(count, part.endOffset),
      lastBatches: this.#lastBatches(),
    };
  }

  /** The round is over. `cleanedEndOffset`, where it came so far: everything below it is clean. */
  end(cleanedEndOffset?: number): void {
    if (this.#round?.control.isCancelled === false && cleanedEndOffset !== undefined) {
      this.#log.cleanedEndOffset = cleanedEndOffset;
    }
    this.#round = undefined;
  }

  /**
   * Puts the segment that was written from `sources`, of `sizeBytes`, in their place; it survives power loss
   * when this settles. False where some of them went meanwhile: then what was written is removed. Rejects as
   * `Files` does; where `isAmid` holds then, the log can no longer be written.
   */
  async replace(sources: readonly SourceSegment[], sizeBytes: number): Promise<boolean> {
    const { directory } = this.#log;
    const { baseOffset } = must(sources[0]);
    const old = this.#stillThere(sources);
    if (old === undefined) {
      // Where the log was closed or deleted, its directory may be another's by now.
      if (this.#round?.control.isCancelled === false) {
        discardCleaned(this.#files, directory, baseOffset);
      }
      return false;
    }
    const modules = { files: this.#files };
    const running = { swap: new SegmentSwap({ directory, baseOffset, old }, modules), sizeBytes };
    this.#swap = running;
    try {
      await running.swap.sync();
      if (this.#swap !== running) return false;
      running.swap.nameNew();
      await this.#files.syncDirectory(directory);
      if (this.#swap !== running) return false;
      running.swap.retireOld();
      await this.#files.syncDirectory(directory);
      this.finishSwap();
      await this.#files.syncDirectory(directory);
      return true;
    } catch (error) {
      const { stage } = running.swap;
      const isGivenUp = this.#swap !== running && (stage === 'cleaned' || stage === 'named');
      // The files went from under what was being done to them.
      if (isGivenUp) return false;
      if (this.#swap === running && !this.isAmid) this.#discardSwap();
      throw error;
    }
  }

  /** Whether old segments have given up their names for a new one, which has not taken its place yet. */
  get isAmid(): boolean {
    return this.#swap?.swap.stage === 'retired';
  }

  /**
   * Ends the round because the log is about to be changed below its end: a swap that has come so far is
   * finished at once, any other is given up. Throws as `Files` does.
   */
  interrupt(): void {
    this.#round?.control.cancel();
    if (this.isAmid) this.finishSwap();
    else this.#discardSwap();
  }

  /** The same, and nothing more is written: what is on disk is completed or removed when the log is opened. */
  close(): void {
    this.#round?.control.cancel();
    this.#swap = undefined;
  }

  /** Finishes a swap whose old segments have no names any more. Throws as `Files` does. */
  finishSwap(): void {
    const running = this.#swap;
    if (running === undefined || !this.isAmid) return;
    this.#swap = undefined;
    const { swap, sizeBytes } = running;
    swap.takePlace();
    const { directory, segments } = this.#log;
    const { baseOffset, old } = swap;
    const { createdMs } = must(old[0]);
    const segment = new Segment(
      { directory, baseOffset, sizeBytes, isNew: false, createdMs, rollJitterMs: 0 },
      this.#modules,
    );
    segments.replace(old, segment);
    for (const replaced of old) replaced.isRemoved = true;
    const { flusher, reader, tail } = this.#modules;
    flusher.forget(old);
    flusher.noteDirectoryChanged();
    reader.forgetCursors();
    tail.dropAllBelow(must(segments.at(segments.indexOf(baseOffset) + 1)).baseOffset);
    this.#removeLater(swap.oldFiles);
  }

  /** Retention has taken segments out. A swap that would bring them back is given up. Throws as `Files` does. */
  noteRemoved(removed: readonly Segment[]): void {
    if (this.#swap?.swap.old.some((segment) => removed.includes(segment)) === true) {
      this.#discardSwap();
    }
  }

  #discardSwap(): void {
    const running = this.#swap;
    this.#swap = undefined;
    running?.swap.discard();
  }

  #stillThere(sources: readonly SourceSegment[]): Segment[] | undefined {
    const round = this.#round;
    if (round === undefined || round.control.isCancelled) return undefined;
    const segments = sources.map(({ baseOffset }) => round.segments.get(baseOffset));
    const there = segments.filter((segment) => segment !== undefined && !segment.isRemoved);
    return there.length < segments.length ? undefined : (there as Segment[]);
  }

  /** A cleaned end that cannot be right is taken for none. */
  #firstDirtyOffset(): number {
    const { cleanedEndOffset, logStartOffset, logEndOffset } = this.#log;
    if (cleanedEndOffset === undefined || cleanedEndOffset > logEndOffset) return logStartOffset;
    return Math.max(cleanedEndOffset, logStartOffset);
  }

  #positionOf(offset: number): number {
    const { segments } = this.#log;
    const segment = must(segments.at(segments.indexOf(offset)));
    return offset <= segment.baseOffset ? 0 : segment.offsetIndex.lookup(offset);
  }

  /** Transactions that reach into the segments before `index`, which end at `endOffset`, from behind. */
  #abortedBehind(index: number, endOffset: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (const segment of this.#log.segments.list.slice(index)) {
      if (segment.transactionIndex.collect(endOffset, endOffset, found)) break;
    }
    return found;
  }

  /** Of each producer the last batch that cannot be lost any more; a newer one is not cleaned yet. */
  #lastBatches(): LastBatches {
    const { producers, recoveryPoint } = this.#log;
    return new Map(
      Array.from(producers.entries(), ({ producerId, producerEpoch, batches }) => {
        const last =
          batches.findLast((batch) => batch.lastOffset < recoveryPoint) ?? batches.at(-1);
        return [producerId, { lastDataOffset: last?.lastOffset ?? -1, producerEpoch }];
      }),
    );
  }
}
