import {
  recordBatchLayout,
  recordBatchOverheadBytes,
  type RecordBatch,
} from '../records/record-batch.ts';
import { must } from '../util/assert.ts';
import { readInt32, readInt64 } from '../util/bytes.ts';

/** A batch up to this size is copied together with its neighbours; runs of such grow to about as much. */
const runBytesMax = 16 * 1024;
/** Size of the blocks that small batches are copied into. */
const blockBytes = 256 * 1024;
/** What an entry costs beside the bytes that it pins. */
const entryOverheadBytes = 256;

/** Memory that small batches of all logs share. It counts until the last of them is dropped. */
interface Block {
  readonly bytes: Uint8Array;
  usedBytes: number;
  entryCount: number;
}

/**
 * What is cached together: one large batch as the slices that came in, or a run of small ones in one slice.
 * It covers the offsets `[startOffset, endOffset)`.
 */
export interface CacheEntry {
  readonly tail: LogTail;
  readonly startOffset: number;
  endOffset: number;
  sizeBytes: number;
  /** A run has one chunk; its batches are found by their headers. */
  readonly chunks: Uint8Array[];
  readonly isRun: boolean;
  /** Undefined where no block is used. */
  readonly block: Block | undefined;
  /** Bytes that it keeps from being collected, blocks aside. */
  pinnedBytes: number;
  isLive: boolean;
}

/** How much of a log to hand out: whole batches, at most. */
export interface CacheReadOptions {
  readonly maxBytes: number;
  readonly upperBoundOffset: number;
  readonly atLeastOneBatch: boolean;
}

/**
 * The newest batches of all logs of a broker, as the buffers that were written, within one budget of bytes.
 * The budget counts what a slice pins, so that a slice that is small against its buffer is copied once. The
 * oldest go first, whichever log they are of.
 */
export class BatchCache {
  readonly #budgetBytes: number;
  /** Entries as they were admitted; those before `#oldest` are gone. Dropped ones stay until their turn. */
  #queue: CacheEntry[] = [];
  #oldest = 0;
  #pinnedBytes = 0;
  #block: Block | undefined;

  /** `budgetBytes`: most bytes that may be kept, 0 for nothing. */
  constructor(options: { budgetBytes: number }) {
    this.#budgetBytes = options.budgetBytes;
  }

  /** Bytes that are kept from being collected now. */
  get pinnedBytes(): number {
    return this.#pinnedBytes;
  }

  /** The part of the cache that belongs to one log. */
  tail(): LogTail {
    return new LogTail(this);
  }

  /** The block with room for `bytes`, at most `runBytesMax` of them. For `LogTail`. */
  blockWithRoom(bytes: number): Block {
    const block = this.#block;
    if (block !== undefined && block.usedBytes + bytes <= blockBytes) return block;
    if (block !== undefined && block.entryCount === 0) this.#pinnedBytes -= blockBytes;
    const fresh: Block = { bytes: new Uint8Array(blockBytes), usedBytes: 0, entryCount: 0 };
    this.#block = fresh;
    this.#pinnedBytes += blockBytes;
    return fresh;
  }

  /** Takes in an entry, and drops the oldest beyond the budget. For `LogTail`. */
  admit(entry: CacheEntry): void {
    entry.isLive = true;
    this.#pinnedBytes += entry.pinnedBytes;
    this.#queue.push(entry);
    while (this.#pinnedBytes > this.#budgetBytes && this.#oldest < this.#queue.length) {
      const oldest = this.#queue[this.#oldest++] as CacheEntry;
      if (oldest.isLive) oldest.tail.evict(oldest);
    }
    if (this.#oldest > 1024 && this.#oldest * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#oldest);
      this.#oldest = 0;
    }
  }

  /** An entry is no longer used, or never was. For `LogTail`. */
  release(entry: CacheEntry): void {
    if (entry.isLive) this.#pinnedBytes -= entry.pinnedBytes;
    entry.isLive = false;
    // The queue may hold it for long: what it pinned may go now.
    entry.chunks.length = 0;
    this.releaseBlock(entry.block);
  }

  /** An entry of `block` is gone. For `LogTail`. */
  releaseBlock(block: Block | undefined): void {
    if (block === undefined) return;
    block.entryCount--;
    if (block.entryCount === 0 && block !== this.#block) this.#pinnedBytes -= blockBytes;
  }
}

/** The newest batches of one log. */
export class LogTail {
  readonly #cache: BatchCache;
  /** In the order of their offsets; those before `#first` are gone. There may be gaps. */
  #entries: CacheEntry[] = [];
  #first = 0;

  constructor(cache: BatchCache) {
    this.#cache = cache;
  }

