import { RecordBatch } from '../records/record-batch.ts';
import { firstAtOrAfter, firstOfMaxTimestamp } from '../records/record-reader.ts';
import { BatchWalk, walkAsync } from './batch-walk.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { LogState } from './log-state.ts';
import type { LogWriter } from './log-writer.ts';
import type { ReadBuffers } from './read-buffers.ts';
import type { Segment } from './segment.ts';
import type { TimeIndexEntry } from './time-index.ts';

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
  /** As it is when it is asked for: records may be deleted while a look-up waits for a file. */
  readonly startOffset: number;
  readonly endOffset: number;
  /** Whether a segment was deleted, or the whole log: its files may have gone, or be those of another. */
  readonly isGone: (segment: Segment) => boolean;
  /** As it was when the look-up began, so that nothing beyond `endOffset` is taken for the largest. */
  readonly writtenPartOf: (segment: Segment) => WrittenPart;
}

/** All of a log that is written now, which is gone once `isClosed` says so. Throws as `Files` does. */
export function lookupRange(
  state: LogState,
  writer: Pick<LogWriter, 'writtenPartOf'>,
  isClosed: () => boolean,
): TimeLookupRange {
  const { segments, logStartOffset, writtenEndOffset } = state;
  const list = segments.list.slice(segments.indexOf(logStartOffset));
  // The others do not change any more.
  const parts = new Map<Segment, WrittenPart>([[segments.active, wholeOf(segments.active)]]);
  for (const segment of list) {
    const part = writer.writtenPartOf(segment);
    if (part !== undefined) parts.set(segment, part);
  }
  return {
    segments: list,
    get startOffset() {
      return state.logStartOffset;
    },
    endOffset: writtenEndOffset,
    isGone: (segment) => segment.isRemoved || isClosed(),
    writtenPartOf: (segment) => parts.get(segment) ?? wholeOf(segment),
  };
}

function wholeOf(segment: Segment): WrittenPart {
  return { sizeBytes: segment.sizeBytes, maxTimestamp: segment.maxTimestamp() };
}

/** What a look-up needs around it. */
export interface TimeLookupModules {
  readonly readBuffers: ReadBuffers;
  /** Most bytes that one batch may take when it is decompressed to find a record in it. */
  readonly decompressedBytesMax: number;
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
  modules: TimeLookupModules,
): Promise<RecordByTime | undefined> {
  for (const segment of range.segments) {
    const found = await unlessGone(segment, range, () =>
      findByTimestampIn(segment, timestampMs, range, modules),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findByTimestampIn(
  segment: Segment,
  timestampMs: number,
  range: TimeLookupRange,
  modules: TimeLookupModules,
): Promise<RecordByTime | undefined> {
  if (range.writtenPartOf(segment).maxTimestamp.timestampMs < timestampMs) return undefined;
  const entry = segment.timeIndex.lookup(timestampMs - 1);
  const from = segment.offsetIndex.lookup(Math.max(entry.offset, range.startOffset));
  return searchSegment(segment, from, range, modules.readBuffers, (batch) =>
    batch.maxTimestamp < timestampMs
      ? undefined
      : (whole) =>
          firstAtOrAfter(whole, timestampMs, {
            maxBytes: modules.decompressedBytesMax,
            fromOffset: range.startOffset,
          }),
  );
}

/** The first record with the largest timestamp. Rejects as `findByTimestamp`. */
export async function findMaxTimestamp(
  range: TimeLookupRange,
  modules: TimeLookupModules,
): Promise<RecordByTime | undefined> {
  let newest: Segment | undefined;
  let largest = none;
  for (const segment of range.segments) {
    const maxTimestamp = await unlessGone(segment, range, () =>
      maxTimestampIn(segment, range, modules.readBuffers),
    );
    if (maxTimestamp === undefined || maxTimestamp.timestampMs <= largest.timestampMs) continue;
    [newest, largest] = [segment, maxTimestamp];
  }
  if (newest === undefined) return undefined;
  const segment = newest;
  return unlessGone(segment, range, () => {
    const { timestampMs, offset } = largest;
    const from = segment.offsetIndex.lookup(offset);
    return searchSegment(segment, from, range, modules.readBuffers, (batch) =>
      batch.maxTimestamp < timestampMs
        ? undefined
        : (whole) => firstOfMaxTimestamp(whole, { maxBytes: modules.decompressedBytesMax }),
    );
  });
}

/** What `find` finds in a segment, undefined where that has gone, before or meanwhile. */
async function unlessGone<Found>(
  segment: Segment,
  range: TimeLookupRange,
  find: () => Promise<Found>,
): Promise<Found | undefined> {
  if (range.isGone(segment)) return undefined;
  try {
    return await find();
  } catch (error) {
    if (error instanceof OdradekError && range.isGone(segment)) return undefined;
    throw error;
  }
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
      const counts = batch.recordCount > 0 && batch.nextOffset > range.startOffset;
      if (counts && batch.maxTimestamp > largest.timestampMs) {
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
  while (!range.isGone(segment)) {
    const candidate = await nextCandidate(segment, position, range, readBuffers, select);
    if (candidate === undefined || range.isGone(segment)) return undefined;
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
