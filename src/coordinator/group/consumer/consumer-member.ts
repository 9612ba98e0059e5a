import type { ConsumerGroupCurrentMemberAssignmentValue } from '../../../protocol/messages/consumer-group-current-member-assignment-record.ts';
import type { ConsumerGroupMemberMetadataValue } from '../../../protocol/messages/consumer-group-member-metadata-record.ts';
import type { RequestContext } from '../group-events.ts';
import { ownsNothing, sameOwned } from './partitions.ts';
import type { OwnedPartitions } from './partitions.ts';

/** Where a member stands on its way to the target assignment; the numbers are those of the records. */
export const memberStates = {
  /** It owns all that it shall own, and nothing else. */
  stable: 0,
  /** It has to give up partitions before it may enter the next epoch. */
  unrevokedPartitions: 1,
  /** It waits for partitions that others own still. */
  unreleasedPartitions: 2,
} as const;

/** The epoch of a member that leaves. */
export const leaveEpoch = -1;
/** The epoch of a static member that leaves, and will be back within its session. */
export const staticLeaveEpoch = -2;

/** What a member that uses the classic protocol has told beside the rest. */
export type ClassicMetadata = NonNullable<
  ConsumerGroupMemberMetadataValue['classicMemberMetadata']
>;

/** What a member has told of itself (ConsumerGroupMemberMetadata). */
export interface MemberMetadata {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** Sorted, each once. Members with the same names share one array. */
  readonly subscribedTopicNames: readonly string[];
  /** Empty or null for none. */
  readonly subscribedTopicRegex: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly serverAssignor: string | null;
  /** Null for a member that uses the consumer protocol. */
  readonly classic: ClassicMetadata | null;
}

/** Where a member stands (ConsumerGroupCurrentMemberAssignment). */
export interface MemberAssignment {
  readonly memberEpoch: number;
  /** The epoch before: accepted in a heartbeat, since the answer that told the new one may be lost. */
  readonly previousMemberEpoch: number;
  /** One of `memberStates`, or what a later version has written. */
  readonly state: number;
  readonly assigned: OwnedPartitions;
  /** What it still owns and has to give up. It and `assigned` have no partition in common. */
  readonly pendingRevocation: OwnedPartitions;
}

/** A member of a consumer group. Never changed: a new one replaces it. */
export interface ConsumerMember extends MemberMetadata, MemberAssignment {
  readonly memberId: string;
}

/** A member of whom nothing is known yet. */
export function newMember(memberId: string): ConsumerMember {
  return {
    memberId,
    instanceId: null,
    rackId: null,
    clientId: '',
    clientHost: '',
    subscribedTopicNames: [],
    subscribedTopicRegex: '',
    rebalanceTimeoutMs: -1,
    serverAssignor: null,
    classic: null,
    memberEpoch: 0,
    previousMemberEpoch: -1,
    state: memberStates.stable,
    assigned: ownsNothing,
    pendingRevocation: ownsNothing,
  };
}

/** What a request says of its sender; what it leaves out (null) stays as it was. */
export interface ToldMetadata {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  /** -1 where it is left out. */
  readonly rebalanceTimeoutMs: number;
  readonly subscribedTopicNames: readonly string[] | null;
  readonly subscribedTopicRegex: string | null;
  readonly serverAssignor: string | null;
}

/** The member after a request of its own; of the consumer protocol unless `classic` is given. */
export function toldMember(
  member: ConsumerMember,
  told: ToldMetadata,
  context: RequestContext,
  classic: ClassicMetadata | null,
): ConsumerMember {
  const names = told.subscribedTopicNames;
  return {
    ...member,
    instanceId: told.instanceId ?? member.instanceId,
    rackId: told.rackId ?? member.rackId,
    rebalanceTimeoutMs:
      told.rebalanceTimeoutMs === -1 ? member.rebalanceTimeoutMs : told.rebalanceTimeoutMs,
    serverAssignor: told.serverAssignor ?? member.serverAssignor,
    subscribedTopicNames: names === null ? member.subscribedTopicNames : sortedNames(names),
    subscribedTopicRegex: told.subscribedTopicRegex ?? member.subscribedTopicRegex,
    clientId: context.clientId,
    clientHost: context.clientHost,
    classic,
  };
}

