import { recordBatchHeaderBytes, recordBatchLayout } from '../records/record-batch.ts';
import { splitBatches } from '../records/split-batches.ts';
import type { Partition } from '../replication/partition.ts';
import type { BatchesReadOptions } from '../storage/log-reader.ts';
import type { LogRead } from '../storage/log.ts';
import { readInt32, readInt64 } from '../util/bytes.ts';
import { hasRecordFrom, passingMarker, type PassedBatch } from './passed-batches.ts';

/** Reads of a log for one fetch that find nothing but what is stepped over; then the rest is left to the next. */
const readsMax = 16;

/** What is asked of a partition here. */
type ReadablePartition = Pick<Partition, 'log' | 'epochForOffset'>;

/** How much is read for a consumer. */
export interface ConsumerReadOptions extends BatchesReadOptions {
  /** Most bytes that a batch may take when decompressed, to see whether it has what is asked for. */
  readonly decompressedBytesMax: number;
}

/**
 * Reads whole batches for a consumer, of which the first has a record at `fetchOffset` or behind it: batches
 * that compaction has emptied, or in which it left earlier records alone, are stepped over. Many clients take
 * them for the end, and ask for the same again and again.
 *
 * Where they are all that there is, the answer is a control batch whose one record has the last offset that
 * was stepped over: every client passes over it, and its position moves on. Throws and rejects as `Log.read`.
 */
export function readForConsumer(
  partition: ReadablePartition,
  fetchOffset: number,
  options: ConsumerReadOptions,
): LogRead | Promise<LogRead> {
  const read = partition.log.read(fetchOffset, options);
  if (!(read instanceof Promise) && beginsWithRecord(read, fetchOffset)) return read;
  return new SteppingOver(partition, fetchOffset, options).take(read);
}

/** Whether the header of the first batch says that it has what is asked for; false where that is not sure. */
function beginsWithRecord({ chunks }: LogRead, fetchOffset: number): boolean {
  const first = chunks[0];
  // Nothing at all is for the caller to see.
  if (first === undefined) return true;
  if (first.length < recordBatchHeaderBytes) return false;
  const count = readInt32(first, recordBatchLayout.recordCount);
  if (count <= 0) return false;
  return (
    count === readInt32(first, recordBatchLayout.lastOffsetDelta) + 1 ||
    readInt64(first, recordBatchLayout.baseOffset) >= fetchOffset
  );
}

/** One read for a consumer that goes on until it finds a record. */
class SteppingOver {
  readonly #partition: ReadablePartition;
  readonly #fetchOffset: number;
  readonly #options: ConsumerReadOptions;
  #reads = 0;
  /** The last batch that was stepped over. */
  #last: PassedBatch | undefined;

  constructor(partition: ReadablePartition, fetchOffset: number, options: ConsumerReadOptions) {
    this.#partition = partition;
    this.#fetchOffset = fetchOffset;
    this.#options = options;
  }

  take(first: LogRead | Promise<LogRead>): LogRead | Promise<LogRead> {
    let read = first;
    for (;;) {
      if (read instanceof Promise) return this.#takeLater(read);
      const answer = this.#accept(read);
      if (answer !== undefined) return answer;
      read = this.#readOn();
    }
  }

  async #takeLater(read: Promise<LogRead>): Promise<LogRead> {
    return this.#accept(await read) ?? this.take(this.#readOn());
  }

  #readOn(): LogRead | Promise<LogRead> {
    const next = (this.#last?.lastOffset ?? -1) + 1;
    return this.#partition.log.read(next, this.#options);
  }

  /** What to answer, undefined where it has to read on. */
  #accept(read: LogRead): LogRead | undefined {
    const { batches } = splitBatches(read.chunks);
    let steppedBytes = 0;
    for (const batch of batches) {
      const { decompressedBytesMax } = this.#options;
      if (hasRecordFrom(batch, this.#fetchOffset, decompressedBytesMax))
        return behind(read, steppedBytes);
      steppedBytes += batch.sizeBytes;
      const { lastOffset, maxTimestamp } = batch;
      this.#last = { lastOffset, maxTimestamp };
    }
    if (this.#last === undefined) return read;
    read.release?.();
    const isAtEnd = this.#last.lastOffset + 1 >= this.#options.upperBoundOffset;
    if (batches.length > 0 && !isAtEnd && ++this.#reads < readsMax) return undefined;
    const { chunks, sizeBytes } = passingMarker(this.#partition, this.#last);
    return { chunks, sizeBytes, heldBytes: sizeBytes };
  }
}

/** The same read without its first `bytes`. */
function behind(read: LogRead, bytes: number): LogRead {
  if (bytes === 0) return read;
  const chunks: Uint8Array[] = [];
  let left = bytes;
  for (const chunk of read.chunks) {
    if (chunk.length > left) chunks.push(left === 0 ? chunk : chunk.subarray(left));
    left = Math.max(0, left - chunk.length);
  }
  return { ...read, chunks, sizeBytes: read.sizeBytes - bytes };
}
