import type { PartitionImage } from '../metadata/image.ts';
import { judgeSize } from '../records/judge.ts';
import type { BatchRejection, RecordError } from '../records/judge.ts';
import { RecordBatch } from '../records/record-batch.ts';
import { rejectionOfUnreadable } from '../records/validate-records.ts';
import type { Background, Clock } from '../runtime/runtime.ts';
import type { Log, LogListener } from '../storage/log.ts';
import { AckQueue, type AppendOutcome, type AppendWaiter } from './ack-queue.ts';
import type { PartitionError } from './partition-error.ts';
import {
  prepareBatch,
  rewriteTask,
  type BatchPreparation,
  type PrepareLimits,
} from './prepare-batch.ts';

/** What a produce waits for: nothing, the leader's own write, or every in-sync replica. */
export type RequiredAcks = 0 | 1 | -1;

/** Who waits for a partition to have more to read. Called at any number of times until it is removed. */
export interface DataWaiter {
  dataArrived(partition: Partition): void;
  /** The partition is going away or no longer led here. */
  partitionClosed(partition: Partition): void;
}

/** An append whose batch is being rewritten elsewhere, or stands behind one that is. */
interface QueuedAppend {
  batch: RecordBatch | undefined;
  refusal: AppendOutcome | undefined;
  readonly acks: RequiredAcks;
  readonly waiter: AppendWaiter;
  readonly slot: number;
}

/** What a partition needs of the broker around it. */
export interface PartitionModules {
  readonly clock: Clock;
  readonly background: Background;
  readonly limits: PrepareLimits;
  /** Told of a broken invariant that nobody else would hear of. */
  readonly defect: (error: unknown) => void;
}

/**
 * A replica of a partition on this broker: its log, and what makes it the leader's. Appends are decided at
 * once, in the order of their arrival; they are acknowledged when the log says that they are written, and
 * with acks=-1 when the high watermark has passed them.
 *
 * With one replica, the high watermark is the end of what is written.
 */
export class Partition implements LogListener {
  readonly topic: string;
  readonly index: number;
  readonly log: Log;
  readonly #modules: PartitionModules;
  #state: PartitionImage;
  /** acks=1 and 0: what waits for the end of the write. With 0 nobody is answered, but memory is in use. */
  readonly #awaitingWrite = new AckQueue();
  /** acks=-1: what waits for the high watermark. */
  readonly #awaitingReplicas = new AckQueue();
  /** Appends that wait for a rewrite, or for one before them. Invariant: while it is not empty, none passes it. */
  readonly #queued: QueuedAppend[] = [];
  readonly #dataWaiters = new Set<DataWaiter>();
  #closed = false;

  constructor(
    options: { topic: string; index: number; log: Log; state: PartitionImage },
    modules: PartitionModules,
  ) {
    this.topic = options.topic;
    this.index = options.index;
    this.log = options.log;
    this.#state = options.state;
    this.#modules = modules;
    this.log.listener = this;
    this.log.advanceHighWatermark(this.log.writtenEndOffset);
  }

  get leaderEpoch(): number {
    return this.#state.leaderEpoch;
  }

  get leaderId(): number {
    return this.#state.leader;
  }

  get highWatermark(): number {
    return this.log.highWatermark;
  }

  /** Whether nothing is appended or read here any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Fetches that wait here for more to read. */
  get waitingFetches(): number {
    return this.#dataWaiters.size;
  }

  /** The image has changed: a new leader epoch or in-sync set. */
  updateState(state: PartitionImage): void {
    this.#state = state;
  }

