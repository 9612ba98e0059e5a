import type { Partition } from '../replication/partition.ts';
import { recordsBytes, RecordCursor, type BatchRecord } from '../records/record-reader.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import { splitBatches } from '../records/split-batches.ts';

/** Bytes of the log that are read at a time. */
const readBytes = 1024 * 1024;

/**
 * The records of a partition that any reader may see, from `offset` on: those of aborted transactions and
 * control records are left out. They own their bytes.
 */
export async function* readRecords(
  partition: Partition,
  offset: number,
  limits: { readonly decompressedBytesMax: number },
): AsyncGenerator<BatchRecord> {
  const { log } = partition;
  let next = Math.max(offset, log.logStartOffset);
  for (;;) {
    const end = log.lastStableOffset;
    if (next >= end) return;
    const aborted = new Set<number>();
    const read = await log.read(next, {
      maxBytes: readBytes,
      upperBoundOffset: end,
      atLeastOneBatch: true,
    });
    const starts = [...log.abortedTransactions(next, end)].toSorted(
      (a, b) => a.firstOffset - b.firstOffset,
    );
    try {
      const { batches } = splitBatches(read.chunks);
      if (batches.length === 0) return;
      for (const batch of batches) {
        while ((starts[0]?.firstOffset ?? Infinity) <= batch.lastOffset) {
          aborted.add(starts.shift()?.producerId ?? -1);
        }
        if (!isHidden(batch, aborted)) yield* recordsOf(batch, next, limits.decompressedBytesMax);
        next = batch.nextOffset;
      }
    } finally {
      read.release?.();
    }
  }
}

/** Whether readers do not see the batch; an abort marker ends what it hides. */
function isHidden(batch: RecordBatch, aborted: Set<number>): boolean {
  if (batch.isControl) {
    aborted.delete(batch.producerId);
    return true;
  }
  return batch.isTransactional && aborted.has(batch.producerId);
}

function* recordsOf(
  batch: RecordBatch,
  fromOffset: number,
  maxBytes: number,
): Generator<BatchRecord> {
  const cursor = new RecordCursor(batch, recordsBytes(batch, { maxBytes }));
  while (cursor.next()) if (cursor.offset >= fromOffset) yield owned(cursor.toRecord());
}

/** A copy of `record` whose bytes nobody shares. */
function owned(record: BatchRecord): BatchRecord {
  return {
    offset: record.offset,
    timestamp: record.timestamp,
    key: copied(record.key),
    value: copied(record.value),
    headers: record.headers.map(({ key, value }) => ({ key, value: copied(value) })),
  };
}

function copied(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null ? null : new Uint8Array(bytes);
}