/** Names in order, each once. */
export function sortedNames(names: Iterable<string>): string[] {
  return Array.from(new Set(names)).toSorted();
}

/** Whether two members have told the same of themselves. */
export function sameMetadata(a: ConsumerMember, b: ConsumerMember): boolean {
  return (
    a.instanceId === b.instanceId &&
    a.rackId === b.rackId &&
    a.clientId === b.clientId &&
    a.clientHost === b.clientHost &&
    a.rebalanceTimeoutMs === b.rebalanceTimeoutMs &&
    a.serverAssignor === b.serverAssignor &&
    a.subscribedTopicRegex === b.subscribedTopicRegex &&
    sameNames(a.subscribedTopicNames, b.subscribedTopicNames) &&
    sameClassic(a.classic, b.classic)
  );
}

/** Whether two sorted lists have the same names. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((name, index) => name === b[index]));
}

function sameClassic(a: ClassicMetadata | null, b: ClassicMetadata | null): boolean {
  if (a === null || b === null) return a === b;
  const protocols = b.supportedProtocols;
  return (
    a.sessionTimeoutMs === b.sessionTimeoutMs &&
    a.supportedProtocols.length === protocols.length &&
    a.supportedProtocols.every(({ name, metadata }, index) => {
      const other = protocols[index];
      return other?.name === name && sameBytes(metadata, other.metadata);
    })
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Whether two members stand in the same place. */
export function sameAssignment(a: ConsumerMember, b: ConsumerMember): boolean {
  return (
    a.memberEpoch === b.memberEpoch &&
    a.previousMemberEpoch === b.previousMemberEpoch &&
    a.state === b.state &&
    sameOwned(a.assigned, b.assigned) &&
    sameOwned(a.pendingRevocation, b.pendingRevocation)
  );
}

/** The regular expression that a member subscribes with; undefined for none. */
export function regexOf(member: ConsumerMember): string | undefined {
  const regex = member.subscribedTopicRegex;
  return regex === null || regex === '' ? undefined : regex;
}

/** Whether a member has arrived at the target assignment of this epoch. */
export function isReconciledTo(member: ConsumerMember, targetEpoch: number): boolean {
  return member.state === memberStates.stable && member.memberEpoch === targetEpoch;
}

/** What a record says of a member. */
export function metadataFromRecord(value: ConsumerGroupMemberMetadataValue): MemberMetadata {
  const { classicMemberMetadata, subscribedTopicNames, ...rest } = value;
  return {
    ...rest,
    subscribedTopicNames: sortedNames(subscribedTopicNames),
    classic: classicMemberMetadata,
  };
}

/** Where a record says that a member stands. */
export function assignmentFromRecord(
  value: ConsumerGroupCurrentMemberAssignmentValue,
): MemberAssignment {
  const { memberEpoch, previousMemberEpoch, state } = value;
  return {
    memberEpoch,
    previousMemberEpoch,
    state,
    assigned: ownedFromRecord(value.assignedPartitions, memberEpoch),
    pendingRevocation: ownedFromRecord(value.partitionsPendingRevocation, memberEpoch),
  };
}

type RecordedPartitions = ConsumerGroupCurrentMemberAssignmentValue['assignedPartitions'];

/** Before Kafka 4.3 records had no epochs for single partitions: the member's then counts for all of them. */
function ownedFromRecord(topics: RecordedPartitions, memberEpoch: number): OwnedPartitions {
  if (topics.length === 0) return ownsNothing;
  const owned = new Map<string, ReadonlyMap<number, number>>();
  for (const { topicId, partitions, assignmentEpochs } of topics) {
    const epochs = assignmentEpochs?.length === partitions.length ? assignmentEpochs : undefined;
    const ofTopic = partitions.map((partition, index): [number, number] => [
      partition,
      epochs?.[index] ?? Math.max(memberEpoch, 0),
    ]);
    if (ofTopic.length > 0) owned.set(topicId, new Map(ofTopic));
  }
  return owned;
}
