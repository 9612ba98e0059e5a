import type { RecordBatch } from '../records/record-batch.ts';
import { hasCode } from '../util/odradek-error.ts';
import { BatchWalk, walkAsync } from './batch-walk.ts';
import { readCheckpoint } from './checkpoint-file.ts';
import { LeaderEpochCache, parseEpochStarts } from './leader-epoch-cache.ts';
import type { EpochStart } from './leader-epoch-cache.ts';
import {
  leaderEpochCheckpointName,
  unsyncedEpochsName,
  logFileSuffix,
  offsetFileName,
} from './log-layout.ts';
import { newSegment, rollJitter } from './log-state.ts';
import type { LogParts } from './log-state.ts';
import type { LogModules } from './log.ts';
import type { LogOptions } from './log-options.ts';
import { tidyPartitionFiles } from './partition-files.ts';
import type { PartitionFiles } from './partition-files.ts';
import { ProducerSnapshots } from './producer-snapshots.ts';
import { isExpired, ProducerState } from './producer-state.ts';
import { Segment } from './segment.ts';
import { recoverSegment, syncIndexes } from './segment-recovery.ts';
import type { SegmentRecovered } from './segment-recovery.ts';
import { Segments } from './segments.ts';

/** No wider gap stands within a segment: offsets in it are counted in 31 bits, and a batch takes some of them. */
const gapWidthMax = 2 ** 30;

/**
 * Brings the files of a log in order and answers what they hold. Of a clean log only the end is looked at.
 * Otherwise what lies beyond the recovery point is checked batch by batch and cut off where it is torn, its
 * indexes are made again, and the producers are replayed from the newest snapshot before it.
 */
export async function loadLog(options: LogOptions, modules: LogModules): Promise<LogParts> {
  const found = tidyPartitionFiles(modules.files, options.directory);
  const loading = new LogLoading(options, modules, found);
  return loading.load();
}

class LogLoading {
  readonly #options: LogOptions;
  readonly #modules: LogModules;
  readonly #found: PartitionFiles;
  readonly #segments: Segment[];
  readonly #producers = new ProducerState();
  readonly #epochs: LeaderEpochCache;
  readonly #snapshots: ProducerSnapshots;
  #logStartOffset: number;
  #logEndOffset = 0;

