import type { RecordBatch } from '../records/record-batch.ts';
import { openRecords } from '../records/record-reader.ts';
import type { BackgroundTask, Files, TaskStep } from '../runtime/runtime.ts';
import { must } from '../util/assert.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { BatchCleaner, type CleanedCounts, type LastBatches } from './batch-cleaner.ts';
import { BatchSource } from './batch-source.ts';
import { CleanedSegment } from './cleaned-segment.ts';
import { CleanedTransactions, type CleanedTransactionsState } from './cleaned-transactions.ts';
import { CleanerPace } from './cleaner-control.ts';
import {
  logFileSuffix,
  offsetFileName,
  offsetIndexSuffix,
  relativeOffsetMax,
  timeIndexSuffix,
  transactionIndexEntryBytes,
  transactionIndexSuffix,
} from './log-layout.ts';
import { OffsetMap, type OffsetMapMemory } from './offset-map.ts';
import { OpenFiles } from './open-files.ts';
import { type AbortedTransaction, TransactionIndex } from './transaction-index.ts';

/** A segment of which all is written and decided. */
export interface SourceSegment {
  readonly baseOffset: number;
  /** The base offset of the next. */
  readonly endOffset: number;
  readonly sizeBytes: number;
}

/** What both tasks are told. */
interface CleanerInput {
  /** Of a `CleanerControl`. */
  readonly control: Float64Array;
  /** Of the partition. */
  readonly directory: string;
  readonly map: OffsetMapMemory;
  /** In order, without a gap; the cleaner takes as many of them as it can, up to the map's end. */
  readonly segments: readonly SourceSegment[];
  /** The aborted transactions with a part in these segments whose markers stand behind them. */
  readonly abortedBehind: readonly AbortedTransaction[];
  readonly bufferBytes: number;
  readonly decompressedBytesMax: number;
}

/** What `buildOffsetMapTask` is told. */
export interface BuildOffsetMapInput extends CleanerInput {
  /** Records from here on are put into the map. */
  readonly fromOffset: number;
  /** Where in the first segment the batch of `fromOffset` stands, or one before it. */
  readonly fromPosition: number;
}

/** What `cleanSegmentsTask` is told. */
export interface CleanSegmentsInput extends CleanerInput {
  readonly mapEndOffset: number;
  readonly transactions: CleanedTransactionsState;
  readonly lastBatches: LastBatches;
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
  readonly segmentBytes: number;
  readonly segmentIndexBytes: number;
  readonly indexIntervalBytes: number;
}

/** A task that did not come to its end. */
export type Unfinished =
  | { readonly outcome: 'cancelled' }
  /** The batch at `offset` cannot be read: its checksum, its records, its codec. */
  | { readonly outcome: 'unreadable'; readonly offset: number; readonly reason: string };

/** The map knows every key from `fromOffset` to `endOffset`, where the memory or the segments end. */
export interface OffsetMapBuilt {
  readonly outcome: 'built';
  readonly endOffset: number;
}

/** The first `segmentCount` segments were written anew as one, of the first one's base offset. */
export interface SegmentsCleaned {
  readonly outcome: 'cleaned';
  readonly segmentCount: number;
  readonly sizeBytes: number;
  readonly transactions: CleanedTransactionsState;
  readonly counts: CleanedCounts;
}

/** Reads the new part of a log and notes the newest offset of each of its keys. */
export const buildOffsetMapTask: BackgroundTask<BuildOffsetMapInput, OffsetMapBuilt | Unfinished> =
  {
    name: 'build-offset-map',
    usesFiles: true,
    *run(input, files) {
      return yield* new OffsetMapBuilder(input, files).run();
    },
  };

/**
 * Writes segments anew without the records that the map knows newer ones of, as many as fit one segment, to
 * files that end in `.cleaned`. These are gone where it does not come to its end.
 */
export const cleanSegmentsTask: BackgroundTask<CleanSegmentsInput, SegmentsCleaned | Unfinished> = {
  name: 'clean-segments',
  usesFiles: true,
  *run(input, files) {
    return yield* new SegmentsCleaner(input, files).run();
  },
};

class OffsetMapBuilder {
  readonly #input: BuildOffsetMapInput;
  readonly #files: Files;
  readonly #map: OffsetMap;
  readonly #transactions = new CleanedTransactions({ committing: [], aborting: [] });
  readonly #pace: CleanerPace;
  readonly #aborted: AbortedTransactions;
  #offset = 0;
  #endOffset: number;
  #isFull = false;

