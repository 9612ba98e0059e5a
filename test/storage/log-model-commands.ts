import type { RecordBatch } from '../../src/records/record-batch.ts';

/** A batch as the array of the model holds it. */
export interface ModelBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly leaderEpoch: number;
  readonly producerId: number;
  readonly lastSequence: number;
  readonly timestamps: readonly number[];
  readonly isTransactional: boolean;
  /** Of a marker: how the transaction ended. */
  readonly marker: 'COMMIT' | 'ABORT' | undefined;
  /** Tells it from every other batch. */
  readonly crc: number;
}

/** What is done to a log and to its model. */
export type Command =
  | { kind: 'append'; producer: number; count: number; bytes: number; agoMs: number }
  | { kind: 'retry'; producer: number }
  | { kind: 'marker'; producer: number; result: 'COMMIT' | 'ABORT' }
  | { kind: 'passTime'; ms: number }
  | {
      kind:
        | 'newEpoch'
        | 'failedFlush'
        | 'flush'
        | 'startFlush'
        | 'advanceHighWatermark'
        | 'crash'
        | 'powerLoss'
        | 'stopUnsynced';
    }
  | { kind: 'reopen' | 'truncateFully' | 'retain' }
  | { kind: 'truncate' | 'deleteRecords' | 'readAll' | 'findTime'; at: number }
  | { kind: 'slow'; isSlow: boolean }
  | { kind: 'fault'; operation: 'write'; code: 'DISK_FULL' }
  /** After `skip` of them, opens and syncs of the directory find no descriptor, until `feed` or the next life. */
  | { kind: 'starve'; skip: number; times: number }
  | { kind: 'feed' };

/** What is refused, never thrown at. */
export function isAppend({ kind }: Command): boolean {
  return kind === 'append' || kind === 'retry' || kind === 'marker';
}

/** Tells a batch from every other. */
export function keyOf(batch: { crc: number; baseOffset: number }): string {
  return `${batch.baseOffset}:${batch.crc}`;
}

/** What the model knows of a batch that was appended. */
export function modelOf(batch: RecordBatch, marker: 'COMMIT' | 'ABORT' | undefined): ModelBatch {
  const { baseOffset, lastOffset, producerId, lastSequence, isTransactional, crc } = batch;
  const timestamps = Array.from(
    { length: lastOffset - baseOffset + 1 },
    (_, index) => batch.baseTimestamp + index,
  );
  const leaderEpoch = batch.partitionLeaderEpoch;
  return {
    baseOffset,
    lastOffset,
    leaderEpoch,
    producerId,
    lastSequence,
    timestamps,
    isTransactional,
    marker,
    crc,
  };
}

/** The transactions that were aborted, and the first offset of each that is open, by its producer. */
export function transactionsIn(batches: readonly ModelBatch[]) {
  const aborted: { producerId: number; firstOffset: number; lastOffset: number }[] = [];
  const open = new Map<number, number>();
  for (const { isTransactional, producerId, marker, baseOffset, lastOffset } of batches) {
    if (!isTransactional) continue;
    const firstOffset = open.get(producerId);
    if (marker === undefined) {
      if (firstOffset === undefined) open.set(producerId, baseOffset);
      continue;
    }
    open.delete(producerId);
    if (marker === 'ABORT' && firstOffset !== undefined) {
      aborted.push({ producerId, firstOffset, lastOffset });
    }
  }
  return { aborted, open };
}
