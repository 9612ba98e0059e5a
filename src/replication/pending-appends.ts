import { AckQueue, type AppendWaiter } from './ack-queue.ts';
import type { AppendOutcome } from './append-outcome.ts';
import type { RequiredAcks } from './rewrite-queue.ts';

/** The appends of a partition that are in its log and not acknowledged yet. */
export class PendingAppends {
  /** acks=1 and 0: what waits for the end of the write. With 0 nobody is answered, but memory is in use. */
  readonly #awaitingWrite = new AckQueue();
  /** acks=-1: what waits for the high watermark. */
  readonly #awaitingReplicas = new AckQueue();
  /** The same of a coordinator. */
  readonly #awaitingCommit = new AckQueue();

  /** Of a client. */
  add(
    acks: RequiredAcks,
    endOffset: number,
    waiter: AppendWaiter,
    slot: number,
    outcome: AppendOutcome,
  ): void {
    const queue = acks === -1 ? this.#awaitingReplicas : this.#awaitingWrite;
    queue.push(endOffset, waiter, slot, outcome);
  }

  /** Of a coordinator, with acks=-1: it waits on where a client is told to try again. */
  addOfCoordinator(
    endOffset: number,
    waiter: AppendWaiter,
    slot: number,
    outcome: AppendOutcome,
  ): void {
    this.#awaitingCommit.push(endOffset, waiter, slot, outcome);
  }

  /** HOT: bench=produce-small */
  written(writtenEndOffset: number): void {
    this.#awaitingWrite.release(writtenEndOffset);
  }

  /** HOT: bench=produce-small */
  replicated(highWatermark: number): void {
    this.#awaitingReplicas.release(highWatermark);
    this.#awaitingCommit.release(highWatermark);
  }

  /** Fails all that reach beyond `offset`. */
  fail(outcome: AppendOutcome, offset = -1): void {
    this.#awaitingWrite.fail(offset, outcome);
    this.#awaitingReplicas.fail(offset, outcome);
    this.#awaitingCommit.fail(offset, outcome);
  }

  /** Fails those of clients that wait for replicas. */
  failReplicated(outcome: AppendOutcome): void {
    this.#awaitingReplicas.fail(-1, outcome);
  }
}