  constructor(input: BuildOffsetMapInput, files: Files) {
    this.#input = input;
    this.#files = files;
    this.#map = new OffsetMap(input.map);
    this.#pace = new CleanerPace(input.control);
    this.#aborted = new AbortedTransactions(input, files);
    this.#endOffset = input.fromOffset;
  }

  *run(): Generator<TaskStep, OffsetMapBuilt | Unfinished> {
    try {
      for (const [index, segment] of this.#input.segments.entries()) {
        yield* this.#read(segment, index);
        if (this.#pace.isCancelled) return { outcome: 'cancelled' };
        if (this.#isFull) break;
        this.#endOffset = segment.endOffset;
      }
      return { outcome: 'built', endOffset: this.#endOffset };
    } catch (error) {
      return unreadable(error, this.#offset);
    }
  }

  *#read(segment: SourceSegment, index: number): Generator<TaskStep, void> {
    const { fromOffset, fromPosition, bufferBytes } = this.#input;
    this.#transactions.enterSegment(this.#aborted.in(index, fromOffset));
    const path = pathOf(this.#input, this.#files, segment.baseOffset, logFileSuffix);
    const handle = this.#files.open(path, 'read');
    try {
      const from = index === 0 ? fromPosition : 0;
      const source = new BatchSource(handle, { from, end: segment.sizeBytes, bufferBytes });
      this.#offset = segment.baseOffset;
      for (let batch = source.next(); batch !== undefined; batch = source.next()) {
        this.#offset = batch.baseOffset;
        if (batch.lastOffset >= fromOffset) this.#add(batch);
        if (this.#isFull) return;
        this.#offset = batch.nextOffset;
        this.#pace.add(batch.sizeBytes);
        while (this.#pace.wantsRest) yield this.#pace.rest();
        if (this.#pace.isCancelled) return;
      }
    } finally {
      handle.close();
    }
  }

  #add(batch: RecordBatch): void {
    if (batch.isControl) this.#transactions.endedBy(batch);
    else if (!this.#transactions.isAborted(batch) && batch.recordCount > 0) {
      const cursor = openRecords(batch, { maxBytes: this.#input.decompressedBytesMax });
      while (cursor.next()) {
        const { key, offset } = cursor;
        if (key === null || offset < this.#input.fromOffset) continue;
        if (this.#map.put(key, offset)) continue;
        this.#isFull = true;
        return;
      }
    }
    this.#endOffset = batch.nextOffset;
  }
}

class SegmentsCleaner {
  readonly #input: CleanSegmentsInput;
  readonly #files: Files;
  readonly #pace: CleanerPace;
  readonly #transactions: CleanedTransactions;
  readonly #target: CleanedSegment;
  readonly #cleaner: BatchCleaner;
  readonly #aborted: AbortedTransactions;
  #offset = 0;

  constructor(input: CleanSegmentsInput, files: Files) {
    const first = must(input.segments[0], 'there is a segment to clean');
    this.#input = input;
    this.#files = files;
    this.#pace = new CleanerPace(input.control);
    this.#transactions = new CleanedTransactions(input.transactions);
    this.#aborted = new AbortedTransactions(input, files);
    const { directory, indexIntervalBytes, bufferBytes } = input;
    const { baseOffset } = first;
    const replacesTransactionIndex =
      files.stat(pathOf(input, files, baseOffset, transactionIndexSuffix)) !== undefined;
    const target = { directory, baseOffset, indexIntervalBytes, bufferBytes };
    this.#target = new CleanedSegment({ ...target, replacesTransactionIndex }, { files });
    this.#cleaner = new BatchCleaner({
      ...input,
      map: new OffsetMap(input.map),
      transactions: this.#transactions,
      onAborted: (transaction) => this.#target.addAborted(transaction),
    });
  }

  *run(): Generator<TaskStep, SegmentsCleaned | Unfinished> {
    let isFinished = false;
    try {
      let segmentCount = 0;
      for (const segment of this.#input.segments) {
        if (segment.baseOffset >= this.#input.mapEndOffset) break;
        if (segmentCount > 0 && !this.#hasRoomFor(segment)) break;
        yield* this.#clean(segment, segmentCount);
        if (this.#pace.isCancelled) return { outcome: 'cancelled' };
        segmentCount++;
      }
      this.#target.finish();
      isFinished = true;
      const { sizeBytes } = this.#target;
      const { state } = this.#transactions;
      const { counts } = this.#cleaner;
      return { outcome: 'cleaned', segmentCount, sizeBytes, transactions: state, counts };
    } catch (error) {
      return unreadable(error, this.#offset);
    } finally {
      this.#target.close();
      if (!isFinished) this.#target.remove();
    }
  }

  /** Whether `segment` can be added even if nothing of it goes. */
  #hasRoomFor(segment: SourceSegment): boolean {
    const { segmentBytes, segmentIndexBytes, segments } = this.#input;
    const { sizeBytes, offsetIndex, timeIndex } = this.#target;
    const baseOffset = segments[0]?.baseOffset ?? 0;
    const room = (entries: { sizeBytes: number }, suffix: string): boolean => {
      const path = pathOf(this.#input, this.#files, segment.baseOffset, suffix);
      const added = this.#files.stat(path)?.sizeBytes ?? 0;
      return entries.sizeBytes + added <= segmentIndexBytes;
    };
    return (
      sizeBytes + segment.sizeBytes <= segmentBytes &&
      segment.endOffset - 1 - baseOffset <= relativeOffsetMax &&
      room(offsetIndex.entries, offsetIndexSuffix) &&
      room(timeIndex.entries, timeIndexSuffix)
    );
  }

  /**
   * The last batch of each segment stays, emptied perhaps: so the offsets up to the next segment remain
   * accounted for, and the start after a crash sees how far the new segment reaches.
   */
  *#clean(segment: SourceSegment, index: number): Generator<TaskStep, void> {
    const { bufferBytes } = this.#input;
    this.#transactions.enterSegment(this.#aborted.in(index));
    const path = pathOf(this.#input, this.#files, segment.baseOffset, logFileSuffix);
    const handle = this.#files.open(path, 'read');
    try {
      const source = new BatchSource(handle, { from: 0, end: segment.sizeBytes, bufferBytes });
      this.#offset = segment.baseOffset;
      for (let batch = source.next(); batch !== undefined; batch = source.next()) {
        this.#offset = batch.baseOffset;
        const left = this.#cleaner.clean(batch, source.isAtEnd);
        if (left !== undefined) this.#target.append(left);
        this.#offset = batch.nextOffset;
        this.#pace.add(batch.sizeBytes + (left?.sizeBytes ?? 0));
        while (this.#pace.wantsRest) yield this.#pace.rest();
        if (this.#pace.isCancelled) return;
      }
    } finally {
      handle.close();
    }
  }
}

function pathOf(
  { directory }: CleanerInput,
  files: Files,
  baseOffset: number,
  suffix: string,
): string {
  return files.join(directory, offsetFileName(baseOffset, suffix));
}

/** The transaction indexes of the segments that a task reads. */
class AbortedTransactions {
  readonly #input: CleanerInput;
  readonly #files: Files;
  /** Entries in the index of each segment. */
  readonly #counts: readonly number[];

  constructor(input: CleanerInput, files: Files) {
    this.#input = input;
    this.#files = files;
    this.#counts = input.segments.map(({ baseOffset }) => {
      const path = pathOf(input, files, baseOffset, transactionIndexSuffix);
      return Math.floor((files.stat(path)?.sizeBytes ?? 0) / transactionIndexEntryBytes);
    });
  }

  /**
   * Those with a part in the segment at `index` and a marker at `fromOffset` or behind it: who does not see the
   * marker would take all that follows for aborted.
   */
  in(index: number, fromOffset = 0): AbortedTransaction[] {
    const { segments, abortedBehind } = this.#input;
    const segment = must(segments[index], 'the segment is one of the input');
    const { endOffset } = segment;
    const from = Math.max(segment.baseOffset, fromOffset);
    const openFiles = new OpenFiles({ openFilesMax: 16 }, { files: this.#files });
    const found: AbortedTransaction[] = [];
    for (let i = index; i < segments.length; i++) {
      const count = this.#counts[i] as number;
      if (count === 0) continue;
      const base = (segments[i] as SourceSegment).baseOffset;
      const file = openFiles.file(pathOf(this.#input, this.#files, base, transactionIndexSuffix));
      try {
        if (new TransactionIndex(file, count).collect(from, endOffset, found)) return found;
      } finally {
        file.close();
      }
    }
    const isPart = ({ firstOffset }: AbortedTransaction): boolean => firstOffset < endOffset;
    return [...found, ...abortedBehind.filter(isPart)];
  }
}

/** What cannot be read of a batch is the partition's trouble; anything else is thrown on. */
function unreadable(error: unknown, offset: number): Unfinished {
  if (!(error instanceof OdradekError)) throw error;
  const { code, message } = error;
  if (code !== 'CORRUPT_RECORDS' && code !== 'RECORDS_TOO_LARGE' && code !== 'MISSING_PACKAGE') {
    throw error;
  }
  return { outcome: 'unreadable', offset, reason: message };
}
