import type { Clock, Random } from '../runtime/runtime.ts';
import { BatchWalk, walkNow } from './batch-walk.ts';
import type { DirectoryOnDemand } from './directory-on-demand.ts';
import type { LeaderEpochCache } from './leader-epoch-cache.ts';
import type { LogConfig } from './log-config.ts';
import type { LogOptions } from './log-options.ts';
import type { Gather } from './log-writer.ts';
import type { CachedFile, OpenFiles } from './open-files.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import type { ProducerEntry, ProducerState } from './producer-state.ts';
import type { ReadBuffers } from './read-buffers.ts';
import { countDeletable } from './retention.ts';
import { Segment } from './segment.ts';
import type { Segments } from './segments.ts';
import { ifThereIsRoom } from './storage-failure.ts';
import type { TimeIndexEntry } from './time-index.ts';

/** What a log consists of when it is opened. */
export interface LogParts {
  readonly segments: Segments;
  readonly producers: ProducerState;
  readonly epochs: LeaderEpochCache;
  readonly snapshots: ProducerSnapshots;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly recoveryPoint: number;
  /** Bytes that are in the files and not known to be on the disk, but for what recovery found (`Segment.recovered`). */
  readonly unflushedBytes: number;
}

/** The producers as they were at an offset. */
interface ProducersAt {
  readonly offset: number;
  readonly entries: readonly ProducerEntry[];
}

/** What a log's state needs around it. */
export interface LogStateModules {
  readonly clock: Clock;
  readonly random: Random;
  readonly openFiles: OpenFiles;
  readonly readBuffers: ReadBuffers;
}

/**
 * Where a log stands, in memory: its segments and indexes, producers, epochs and offsets, which change
 * together. Appends that were decided and not written yet are counted in.
 *
 * logStartOffset <= highWatermark, writtenEndOffset <= fileEndOffset <= logEndOffset
 * recoveryPoint <= flushedOffset <= fileEndOffset
 */
export class LogState {
  readonly directory: string;
  readonly directoryOnDemand: DirectoryOnDemand | undefined;
  readonly segments: Segments;
  readonly producers: ProducerState;
  readonly epochs: LeaderEpochCache;
  readonly snapshots: ProducerSnapshots;
  readonly #modules: LogStateModules;
  config: LogConfig;

  logStartOffset: number;
  highWatermark: number;
  /** Below it everything is written, and flushed where `flush.messages` asks for it. */
  writtenEndOffset: number;
  /** Below it everything is in the files. */
  fileEndOffset: number;
  logEndOffset: number;
  /** Below it every batch has survived power loss. */
  flushedOffset: number;
  /** Below it so have the indexes: what a start after a crash need not look at. At most `flushedOffset`. */
  recoveryPoint: number;
  /** Below it the log was compacted; undefined where it never was. */
  cleanedEndOffset: number | undefined;
  /** Counts the truncations, after which the end of a flush that began before means nothing. */
  truncationCount = 0;

  constructor(
    options: Pick<LogOptions, 'directory' | 'directoryOnDemand' | 'config' | 'cleanedEndOffset'>,
    parts: LogParts,
    modules: LogStateModules,
  ) {
    this.directory = options.directory;
    this.directoryOnDemand = options.directoryOnDemand;
    this.config = options.config;
    this.#modules = modules;
    this.segments = parts.segments;
    this.producers = parts.producers;
    this.epochs = parts.epochs;
    this.snapshots = parts.snapshots;
    this.logStartOffset = parts.logStartOffset;
    this.highWatermark = parts.logStartOffset;
    this.writtenEndOffset = parts.logEndOffset;
    this.fileEndOffset = parts.logEndOffset;
    this.logEndOffset = parts.logEndOffset;
    this.flushedOffset = parts.recoveryPoint;
    this.recoveryPoint = parts.recoveryPoint;
    this.cleanedEndOffset = options.cleanedEndOffset;
  }

  /** What read_committed may read up to: the high watermark, or the first undecided transaction. */
  get lastStableOffset(): number {
    const unstable = this.producers.firstUnstableOffset();
    return unstable === undefined ? this.highWatermark : Math.min(unstable, this.highWatermark);
  }

  /** False before the first file of a log whose directory is made on demand. */
  get hasDirectory(): boolean {
    return this.directoryOnDemand?.isMade !== false;
  }

