import type { RecordBatch } from '../records/record-batch.ts';
import { readInt32, readInt64 } from '../util/bytes.ts';
import { BatchWalk, readBatchHeader, walkAsync } from './batch-walk.ts';
import {
  offsetIndexEntryBytes,
  offsetIndexSuffix,
  relativeOffsetMax,
  timeIndexEntryBytes,
  timeIndexSuffix,
} from './log-layout.ts';
import { OffsetIndex } from './offset-index.ts';
import type { CachedFile } from './open-files.ts';
import type { ReadBuffers } from './read-buffers.ts';
import type { Segment } from './segment.ts';
import { lacksRoom } from './storage-failure.ts';
import { TimeIndex } from './time-index.ts';

/** How a segment is checked and its indexes are made again. */
export interface SegmentRecovery {
  readonly segment: Segment;
  /** Index entries of batches below it are good. */
  readonly indexedBelowOffset: number;
  /** Batches that end here or behind are held to their CRC. */
  readonly checkCrcFromOffset: number;
  /** The first batch that is shown to `onBatch` is at or below it. */
  readonly replayFromOffset: number;
  readonly indexIntervalBytes: number;
  /** Told of each batch that is looked at; false where it cannot stand here. */
  readonly onBatch: (batch: RecordBatch) => boolean;
}

/** What became of a segment. */
export interface SegmentRecovered {
  /** Why it ends before its file does, undefined where all of it is good. */
  readonly problem: string | undefined;
  /** Whether it ends there because nothing but zeros follows. */
  readonly endsInZeros: boolean;
}

/**
 * Goes through a segment from the last place that is known to be good: checks its batches, and indexes them.
 * Reads in slices. The segment then ends where its good batches end; cutting the file is the caller's.
 */
export async function recoverSegment(
  recovery: SegmentRecovery,
  readBuffers: ReadBuffers,
): Promise<SegmentRecovered> {
  const { segment } = recovery;
  const fileBytes = segment.sizeBytes;
  const indexedFrom = keepGoodEntries(segment, recovery.indexedBelowOffset);
  const keptCount = segment.offsetIndex.entries.count;
  let trustedCount = keptCount;
  segment.sizeBytes = indexedFrom;
  let problem: string | undefined;
  const walk = new BatchWalk({
    from: Math.min(indexedFrom, segment.offsetIndex.lookup(recovery.replayFromOffset)),
    end: fileBytes,
    checkCrcFromOffset: recovery.checkCrcFromOffset,
    visit: (batch, position, sizeBytes) => {
      if (batch.lastOffset - segment.baseOffset > relativeOffsetMax || !recovery.onBatch(batch)) {
        problem = 'a batch out of place';
        return false;
      }
      if (position >= indexedFrom) {
        const { lastOffset } = batch;
        // The time of a batch that compaction has emptied is that of no record.
        const maxTimestamp = batch.recordCount > 0 ? batch.maxTimestamp : -1;
        segment.noteAppended(sizeBytes, lastOffset, maxTimestamp, recovery.indexIntervalBytes);
        if (lastOffset < recovery.indexedBelowOffset)
          trustedCount = segment.offsetIndex.entries.count;
      }
      return true;
    },
  });
  await walkAsync(segment.file, walk, readBuffers);
  if (trustedCount > keptCount) await syncIndexes(segment, keptCount);
  segment.recovered = { fromPosition: indexedFrom, toPosition: segment.sizeBytes };
  return { problem: problem ?? walk.problem, endsInZeros: walk.endsInZeros };
}

/**
 * Brings entries that recovery has made to the disk, where the next start will believe them: below the recovery
 * point. An entry of the offset index must not be there without that of the time index beside it, or the largest
 * timestamp before it is lost, so that the time index goes first. Where there is no room, the offset index ends with
 * its first `keptCount` entries: what is behind them is found all the same, and read from further back.
 */
export async function syncIndexes(segment: Segment, keptCount: number): Promise<void> {
  const { offsetIndex, timeIndex } = segment;
  try {
    timeIndex.entries.writeOut();
    await timeIndex.entries.sync();
    await timeIndex.entries.file.syncName();
    offsetIndex.entries.writeOut();
    await offsetIndex.entries.sync();
  } catch (error) {
    if (!lacksRoom(error)) throw error;
    offsetIndex.entries.truncate(keptCount);
  }
}