  constructor(options: LogOptions, modules: LogModules, found: PartitionFiles) {
    this.#options = options;
    this.#modules = modules;
    this.#found = found;
    this.#segments = found.baseOffsets.map((baseOffset) => this.#foundSegment(baseOffset));
    this.#logStartOffset = Math.max(options.logStartOffset ?? 0, found.baseOffsets[0] ?? 0);
    this.#epochs = this.#foundEpochs();
    this.#snapshots = new ProducerSnapshots(
      { directory: options.directory, offsets: found.snapshotOffsets },
      modules,
    );
  }

  async load(): Promise<LogParts> {
    const { clean = false, recoveryPoint = 0 } = this.#options;
    // Nothing leads from there to the first batch: it is what a removal left that power loss took back.
    this.#snapshots.removeBelow(this.#found.baseOffsets[0] ?? this.#logStartOffset);
    const isClean = clean && (await this.#isEndInOrder());
    if (isClean) await this.#recoverLostIndexes();
    const trustedBelowOffset = isClean ? this.#logEndOffset : recoveryPoint;
    // Later epochs may be of batches that a truncation removed; the batches that are there tell theirs.
    this.#epochs.truncateFromEnd(trustedBelowOffset);
    await this.#recoverFrom(trustedBelowOffset, isClean);
    this.#startAfresh();
    this.#epochs.truncateFromEnd(this.#logEndOffset);
    this.#epochs.truncateFromStart(this.#logStartOffset);
    // Beyond the recovery point, power loss may have brought back one that a truncation removed.
    const knownUntil = isClean ? this.#logEndOffset : Math.min(recoveryPoint, this.#logEndOffset);
    this.#snapshots.removeAbove(knownUntil);
    this.#snapshots.removeStrays(new Set(this.#segments.map(({ baseOffset }) => baseOffset)));
    const segments = new Segments(this.#segments);
    segments.active.prepareForAppends();
    return {
      segments,
      producers: this.#producers,
      epochs: this.#epochs,
      snapshots: this.#snapshots,
      logStartOffset: this.#logStartOffset,
      logEndOffset: this.#logEndOffset,
      ...this.#whatIsSynced(isClean),
    };
  }

  /** Of a log that was left clean and not synced, what is beyond the recovery point is still to be synced. */
  #whatIsSynced(isClean: boolean): { recoveryPoint: number; unflushedBytes: number } {
    const { isSynced = true, recoveryPoint: saved = 0 } = this.#options;
    if (isClean && isSynced) return { recoveryPoint: this.#logEndOffset, unflushedBytes: 0 };
    const recoveryPoint = Math.min(saved, this.#logEndOffset);
    if (!isClean || recoveryPoint === this.#logEndOffset)
      return { recoveryPoint, unflushedBytes: 0 };
    const first = this.#indexOf(Math.max(0, recoveryPoint - 1));
    let unflushedBytes = -(this.#segments[first]?.offsetIndex.lookup(recoveryPoint) ?? 0);
    for (const segment of this.#segments.slice(first)) {
      unflushedBytes += segment.sizeBytes;
      const { offsetIndex, timeIndex, transactionIndex } = segment;
      for (const { entries } of [offsetIndex, timeIndex, transactionIndex])
        entries.assumeUnsynced();
    }
    this.#snapshots.assumeUnsyncedAbove(recoveryPoint);
    return { recoveryPoint, unflushedBytes };
  }

  #foundSegment(baseOffset: number): Segment {
    const { directory, config } = this.#options;
    const { files, clock, random } = this.#modules;
    const path = files.join(directory, offsetFileName(baseOffset, logFileSuffix));
    const stat = files.stat(path);
    return new Segment(
      {
        directory,
        baseOffset,
        sizeBytes: stat?.sizeBytes ?? 0,
        isNew: false,
        createdMs: stat === undefined ? clock.nowMs() : stat.modifiedMs,
        rollJitterMs: rollJitter(config, random),
      },
      this.#modules,
    );
  }

  /** Those that a stop left unsynced are believed where the log is as it left it, and are gone then. */
  #foundEpochs(): LeaderEpochCache {
    const { directory, clean = false, isSynced = true } = this.#options;
    if (!this.#found.hasUnsyncedEpochs)
      return new LeaderEpochCache(this.#savedEpochs(leaderEpochCheckpointName));
    const isBelieved = clean && !isSynced;
    const name = isBelieved ? unsyncedEpochsName : leaderEpochCheckpointName;
    const epochs = new LeaderEpochCache(this.#savedEpochs(name));
    const { files } = this.#modules;
    files.remove(files.join(directory, unsyncedEpochsName));
    if (isBelieved) epochs.savingFailed();
    return epochs;
  }

  #savedEpochs(name: string): EpochStart[] {
    const { files, logger } = this.#modules;
    const path = files.join(this.#options.directory, name);
    try {
      return parseEpochStarts(readCheckpoint(files, path) ?? [], path);
    } catch (error) {
      if (!hasCode(error, 'CORRUPT_DATA')) throw error;
      logger.warn('the leader epochs of a log are damaged and start anew', { path });
      return [];
    }
  }

  /** Finds the end of a clean log. False where it is not what a clean log looks like. */
  async #isEndInOrder(): Promise<boolean> {
    const last = this.#segments.at(-1);
    if (last === undefined) return true;
    this.#logEndOffset = last.baseOffset;
    if (last.sizeBytes === 0) return true;
    const from = last.offsetIndex.lastEntry()?.position ?? 0;
    if (from >= last.sizeBytes) return false;
    const walk = new BatchWalk({
      from,
      end: last.sizeBytes,
      visit: (batch) => {
        this.#logEndOffset = batch.nextOffset;
        return true;
      },
    });
    await walkAsync(last.file, walk, this.#modules.readBuffers);
    last.noteIndexedUntil(from);
    return walk.problem === undefined;
  }

  /** Makes indexes again that are missing or cannot be right, as those of Apache Kafka are when it is asked to. */
  async #recoverLostIndexes(): Promise<void> {
    for (const segment of this.#segments) {
      if (segment.sizeBytes === 0 || this.#areIndexesPlausible(segment)) continue;
      this.#warn('the indexes of a segment are made again', segment.baseOffset);
      await recoverSegment(
        {
          segment,
          indexedBelowOffset: segment.baseOffset,
          checkCrcFromOffset: Number.MAX_SAFE_INTEGER,
          replayFromOffset: segment.baseOffset,
          indexIntervalBytes: this.#options.config.indexIntervalBytes,
          onBatch: () => true,
        },
        this.#modules.readBuffers,
      );
      segment.indexMaxTimestamp();
      await syncIndexes(segment, 0);
    }
  }

  #areIndexesPlausible(segment: Segment): boolean {
    const { baseOffset } = segment;
    if (!this.#found.offsetIndexes.has(baseOffset) || !this.#found.timeIndexes.has(baseOffset)) {
      return false;
    }
    if (segment !== this.#segments.at(-1)) return true;
    const last = segment.offsetIndex.lastEntry();
    return last === undefined || last.position < segment.sizeBytes;
  }

  /**
   * Checks what is not trusted and replays the producers. Where a batch is torn, or does not follow the one
   * before it, the log ends.
   */
  async #recoverFrom(trustedBelowOffset: number, isClean: boolean): Promise<void> {
    const snapshot = this.#loadSnapshot(isClean ? this.#logEndOffset : trustedBelowOffset);
    if (isClean && snapshot === this.#logEndOffset) return;
    const checkFrom = this.#indexOf(Math.max(0, trustedBelowOffset - 1));
    const first = Math.min(checkFrom, this.#indexOf(snapshot));
    let nextOffset = 0;
    let epoch = -1;
    for (let index = first; index < this.#segments.length; index++) {
      const segment = this.#segments[index] as Segment;
      const misplaced =
        index > first ? this.#misplaced(segment, nextOffset, trustedBelowOffset) : undefined;
      if (misplaced === undefined) nextOffset = segment.baseOffset;
      const onBatch = (batch: RecordBatch): boolean => {
        const isTrusted = batch.lastOffset < trustedBelowOffset;
        if (batch.baseOffset < nextOffset || batch.lastOffset < batch.baseOffset) return false;
        // Epochs never go back: an older one is what was left behind a write that did not reach the disk.
        if (!isTrusted && batch.partitionLeaderEpoch < epoch) return false;
        nextOffset = batch.nextOffset;
        epoch = batch.partitionLeaderEpoch;
        this.#replay(batch, segment, snapshot);
        return true;
      };
      const { problem, endsInZeros } =
        misplaced === undefined
          ? await this.#recoverSegment(
              segment,
              index < checkFrom,
              trustedBelowOffset,
              snapshot,
              onBatch,
            )
          : { problem: misplaced, endsInZeros: false };
      this.#logEndOffset = nextOffset;
      if (problem === undefined) continue;
      if (endsInZeros && this.#isReserve(index, nextOffset)) continue;
      this.#warn(`a segment was cut off: ${problem}`, segment.baseOffset);
      this.#removeFrom(misplaced === undefined ? index + 1 : index);
      return;
    }
  }

  /** Whether the zeros behind the batches of a segment are room that was reserved: nothing is missing there. */
  #isReserve(index: number, endOffset: number): boolean {
    const next = this.#segments[index + 1];
    return next === undefined ? this.#options.config.preallocate : next.baseOffset === endOffset;
  }

  /**
   * Why a segment cannot stand behind one that ends at `endOffset`. Beyond the recovery point a gap is what was
   * lost, and what is behind goes with it: appends and our own compaction leave none between segments.
   */
  #misplaced(segment: Segment, endOffset: number, trustedBelowOffset: number): string | undefined {
    if (segment.baseOffset < endOffset) return 'it overlaps the one before it';
    if (segment.baseOffset === endOffset || endOffset < trustedBelowOffset) return undefined;
    if (!this.#mayHaveGap(segment.baseOffset - endOffset)) return 'what stood before it was lost';
    this.#options.onGap?.();
    return undefined;
  }

  /** Apache Kafka's cleaner and followers leave gaps, and one of a leader's log that is too wide for a segment ends it. */
  #mayHaveGap(width: number): boolean {
    const { config, isForeign = false, recoveryPoint } = this.#options;
    if (!config.cleanupPolicyCompact) return false;
    return isForeign || recoveryPoint === undefined || width > gapWidthMax;
  }

  /** Recovers one segment; of one that only has to be replayed, nothing is changed. */
  async #recoverSegment(
    segment: Segment,
    isReplayOnly: boolean,
    trustedBelowOffset: number,
    replayFromOffset: number,
    onBatch: (batch: RecordBatch) => boolean,
  ): Promise<SegmentRecovered> {
    const { readBuffers } = this.#modules;
    if (isReplayOnly) {
      const from = segment.offsetIndex.lookup(replayFromOffset);
      const walk = new BatchWalk({ from, end: segment.sizeBytes, visit: onBatch });
      await walkAsync(segment.file, walk, readBuffers);
      return { problem: undefined, endsInZeros: false };
    }
    const { indexIntervalBytes } = this.#options.config;
    segment.transactionIndex.truncateTo(Math.max(trustedBelowOffset, segment.baseOffset));
    const recovered = await recoverSegment(
      {
        segment,
        indexedBelowOffset: trustedBelowOffset,
        checkCrcFromOffset: trustedBelowOffset,
        replayFromOffset,
        indexIntervalBytes,
        onBatch,
      },
      readBuffers,
    );
    if (recovered.problem !== undefined) segment.cutFile();
    if (segment !== this.#segments.at(-1)) segment.indexMaxTimestamp();
    return recovered;
  }

  #replay(batch: RecordBatch, segment: Segment, snapshotOffset: number): void {
    const { partitionLeaderEpoch, baseOffset } = batch;
    this.#epochs.assign(partitionLeaderEpoch, baseOffset);
    if (!batch.hasProducerId || baseOffset < snapshotOffset) return;
    const ended = this.#producers.apply(batch);
    if (ended?.isAborted !== true) return;
    const { transactionIndex } = segment;
    if (ended.lastOffset > transactionIndex.lastOffset()) transactionIndex.append(ended);
  }

  /** Loads the newest good snapshot at or below `offset`; answers where it stands, 0 for none. */
  #loadSnapshot(offset: number): number {
    const snapshot = this.#snapshots.loadNewest(offset);
    if (snapshot === undefined) return 0;
    const nowMs = this.#modules.clock.nowMs();
    const { producerIdExpirationMs } = this.#options.config;
    const known = snapshot.entries.filter(
      (entry) => !isExpired(entry, nowMs, producerIdExpirationMs),
    );
    this.#producers.load(known, snapshot.offset);
    return snapshot.offset;
  }

  #indexOf(offset: number): number {
    return Math.max(
      0,
      this.#segments.findLastIndex((segment) => segment.baseOffset <= offset),
    );
  }

  #removeFrom(index: number): void {
    for (const segment of this.#segments.splice(index)) {
      this.#warn('a segment behind it was removed', segment.baseOffset);
      for (const file of segment.allFiles()) file.remove();
    }
  }

  /** A log that has nothing, or that ends before it starts, goes on empty at its start. */
  #startAfresh(): void {
    if (this.#segments.length > 0 && this.#logEndOffset >= this.#logStartOffset) return;
    this.#removeFrom(0);
    this.#producers.clear();
    this.#logEndOffset = this.#logStartOffset;
    this.#segments.push(newSegment(this.#logStartOffset, this.#options, this.#modules));
  }

  #warn(event: string, baseOffset: number): void {
    const { topic, partition } = this.#options;
    this.#modules.logger.warn(event, { topic, partition, baseOffset });
  }
}
