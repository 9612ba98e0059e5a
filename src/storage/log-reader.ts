import { recordBatchLayout, recordBatchOverheadBytes } from '../records/record-batch.ts';
import { must } from '../util/assert.ts';
import { readInt32, readInt64 } from '../util/bytes.ts';
import type { DirectoryPace } from './directory-pace.ts';
import { readBytesMax } from './log-layout.ts';
import { bufferBytesFor, type ReadBuffers } from './read-buffers.ts';
import type { Segment } from './segment.ts';
import type { Segments } from './segments.ts';

/** Whole batches, one behind the other. The bytes are shared: nobody writes to them. */
export interface BatchesRead {
  readonly chunks: readonly Uint8Array[];
  readonly sizeBytes: number;
  /** What the chunks keep from being collected: their buffer, where they are not slices of a cache. */
  readonly heldBytes: number;
  /** Gives the buffer back; the chunks must not be used after. May be left out: it is then collected. */
  readonly release?: () => void;
}

/** How much to read. */
export interface BatchesReadOptions {
  readonly maxBytes: number;
  /** No batch that ends behind it is read. */
  readonly upperBoundOffset: number;
  /** Whether the first batch is read even where it is larger than `maxBytes`. */
  readonly atLeastOneBatch: boolean;
}

/** Nothing to read. */
export const emptyRead: BatchesRead = { chunks: [], sizeBytes: 0, heldBytes: 0 };

/** Where a reader is likely to go on. */
interface ReadCursor {
  readonly offset: number;
  readonly segment: Segment;
  readonly position: number;
}

/** Of a buffer, what is found fills a quarter at the least; less is copied, so that it does not keep the rest. */
const filledPart = 0.25;
const cursorCountMax = 4;
/** The least that is read at once: as much as an index leaves unsure, and some more. */
const smallestReadBytes = 16 * 1024;
/** Bytes of a batch header up to which its size and its offsets stand. */
const offsetsEnd = recordBatchLayout.baseTimestamp;

/**
 * Reads batches from the files of a log, in large pieces into buffers that are used again. The calls block
 * while the page cache answers them quickly, else they go to the thread pool.
 */
export class LogReader {
  readonly #segments: Segments;
  readonly #pace: DirectoryPace;
  readonly #buffers: ReadBuffers;
  /** Where the last reads ended, the newest first: who reads on needs no index. */
  #cursors: ReadCursor[] = [];

  constructor(segments: Segments, modules: { pace: DirectoryPace; readBuffers: ReadBuffers }) {
    this.#segments = segments;
    this.#pace = modules.pace;
    this.#buffers = modules.readBuffers;
  }

  /** Positions are no longer what they were. */
  forgetCursors(): void {
    this.#cursors = [];
  }

  /** Whole batches from the one that holds `startOffset`, of one segment. Throws and rejects as `Files`. */
  read(startOffset: number, options: BatchesReadOptions): BatchesRead | Promise<BatchesRead> {
    const piece = this.#start(this.#segments.indexOf(startOffset), startOffset, options);
    return this.#pace.reads.isSlow ? this.#readThroughPool(piece) : this.#readNow(piece);
  }

  /** Bytes of a log that ends at `endOffset` below an offset, more or less. */
  bytesBefore(offset: number, endOffset: number): number {
    const index = this.#segments.indexOf(offset);
    let bytes = 0;
    for (const segment of this.#segments.list.slice(0, index)) bytes += segment.sizeBytes;
    const segment = must(this.#segments.at(index));
    return (
      bytes + (offset >= endOffset ? segment.sizeBytes : this.#positionBefore(segment, offset))
    );
  }

  /** Position of the batch that holds `offset`, or one a little before it. */
  #positionBefore(segment: Segment, offset: number): number {
    const cursor = this.#cursors.find((known) => known.offset === offset);
    if (cursor !== undefined && cursor.segment === segment) return cursor.position;
    return segment.offsetIndex.lookup(offset);
  }

  #start(index: number, startOffset: number, options: BatchesReadOptions): ReadPiece {
    const segment = this.#segments.at(index) as Segment;
    const position = this.#positionBefore(segment, startOffset);
    return new ReadPiece(segment, position, startOffset, options);
  }

  #readNow(first: ReadPiece): BatchesRead {
    let piece: ReadPiece | undefined = first;
    while (piece !== undefined) {
      const buffer = this.#buffers.take(piece.length);
      const started = this.#pace.reads.started();
      const target = buffer.subarray(0, piece.length);
      const bytes = piece.segment.file.handle().read(target, piece.position);
      this.#pace.reads.ended(started);
      const read = this.#accept(piece, buffer, bytes);
      if (read !== undefined) return read;
      piece = this.#following(piece);
    }
    return emptyRead;
  }

