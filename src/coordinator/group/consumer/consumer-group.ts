import { unreachable } from '../../../util/assert.ts';
import type { ErrorName } from '../../../protocol/error-codes.ts';
import type { CommittedTopic, Group, OffsetsCaller, RetentionStart } from '../group.ts';
import type { ConsumerGroupRecord } from '../consumer-groups.ts';
import type { GroupRecord } from '../group-records.ts';
import {
  assignmentFromRecord,
  isReconciledTo,
  leaveEpoch,
  metadataFromRecord,
  newMember,
  sameNames,
} from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { groupTombstones } from './consumer-records.ts';
import type { GroupView, ResolvedRegex } from './group-view.ts';
import { PartitionOwners } from './partition-owners.ts';
import { noPartitions, ownsNothing, partitionsOf } from './partitions.ts';
import type { Partitions } from './partitions.ts';

/** The epoch of a new group and of its targets, before anybody has joined. */
const initialEpoch = 1;
/** The epoch of targets that were removed. */
const noEpoch = -1;

/**
 * A group of the consumer protocol (KIP-848). All that it holds comes from records: `replay` is the one
 * way in which it changes.
 */
export class ConsumerGroup implements Group, GroupView {
  readonly kind = 'consumer';
  readonly protocolType = 'consumer';
  readonly groupId: string;
  groupEpoch = initialEpoch;
  metadataHash = 0n;
  assignmentEpoch = initialEpoch;
  assignmentTimestampMs = 0;
  /** Whether a record of before Kafka 4.1 is in the log that wants a tombstone. */
  hasPartitionMetadataRecord = false;
  readonly #members = new Map<string, ConsumerMember>();
  /** Member ids by group instance id. */
  readonly #staticMembers = new Map<string, string>();
  readonly #targets = new Map<string, Partitions>();
  readonly #owners = new PartitionOwners();
  readonly #regexes = new Map<string, ResolvedRegex>();
  /** Names that a member subscribes to, shared by all members with the same ones. */
  #lastNames: readonly string[] = [];
  /** All topics that members subscribe to; undefined until it is asked for again. */
  #subscribed: Set<string> | undefined;

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  get memberCount(): number {
    return this.#members.size;
  }

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  get stateName(): 'Empty' | 'Assigning' | 'Reconciling' | 'Stable' {
    if (this.isEmpty) return 'Empty';
    if (this.groupEpoch > this.assignmentEpoch) return 'Assigning';
    for (const member of this.#members.values()) {
      if (!isReconciledTo(member, this.assignmentEpoch)) return 'Reconciling';
    }
    return 'Stable';
  }

  member(memberId: string): ConsumerMember | undefined {
    return this.#members.get(memberId);
  }

  members(): Iterable<ConsumerMember> {
    return this.#members.values();
  }

  staticMember(instanceId: string): ConsumerMember | undefined {
    const memberId = this.#staticMembers.get(instanceId);
    return memberId === undefined ? undefined : this.#members.get(memberId);
  }

  target(memberId: string): Partitions {
    return this.#targets.get(memberId) ?? noPartitions;
  }

  /** Whether the last targets were made for this member too. */
  hasTarget(memberId: string): boolean {
    return this.#targets.has(memberId);
  }

  ownerOf(topicId: string, partition: number): string | undefined {
    return this.#owners.of(topicId, partition);
  }

  resolvedRegexes(): Iterable<readonly [string, ResolvedRegex]> {
    return this.#regexes;
  }

  resolvedRegex(regex: string): ResolvedRegex | undefined {
    return this.#regexes.get(regex);
  }

  isSubscribedTo(topic: string): boolean {
    if (this.#subscribed === undefined) {
      this.#subscribed = new Set();
      for (const { subscribedTopicNames } of this.#members.values()) {
        for (const name of subscribedTopicNames) this.#subscribed.add(name);
      }
      for (const { topics } of this.#regexes.values()) {
        for (const name of topics) this.#subscribed.add(name);
      }
    }
    return this.#subscribed.has(topic);
  }

  /** No record tells since when a group has been empty. */
  retentionStart(): RetentionStart {
    return 'commit';
  }

  checkOffsetCommit(
    caller: OffsetsCaller,
    topics: readonly CommittedTopic[],
  ): ErrorName | undefined {
    const epoch = caller.generationIdOrMemberEpoch;
    // From an admin client, or a consumer that assigns partitions to itself.
    if (epoch < 0 && this.isEmpty) return undefined;
    const member = this.#members.get(caller.memberId);
    if (member === undefined) return 'UNKNOWN_MEMBER_ID';
    if (member.classic === null && caller.apiVersion < 9) return 'UNSUPPORTED_VERSION';
    if (epoch === member.memberEpoch) return undefined;
    if (epoch < member.memberEpoch && ownsSince(member, epoch, topics)) return undefined;
    return staleEpoch(member);
  }

  checkOffsetFetch(memberId: string | null, memberEpoch: number): ErrorName | undefined {
    if (memberId === null && memberEpoch < 0) return undefined;
    const member = memberId === null ? undefined : this.#members.get(memberId);
    if (member === undefined) return 'UNKNOWN_MEMBER_ID';
    return memberEpoch === member.memberEpoch ? undefined : staleEpoch(member);
  }

