import { RecordBatch } from '../records/record-batch.ts';
import { firstAtOrAfter, firstOfMaxTimestamp } from '../records/record-reader.ts';
import { BatchWalk, walkAsync } from './batch-walk.ts';
import type { LogState } from './log-state.ts';
import type { LogWriter } from './log-writer.ts';
import type { ReadBuffers } from './read-buffers.ts';
import type { Segment } from './segment.ts';
import type { TimeIndexEntry } from './time-index.ts';

/** Most bytes that one batch may take when it is decompressed to find a record by its time. */
const decompressedBytesMax = 256 * 1024 * 1024;

/** A record found by its time. */
export interface RecordByTime {
  readonly offset: number;
  readonly timestampMs: number;
  /** Of the batch, -1 where it has none. */
  readonly leaderEpoch: number;
}

/** How much of a segment is in its file, and the largest timestamp there. */
interface WrittenPart {
  readonly sizeBytes: number;
  readonly maxTimestamp: TimeIndexEntry;
}

/** The part of a log in which to look: offsets `[startOffset, endOffset)`. */
export interface TimeLookupRange {
  readonly segments: readonly Segment[];
  readonly startOffset: number;
  readonly endOffset: number;
  /** As it was when the look-up began, so that nothing beyond `endOffset` is taken for the largest. */
  readonly writtenPartOf: (segment: Segment) => WrittenPart;
}

/** All that is written of a log, as it is now. Throws as `Files` does. */
export function lookupRange(
  log: LogState,
  writer: Pick<LogWriter, 'writtenPartOf'>,
): TimeLookupRange {
  const { segments, logStartOffset, writtenEndOffset } = log;
  const list = segments.list.slice(segments.indexOf(logStartOffset));
  // The others do not change any more.
  const parts = new Map<Segment, WrittenPart>([[segments.active, wholeOf(segments.active)]]);
  for (const segment of list) {
    const part = writer.writtenPartOf(segment);
    if (part !== undefined) parts.set(segment, part);
  }
  return {
    segments: list,
    startOffset: logStartOffset,
    endOffset: writtenEndOffset,
    writtenPartOf: (segment) => parts.get(segment) ?? wholeOf(segment),
  };
}

function wholeOf(segment: Segment): WrittenPart {
  return { sizeBytes: segment.sizeBytes, maxTimestamp: segment.maxTimestamp() };
}

/**
 * The first record at or after `timestampMs`. The time index leads to the batch, the batch's header says
 * whether it has one, and one batch at most is decompressed, or a few where the start offset stands in one.
 *
 * Rejects as `Files` and as `readRecords` do.
 */
