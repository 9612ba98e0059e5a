/** The records of a consumer group, as Apache Kafka 4.3 writes them. */
import type { ConsumerGroupCurrentMemberAssignmentValue } from '../../../protocol/messages/consumer-group-current-member-assignment-record.ts';
import type { GroupRecord } from '../group-records.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { ascending, topicPartitionsOf } from './partitions.ts';
import type { OwnedPartitions, Partitions } from './partitions.ts';
import type { ResolvedRegex } from './group-view.ts';

/** A record of one kind. */
export type RecordOf<T extends GroupRecord['type']> = Extract<GroupRecord, { readonly type: T }>;

/** What a member has told of itself. */
export function memberMetadataRecord(
  groupId: string,
  member: ConsumerMember,
): RecordOf<'consumerGroupMemberMetadata'> {
  return {
    type: 'consumerGroupMemberMetadata',
    key: { groupId, memberId: member.memberId },
    value: {
      instanceId: member.instanceId,
      rackId: member.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: [...member.subscribedTopicNames],
      subscribedTopicRegex: member.subscribedTopicRegex,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      serverAssignor: member.serverAssignor,
      classicMemberMetadata: member.classic,
    },
  };
}

/** Where a member stands. */
export function currentAssignmentRecord(
  groupId: string,
  member: ConsumerMember,
): RecordOf<'consumerGroupCurrentMemberAssignment'> {
  return {
    type: 'consumerGroupCurrentMemberAssignment',
    key: { groupId, memberId: member.memberId },
    value: {
      memberEpoch: member.memberEpoch,
      previousMemberEpoch: member.previousMemberEpoch,
      state: member.state,
      assignedPartitions: recordedPartitions(member.assigned),
      partitionsPendingRevocation: recordedPartitions(member.pendingRevocation),
    },
  };
}

function recordedPartitions(
  owned: OwnedPartitions,
): ConsumerGroupCurrentMemberAssignmentValue['assignedPartitions'] {
  return Array.from(owned, ([topicId, epochs]) => {
    const partitions = ascending(epochs.keys());
    return {
      topicId,
      partitions,
      assignmentEpochs: partitions.map((partition) => epochs.get(partition) ?? 0),
    };
  });
}

/** What a member shall own. */
export function targetMemberRecord(
  groupId: string,
  memberId: string,
  target: Partitions,
): RecordOf<'consumerGroupTargetAssignmentMember'> {
  return {
    type: 'consumerGroupTargetAssignmentMember',
    key: { groupId, memberId },
    value: { topicPartitions: topicPartitionsOf(target) },
  };
}

/** For which group epoch the target was made, and when. */
export function targetMetadataRecord(
  groupId: string,
  assignmentEpoch: number,
  assignmentTimestamp: number,
): RecordOf<'consumerGroupTargetAssignmentMetadata'> {
  return {
    type: 'consumerGroupTargetAssignmentMetadata',
    key: { groupId },
    value: { assignmentEpoch, assignmentTimestamp },
  };
}

/** The group's epoch, and the hash over its topics. */
export function groupEpochRecord(
  groupId: string,
  epoch: number,
  metadataHash: bigint,
): RecordOf<'consumerGroupMetadata'> {
  return {
    type: 'consumerGroupMetadata',
    key: { groupId },
    value: { epoch, metadataHash },
  };
}

/** What a regular expression was found to match. */
export function regexRecord(
  groupId: string,
  regularExpression: string,
  { topics, version, timestampMs }: ResolvedRegex,
): RecordOf<'consumerGroupRegularExpression'> {
  return {
    type: 'consumerGroupRegularExpression',
    key: { groupId, regularExpression },
    value: { topics: Array.from(topics).toSorted(), version, timestamp: timestampMs },
  };
}

/** Nobody subscribes with this regular expression any more. */
export function regexTombstone(groupId: string, regularExpression: string): GroupRecord {
  return {
    type: 'consumerGroupRegularExpression',
    key: { groupId, regularExpression },
    value: null,
  };
}

/** Removes what was known of the topics before Kafka 4.1. */
export function partitionMetadataTombstone(groupId: string): GroupRecord {
  return { type: 'consumerGroupPartitionMetadata', key: { groupId }, value: null };
}

/** Removes a member: first what it owns, then what it shall own, then the member. */
export function memberTombstones(groupId: string, memberId: string): GroupRecord[] {
  const key = { groupId, memberId };
  return [
    { type: 'consumerGroupCurrentMemberAssignment', key, value: null },
    { type: 'consumerGroupTargetAssignmentMember', key, value: null },
    { type: 'consumerGroupMemberMetadata', key, value: null },
  ];
}

/** Removes a group with these members and regular expressions, in the order in which it can be replayed. */
export function groupTombstones(
  groupId: string,
  memberIds: readonly string[],
  regexes: Iterable<string>,
): GroupRecord[] {
  const tombstones = memberIds.map((memberId) => memberTombstones(groupId, memberId));
  const nth = (index: number): GroupRecord[] => tombstones.flatMap((all) => all[index] ?? []);
  return [
    ...nth(0),
    ...nth(1),
    { type: 'consumerGroupTargetAssignmentMetadata', key: { groupId }, value: null },
    ...nth(2),
    ...Array.from(regexes, (regex) => regexTombstone(groupId, regex)),
    partitionMetadataTombstone(groupId),
    { type: 'consumerGroupMetadata', key: { groupId }, value: null },
  ];
}