  /**
   * Makes entries of batches about to be written; their chunks are what to write. The first batch covers
   * from `startOffset` on. Each entry goes to `admit` or to `discard`.
   *
   * HOT: bench=append
   */
  prepare(batches: readonly RecordBatch[], startOffset: number): CacheEntry[] {
    const entries: CacheEntry[] = [];
    let run: CacheEntry | undefined;
    let offset = startOffset;
    for (const batch of batches) {
      if (batch.sizeBytes > runBytesMax) {
        entries.push(this.#largeEntry(batch, offset));
        run = undefined;
      } else if (run === undefined || !extendRun(run, batch)) {
        run = this.#startRun(batch, offset);
        entries.push(run);
      }
      offset = batch.nextOffset;
    }
    return entries;
  }

  #startRun(batch: RecordBatch, startOffset: number): CacheEntry {
    const block = this.#cache.blockWithRoom(batch.sizeBytes);
    block.entryCount++;
    const from = block.usedBytes;
    copyBatch(block, batch);
    const chunk = block.bytes.subarray(from, block.usedBytes);
    return {
      tail: this,
      startOffset,
      endOffset: batch.nextOffset,
      sizeBytes: batch.sizeBytes,
      chunks: [chunk],
      isRun: true,
      block,
      pinnedBytes: entryOverheadBytes,
      isLive: false,
    };
  }

  #largeEntry(batch: RecordBatch, startOffset: number): CacheEntry {
    const chunks = batch.chunks.map(ownChunk);
    const pinnedBytes = chunks.reduce((total, chunk) => total + chunk.buffer.byteLength, 0);
    return {
      tail: this,
      startOffset,
      endOffset: batch.nextOffset,
      sizeBytes: batch.sizeBytes,
      chunks,
      isRun: false,
      block: undefined,
      pinnedBytes: pinnedBytes + entryOverheadBytes,
      isLive: false,
    };
  }

  /** The entries were written: they are read from here on. */
  admit(entries: readonly CacheEntry[]): void {
    for (const entry of entries) {
      const newest = this.#first < this.#entries.length ? this.#entries.at(-1) : undefined;
      if (newest !== undefined && joinRuns(newest, entry)) {
        this.#cache.releaseBlock(entry.block);
        continue;
      }
      this.#entries.push(entry);
      this.#cache.admit(entry);
    }
  }

  /** The entries were not written. */
  discard(entries: readonly CacheEntry[]): void {
    for (const entry of entries) this.#cache.release(entry);
  }