export async function findByTimestamp(
  timestampMs: number,
  range: TimeLookupRange,
  readBuffers: ReadBuffers,
): Promise<RecordByTime | undefined> {
  for (const segment of range.segments) {
    if (range.writtenPartOf(segment).maxTimestamp.timestampMs < timestampMs) continue;
    const entry = segment.timeIndex.lookup(timestampMs - 1);
    const from = segment.offsetIndex.lookup(Math.max(entry.offset, range.startOffset));
    const found = await searchSegment(segment, from, range, readBuffers, (batch) =>
      batch.maxTimestamp < timestampMs
        ? undefined
        : (whole) =>
            firstAtOrAfter(whole, timestampMs, {
              maxBytes: decompressedBytesMax,
              fromOffset: range.startOffset,
            }),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first record with the largest timestamp. Rejects as `findByTimestamp`. */
export async function findMaxTimestamp(
  range: TimeLookupRange,
  readBuffers: ReadBuffers,
): Promise<RecordByTime | undefined> {
  let newest: Segment | undefined;
  let largest = none;
  for (const segment of range.segments) {
    const maxTimestamp = await maxTimestampIn(segment, range, readBuffers);
    if (maxTimestamp.timestampMs > largest.timestampMs) [newest, largest] = [segment, maxTimestamp];
  }
  if (newest === undefined) return undefined;
  const { timestampMs, offset } = largest;
  const from = newest.offsetIndex.lookup(offset);
  return searchSegment(newest, from, range, readBuffers, (batch) =>
    batch.maxTimestamp < timestampMs
      ? undefined
      : (whole) => firstOfMaxTimestamp(whole, { maxBytes: decompressedBytesMax }),
  );
}

/** The largest timestamp of a segment within the range: not of a deleted record, nor of one that is still flushed. */
async function maxTimestampIn(
  segment: Segment,
  range: TimeLookupRange,
  readBuffers: ReadBuffers,
): Promise<TimeIndexEntry> {
  const { maxTimestamp, sizeBytes } = range.writtenPartOf(segment);
  const isDeleted = maxTimestamp.offset < range.startOffset;
  if (sizeBytes === 0 || (!isDeleted && maxTimestamp.offset < range.endOffset)) return maxTimestamp;
  let largest: TimeIndexEntry = isDeleted ? none : segment.timeIndex.lastBelow(range.endOffset);
  if (largest.offset < range.startOffset) largest = none;
  const walk = new BatchWalk({
    from: segment.offsetIndex.lookup(Math.max(largest.offset, range.startOffset)),
    end: sizeBytes,
    visit: (batch) => {
      if (batch.nextOffset > range.endOffset) return false;
      if (batch.nextOffset > range.startOffset && batch.maxTimestamp > largest.timestampMs) {
        largest = { timestampMs: batch.maxTimestamp, offset: batch.lastOffset };
      }
      return true;
    },
  });
  await walkAsync(segment.file, walk, readBuffers);
  return largest;
}

const none: TimeIndexEntry = { timestampMs: -1, offset: -1 };

type RecordSearch = (batch: RecordBatch) => { offset: number; timestamp: number } | undefined;

/** Asks `select` of each batch from `from` on whether to look into it, and looks. */
async function searchSegment(
  segment: Segment,
  from: number,
  range: TimeLookupRange,
  readBuffers: ReadBuffers,
  select: (batch: RecordBatch) => RecordSearch | undefined,
): Promise<RecordByTime | undefined> {
  let position = from;
  while (!segment.isRemoved) {
    const candidate = await nextCandidate(segment, position, range, readBuffers, select);
    if (candidate === undefined) return undefined;
    const batch = await readBatch(segment, candidate.position, candidate.sizeBytes);
    const found = candidate.search(batch);
    if (found !== undefined && found.offset < range.endOffset) {
      const { partitionLeaderEpoch } = batch;
      return {
        offset: found.offset,
        timestampMs: found.timestamp,
        leaderEpoch: partitionLeaderEpoch,
      };
    }
    position = candidate.position + candidate.sizeBytes;
  }
  return undefined;
}

async function nextCandidate(
  segment: Segment,
  from: number,
  range: TimeLookupRange,
  readBuffers: ReadBuffers,
  select: (batch: RecordBatch) => RecordSearch | undefined,
): Promise<{ position: number; sizeBytes: number; search: RecordSearch } | undefined> {
  let candidate: { position: number; sizeBytes: number; search: RecordSearch } | undefined;
  const walk = new BatchWalk({
    from,
    end: range.writtenPartOf(segment).sizeBytes,
    visit: (batch, position, sizeBytes) => {
      if (batch.nextOffset > range.endOffset) return false;
      if (batch.nextOffset <= range.startOffset) return true;
      const search = select(batch);
      if (search !== undefined) candidate = { position, sizeBytes, search };
      return search === undefined;
    },
  });
  await walkAsync(segment.file, walk, readBuffers);
  return candidate;
}

async function readBatch(
  segment: Segment,
  position: number,
  sizeBytes: number,
): Promise<RecordBatch> {
  const bytes = new Uint8Array(sizeBytes);
  const handle = segment.file.pin();
  try {
    await handle.readAsync(bytes, position);
  } finally {
    segment.file.unpin();
  }
  return new RecordBatch([bytes]);
}