/**
 * Keeps the entries of the indexes that are certain: of batches that are trusted, in order, the last of them
 * pointing at its batch. Answers the position from which on batches are to be indexed.
 *
 * The recovery point moves only when both indexes are on disk up to it, and what recovery makes below it is there
 * before the log is open: below it none of their entries is missing, behind it any may be.
 */
function keepGoodEntries(segment: Segment, trustedBelowOffset: number): number {
  const offsetFile = segment.indexFile(offsetIndexSuffix);
  const timeFile = segment.indexFile(timeIndexSuffix);
  const offsetBytes = contentOf(offsetFile);
  const timeBytes = contentOf(timeFile);
  const trustedRelative = trustedBelowOffset - segment.baseOffset;
  const found = countGoodOffsets(offsetBytes, trustedRelative, segment.sizeBytes);
  const areGood = found > 0 && timeFile.exists() && isAtItsBatch(segment, offsetBytes, found - 1);
  const count = areGood ? found : 0;
  const keptTimes = count === 0 ? 0 : countGoodTimes(timeBytes, trustedRelative);
  cutIndex(offsetFile, count * offsetIndexEntryBytes, offsetBytes.length);
  cutIndex(timeFile, keptTimes * timeIndexEntryBytes, timeBytes.length);
  const offsetIndex = new OffsetIndex(offsetFile, segment.baseOffset, count);
  const timeIndex = new TimeIndex(timeFile, segment.baseOffset, keptTimes);
  segment.useIndexes(offsetIndex, timeIndex);
  for (const index of [offsetIndex, timeIndex, segment.transactionIndex]) {
    index.entries.assumeUnsynced();
  }
  return count === 0 ? 0 : readInt32(offsetBytes, (count - 1) * offsetIndexEntryBytes + 4);
}

/** No entry points at position 0: zeros there are room that Apache Kafka reserves in its indexes. */
function countGoodOffsets(bytes: Uint8Array, trustedRelative: number, endPosition: number): number {
  let [lastOffset, lastPosition] = [-1, 0];
  let count = 0;
  for (let at = 0; at + offsetIndexEntryBytes <= bytes.length; at += offsetIndexEntryBytes) {
    const relative = readInt32(bytes, at);
    const position = readInt32(bytes, at + 4);
    if (relative <= lastOffset || position <= lastPosition) break;
    if (relative >= trustedRelative || position >= endPosition) break;
    [lastOffset, lastPosition] = [relative, position];
    count++;
  }
  return count;
}

function countGoodTimes(bytes: Uint8Array, trustedRelative: number): number {
  let [lastTimestamp, lastOffset] = [-1, -1];
  let count = 0;
  for (let at = 0; at + timeIndexEntryBytes <= bytes.length; at += timeIndexEntryBytes) {
    const timestamp = readInt64(bytes, at);
    const relative = relativeOffsetOfTime(bytes, count);
    if (timestamp <= lastTimestamp || relative < lastOffset || relative >= trustedRelative) break;
    [lastTimestamp, lastOffset] = [timestamp, relative];
    count++;
  }
  return count;
}

function relativeOffsetOfTime(bytes: Uint8Array, index: number): number {
  return readInt32(bytes, index * timeIndexEntryBytes + 8);
}

function isAtItsBatch(segment: Segment, bytes: Uint8Array, index: number): boolean {
  const at = index * offsetIndexEntryBytes;
  const header = readBatchHeader(segment.file, readInt32(bytes, at + 4));
  return header?.lastOffset === segment.baseOffset + readInt32(bytes, at);
}

function contentOf(file: CachedFile): Uint8Array {
  const sizeBytes = file.sizeBytes();
  if (sizeBytes === 0) return new Uint8Array(0);
  const bytes = new Uint8Array(sizeBytes);
  return bytes.subarray(0, file.handle().read(bytes, 0));
}

function cutIndex(file: CachedFile, goodBytes: number, fileBytes: number): void {
  if (fileBytes > goodBytes) file.handle().truncate(goodBytes);
}
