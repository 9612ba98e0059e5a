import type { ErrorName } from '../../../protocol/error-codes.ts';
import { assert } from '../../../util/assert.ts';
import type { GroupRecord } from '../group-records.ts';
import type { Group, OffsetsCaller, RetentionStart } from '../group.ts';
import type { ClassicMember, ClassicProtocol } from './classic-member.ts';
import { Members } from './members.ts';
import { selectProtocol } from './select-protocol.ts';
import { consumerProtocolType, subscribedTopics } from './subscribed-topics.ts';

/**
 * - `Empty`: no members; it may have offsets. One that only keeps offsets never was in another state.
 * - `PreparingRebalance`: waits for members to join the coming generation. Their JoinGroups are parked.
 * - `CompletingRebalance`: the generation has its members, and its leader is to hand in the assignment. The
 *   SyncGroups of the others are parked.
 * - `Stable`: the assignment is written and told.
 */
export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable';

/** From which states a rebalance may begin. */
const mayRebalance: ReadonlySet<ClassicGroupState> = new Set([
  'Empty',
  'CompletingRebalance',
  'Stable',
]);

/** How long a new group still waits for others to join. */
export interface InitialDelay {
  readonly delayMs: number;
  readonly remainingMs: number;
  /** Whether somebody joined since the wait was prolonged last. */
  readonly hasNewMember: boolean;
}

/**
 * A classic group. What the log has of it is the last generation that was written (`group-metadata.ts`); the
 * rest begins anew with each coordinator, as `Stable` or `Empty`.
 */
export class ClassicGroup implements Group {
  readonly kind = 'classic';
  readonly groupId: string;
  /** Raised as the members of a generation are known. */
  generationId = 0;
  /** What members call the use they make of the group; undefined before the first one. */
  protocolType: string | undefined;
  /** How the leader of this generation assigns; undefined while it has no members. */
  protocolName: string | undefined;
  /** One of the members, if there are any. */
  leaderId: string | undefined;
  /** While a new group waits for its first members. */
  initialDelay: InitialDelay | undefined;
  /** A static member that comes back without a rebalance, until its record is replayed. */
  replacement: { readonly oldMemberId: string; readonly member: ClassicMember } | undefined;
  #state: ClassicGroupState = 'Empty';
  /** When it came into its state; undefined in records of old brokers. */
  #stateSinceMs: number | undefined;
  /** Made when first needed: most groups of some clusters only keep offsets. */
  #members: Members | undefined;
  /** Topics of all members of this generation; undefined where they cannot be told. */
  #topics: ReadonlySet<string> | undefined;

  constructor(groupId: string, stateSinceMs: number | undefined) {
    this.groupId = groupId;
    this.#stateSinceMs = stateSinceMs;
  }