  async #readThroughPool(first: ReadPiece): Promise<BatchesRead> {
    let piece: ReadPiece | undefined = first;
    while (piece !== undefined) {
      const buffer = this.#buffers.take(piece.length);
      const started = this.#pace.reads.started();
      const { file } = piece.segment;
      const handle = file.pin();
      let bytes: number;
      try {
        bytes = await handle.readAsync(buffer.subarray(0, piece.length), piece.position);
      } finally {
        file.unpin();
      }
      this.#pace.reads.ended(started);
      if (this.#isReplaced(piece)) {
        // What was read goes with the old indexes, and the caller asks the new ones.
        this.#buffers.give(buffer);
        piece = this.#startAnew(piece);
        continue;
      }
      const read = this.#accept(piece, buffer, bytes);
      if (read !== undefined) return read;
      piece = this.#following(piece);
    }
    return emptyRead;
  }

  /** Whether compaction has put another segment in the place of the piece's own. */
  #isReplaced({ segment, startOffset }: ReadPiece): boolean {
    return segment.isRemoved && this.#segments.first.baseOffset <= startOffset;
  }

  #startAnew({ startOffset, options }: ReadPiece): ReadPiece {
    return this.#start(this.#segments.indexOf(startOffset), startOffset, options);
  }

  /** The answer that the piece gives, undefined where more has to be read. */
  #accept(piece: ReadPiece, buffer: Uint8Array, bytes: number): BatchesRead | undefined {
    const found = piece.accept(buffer.subarray(0, bytes));
    if (found === undefined || found.end === found.start) {
      this.#buffers.give(buffer);
      return found === undefined ? undefined : emptyRead;
    }
    this.#remember({
      offset: found.nextOffset,
      segment: piece.segment,
      position: piece.position + found.end,
    });
    const sizeBytes = found.end - found.start;
    if (sizeBytes < buffer.length * filledPart) {
      const chunk = buffer.slice(found.start, found.end);
      this.#buffers.give(buffer);
      return { chunks: [chunk], sizeBytes, heldBytes: sizeBytes };
    }
    let isReleased = false;
    return {
      chunks: [buffer.subarray(found.start, found.end)],
      sizeBytes,
      heldBytes: buffer.length,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#buffers.give(buffer);
      },
    };
  }

  /** What to read after a piece that did not have it: more of the segment, or the next one. */
  #following(piece: ReadPiece): ReadPiece | undefined {
    if (this.#isReplaced(piece)) return this.#startAnew(piece);
    if (piece.segment.isRemoved) return undefined;
    if (!piece.isAtEnd) return piece;
    // Segments before it may have gone while it was read.
    const index = this.#segments.list.indexOf(piece.segment) + 1;
    if (this.#segments.at(index) === undefined) return undefined;
    return this.#start(index, piece.startOffset, piece.options);
  }

  #remember(cursor: ReadCursor): void {
    this.#cursors = [cursor, ...this.#cursors.filter((known) => known.offset !== cursor.offset)];
    if (this.#cursors.length > cursorCountMax) this.#cursors.length = cursorCountMax;
  }
}

/** How much memory a read of at most `maxBytes` takes while it is under way, unless its first batch is larger. */
export function readMemoryBytes(maxBytes: number): number {
  return bufferBytesFor(wantedBytes(maxBytes));
}

function wantedBytes(maxBytes: number): number {
  return Math.min(maxBytes + smallestReadBytes, readBytesMax);
}

/** One read of a segment's file, and the next where it did not have what is looked for. */
class ReadPiece {
  readonly segment: Segment;
  readonly startOffset: number;
  readonly options: BatchesReadOptions;
  position: number;
  length: number;
  isAtEnd = false;

  constructor(
    segment: Segment,
    position: number,
    startOffset: number,
    options: BatchesReadOptions,
  ) {
    this.segment = segment;
    this.startOffset = startOffset;
    this.options = options;
    this.position = position;
    this.length = 0;
    this.#goTo(position, 0);
  }

  #goTo(position: number, batchBytes: number): void {
    const wanted = wantedBytes(this.options.maxBytes);
    this.position = position;
    this.length = Math.min(Math.max(wanted, batchBytes), this.segment.sizeBytes - position);
    this.isAtEnd = this.length <= 0;
    this.length = Math.max(this.length, 0);
  }

  /** The part of `bytes` to hand out, empty where nothing fits; undefined where it has to read on. */
  accept(bytes: Uint8Array): { start: number; end: number; nextOffset: number } | undefined {
    const start = this.#findStart(bytes);
    if (start === undefined) return undefined;
    const { maxBytes, upperBoundOffset, atLeastOneBatch } = this.options;
    let nextOffset = this.startOffset;
    let end = start;
    // Behind the bound there may be zeros: room for what is being written.
    while (nextOffset < upperBoundOffset && end + offsetsEnd <= bytes.length) {
      const batchEnd = end + sizeAt(bytes, end);
      const batchNextOffset = nextOffsetAt(bytes, end);
      if (batchNextOffset > upperBoundOffset) break;
      if (batchEnd - start > maxBytes && !(atLeastOneBatch && end === start)) break;
      if (batchEnd > bytes.length) {
        if (end > start) break;
        return this.#readOn(start, batchEnd - start, bytes);
      }
      end = batchEnd;
      nextOffset = batchNextOffset;
    }
    return { start, end, nextOffset };
  }

  /** Where the first batch stands that ends behind the start offset. */
  #findStart(bytes: Uint8Array): number | undefined {
    let at = 0;
    while (at + offsetsEnd <= bytes.length) {
      if (nextOffsetAt(bytes, at) > this.startOffset) return at;
      at += sizeAt(bytes, at);
    }
    return this.#readOn(at, 0, bytes);
  }

  /** Goes on at `at`, unless the file ended before what the segment says, as while it is being cut. */
  #readOn(at: number, batchBytes: number, bytes: Uint8Array): undefined {
    const isShort = bytes.length < this.length;
    this.#goTo(this.position + at, batchBytes);
    this.isAtEnd ||= isShort;
    return undefined;
  }
}

function sizeAt(bytes: Uint8Array, at: number): number {
  const length = readInt32(bytes, at + recordBatchLayout.batchLength);
  // A damaged length must not make a reader stand still.
  return Math.max(length, offsetsEnd) + recordBatchOverheadBytes;
}

function nextOffsetAt(bytes: Uint8Array, at: number): number {
  return (
    readInt64(bytes, at + recordBatchLayout.baseOffset) +
    readInt32(bytes, at + recordBatchLayout.lastOffsetDelta) +
    1
  );
}