  /** Told by the cache that its oldest entry has to go, which is the oldest here. */
  evict(entry: CacheEntry): void {
    this.#first++;
    this.#cache.release(entry);
    if (this.#first > 32 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Drops what holds `offset` or stands behind it. */
  truncateTo(offset: number): void {
    while (this.#entries.length > this.#first && must(this.#entries.at(-1)).endOffset > offset) {
      this.#cache.release(this.#entries.pop() as CacheEntry);
    }
  }

  /** Drops what stands wholly below `offset`. */
  dropBelow(offset: number): void {
    for (;;) {
      const oldest = this.#entries[this.#first];
      if (oldest === undefined || oldest.endOffset > offset) return;
      this.evict(oldest);
    }
  }

  /** Drops what has anything below `offset`, because the log has it differently from now on. */
  dropAllBelow(offset: number): void {
    for (;;) {
      const oldest = this.#entries[this.#first];
      if (oldest === undefined || oldest.startOffset >= offset) return;
      this.evict(oldest);
    }
  }

  /**
   * Whole batches from the one that holds `startOffset`; undefined where that one is not here. No bytes
   * where nothing fits the options.
   *
   * HOT: bench=fetch
   */
  read(
    startOffset: number,
    options: CacheReadOptions,
  ): { chunks: Uint8Array[]; sizeBytes: number; heldBytes: number } | undefined {
    let index = this.#find(startOffset);
    const found = this.#entries[index];
    if (found === undefined || found.startOffset > startOffset) return undefined;
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    let from = found.isRun ? startInRun(found, startOffset) : 0;
    let expectedOffset = found.startOffset;
    for (; index < this.#entries.length; index++) {
      const entry = this.#entries[index] as CacheEntry;
      if (entry.startOffset !== expectedOffset) break;
      const to = endInEntry(entry, from, options, sizeBytes);
      if (to > from) addSlice(chunks, entry, from, to);
      sizeBytes += to - from;
      if (to < entry.sizeBytes) break;
      expectedOffset = entry.endOffset;
      from = 0;
    }
    return { chunks, sizeBytes, heldBytes: sizeBytes };
  }

  /** Bytes from the batch that holds `offset` to the end of what is here; undefined where it is not here. */
  bytesFrom(offset: number): number | undefined {
    let index = this.#find(offset);
    const found = this.#entries[index];
    if (found === undefined || found.startOffset > offset) return undefined;
    let sizeBytes = found.isRun ? -startInRun(found, offset) : 0;
    for (; index < this.#entries.length; index++) {
      sizeBytes += (this.#entries[index] as CacheEntry).sizeBytes;
    }
    return sizeBytes;
  }

  /** Index of the first entry that ends behind `offset`. */
  #find(offset: number): number {
    let low = this.#first;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle] as CacheEntry).endOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function copyBatch(block: Block, batch: RecordBatch): void {
  for (const chunk of batch.chunks) {
    block.bytes.set(chunk, block.usedBytes);
    block.usedBytes += chunk.length;
  }
}

/** Copies a batch behind a run that ends where its block does; false where there is no room. */
function extendRun(run: CacheEntry, batch: RecordBatch): boolean {
  const block = run.block as Block;
  if (run.sizeBytes + batch.sizeBytes > runBytesMax) return false;
  if (block.usedBytes + batch.sizeBytes > blockBytes) return false;
  copyBatch(block, batch);
  const chunk = run.chunks[0] as Uint8Array;
  const from = chunk.byteOffset - block.bytes.byteOffset;
  run.chunks[0] = block.bytes.subarray(from, block.usedBytes);
  run.sizeBytes += batch.sizeBytes;
  run.endOffset = batch.nextOffset;
  return true;
}

/** Adds a run to the one before it where they touch, in offsets and in memory, and stay small together. */
function joinRuns(run: CacheEntry, next: CacheEntry): boolean {
  if (run.block === undefined || run.block !== next.block) return false;
  if (run.endOffset !== next.startOffset) return false;
  if (run.sizeBytes + next.sizeBytes > runBytesMax) return false;
  const chunk = run.chunks[0] as Uint8Array;
  const nextChunk = next.chunks[0] as Uint8Array;
  if (chunk.byteOffset + chunk.length !== nextChunk.byteOffset) return false;
  run.chunks[0] = joined(chunk, nextChunk);
  run.sizeBytes += next.sizeBytes;
  run.endOffset = next.endOffset;
  return true;
}

/** A slice that keeps no more than twice its size from being collected: itself, or a copy. */
function ownChunk(chunk: Uint8Array): Uint8Array {
  return chunk.length * 2 < chunk.buffer.byteLength ? new Uint8Array(chunk) : chunk;
}

/** Where in a run the batch stands that holds `offset` or, where none does, the next. */
function startInRun(run: CacheEntry, offset: number): number {
  const bytes = run.chunks[0] as Uint8Array;
  let at = 0;
  while (nextOffsetAt(bytes, at) <= offset) at += sizeAt(bytes, at);
  return at;
}

/** Where in an entry the batches end that fit the options; `from` where none does. */
function endInEntry(
  entry: CacheEntry,
  from: number,
  options: CacheReadOptions,
  takenBytes: number,
): number {
  const room = options.maxBytes - takenBytes;
  const fitsBound = entry.endOffset <= options.upperBoundOffset;
  if (fitsBound && entry.sizeBytes - from <= room) return entry.sizeBytes;
  const oneAnyway = options.atLeastOneBatch && takenBytes === 0;
  if (!entry.isRun) return fitsBound && oneAnyway ? entry.sizeBytes : from;
  const bytes = entry.chunks[0] as Uint8Array;
  let at = from;
  while (at < entry.sizeBytes && nextOffsetAt(bytes, at) <= options.upperBoundOffset) {
    const end = at + sizeAt(bytes, at);
    if (end - from > room && !(oneAnyway && at === from)) break;
    at = end;
  }
  return at;
}

function addSlice(chunks: Uint8Array[], entry: CacheEntry, from: number, to: number): void {
  if (!entry.isRun) {
    for (const chunk of entry.chunks) chunks.push(chunk);
    return;
  }
  const whole = entry.chunks[0] as Uint8Array;
  const slice = to - from === whole.length ? whole : whole.subarray(from, to);
  const before = chunks.at(-1);
  if (before?.buffer === slice.buffer && before.byteOffset + before.length === slice.byteOffset) {
    chunks[chunks.length - 1] = joined(before, slice);
  } else {
    chunks.push(slice);
  }
}

/** Two slices that stand one behind the other in a buffer, as one. */
function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  return new Uint8Array(first.buffer, first.byteOffset, first.length + second.length);
}

function sizeAt(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at + recordBatchLayout.batchLength) + recordBatchOverheadBytes;
}

function nextOffsetAt(bytes: Uint8Array, at: number): number {
  return (
    readInt64(bytes, at + recordBatchLayout.baseOffset) +
    readInt32(bytes, at + recordBatchLayout.lastOffsetDelta) +
    1
  );
}
