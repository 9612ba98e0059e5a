import type { AppendOrigin, ProducerRefusal } from './producer-state.ts';

/** Why an append is refused: names of Kafka's errors. */
export type AppendRejection =
  | ProducerRefusal
  | 'UNKNOWN_PRODUCER_ID'
  | 'RECORD_LIST_TOO_LARGE'
  | 'CORRUPT_MESSAGE'
  | 'OFFSET_OUT_OF_RANGE'
  | 'KAFKA_STORAGE_ERROR';

/**
 * How an append was decided. A `duplicate` is a retry of a batch that is in the log; that one may still wait
 * to be written.
 */
export type AppendResult =
  | {
      outcome: 'appended' | 'duplicate';
      baseOffset: number;
      lastOffset: number;
      /** -1 unless the batch's timestamp type is LogAppendTime. */
      logAppendTimeMs: number;
    }
  | { outcome: 'rejected'; reason: AppendRejection; message: string };

/** How a batch comes to a log. */
export interface AppendOptions {
  /** `client` checks sequences; `replication` keeps the batch's offsets and epoch. */
  readonly origin: AppendOrigin;
  /** Stamped into the batch, unless it is replicated. */
  readonly leaderEpoch: number;
}
