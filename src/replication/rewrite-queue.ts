import type { LogConfig } from '../config/log-config.ts';
import { judgeSize, type BatchRejection } from '../records/judge.ts';
import { RecordBatch } from '../records/record-batch.ts';
import { rejectionOfUnreadable } from '../records/validate-records.ts';
import type { Background } from '../runtime/runtime.ts';
import type { AppendWaiter } from './ack-queue.ts';
import { refusal, type AppendOutcome } from './append-outcome.ts';
import { rewriteTask, type BatchPreparation } from './prepare-batch.ts';

/** What a produce waits for: nothing, the leader's own write, or every in-sync replica. */
export type RequiredAcks = 0 | 1 | -1;

/** An append whose batch is being rewritten elsewhere, or stands behind one that is. */
interface QueuedAppend {
  batch: RecordBatch | undefined;
  refusal: AppendOutcome | undefined;
  readonly acks: RequiredAcks;
  readonly waiter: AppendWaiter;
  readonly slot: number;
}

/** Where appends go when it is their turn. */
export interface RewriteQueueOwner {
  readonly config: () => LogConfig;
  /** Appends a batch, and tells its waiter what became of it. */
  readonly append: (
    batch: RecordBatch,
    acks: RequiredAcks,
    waiter: AppendWaiter,
    slot: number,
  ) => void;
  /** Tells the waiter of an append that is refused. */
  readonly refuse: (outcome: AppendOutcome, waiter: AppendWaiter, slot: number) => void;
}

/**
 * Appends of one partition that wait until a batch is compressed anew, in the order of their arrival: none
 * passes another.
 */
export class RewriteQueue {
  readonly #owner: RewriteQueueOwner;
  readonly #modules: { readonly background: Background; readonly defect: (error: unknown) => void };
  readonly #queued: QueuedAppend[] = [];

  constructor(
    owner: RewriteQueueOwner,
    modules: { readonly background: Background; readonly defect: (error: unknown) => void },
  ) {
    this.#owner = owner;
    this.#modules = modules;
  }

  get isEmpty(): boolean {
    return this.#queued.length === 0;
  }

  /** Takes a batch that is to be rewritten, or stands behind one. */
  push(
    prepared: Exclude<BatchPreparation, { outcome: 'refused' }>,
    acks: RequiredAcks,
    waiter: AppendWaiter,
    slot: number,
  ): void {
    const entry: QueuedAppend = { batch: undefined, refusal: undefined, acks, waiter, slot };
    this.#queued.push(entry);
    if (prepared.outcome === 'ready') {
      entry.batch = prepared.batch;
      return;
    }
    this.#modules.background
      .run(rewriteTask, prepared.input)
      .then(
        (bytes) => {
          entry.batch = new RecordBatch([bytes]);
          entry.refusal = rejected(judgeSize(entry.batch, this.#owner.config()));
        },
        (error: unknown) => {
          entry.refusal =
            rejected(rejectionOfUnreadable(error)) ??
            refusal(
              'UNKNOWN_SERVER_ERROR',
              `the batch could not be recompressed: ${String(error)}`,
            );
        },
      )
      .then(() => this.#drain())
      .catch(this.#modules.defect);
  }

  #drain(): void {
    for (;;) {
      const next = this.#queued[0];
      if (next === undefined) return;
      if (next.refusal !== undefined) {
        this.#queued.shift();
        this.#owner.refuse(next.refusal, next.waiter, next.slot);
      } else if (next.batch !== undefined) {
        this.#queued.shift();
        this.#owner.append(next.batch, next.acks, next.waiter, next.slot);
      } else {
        return;
      }
    }
  }
}

/**
 * The outcome for a batch that was refused, if it was. Java's clients show the message as it is; like Apache's
 * broker, we send it where it names records, or where there is no other word for what is wrong.
 */
export function rejected(rejection: BatchRejection | undefined): AppendOutcome | undefined {
  if (rejection === undefined) return undefined;
  return refusal(rejection.error, rejection.message, rejection.recordErrors);
}
