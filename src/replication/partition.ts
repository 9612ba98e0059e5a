import type { PartitionImage } from '../metadata/image.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import type { LogConfig } from '../storage/log-config.ts';
import type { Log, LogListener } from '../storage/log.ts';
import type { AppendWaiter } from './ack-queue.ts';
import { noRecordErrors, refusal, type AppendOutcome } from './append-outcome.ts';
import type { FollowerPosition } from './follower-progress.ts';
import { LeaderState, type InSyncProposal, type ReplicationRules } from './leader-state.ts';
import type { PartitionError } from './partition-error.ts';
import { PartitionFigures } from './partition-figures.ts';
import { PendingAppends } from './pending-appends.ts';
import { prepareBatch } from './prepare-batch.ts';
import type { PartitionModules } from './replication-modules.ts';
import { replicationRules } from './replication-rules.ts';
import { rejected, RewriteQueue, type RequiredAcks } from './rewrite-queue.ts';

/** Who waits for a partition to have more to read. Called at any number of times until it is removed. */
export interface DataWaiter {
  dataArrived(partition: Partition): void;
  /** The partition is going away, or somebody else leads it now. */
  partitionClosed(partition: Partition): void;
}

/** What a reader reads up to: a consumer what is replicated, a follower all that is written. */
export type ReadBound = 'highWatermark' | 'logEnd';

/** What a waiter is told of; the low watermark is where the log starts on all replicas. */
export type Watched = ReadBound | 'lowWatermark';

/**
 * A replica of a partition on this broker: its log, and what makes it the leader's. Appends are decided at
 * once, in the order of their arrival; they are acknowledged when the log says that they are written, and
 * with acks=-1 when the high watermark has passed them.
 *
 * Who leads is the image's to say (`updateState`). A follower's log is written by its fetcher
 * (`follower-append.ts`), and its high watermark follows the leader's. With one replica, the high watermark is
 * the end of what is written.
 */
export class Partition implements LogListener {
  readonly topic: string;
  readonly index: number;
  readonly log: Log;
  readonly figures: PartitionFigures = new PartitionFigures();
  readonly #modules: PartitionModules;
  readonly #rules: ReplicationRules;
  #state: PartitionImage;
  /** While it leads. */
  #leader: LeaderState | undefined;
  readonly #pending = new PendingAppends();
  /** Invariant: while it is not empty, no append passes it. */
  readonly #rewrites: RewriteQueue;
  /** Of what was written when something was written last, while it leads. */
  #endOffsetBefore = -1;
  /** As the leader of this epoch told it, which it does once: what is below may not be written here yet. */
  #leaderHighWatermark = -1;
  readonly #dataWaiters = new Set<DataWaiter>();
  /** The same for those who read up to the log's end. */
  readonly #endWaiters = new Set<DataWaiter>();
  /** Of those who wait until all replicas have deleted something. */
  readonly #startWaiters = new Set<DataWaiter>();
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
    this.#rules = replicationRules(options.log, () => this.#state, modules.replication);
    this.#rewrites = new RewriteQueue(
      {
        config: () => this.log.config,
        append: (batch, acks, waiter, slot) => this.#appendToLog(batch, acks, waiter, slot),
        refuse: (outcome, waiter, slot) => waiter.appendEnded(slot, this.#refused(outcome)),
      },
      modules,
    );
    this.log.listener = this;
    if (this.#state.leader === modules.replication.nodeId) this.#lead();
  }

  get leaderEpoch(): number {
    return this.#state.leaderEpoch;
  }

  get leaderId(): number {
    return this.#state.leader;
  }

  /** As the image has it. */
  get state(): PartitionImage {
    return this.#state;
  }

  get highWatermark(): number {
    return this.log.highWatermark;
  }

  /** Whether nothing is appended or read here any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Whether it leads, and this broker may. */
  get isLeader(): boolean {
    return this.#leader !== undefined && !this.#closed && this.#modules.replication.mayLead();
  }

  /** Whether acknowledged records are those of more than one replica. */
  get isReplicated(): boolean {
    return this.#state.replicas.length > 1;
  }

  /**
   * Whether the leader does not know yet up to where records are replicated, since its election: earlier leaders
   * may have told more (KIP-207).
   */
  get isHighWatermarkBehind(): boolean {
    return this.#leader !== undefined && this.#leader.epochStartOffset > this.highWatermark;
  }

  /** What the leader knows of its followers; undefined where it does not lead. */
  get leaderState(): LeaderState | undefined {
    return this.#leader;
  }

  /** Fetches that wait here for more to read. */
  get waitingFetches(): number {
    return this.#dataWaiters.size + this.#endWaiters.size;
  }