  /** A segment of which nothing is on disk yet. */
  newSegment(baseOffset: number): Segment {
    return newSegment(baseOffset, this, this.#modules);
  }

  /** Goes on in a new segment, at `baseOffset`. Nothing has changed where it throws as `Files` does. */
  roll(baseOffset: number): Segment {
    // Before anything of the next segment is on disk: what follows a gap is taken for lost.
    this.segments.active.cutReserve();
    this.snapshots.write(baseOffset, this.producers.entries());
    const segment = this.newSegment(baseOffset);
    this.segments.push(segment);
    return segment;
  }

  /** Makes the file of the active segment, so that the log's end is known when it is opened again. */
  createActiveFile(): void {
    const { active } = this.segments;
    if (!active.isOnDisk) active.createFile();
  }

  /** Takes back what was decided and not written. Answers the segments that are no more, without files. */
  rollBack(gathers: readonly Gather[]): Segment[] {
    const first = gathers[0];
    if (first === undefined) return [];
    const removed = this.segments.removeBehind(first.segment);
    for (const gather of gathers.toReversed()) {
      this.producers.undo(gather.undo, gather.startOffset);
    }
    this.logEndOffset = first.startOffset;
    this.epochs.truncateFromEnd(first.startOffset);
    first.segment.restore(first.mark);
    this.snapshots.removeAbove(first.startOffset);
    removeFiles(removed);
    return removed;
  }

  /**
   * Cuts the log at the batch that holds `offset`, which stands in `[logStartOffset, logEndOffset)`; nothing
   * waits to be written. `beforeCut` is told where it will end. Answers the segments that are no more. Throws as
   * `Files` does; with `TOO_MANY_OPEN_FILES` before anything has changed, since all that it needs is opened first.
   */
  cutTo(offset: number, beforeCut: (endOffset: number) => void): Segment[] {
    const segment = this.segments.at(this.segments.indexOf(offset)) as Segment;
    const cut = this.#findCut(segment, offset);
    // The batch may begin before the log does, after DeleteRecords.
    if (cut.endOffset < this.logStartOffset) {
      beforeCut(this.logStartOffset);
      return this.startAt(this.logStartOffset);
    }
    const pinned: CachedFile[] = [];
    try {
      pinFiles(segment, pinned);
      const snapshot = this.producers.truncateTo(cut.endOffset)
        ? undefined
        : this.#snapshotFor(cut.endOffset, segment, pinned);
      beforeCut(cut.endOffset);
      const removed = this.segments.removeBehind(segment);
      removeFiles(removed);
      this.#setEnd(cut.endOffset);
      segment.cutTo(cut.position, cut.endOffset);
      segment.useMaxTimestamp(this.#findMaxTimestamp(segment));
      // Else the next write or flush does it.
      ifThereIsRoom(() => segment.cutFile());
      segment.prepareForAppends();
      this.snapshots.removeAbove(cut.endOffset);
      if (snapshot !== undefined) this.#reloadProducers(snapshot);
      return removed;
    } finally {
      for (const file of pinned) file.unpin();
    }
  }

  /** What `#reloadProducers` goes by; the segments that it walks are pinned. */
  #snapshotFor(endOffset: number, last: Segment, pinned: CachedFile[]): ProducersAt {
    const snapshot = this.snapshots.loadNewest(endOffset) ?? { offset: 0, entries: [] };
    const { segments } = this;
    const walked = segments.list.slice(segments.indexOf(snapshot.offset));
    for (const segment of walked.slice(0, walked.indexOf(last))) pinFiles(segment, pinned);
    return snapshot;
  }

  /** Empties the log, which goes on at `offset`. Answers the segments that are no more. */
  startAt(offset: number): Segment[] {
    const removed = this.segments.replaceAll(this.newSegment(offset));
    removeFiles(removed);
    this.snapshots.removeAbove(-1);
    this.producers.clear();
    this.#setEnd(offset);
    this.epochs.clear();
    this.logStartOffset = offset;
    this.writtenEndOffset = offset;
    this.highWatermark = offset;
    this.flushedOffset = offset;
    this.recoveryPoint = offset;
    // Else the next flush makes it, without which a start after a crash need not find the log at `offset`.
    if (offset > 0) ifThereIsRoom(() => this.createActiveFile());
    return removed;
  }

  /** How many of the oldest segments `retention.*` and the log's start let go. */
  countDeletable(config: LogConfig, nowMs: number): number {
    const { segments, logStartOffset, highWatermark, logEndOffset } = this;
    const { files } = this.#modules.openFiles;
    const views = segments.list.map((segment) => ({
      sizeBytes: segment.sizeBytes,
      endOffset: segments.endOf(segment, logEndOffset),
      largestTimestampMs: () => segment.largestTimestampMs(files),
    }));
    return countDeletable(views, config, { logStartOffset, highWatermark, nowMs });
  }

  /** Takes the oldest segments out. Their files are the caller's to remove. */
  takeOldest(count: number): Segment[] {
    const removed = this.segments.removeOldest(count);
    for (const segment of removed) segment.isRemoved = true;
    const { baseOffset } = this.segments.first;
    this.snapshots.removeBelow(baseOffset);
    this.raiseStart(baseOffset);
    this.flushedOffset = Math.max(this.flushedOffset, baseOffset);
    this.recoveryPoint = Math.max(this.recoveryPoint, baseOffset);
    return removed;
  }

  /** Raises the log's start; what is below is no longer read. */
  raiseStart(offset: number): void {
    if (offset <= this.logStartOffset) return;
    this.logStartOffset = offset;
    this.highWatermark = Math.max(this.highWatermark, offset);
    this.epochs.truncateFromStart(offset);
    this.producers.forgetEndedBelow(offset);
  }

  #setEnd(offset: number): void {
    this.truncationCount++;
    this.logEndOffset = offset;
    this.fileEndOffset = offset;
    this.writtenEndOffset = Math.min(this.writtenEndOffset, offset);
    this.highWatermark = Math.min(this.highWatermark, offset);
    this.flushedOffset = Math.min(this.flushedOffset, offset);
    this.recoveryPoint = Math.min(this.recoveryPoint, offset);
    if ((this.cleanedEndOffset ?? 0) > offset) this.cleanedEndOffset = offset;
    this.epochs.truncateFromEnd(offset);
  }

