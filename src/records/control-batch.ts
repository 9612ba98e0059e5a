import { readInt16, readInt32, writeInt16, writeInt32 } from '../util/bytes.ts';
import { buildBatch } from './batch-builder.ts';
import type { RecordBatch } from './record-batch.ts';
import { openRecords } from './record-reader.ts';
import { corruptRecords } from './records-error.ts';

/** Kinds of control records by their number in the key. */
export const controlTypes = [
  'ABORT',
  'COMMIT',
  'LEADER_CHANGE',
  'SNAPSHOT_HEADER',
  'SNAPSHOT_FOOTER',
  'KRAFT_VERSION',
  'KRAFT_VOTERS',
] as const;
/** `UNKNOWN` is a kind that came later; readers pass over it. */
export type ControlType = (typeof controlTypes)[number] | 'UNKNOWN';

/** How a transaction ended. */
export type TransactionResult = 'COMMIT' | 'ABORT';

/** What a marker at the end of a transaction says, beside its producer id and epoch in the batch header. */
export interface EndTxnMarker {
  readonly result: TransactionResult;
  /** Of the transaction coordinator's partition: an older one is fenced. */
  readonly coordinatorEpoch: number;
}

/** A marker to be written. */
export interface NewEndTxnMarker extends EndTxnMarker {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly timestamp: number;
  /** 0 unless given. */
  readonly baseOffset?: number;
  /** -1 unless given. */
  readonly partitionLeaderEpoch?: number;
}

const keyVersion = 0;
const keyBytes = 4;
const markerVersion = 0;
const markerBytes = 6;
/** A control record is a few bytes; this leaves room for those of later versions. */
const controlBytesMax = 1024 * 1024;

/** The batch that ends a producer's transaction in a partition (KIP-98): one control record. */
export function buildEndTxnMarker(marker: NewEndTxnMarker): RecordBatch {
  const key = new Uint8Array(keyBytes);
  writeInt16(key, 0, keyVersion);
  writeInt16(key, 2, controlTypes.indexOf(marker.result));
  const value = new Uint8Array(markerBytes);
  writeInt16(value, 0, markerVersion);
  writeInt32(value, 2, marker.coordinatorEpoch);
  return buildBatch([{ key, value, timestamp: marker.timestamp }], {
    baseOffset: marker.baseOffset,
    partitionLeaderEpoch: marker.partitionLeaderEpoch,
    producerId: marker.producerId,
    producerEpoch: marker.producerEpoch,
    transactional: true,
    control: true,
  });
}

/**
 * The marker in a control batch; undefined for another kind of control batch, and for one whose record was
 * compacted away. Throws `CORRUPT_RECORDS` where key or value are none.
 */
export function readEndTxnMarker(batch: RecordBatch): EndTxnMarker | undefined {
  if (!batch.isControl || batch.recordCount === 0) return undefined;
  const cursor = openRecords(batch, { maxBytes: controlBytesMax });
  if (!cursor.next()) return undefined;
  const result = readControlType(cursor.key);
  if (result !== 'COMMIT' && result !== 'ABORT') return undefined;
  const { value } = cursor;
  if (value === null || value.length < markerBytes || readInt16(value, 0) < 0) {
    throw corruptRecords('an end-of-transaction marker without its value');
  }
  return { result, coordinatorEpoch: readInt32(value, 2) };
}

/** What a control record is, by its key. Throws `CORRUPT_RECORDS` where the key is none. */
export function readControlType(key: Uint8Array | null): ControlType {
  if (key === null || key.length < keyBytes || readInt16(key, 0) < 0) {
    throw corruptRecords('a control record without its key');
  }
  return controlTypes[readInt16(key, 2)] ?? 'UNKNOWN';
}
