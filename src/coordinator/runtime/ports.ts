import type { RecordBatch } from '../../records/record-batch.ts';
import type { AppendError, RequestRef } from '../coordinator.ts';

/** Whole batches of a coordinator's log, one behind the other. Nobody writes to the bytes. */
export interface BatchesOfLog {
  readonly chunks: readonly Uint8Array[];
  /** Gives the buffer back; the chunks must not be used after. */
  readonly release?: () => void;
}

/** Who waits for an append to be committed. */
export interface CommitWaiter {
  /**
   * Everything up to this append is committed; with an error, it was cut off again, and all behind it. Called
   * once for each append that was taken, never from within `append`.
   */
  appendEnded(slot: number, outcome: { readonly error: string | undefined }): void;
}

/**
 * The partition of an internal topic that a coordinator keeps its records in, as the leader has it: where it
 * is loaded from (a reader), and where its records go (a writer).
 */
export interface CoordinatorLog {
  readonly startOffset: number;
  /** Counts what waits to be written. */
  readonly endOffset: number;
  readonly highWatermark: number;
  /** Most bytes that one batch may have. */
  readonly batchBytesMax: number;
  /** Whether nothing can be appended or read here any more. */
  readonly isClosed: boolean;
  /**
   * Committed batches from the one that holds `offset`: at least one where there is one, else about
   * `maxBytes`. Throws and rejects as `Files` does.
   */
  read(offset: number, maxBytes: number): BatchesOfLog | Promise<BatchesOfLog>;
  /**
   * Appends a batch, which belongs to the log from then on, for all in-sync replicas (acks=-1). Decided at
   * once: where its first record stands, or the error for which nothing was written.
   */
  append(
    batch: RecordBatch,
    waiter: CommitWaiter,
  ): { readonly baseOffset: number } | { readonly error: string };
}

/** Why a coordinator does not answer a request itself, as the errors that its clients know. */
export type CoordinatorError = AppendError | 'COORDINATOR_LOAD_IN_PROGRESS';

/** Who asks a coordinator something. One of these is called, once, unless the request is given up. */
export interface Asker<Response> {
  /** What the coordinator replied; all that it saw is committed. */
  answered(response: Response): void;
  /** The coordinator is not here, or what it had decided could not be kept. */
  refused(error: CoordinatorError): void;
}

/** What all events are, as far as their runtime looks into them. */
export interface RuntimeEvent {
  readonly kind: string;
  /** The request that the event is. */
  readonly ref?: RequestRef<unknown>;
}