  /** Where the batch stands that holds `offset`, and where the log then ends. */
  #findCut(segment: Segment, offset: number): { position: number; endOffset: number } {
    let endOffset = offset;
    const walk = new BatchWalk({
      from: segment.offsetIndex.lookup(offset),
      end: segment.sizeBytes,
      visit: (batch) => {
        if (batch.nextOffset <= offset) return true;
        endOffset = Math.min(offset, batch.baseOffset);
        return false;
      },
    });
    walkNow(segment.file, walk, this.#modules.readBuffers);
    return { position: walk.position, endOffset: Math.max(endOffset, segment.baseOffset) };
  }

  /** The largest timestamp of a segment whose time index may end before it. */
  #findMaxTimestamp(segment: Segment): TimeIndexEntry {
    let largest = segment.timeIndex.lastEntry();
    const walk = new BatchWalk({
      from: segment.offsetIndex.lookup(largest.offset),
      end: segment.sizeBytes,
      visit: (batch) => {
        if (batch.recordCount > 0 && batch.maxTimestamp > largest.timestampMs) {
          largest = { timestampMs: batch.maxTimestamp, offset: batch.lastOffset };
        }
        return true;
      },
    });
    walkNow(segment.file, walk, this.#modules.readBuffers);
    return largest;
  }

  /** The producers as the log has them: those of a snapshot, and what was written since. */
  #reloadProducers({ offset: from, entries }: ProducersAt): void {
    const { producers, segments } = this;
    producers.load(entries, from);
    for (const segment of segments.list.slice(segments.indexOf(from))) {
      const walk = new BatchWalk({
        from: segment.offsetIndex.lookup(from),
        end: segment.sizeBytes,
        visit: (batch) => {
          if (batch.hasProducerId && batch.baseOffset >= from) producers.apply(batch);
          return true;
        },
      });
      walkNow(segment.file, walk, this.#modules.readBuffers);
    }
    producers.forgetEndedBelow(this.highWatermark);
  }
}

/** A segment of which nothing is on disk yet, for the log in `directory`. */
export function newSegment(
  baseOffset: number,
  {
    directory,
    directoryOnDemand,
    config,
  }: Pick<LogOptions, 'directory' | 'directoryOnDemand' | 'config'>,
  modules: Pick<LogStateModules, 'clock' | 'random' | 'openFiles'>,
): Segment {
  return new Segment(
    {
      directory,
      baseOffset,
      sizeBytes: 0,
      isNew: true,
      createdMs: modules.clock.nowMs(),
      rollJitterMs: rollJitter(config, modules.random),
      reservedBytes: config.preallocate ? config.segmentBytes : 0,
      directoryOnDemand,
    },
    modules,
  );
}

/** By how much the `segment.ms` of a new segment is cut. */
export function rollJitter(config: LogConfig, random: Random): number {
  const most = Math.min(config.segmentJitterMs, config.segmentMs, 2 ** 47);
  return most > 0 ? random.below(most) : 0;
}

/** Opens the files of a segment and keeps them open; each is in `pinned` then, to be unpinned by the caller. */
function pinFiles(segment: Segment, pinned: CachedFile[]): void {
  const indexes = [segment.offsetIndex, segment.timeIndex, segment.transactionIndex];
  const files = indexes
    .filter(({ entries }) => entries.isFileKnown)
    .map(({ entries }) => entries.file);
  for (const file of segment.isOnDisk ? [segment.file, ...files] : files) {
    file.pin();
    pinned.push(file);
  }
}

/** Removes the files at once: their names may come again. */
function removeFiles(segments: readonly Segment[]): void {
  for (const segment of segments) {
    segment.isRemoved = true;
    for (const file of segment.allFiles()) file.remove();
  }
}