  checkOffsetDelete(): undefined {
    return undefined;
  }

  checkDelete(): ErrorName | undefined {
    return this.isEmpty ? undefined : 'NON_EMPTY_GROUP';
  }

  tombstones(): GroupRecord[] {
    return groupTombstones(this.groupId, [...this.#members.keys()], this.#regexes.keys());
  }

  /** Takes in a record of this group. A tombstone of the whole group is for the table of groups. */
  replay(record: ConsumerGroupRecord): void {
    switch (record.type) {
      case 'consumerGroupMetadata': {
        if (record.value === null) return;
        this.groupEpoch = record.value.epoch;
        this.metadataHash = record.value.metadataHash;
        return;
      }
      case 'consumerGroupMemberMetadata': {
        this.#replayMember(record.key.memberId, record.value);
        return;
      }
      case 'consumerGroupCurrentMemberAssignment': {
        this.#replayAssignment(record.key.memberId, record.value);
        return;
      }
      case 'consumerGroupTargetAssignmentMember': {
        const { memberId } = record.key;
        if (record.value === null) this.#targets.delete(memberId);
        else this.#targets.set(memberId, partitionsOf(record.value.topicPartitions));
        return;
      }
      case 'consumerGroupTargetAssignmentMetadata': {
        this.assignmentEpoch = record.value?.assignmentEpoch ?? noEpoch;
        this.assignmentTimestampMs = record.value?.assignmentTimestamp ?? 0;
        return;
      }
      case 'consumerGroupRegularExpression': {
        this.#replayRegex(record.key.regularExpression, record.value);
        return;
      }
      case 'consumerGroupPartitionMetadata': {
        this.hasPartitionMetadataRecord = record.value !== null;
        return;
      }
      default:
        unreachable(record);
    }
  }

  #replayMember(
    memberId: string,
    value: Extract<ConsumerGroupRecord, { type: 'consumerGroupMemberMetadata' }>['value'],
  ): void {
    const before = this.#members.get(memberId);
    if (value === null) {
      if (before !== undefined) this.#remove(before);
      return;
    }
    const metadata = metadataFromRecord(value);
    if (!sameNames(metadata.subscribedTopicNames, this.#lastNames)) {
      this.#lastNames = metadata.subscribedTopicNames;
    }
    this.#put({
      ...(before ?? newMember(memberId)),
      ...metadata,
      subscribedTopicNames: this.#lastNames,
    });
    this.#subscribed = undefined;
  }

  #replayAssignment(
    memberId: string,
    value: Extract<ConsumerGroupRecord, { type: 'consumerGroupCurrentMemberAssignment' }>['value'],
  ): void {
    const before = this.#members.get(memberId);
    if (value !== null) {
      this.#put({ ...(before ?? newMember(memberId)), ...assignmentFromRecord(value) });
      return;
    }
    if (before === undefined) return;
    this.#put({
      ...before,
      memberEpoch: leaveEpoch,
      previousMemberEpoch: leaveEpoch,
      assigned: ownsNothing,
      pendingRevocation: ownsNothing,
    });
  }

  #replayRegex(
    regex: string,
    value: Extract<ConsumerGroupRecord, { type: 'consumerGroupRegularExpression' }>['value'],
  ): void {
    if (value === null) this.#regexes.delete(regex);
    else {
      const { topics, version, timestamp } = value;
      this.#regexes.set(regex, { topics: new Set(topics), version, timestampMs: timestamp });
    }
    this.#subscribed = undefined;
  }

  #put(member: ConsumerMember): void {
    this.#owners.replace(this.#members.get(member.memberId), member);
    this.#members.set(member.memberId, member);
    if (member.instanceId !== null) this.#staticMembers.set(member.instanceId, member.memberId);
  }

  #remove(member: ConsumerMember): void {
    const { memberId, instanceId } = member;
    this.#owners.replace(member, undefined);
    this.#members.delete(memberId);
    // Another member may have taken its place already.
    if (instanceId !== null && this.#staticMembers.get(instanceId) === memberId) {
      this.#staticMembers.delete(instanceId);
    }
    this.#subscribed = undefined;
  }
}

/**
 * Whether a member that has not heard of its new epoch commits for partitions alone that were its own in the
 * old one as well (KIP-1251).
 */
function ownsSince(
  member: ConsumerMember,
  epoch: number,
  topics: readonly CommittedTopic[],
): boolean {
  return topics.every(({ topicId, partitions }) => {
    const assigned = member.assigned.get(topicId);
    const revoked = member.pendingRevocation.get(topicId);
    return partitions.every(({ partitionIndex }) => {
      const since = assigned?.get(partitionIndex) ?? revoked?.get(partitionIndex);
      return since !== undefined && epoch >= since;
    });
  });
}

function staleEpoch(member: ConsumerMember): ErrorName {
  return member.classic === null ? 'STALE_MEMBER_EPOCH' : 'ILLEGAL_GENERATION';
}
