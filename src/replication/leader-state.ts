import type { PartitionImage } from '../metadata/image.ts';
import { FollowerProgress, type FollowerPosition } from './follower-progress.ts';

/** Of a leader, when its epoch begins. */
export interface LeaderStateOptions {
  readonly nodeId: number;
  readonly state: PartitionImage;
  /** Where the log ended when the epoch began: all below is of earlier leaders. */
  readonly epochStartOffset: number;
  readonly nowMs: number;
}

/** What decides, beside the followers' fetches, who counts. */
export interface ReplicationRules {
  /** `min.insync.replicas`; means the number of replicas where that is smaller. */
  readonly minInsyncReplicas: number;
  readonly lagTimeMaxMs: number;
  /**
   * The broker epoch of a node that may be in an in-sync set: registered, alive, neither fenced nor stopping
   * (KIP-841). Undefined for any other.
   */
  readonly eligibleEpochOf: (nodeId: number) => number | undefined;
}

/** A change of the in-sync set that a leader asks for. */
export interface InSyncProposal {
  /** The state that it changes. It means nothing once there is another. */
  readonly base: PartitionImage;
  readonly isr: readonly number[];
  /** Members that come in, with the broker epochs in which they fetched (KIP-903). */
  readonly added: readonly { readonly nodeId: number; readonly brokerEpoch: number }[];
}

/**
 * What the leader of a partition knows and decides in one leader epoch: how far its followers are, who is in
 * sync, how far the log is replicated. Pure: it is told of fetches, states and times, and answers.
 *
 * The in-sync set has a committed form, the image's, and up to one proposed change under way. Until its outcome
 * is known either form may be what a next leader is elected from. So the high watermark counts the members of
 * both (the maximal set), while what may be acknowledged at all goes by the committed one.
 */
export class LeaderState {
  readonly epochStartOffset: number;
  readonly #nodeId: number;
  readonly #followers = new Map<number, FollowerProgress>();
  #state: PartitionImage;
  /** Invariant: its base is `#state`. */
  #proposal: InSyncProposal | undefined;

  constructor({ nodeId, state, epochStartOffset, nowMs }: LeaderStateOptions) {
    this.epochStartOffset = epochStartOffset;
    this.#nodeId = nodeId;
    this.#state = state;
    this.#takeReplicas(state, nowMs);
  }

  /** Whether there is no other replica: then all that is written is replicated. */
  get isAlone(): boolean {
    return this.#followers.size === 0;
  }

  /** The change under way. */
  get proposal(): InSyncProposal | undefined {
    return this.#proposal;
  }

  followers(): IterableIterator<FollowerProgress> {
    return this.#followers.values();
  }

  /** The image has a newer state of the same leader epoch; what was proposed before has been decided by it. */
  update(state: PartitionImage, nowMs: number): void {
    const before = this.#state;
    this.#state = state;
    this.#proposal = undefined;
    this.#takeReplicas(state, nowMs);
    for (const nodeId of state.isr) {
      const follower = this.#followers.get(nodeId);
      if (follower === undefined || before.isr.includes(nodeId)) continue;
      follower.lastCaughtUpMs = Math.max(follower.lastCaughtUpMs, nowMs);
    }
  }

  #takeReplicas({ replicas, isr }: PartitionImage, nowMs: number): void {
    for (const nodeId of this.#followers.keys()) {
      if (!replicas.includes(nodeId)) this.#followers.delete(nodeId);
    }
    for (const nodeId of replicas) {
      if (nodeId === this.#nodeId || this.#followers.has(nodeId)) continue;
      const lastCaughtUpMs = isr.includes(nodeId) ? nowMs : -Infinity;
      this.#followers.set(nodeId, new FollowerProgress(nodeId, lastCaughtUpMs));
    }
  }

  /** Takes in the fetch of a follower. False where it is no replica of the partition. */
  noteFetch(
    nodeId: number,
    position: FollowerPosition,
    leaderEndOffset: number,
    nowMs: number,
  ): boolean {
    const follower = this.#followers.get(nodeId);
    follower?.noteFetch(position, leaderEndOffset, nowMs);
    return follower !== undefined;
  }