  /** Kafka's check of the epoch that a client believes in; -1 is a client that does not say (KIP-320). */
  checkLeaderEpoch(clientEpoch: number): PartitionError | undefined {
    if (this.#closed) return 'NOT_LEADER_OR_FOLLOWER';
    if (clientEpoch === -1 || clientEpoch === this.leaderEpoch) return undefined;
    return clientEpoch < this.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH';
  }

  /**
   * Appends one batch of a client. The batch's buffers belong to the log from now on.
   * HOT: bench=produce-small
   */
  append(batch: RecordBatch, acks: RequiredAcks, waiter: AppendWaiter, slot: number): void {
    if (this.#closed) {
      waiter.appendEnded(slot, refusal('NOT_LEADER_OR_FOLLOWER', undefined));
      return;
    }
    const { clock, limits } = this.#modules;
    const prepared = prepareBatch(batch, this.log.config, clock.nowMs(), limits);
    if (prepared.outcome === 'ready' && this.#queued.length === 0) {
      this.#appendToLog(prepared.batch, acks, waiter, slot);
    } else if (prepared.outcome === 'refused') {
      waiter.appendEnded(
        slot,
        this.#refused(rejected(prepared.rejection) ?? refusal('INVALID_RECORD', undefined)),
      );
    } else {
      this.#queue(prepared, acks, waiter, slot);
    }
  }

  #appendToLog(batch: RecordBatch, acks: RequiredAcks, waiter: AppendWaiter, slot: number): void {
    const result = this.log.append(batch, { origin: 'client', leaderEpoch: this.leaderEpoch });
    if (result.outcome === 'rejected') {
      waiter.appendEnded(slot, this.#refused(refusal(result.reason, result.message)));
      return;
    }
    const outcome: AppendOutcome = {
      error: undefined,
      message: undefined,
      recordErrors: noRecordErrors,
      baseOffset: result.baseOffset,
      logAppendTimeMs: result.logAppendTimeMs,
      logStartOffset: this.log.logStartOffset,
    };
    // A duplicate may still be on its way to the file: it is acknowledged no sooner than its original.
    const endOffset = result.lastOffset + 1;
    if (acks === -1) this.#awaitingReplicas.push(endOffset, waiter, slot, outcome);
    else this.#awaitingWrite.push(endOffset, waiter, slot, outcome);
    if (result.outcome === 'duplicate') this.#acknowledge();
  }

  /**
   * Appends a batch of a coordinator that this broker runs, with acks=-1: it is decided at once, and neither
   * judged nor recompressed. `waiter` is told how it ended where it was taken, never before this has returned.
   * The batch's buffers belong to the log from now on.
   */
  appendFromCoordinator(
    batch: RecordBatch,
    waiter: AppendWaiter,
    slot: number,
  ): { readonly baseOffset: number } | { readonly error: PartitionError } {
    if (this.#closed) return { error: 'NOT_LEADER_OR_FOLLOWER' };
    const result = this.log.append(batch, { origin: 'coordinator', leaderEpoch: this.leaderEpoch });
    if (result.outcome === 'rejected') return { error: result.reason };
    const { baseOffset, lastOffset, logAppendTimeMs } = result;
    this.#awaitingReplicas.push(lastOffset + 1, waiter, slot, {
      error: undefined,
      message: undefined,
      recordErrors: noRecordErrors,
      baseOffset,
      logAppendTimeMs,
      logStartOffset: this.log.logStartOffset,
    });
    return { baseOffset };
  }

