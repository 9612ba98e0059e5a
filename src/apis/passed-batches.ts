import { buildEndTxnMarker } from '../records/control-batch.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import { openRecords } from '../records/record-reader.ts';
import type { Partition } from '../replication/partition.ts';
import { OdradekError } from '../util/odradek-error.ts';

/** The last batch that an answer passes over. */
export interface PassedBatch {
  readonly lastOffset: number;
  readonly maxTimestamp: number;
}

/**
 * Whether a batch has a record at `offset` or behind it. One that cannot be read, or takes more than `bytesMax` when
 * decompressed, is the client's to judge.
 */
export function hasRecordFrom(batch: RecordBatch, offset: number, bytesMax: number): boolean {
  if (batch.recordCount === 0) return false;
  const isWhole = batch.recordCount === batch.lastOffsetDelta + 1;
  if (isWhole || batch.baseOffset >= offset) return true;
  try {
    const cursor = openRecords(batch, { maxBytes: bytesMax });
    while (cursor.next()) if (cursor.offset >= offset) return true;
    return false;
  } catch (error) {
    if (error instanceof OdradekError) return true;
    throw error;
  }
}

/**
 * The end of a transaction of nobody, which no reader sees and every reader counts: a control batch whose one record
 * has the last offset that is passed over, so that every client's position moves on.
 */
export function passingMarker(
  partition: Pick<Partition, 'epochForOffset'>,
  { lastOffset, maxTimestamp }: PassedBatch,
): RecordBatch {
  return buildEndTxnMarker({
    result: 'COMMIT',
    producerId: -1,
    producerEpoch: -1,
    coordinatorEpoch: -1,
    baseOffset: lastOffset,
    partitionLeaderEpoch: partition.epochForOffset(lastOffset),
    timestamp: maxTimestamp,
  });
}
