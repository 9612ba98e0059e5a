import { BatchWriter } from '../../records/batch-builder.ts';
import type { CompressionCodec, RecordBatch } from '../../records/record-batch.ts';

/** The bytes of a record. */
export interface EncodedRecord {
  readonly key: Uint8Array;
  /** Null is a tombstone. */
  readonly value: Uint8Array | null;
}

/** How records become batches. */
export interface RecordBatchesOptions {
  readonly compression: CompressionCodec;
  readonly timestamp: number;
  /** Where it is exceeded, records that need not stay together go on in another batch. */
  readonly batchBytesMax: number;
  /** Whether all must be in one batch, however large. */
  readonly atomic: boolean;
}

/** More than a batch takes beside its records, and the writer wants to have in reserve. */
const batchOverheadBytes = 80;
/** More than a record's own fields and lengths take beside its key and value. */
const recordOverheadBytes = 32;

/** `records` in as few batches as may be, in their order; none for none. */
export function recordBatches(
  records: readonly EncodedRecord[],
  options: RecordBatchesOptions,
): RecordBatch[] {
  const { compression, timestamp, batchBytesMax, atomic } = options;
  const batches: RecordBatch[] = [];
  let writer: BatchWriter | undefined;
  // No more than is needed in all, so that the buffer of a batch need neither grow nor be copied.
  let leftBytes = batchOverheadBytes;
  for (const record of records) leftBytes += sizeOf(record);
  for (const record of records) {
    const { key, value } = record;
    const sizeBytes = sizeOf(record);
    if (!atomic && writer !== undefined && writer.sizeBytes + sizeBytes > batchBytesMax) {
      batches.push(writer.finish());
      writer = undefined;
    }
    writer ??= new BatchWriter(
      { compression },
      atomic ? leftBytes : Math.min(leftBytes, batchBytesMax),
    );
    writer.append({ key, value, timestamp });
    leftBytes -= sizeBytes;
  }
  if (writer !== undefined) batches.push(writer.finish());
  return batches;
}

/** An upper bound of what a record takes in a batch. */
function sizeOf({ key, value }: EncodedRecord): number {
  return key.length + (value?.length ?? 0) + recordOverheadBytes;
}