  get members(): Members {
    return (this.#members ??= new Members());
  }

  get state(): ClassicGroupState {
    return this.#state;
  }

  get stateName(): string {
    return this.#state;
  }

  get stateSinceMs(): number | undefined {
    return this.#stateSinceMs;
  }

  get isEmpty(): boolean {
    return this.#state === 'Empty';
  }

  get canRebalance(): boolean {
    return mayRebalance.has(this.#state);
  }

  enter(state: ClassicGroupState, nowMs: number): void {
    this.#state = state;
    this.#stateSinceMs = nowMs;
  }

  /** Becomes what the log has of a generation: of those members, or without any. */
  restore(members: readonly ClassicMember[]): void {
    for (const member of members) {
      const { memberId, groupInstanceId } = member;
      const isTaken =
        this.members.get(memberId) !== undefined ||
        (groupInstanceId !== null && this.members.staticId(groupInstanceId) !== undefined);
      // No broker writes a member twice. It costs nothing to load a group that somebody else wrote.
      if (!isTaken) this.members.add(member);
    }
    if (this.leaderId === undefined || this.#members?.get(this.leaderId) === undefined) {
      this.leaderId = members[0]?.memberId;
    }
    this.#state = members.length === 0 ? 'Empty' : 'Stable';
    this.#topics = this.#topicsOfMembers();
  }

  /** Whether these protocols go with those of the members. */
  supports(protocolType: string, protocols: readonly ClassicProtocol[]): boolean {
    if (this.isEmpty) return protocolType !== '' && protocols.length > 0;
    return (
      protocolType === this.protocolType && protocols.some(({ name }) => this.members.allKnow(name))
    );
  }

  /** The first member says what the group is for, and leads it. */
  addMember(member: ClassicMember): void {
    this.leaderId ??= member.memberId;
    this.members.add(member);
  }

  /** Removes a member, or an id that was given out. */
  removeMember(memberId: string): void {
    this.members.remove(memberId);
    if (this.leaderId !== memberId) return;
    this.leaderId = this.members.all().next().value?.memberId;
  }

  /** Puts a static member that comes back in the place that it had. */
  replaceMember(oldMemberId: string, member: ClassicMember): void {
    this.members.remove(oldMemberId);
    this.members.add(member);
    if (this.leaderId === oldMemberId) this.leaderId = member.memberId;
  }

  /** Whether a leader that has joined is found; it should be one that is still there to be answered. */
  electLeader(): boolean {
    const { members } = this;
    const current = this.leaderId === undefined ? undefined : members.get(this.leaderId);
    if (current?.join !== undefined) return true;
    const joined = [...members.all()].filter(({ hasJoined }) => hasJoined);
    const leader = joined.find(({ join }) => join !== undefined) ?? joined[0];
    if (leader !== undefined) this.leaderId = leader.memberId;
    return leader !== undefined;
  }

  /** Closes the generation over its members. */
  beginGeneration(nowMs: number): void {
    // As an int32 of Java's, should it ever come to its end.
    this.generationId = this.generationId === 0x7fff_ffff ? 0 : this.generationId + 1;
    this.members.pendingSyncs.clear();
    this.initialDelay = undefined;
    const details = Array.from(this.members.all(), (member) => member.details);
    this.protocolName = selectProtocol(details);
    assert(
      details.length === 0 || this.protocolName !== undefined,
      'members are let in only with a protocol that all know',
    );
    this.#topics = this.#topicsOfMembers();
    this.enter(details.length === 0 ? 'Empty' : 'CompletingRebalance', nowMs);
  }

  /** The longest that a member may take to join again. */
  get rebalanceTimeoutMs(): number {
    let longest = 0;
    for (const { details } of this.members.all()) {
      longest = Math.max(longest, details.rebalanceTimeoutMs);
    }
    return longest;
  }

  /** Why a request of this member is refused. */
  checkMember(memberId: string, groupInstanceId: string | null): ErrorName | undefined {
    if (groupInstanceId !== null) {
      const current = this.members.staticId(groupInstanceId);
      if (current === undefined) return 'UNKNOWN_MEMBER_ID';
      if (current !== memberId) return 'FENCED_INSTANCE_ID';
    }
    return this.members.get(memberId) === undefined ? 'UNKNOWN_MEMBER_ID' : undefined;
  }

  isSubscribedTo(topic: string): boolean {
    // Consumers whose topics cannot be told may read any.
    return this.#topics?.has(topic) ?? this.#isOfConsumers;
  }

  retentionStart(): RetentionStart {
    if (this.protocolType === undefined) return 'commit';
    if (this.isEmpty) return this.#stateSinceMs ?? 'commit';
    const isTold = this.#isOfConsumers && this.#topics !== undefined;
    return isTold && this.#state === 'Stable' ? 'commit' : 'never';
  }

  checkOffsetCommit(caller: OffsetsCaller): ErrorName | undefined {
    const { memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = caller;
    // Who names no generation keeps offsets without being a member.
    if (generationId < 0 && this.isEmpty) return undefined;
    if (generationId < 0 && memberId === '' && groupInstanceId === null) return 'UNKNOWN_MEMBER_ID';
    const error = this.checkMember(memberId, groupInstanceId);
    if (error !== undefined) return error;
    if (generationId !== this.generationId) return 'ILLEGAL_GENERATION';
    return this.#state === 'CompletingRebalance' ? 'REBALANCE_IN_PROGRESS' : undefined;
  }

  checkOffsetFetch(): undefined {
    return undefined;
  }

  checkOffsetDelete(): ErrorName | undefined {
    return this.isEmpty || this.#isOfConsumers ? undefined : 'NON_EMPTY_GROUP';
  }

  checkDelete(): ErrorName | undefined {
    return this.isEmpty ? undefined : 'NON_EMPTY_GROUP';
  }

  tombstones(): GroupRecord[] {
    return [{ type: 'groupMetadata', key: { group: this.groupId }, value: null }];
  }

  get #isOfConsumers(): boolean {
    return this.protocolType === consumerProtocolType;
  }

  #topicsOfMembers(): ReadonlySet<string> | undefined {
    if (!this.#isOfConsumers) return undefined;
    return subscribedTopics(this.members.all(), this.protocolName);
  }
}
