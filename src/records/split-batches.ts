import { concatenated, readInt32 } from '../util/bytes.ts';
import {
  RecordBatch,
  recordBatchHeaderBytes,
  recordBatchLayout,
  recordBatchMagic,
  recordBatchOverheadBytes,
} from './record-batch.ts';

/** The smallest `batchLength` that any magic had: a record of magic 0 without key and value. */
const smallestLegacyLength = 14;

/**
 * Why the bytes after the last whole batch are none.
 * - `TRUNCATED`: they end before their batch does, as the last batch of a Fetch response may.
 * - `BAD_LENGTH`: the length is negative, or too small for a header.
 * - `OLD_MAGIC`: a message of magic 0 or 1, from before record batches.
 * - `UNKNOWN_MAGIC`: a format that does not exist yet, or no batch at all.
 */
export type SplitProblem = 'TRUNCATED' | 'BAD_LENGTH' | 'OLD_MAGIC' | 'UNKNOWN_MAGIC';

/** Bytes parted into batches. */
export interface SplitBatches {
  /** The whole batches from the front, in order. */
  readonly batches: readonly RecordBatch[];
  /** The bytes that they take: where the split ended. */
  readonly validBytes: number;
}

/** A split that did not reach the end of the bytes. The batches before that are good. */
export interface SplitFailure extends SplitBatches {
  readonly problem: SplitProblem;
  /** What Apache answers to a Produce request with such bytes in front. */
  readonly error: 'CORRUPT_MESSAGE' | 'INVALID_RECORD';
  readonly message: string;
}

const failures = {
  TRUNCATED: { error: 'INVALID_RECORD', message: 'the records end before their batch does' },
  BAD_LENGTH: { error: 'CORRUPT_MESSAGE', message: 'a batch length that no batch can have' },
  OLD_MAGIC: {
    error: 'INVALID_RECORD',
    message: 'only record batches of magic version 2 are taken',
  },
  UNKNOWN_MAGIC: { error: 'CORRUPT_MESSAGE', message: 'a batch of unknown magic version' },
} as const satisfies Record<SplitProblem, Pick<SplitFailure, 'error' | 'message'>>;

/**
 * Parts the bytes of a `records` field into its batches. Only lengths and magics are looked at; the CRC is
 * not. The batches are views of `chunks`: payload is never copied, and the 61 bytes of a header only where it
 * crosses from one chunk into the next. Whoever reads a Fetch response takes the batches of a `TRUNCATED`
 * failure too.
 *
 * HOT: bench=batch-judgement
 */
export function splitBatches(chunks: readonly Uint8Array[]): SplitBatches | SplitFailure {
  const whole = wholeAsOneBatch(chunks);
  if (whole !== undefined) return { batches: [whole], validBytes: whole.sizeBytes };
  const cursor = new ChunkCursor(chunks);
  const batches: RecordBatch[] = [];
  let validBytes = 0;
  while (!cursor.atEnd) {
    const next = nextBatch(cursor);
    if (typeof next === 'string') return { batches, validBytes, problem: next, ...failures[next] };
    batches.push(next);
    validBytes += next.sizeBytes;
  }
  return { batches, validBytes };
}

/** The common case, for which nothing but the view is made: one batch, its header in the first chunk. */
function wholeAsOneBatch(chunks: readonly Uint8Array[]): RecordBatch | undefined {
  const first = chunks[0];
  if (first === undefined || first.length < recordBatchHeaderBytes) return undefined;
  if (first[recordBatchLayout.magic] !== recordBatchMagic) return undefined;
  const sizeBytes = readInt32(first, recordBatchLayout.batchLength) + recordBatchOverheadBytes;
  if (sizeBytes < recordBatchHeaderBytes) return undefined;
  let total = 0;
  for (let i = 0; i < chunks.length; i++) total += (chunks[i] as Uint8Array).length;
  return total === sizeBytes ? new RecordBatch(chunks) : undefined;
}

function nextBatch(cursor: ChunkCursor): RecordBatch | SplitProblem {
  const start = cursor.peek(recordBatchLayout.magic + 1);
  if (start === undefined) return 'TRUNCATED';
  const magic = start[recordBatchLayout.magic] as number;
  if (magic > recordBatchMagic) return 'UNKNOWN_MAGIC';
  const batchLength = readInt32(start, recordBatchLayout.batchLength);
  if (magic < recordBatchMagic) {
    return batchLength < smallestLegacyLength ? 'BAD_LENGTH' : 'OLD_MAGIC';
  }
  const sizeBytes = batchLength + recordBatchOverheadBytes;
  if (sizeBytes < recordBatchHeaderBytes) return 'BAD_LENGTH';
  if (sizeBytes > cursor.remainingBytes) return 'TRUNCATED';
  return new RecordBatch(cursor.take(sizeBytes, recordBatchHeaderBytes));
}

/** A place in a list of chunks. */
class ChunkCursor {
  readonly #chunks: readonly Uint8Array[];
  #index = 0;
  #at = 0;
  remainingBytes = 0;

  constructor(chunks: readonly Uint8Array[]) {
    this.#chunks = chunks;
    for (const chunk of chunks) this.remainingBytes += chunk.length;
  }

  get atEnd(): boolean {
    return this.remainingBytes === 0;
  }

  /** The next `count` bytes, to be read only; undefined where there are fewer. */
  peek(count: number): Uint8Array | undefined {
    if (count > this.remainingBytes) return undefined;
    this.#passEmpty();
    const chunk = this.#chunks[this.#index] as Uint8Array;
    if (chunk.length - this.#at >= count) return chunk.subarray(this.#at, this.#at + count);
    return concatenated(this.#slices(count, this.#index, this.#at));
  }

  /** The next `count` bytes as slices, the first of which holds `headBytes` at least. Moves behind them. */
  take(count: number, headBytes: number): Uint8Array[] {
    this.#passEmpty();
    const slices = this.#slices(count, this.#index, this.#at);
    this.#advance(count);
    const first = slices[0] as Uint8Array;
    return first.length >= headBytes ? slices : withWholeHead(slices, headBytes);
  }

  #passEmpty(): void {
    while (this.#at === (this.#chunks[this.#index] as Uint8Array).length) {
      this.#index++;
      this.#at = 0;
    }
  }

  #slices(count: number, fromIndex: number, from: number): Uint8Array[] {
    const slices: Uint8Array[] = [];
    let missing = count;
    let at = from;
    for (let index = fromIndex; missing > 0; index++) {
      const chunk = this.#chunks[index] as Uint8Array;
      const end = Math.min(chunk.length, at + missing);
      if (end > at) slices.push(chunk.subarray(at, end));
      missing -= end - at;
      at = 0;
    }
    return slices;
  }

  #advance(count: number): void {
    this.remainingBytes -= count;
    let left = count;
    while (left > 0) {
      const step = Math.min((this.#chunks[this.#index] as Uint8Array).length - this.#at, left);
      left -= step;
      this.#at += step;
      if (left > 0) {
        this.#index++;
        this.#at = 0;
      }
    }
  }
}

/** The same bytes with the first `headBytes` copied together; the rest stays where it is. */
function withWholeHead(slices: readonly Uint8Array[], headBytes: number): Uint8Array[] {
  const head = new Uint8Array(headBytes);
  const result: Uint8Array[] = [head];
  let filled = 0;
  for (const slice of slices) {
    const taken = Math.min(slice.length, headBytes - filled);
    if (taken > 0) head.set(slice.subarray(0, taken), filled);
    filled += taken;
    if (taken < slice.length) result.push(taken === 0 ? slice : slice.subarray(taken));
  }
  return result;
}