  /** The image has changed: a new leader epoch or in-sync set. */
  updateState(state: PartitionImage): void {
    if (this.#closed) return;
    const before = this.#state;
    this.#state = state;
    const leads = state.leader === this.#modules.replication.nodeId;
    if (this.#leader !== undefined && leads && state.leaderEpoch === before.leaderEpoch) {
      this.#leader.update(state, this.#nowMs());
      this.#inSyncSetChanged(this.#leader);
      return;
    }
    if (state.leaderEpoch === before.leaderEpoch && state.leader === before.leader) return;
    this.#leader = undefined;
    this.#leaderHighWatermark = -1;
    // Who waits is told last: it may look again at once, and is to find the new leader then.
    if (leads) this.#lead();
    else this.#pending.fail(notLeader);
    this.endWaits();
  }

  /** Begins to lead in the epoch of the state. */
  #lead(): void {
    const epochStartOffset = this.log.logEndOffset;
    const { nodeId } = this.#modules.replication;
    const nowMs = this.#nowMs();
    this.#endOffsetBefore = this.log.writtenEndOffset;
    this.#leader = new LeaderState({ nodeId, state: this.#state, epochStartOffset, nowMs });
    this.#inSyncSetChanged(this.#leader);
  }

  /** The in-sync set, or how many it has to have, may be another. */
  #inSyncSetChanged(leader: LeaderState): void {
    this.#advanceHighWatermark();
    if (leader.isAlone) return;
    if (leader.isUnderMinInsync(this.#rules)) this.#pending.failReplicated(tooFewAfterAppend);
    const forgetting = leader.proposeForgetting(this.#rules);
    if (forgetting !== undefined) this.#propose(leader, forgetting);
  }

  /** Takes in the topic's configuration. */
  updateConfig(config: LogConfig): void {
    this.log.updateConfig(config);
    if (this.#leader !== undefined && this.isLeader) this.#inSyncSetChanged(this.#leader);
  }

  /** This broker may not lead any more, though the image still says that it does: nothing is acknowledged. */
  suspend(): void {
    if (this.#leader === undefined) return;
    this.#pending.fail(notLeader);
    this.endWaits();
  }

  #nowMs(): number {
    return this.#modules.clock.monotonicMs();
  }

  /** As `checkEpoch`, for what only the leader does. */
  checkLeaderEpoch(clientEpoch: number): PartitionError | undefined {
    return this.checkEpoch(clientEpoch) ?? (this.isLeader ? undefined : 'NOT_LEADER_OR_FOLLOWER');
  }

  /** Kafka's check of the epoch that a client believes in; -1 is a client that does not say (KIP-320). */
  checkEpoch(clientEpoch: number): PartitionError | undefined {
    if (this.#closed || (this.#leader !== undefined && !this.isLeader)) {
      return 'NOT_LEADER_OR_FOLLOWER';
    }
    if (clientEpoch === -1 || clientEpoch === this.leaderEpoch) return undefined;
    return clientEpoch < this.leaderEpoch ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH';
  }

  /**
   * Appends one batch of a client. The batch's buffers belong to the log from now on.
   * HOT: bench=produce-small
   */
  append(batch: RecordBatch, acks: RequiredAcks, waiter: AppendWaiter, slot: number): void {
    const obstacle = this.#obstacle(acks);
    if (obstacle !== undefined) {
      waiter.appendEnded(slot, refusal(obstacle, undefined));
      return;
    }
    const { clock, limits } = this.#modules;
    const prepared = prepareBatch(batch, this.log.config, clock.nowMs(), limits);
    if (prepared.outcome === 'ready' && this.#rewrites.isEmpty) {
      this.#appendToLog(prepared.batch, acks, waiter, slot);
    } else if (prepared.outcome === 'refused') {
      waiter.appendEnded(
        slot,
        this.#refused(rejected(prepared.rejection) ?? refusal('INVALID_RECORD', undefined)),
      );
    } else {
      this.#rewrites.push(prepared, acks, waiter, slot);
    }
  }

  /** Why nothing can be appended now. */
  #obstacle(acks: RequiredAcks): PartitionError | undefined {
    if (this.#leader === undefined || !this.isLeader) return 'NOT_LEADER_OR_FOLLOWER';
    return acks === -1 && !this.#leader.isAlone && this.#leader.isUnderMinInsync(this.#rules)
      ? 'NOT_ENOUGH_REPLICAS'
      : undefined;
  }

  #appendToLog(batch: RecordBatch, acks: RequiredAcks, waiter: AppendWaiter, slot: number): void {
    // It may have waited for a rewrite.
    const obstacle = this.#obstacle(acks);
    if (obstacle !== undefined) {
      waiter.appendEnded(slot, refusal(obstacle, undefined));
      return;
    }
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
    this.#pending.add(acks, endOffset, waiter, slot, outcome);
    if (result.outcome === 'duplicate') this.#acknowledge();
    else this.figures.traffic.add(batch.sizeBytes, batch.recordCount, 0);
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
    const obstacle = this.#obstacle(-1);
    if (obstacle !== undefined) return { error: obstacle };
    const result = this.log.append(batch, { origin: 'coordinator', leaderEpoch: this.leaderEpoch });
    if (result.outcome === 'rejected') return { error: result.reason };
    const { baseOffset, lastOffset, logAppendTimeMs } = result;
    this.#pending.addOfCoordinator(lastOffset + 1, waiter, slot, {
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

  /** `LogListener`: what was gathered in a turn is in the file. */
  onWritten(): void {
    if (this.#leader !== undefined) {
      if (!this.#leader.isAlone) this.#leader.noteAppended(this.#endOffsetBefore, this.#nowMs());
      this.#endOffsetBefore = this.log.writtenEndOffset;
      this.#acknowledge();
      this.#advanceHighWatermark();
    } else this.followHighWatermark(this.#leaderHighWatermark);
    for (const waiter of this.#endWaiters) waiter.dataArrived(this);
  }

  /** `LogListener`: the log has cut off what it could not write. */
  onWriteFailed(_log: Log, firstLostOffset: number, reason: 'KAFKA_STORAGE_ERROR'): void {
    this.#pending.fail(refusal(reason, 'the write to the log failed'), firstLostOffset);
    for (const waiter of this.#endWaiters) waiter.dataArrived(this);
  }

  /** Acknowledges what is written, and what is replicated. */
  #acknowledge(): void {
    if (!this.#modules.replication.mayLead()) {
      this.suspend();
      return;
    }
    this.#pending.written(this.log.writtenEndOffset);
    this.#pending.replicated(this.highWatermark);
  }

  /**
   * Moves the leader's high watermark to where the in-sync set lets it.
   * HOT: bench=produce-small
   */
  #advanceHighWatermark(): void {
    const leader = this.#leader;
    if (leader === undefined || !this.#modules.replication.mayLead()) return;
    const { writtenEndOffset } = this.log;
    const offset = leader.isAlone
      ? writtenEndOffset
      : leader.highWatermark(writtenEndOffset, this.#rules, this.#nowMs());
    if (offset > this.log.highWatermark) this.#setHighWatermark(offset);
  }

  #setHighWatermark(offset: number): void {
    this.log.setHighWatermark(offset);
    this.#pending.replicated(offset);
    for (const waiter of this.#dataWaiters) waiter.dataArrived(this);
  }

  /** The follower's high watermark follows the leader's, as far as its log is written. */
  followHighWatermark(leaderHighWatermark: number): void {
    if (this.#leader !== undefined) return;
    this.#leaderHighWatermark = leaderHighWatermark;
    const offset = Math.min(leaderHighWatermark, this.log.writtenEndOffset);
    if (offset > this.log.highWatermark) this.#setHighWatermark(offset);
  }

  /** A follower has fetched, and its log is one with the leader's up to there. Why it is refused, if it is. */
  followerFetched(nodeId: number, position: FollowerPosition): PartitionError | undefined {
    const leader = this.#leader;
    if (leader === undefined || !this.isLeader) return 'NOT_LEADER_OR_FOLLOWER';
    const { writtenEndOffset } = this.log;
    // Either broker may be behind with the image: it is asked to come again, as Apache asks it.
    if (!leader.noteFetch(nodeId, position, writtenEndOffset, this.#nowMs()))
      return 'UNKNOWN_LEADER_EPOCH';
    this.#advanceHighWatermark();
    this.#grow(leader, nodeId);
    for (const waiter of this.#startWaiters) waiter.dataArrived(this);
    return undefined;
  }

  #grow(leader: LeaderState, nodeId: number): void {
    const growth = leader.proposeGrowth(nodeId, this.highWatermark, this.#rules);
    if (growth !== undefined) this.#propose(leader, growth);
  }

  /**
   * Followers that have everything are not heard of until there is more: where one of them may come in, their
   * fetches are looked at again. What they said last is not enough, as they may have lost it since.
   */
  #growByQuiet(leader: LeaderState): void {
    if (leader.proposal !== undefined) return;
    const { writtenEndOffset } = this.log;
    for (const { nodeId, logEndOffset } of leader.followers()) {
      if (logEndOffset !== writtenEndOffset || this.#state.isr.includes(nodeId)) continue;
      for (const waiter of this.#endWaiters) waiter.dataArrived(this);
      return;
    }
  }

  /**
   * Proposes who has to leave the in-sync set, and who may come in; to be called now and then, and when brokers
   * have come or gone.
   */
  checkInSync(): void {
    const leader = this.#leader;
    if (leader === undefined || leader.isAlone || !this.isLeader) return;
    const { writtenEndOffset } = this.log;
    const shrinking = leader.proposeShrinking(writtenEndOffset, this.#rules, this.#nowMs());
    if (shrinking !== undefined) this.#propose(leader, shrinking);
    // Whom it waited for may have fallen behind, without a fetch or a write.
    this.#advanceHighWatermark();
    this.#growByQuiet(leader);
  }

  #propose(leader: LeaderState, proposal: InSyncProposal): void {
    const { topic, index } = this;
    const { topicId } = this.log;
    const { minInsyncReplicas: least } = this.#rules;
    this.#modules.replication.inSyncChanges
      .propose({ topic, topicId, index, proposal, minInsyncReplicas: least })
      .then(() => {
        leader.refused(proposal);
        if (leader !== this.#leader) return;
        this.#advanceHighWatermark();
        this.#growByQuiet(leader);
      })
      .catch(this.#modules.defect);
  }

  /**
   * Where `epoch` ends (KIP-101): the largest epoch that is not above it, and its end offset; -1 for both where
   * none is known. The leader's own epoch ends where the log does, and it began there before its first batch.
   */
  endOffsetForEpoch(epoch: number): { epoch: number; endOffset: number } {
    const { logEndOffset, latestEpoch } = this.log;
    if (epoch === this.leaderEpoch) return { epoch, endOffset: logEndOffset };
    if (epoch > latestEpoch && epoch < this.leaderEpoch) {
      return { epoch: latestEpoch < 0 ? epoch : latestEpoch, endOffset: logEndOffset };
    }
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

  addDataWaiter(waiter: DataWaiter, watched: Watched = 'highWatermark'): void {
    if (watched === 'logEnd') this.#endWaiters.add(waiter);
    else if (watched === 'lowWatermark') this.#startWaiters.add(waiter);
    else this.#dataWaiters.add(waiter);
  }

  removeDataWaiter(waiter: DataWaiter): void {
    this.#dataWaiters.delete(waiter);
    this.#endWaiters.delete(waiter);
    this.#startWaiters.delete(waiter);
  }

  /**
   * Deletes the records below `offset` (KIP-107); -1 means all below the high watermark. Answers where the log
   * starts then; followers hear of it with their next answer.
   */
  deleteRecordsBefore(offset: number): { startOffset: number } | { error: PartitionError } {
    if (!this.isLeader) return { error: 'NOT_LEADER_OR_FOLLOWER' };
    const { config } = this.log;
    if (!config.cleanupPolicyDelete) return { error: 'POLICY_VIOLATION' };
    const target = offset === -1 ? this.highWatermark : offset;
    if (target < 0 || target > this.highWatermark) return { error: 'OFFSET_OUT_OF_RANGE' };
    this.log.advanceLogStartOffset(target);
    for (const waiter of this.#dataWaiters) waiter.dataArrived(this);
    return { startOffset: this.log.logStartOffset };
  }

  /** Where the log starts on all replicas whose brokers are alive, as far as the leader knows. */
  get lowWatermark(): number {
    const { logStartOffset } = this.log;
    return this.#leader?.lowWatermark(logStartOffset, this.#rules) ?? logStartOffset;
  }

  /** Has everybody who waits for data answered with what there is. */
  endWaits(): void {
    for (const waiter of this.#dataWaiters) waiter.partitionClosed(this);
    for (const waiter of this.#endWaiters) waiter.partitionClosed(this);
    for (const waiter of this.#startWaiters) waiter.partitionClosed(this);
  }

  /** Ends every wait; nothing is appended or read from here on. The log is its manager's to close. */
  close(reason: 'NOT_LEADER_OR_FOLLOWER' | 'KAFKA_STORAGE_ERROR' = 'NOT_LEADER_OR_FOLLOWER'): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leader = undefined;
    this.log.listener = undefined;
    this.#pending.fail(refusal(reason, 'the partition is closed'));
    this.endWaits();
    this.#dataWaiters.clear();
    this.#endWaiters.clear();
    this.#startWaiters.clear();
  }
}

const atFirstSight: ReadonlySet<PartitionError> = new Set<PartitionError>([
  'CORRUPT_MESSAGE',
  'KAFKA_STORAGE_ERROR',
  'MESSAGE_TOO_LARGE',
  'NOT_LEADER_OR_FOLLOWER',
  'RECORD_LIST_TOO_LARGE',
]);
const notLeader = refusal('NOT_LEADER_OR_FOLLOWER', undefined);
const tooFewAfterAppend = refusal('NOT_ENOUGH_REPLICAS_AFTER_APPEND', undefined);