  /** The leader's log has ended at `endOffset` until now, and goes on. HOT: bench=produce-small */
  noteAppended(endOffset: number, nowMs: number): void {
    for (const follower of this.#followers.values()) follower.noteAppended(endOffset, nowMs);
  }

  /** Where the log starts on all replicas whose brokers are alive; -1 where that is not known of one. */
  lowWatermark(logStartOffset: number, { eligibleEpochOf }: ReplicationRules): number {
    let least = logStartOffset;
    for (const follower of this.#followers.values()) {
      if (eligibleEpochOf(follower.nodeId) === undefined) continue;
      least = Math.min(least, follower.logStartOffset);
    }
    return least;
  }

  /** Whether the committed in-sync set is too small for acks=all. */
  isUnderMinInsync({ minInsyncReplicas }: Pick<ReplicationRules, 'minInsyncReplicas'>): boolean {
    const { isr, replicas } = this.#state;
    return isr.length < Math.min(minInsyncReplicas, replicas.length);
  }

  /**
   * Up to where the log is on every member of the maximal in-sync set; -1 where that is not known of one of
   * them, or the committed set has fewer than the minimum, or others are eligible yet (KIP-966): who is elected
   * of those has what was replicated until now, and no more. `endOffset` is that of the leader's own
   * log. One who is caught up and not in the set yet is waited for: else the high watermark, which it has to
   * reach to come in, ran away from it with every write.
   *
   * HOT: bench=produce-small
   */
  highWatermark(endOffset: number, rules: ReplicationRules, nowMs: number): number {
    if (this.isAlone) return endOffset;
    if (this.isUnderMinInsync(rules) || this.#state.elr.length > 0) return -1;
    let least = endOffset;
    for (const follower of this.#followers.values()) {
      if (follower.logEndOffset >= least) continue;
      if (this.#counts(follower, endOffset, rules, nowMs)) least = follower.logEndOffset;
    }
    return least;
  }

  #counts(
    follower: FollowerProgress,
    endOffset: number,
    rules: ReplicationRules,
    nowMs: number,
  ): boolean {
    const { nodeId } = follower;
    if (this.#state.isr.includes(nodeId) || this.#proposal?.isr.includes(nodeId) === true)
      return true;
    return isEligible(follower, rules) && follower.isCaughtUp(endOffset, nowMs, rules.lagTimeMaxMs);
  }

  /**
   * Proposes that a follower comes into the in-sync set, where it may: its log reaches the high watermark and
   * the start of this leader epoch, below which another leader may have acknowledged what is not yet below
   * the high watermark here. Undefined where there is nothing to propose, or a change is under way.
   */
  proposeGrowth(
    nodeId: number,
    highWatermark: number,
    rules: ReplicationRules,
  ): InSyncProposal | undefined {
    const follower = this.#followers.get(nodeId);
    if (follower === undefined || this.#proposal !== undefined) return undefined;
    const { isr, replicas } = this.#state;
    if (isr.includes(nodeId) || !isEligible(follower, rules)) return undefined;
    if (follower.logEndOffset < Math.max(highWatermark, this.epochStartOffset)) return undefined;
    this.#proposal = {
      base: this.#state,
      // In the order of the replicas, so that the whole set has the shortest form.
      isr: replicas.filter((id) => id === nodeId || isr.includes(id)),
      added: [{ nodeId, brokerEpoch: follower.brokerEpoch }],
    };
    return this.#proposal;
  }

  /** Proposes that those go who have not been caught up for `lagTimeMaxMs`. Undefined as `proposeGrowth`. */
  proposeShrinking(
    endOffset: number,
    rules: ReplicationRules,
    nowMs: number,
  ): InSyncProposal | undefined {
    if (this.#proposal !== undefined) return undefined;
    const { isr } = this.#state;
    const stay = isr.filter((nodeId) => {
      const follower = this.#followers.get(nodeId);
      return follower === undefined || follower.isCaughtUp(endOffset, nowMs, rules.lagTimeMaxMs);
    });
    if (stay.length === isr.length) return undefined;
    this.#proposal = { base: this.#state, isr: stay, added: [] };
    return this.#proposal;
  }

  /**
   * Proposes that nobody outside of the in-sync set is eligible any more, where that has become large enough
   * without a change: `min.insync.replicas` was lowered. Undefined as `proposeGrowth`.
   */
  proposeForgetting(rules: ReplicationRules): InSyncProposal | undefined {
    const { isr, elr } = this.#state;
    if (this.#proposal !== undefined || elr.length === 0 || this.isUnderMinInsync(rules)) {
      return undefined;
    }
    this.#proposal = { base: this.#state, isr, added: [] };
    return this.#proposal;
  }

  /** `proposal` has not come about and never will. */
  refused(proposal: InSyncProposal): void {
    if (this.#proposal === proposal) this.#proposal = undefined;
  }
}

/** Whether a follower may come into the in-sync set, as the broker that it was when it fetched. */
function isEligible(follower: FollowerProgress, { eligibleEpochOf }: ReplicationRules): boolean {
  return follower.logEndOffset >= 0 && eligibleEpochOf(follower.nodeId) === follower.brokerEpoch;
}