  /** Tells the log's start beside a refusal where Apache does: not for what it refuses at first sight. */
  #refused(outcome: AppendOutcome): AppendOutcome {
    if (outcome.error === undefined || atFirstSight.has(outcome.error)) return outcome;
    return { ...outcome, logStartOffset: this.log.logStartOffset };
  }

  #queue(
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
          entry.refusal = rejected(judgeSize(entry.batch, this.log.config));
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
      .then(() => this.#drainQueue())
      .catch(this.#modules.defect);
  }

  #drainQueue(): void {
    for (;;) {
      const next = this.#queued[0];
      if (next === undefined) return;
      if (next.refusal !== undefined) {
        this.#queued.shift();
        next.waiter.appendEnded(next.slot, this.#refused(next.refusal));
      } else if (next.batch !== undefined) {
        this.#queued.shift();
        if (this.#closed) {
          next.waiter.appendEnded(next.slot, refusal('NOT_LEADER_OR_FOLLOWER', undefined));
        } else {
          this.#appendToLog(next.batch, next.acks, next.waiter, next.slot);
        }
      } else {
        return;
      }
    }
  }

  /** `LogListener`: what was gathered in a turn is in the file. */
  onWritten(_log: Log, writtenEndOffset: number): void {
    this.log.advanceHighWatermark(writtenEndOffset);
    this.#acknowledge();
    for (const waiter of this.#dataWaiters) waiter.dataArrived(this);
  }

  /** `LogListener`: the log has cut off what it could not write. */
  onWriteFailed(_log: Log, firstLostOffset: number, reason: 'KAFKA_STORAGE_ERROR'): void {
    const outcome = refusal(reason, 'the write to the log failed');
    this.#awaitingWrite.fail(firstLostOffset, outcome);
    this.#awaitingReplicas.fail(firstLostOffset, outcome);
  }

  #acknowledge(): void {
    this.#awaitingWrite.release(this.log.writtenEndOffset);
    this.#awaitingReplicas.release(this.highWatermark);
  }

  /**
   * Where `epoch` ends (KIP-101): the largest epoch that is not above it, and its end offset; -1 for both where
   * none is known. The leader's own epoch ends where the log does, also before its first batch.
   */
  endOffsetForEpoch(epoch: number): { epoch: number; endOffset: number } {
    if (epoch === this.leaderEpoch) return { epoch, endOffset: this.log.logEndOffset };
    return this.log.endOffsetForEpoch(epoch);
  }

  /** The epoch of the record at `offset`; at the log's end, the leader's own. */
  epochForOffset(offset: number): number {
    return offset >= this.log.logEndOffset ? this.leaderEpoch : this.log.epochForOffset(offset);
  }

  /** The offset below which a reader may read: all of it is acknowledged, and committed if it asks for that. */
  readableEndOffset(isolation: 'read_uncommitted' | 'read_committed'): number {
    return isolation === 'read_committed' ? this.log.lastStableOffset : this.log.highWatermark;
  }

  addDataWaiter(waiter: DataWaiter): void {
    this.#dataWaiters.add(waiter);
  }

  removeDataWaiter(waiter: DataWaiter): void {
    this.#dataWaiters.delete(waiter);
  }

  /**
   * Deletes the records below `offset` (KIP-107); -1 means all below the high watermark. Answers the new low
   * watermark.
   */
  deleteRecordsBefore(offset: number): { lowWatermark: number } | { error: PartitionError } {
    if (this.#closed) return { error: 'NOT_LEADER_OR_FOLLOWER' };
    const { config } = this.log;
    if (!config.cleanupPolicyDelete) return { error: 'POLICY_VIOLATION' };
    const target = offset === -1 ? this.highWatermark : offset;
    if (target < 0 || target > this.highWatermark) return { error: 'OFFSET_OUT_OF_RANGE' };
    this.log.advanceLogStartOffset(target);
    return { lowWatermark: this.log.logStartOffset };
  }

  /** Has everybody who waits for data answered with what there is. */
  endWaits(): void {
    for (const waiter of this.#dataWaiters) waiter.partitionClosed(this);
  }

  /** Ends every wait; nothing is appended or read from here on. The log is its manager's to close. */
  close(reason: 'NOT_LEADER_OR_FOLLOWER' | 'KAFKA_STORAGE_ERROR' = 'NOT_LEADER_OR_FOLLOWER'): void {
    if (this.#closed) return;
    this.#closed = true;
    this.log.listener = undefined;
    const outcome = refusal(reason, 'the partition is closed');
    this.#awaitingWrite.fail(-1, outcome);
    this.#awaitingReplicas.fail(-1, outcome);
    for (const waiter of this.#dataWaiters) waiter.partitionClosed(this);
    this.#dataWaiters.clear();
  }
}

const atFirstSight: ReadonlySet<PartitionError> = new Set<PartitionError>([
  'CORRUPT_MESSAGE',
  'KAFKA_STORAGE_ERROR',
  'MESSAGE_TOO_LARGE',
  'NOT_LEADER_OR_FOLLOWER',
  'RECORD_LIST_TOO_LARGE',
]);
const noRecordErrors: readonly RecordError[] = [];

/**
 * The outcome for a batch that was refused, if it was. Java's clients show the message as it is; like Apache's
 * broker, we send it where it names records, or where there is no other word for what is wrong.
 */
function rejected(rejection: BatchRejection | undefined): AppendOutcome | undefined {
  if (rejection === undefined) return undefined;
  return refusal(rejection.error, rejection.message, rejection.recordErrors);
}

/** The outcome of an append that left no record behind. */
export function refusal(
  error: PartitionError,
  message: string | undefined,
  recordErrors: readonly RecordError[] = noRecordErrors,
): AppendOutcome {
  return {
    error,
    message,
    recordErrors,
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
  };
}
