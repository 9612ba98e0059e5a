/** ConsumerGroupHeartbeat: join, stay, tell what has changed, leave. */
import type {
  ConsumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
} from '../../../protocol/messages/consumer-group-heartbeat.ts';
import type { Encodable } from '../../../protocol/schema.ts';
import type { Deadline } from '../../coordinator.ts';
import type { RequestContext } from '../group-events.ts';
import type { ConsumerGroupSettings } from '../group-settings.ts';
import type { ConsumerContext } from './consumer-context.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import {
  isReconciledTo,
  memberStates,
  regexOf,
  staticLeaveEpoch,
  toldMember,
} from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { fencedInstance, findMember, unknownInstance, unknownMember } from './find-member.ts';
import type { GroupDraft } from './group-draft.ts';
import { deadlineKey, noMemberDeadlines } from './member-deadlines.ts';
import { ownsNothing, sameOwned, topicPartitionsOf } from './partitions.ts';
import type { OwnedPartitions } from './partitions.ts';
import { isRefusal, refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { updateMember } from './update-member.ts';

/** The answer to a heartbeat. */
export type HeartbeatResponse = Encodable<typeof consumerGroupHeartbeatResponse>;

/** An answer, and what is due from then on. The records stand in the draft. */
export interface HeartbeatOutcome {
  readonly response: HeartbeatResponse;
  readonly deadlines: readonly Deadline[];
}

/** A request with its circumstances. */
export interface HeartbeatInput {
  readonly request: ConsumerGroupHeartbeatRequest;
  readonly context: RequestContext;
  /** Whether the group was a classic one in a rebalance until now. */
  readonly endsRebalance: boolean;
  readonly nowMs: number;
}

/** A member joins or stays. */
export function heartbeat(
  draft: GroupDraft,
  { request, context, endsRebalance, nowMs }: HeartbeatInput,
  consumers: ConsumerContext,
): HeartbeatOutcome | Refusal {
  const { groupId } = draft;
  const full = checkSize(draft, request.memberId, consumers.settings().groupConsumerMaxSize);
  if (full !== undefined) return full;
  const memberId = request.memberId === '' ? consumers.newMemberId() : request.memberId;
  const replaced = replacedBy(draft, memberId, request);
  const before = findMember(draft, {
    memberId,
    instanceId: request.instanceId,
    memberEpoch: request.memberEpoch,
    owned: request.topicPartitions,
    isClassic: false,
  });
  if (isRefusal(before)) return before;
  const after = toldMember(before, request, context, null);
  const update = { before, after, owned: request.topicPartitions, endsRebalance, nowMs };
  const updated = updateMember(draft, update, consumers);
  if (isRefusal(updated)) return updated;
  const groupSettings = consumers.settingsOf(groupId);
  const { member } = updated;
  const isTold =
    isFullRequest(request) ||
    !sameOwned(before.assigned, member.assigned) ||
    hasMissedRevocation(request, member);
  return {
    response: {
      throttleTimeMs: 0,
      errorCode: 0,
      memberId,
      memberEpoch: member.memberEpoch,
      heartbeatIntervalMs: heartbeatInterval(draft, member, groupSettings, nowMs),
      assignment: isTold ? { topicPartitions: topicPartitionsOf(member.assigned) } : null,
    },
    deadlines: [
      ...(replaced === undefined ? [] : noMemberDeadlines(groupId, replaced)),
      ...updated.deadlines,
      {
        key: deadlineKey('session', groupId, memberId),
        atMs: nowMs + groupSettings.sessionTimeoutMs,
      },
    ],
  };
}

/** How long what a group was assigned anew counts as just now: members that start together come within it. */
const settlingMs = 100;

/**
 * How soon the member is to be heard of again. A member learns by its own heartbeats alone that partitions are
 * free for it, or that others came: while that is likely it is asked to come sooner, where the broker is set so.
 */
function heartbeatInterval(
  draft: GroupDraft,
  member: ConsumerMember,
  { heartbeatIntervalMs, unsettledHeartbeatIntervalMs }: ConsumerGroupSettings,
  nowMs: number,
): number {
  const isFresh = Math.abs(nowMs - draft.assignmentTimestampMs) < settlingMs;
  return isFresh || isWaiting(draft, member)
    ? Math.min(heartbeatIntervalMs, unsettledHeartbeatIntervalMs)
    : heartbeatIntervalMs;
}

/** Whether the member shall have more than it has. One that has to give up something comes by itself when it has. */
function isWaiting(draft: GroupDraft, member: ConsumerMember): boolean {
  if (member.state === memberStates.unrevokedPartitions) return false;
  const regex = regexOf(member);
  const isUnresolved = regex !== undefined && draft.resolvedRegex(regex) === undefined;
  return isUnresolved || !isReconciledTo(member, draft.groupEpoch);
}

/** The static member in whose place another one joins. */
function replacedBy(
  draft: GroupDraft,
  memberId: string,
  { instanceId, memberEpoch }: ConsumerGroupHeartbeatRequest,
): string | undefined {
  if (instanceId === null || memberEpoch !== 0) return undefined;
  const known = draft.staticMember(instanceId)?.memberId;
  return known === memberId ? undefined : known;
}

function checkSize(draft: GroupDraft, memberId: string, sizeMax: number): Refusal | undefined {
  if (draft.memberCount < sizeMax) return undefined;
  if (memberId !== '' && draft.member(memberId) !== undefined) return undefined;
  return refuse(
    'GROUP_MAX_SIZE_REACHED',
    `The consumer group has reached its maximum capacity of ${sizeMax} members.`,
  );
}

/** A request with all fields, as members send when they join and after an error, gets a full answer. */
function isFullRequest(request: ConsumerGroupHeartbeatRequest): boolean {
  if (request.memberEpoch === 0) return true;
  return (
    request.rebalanceTimeoutMs !== -1 &&
    (request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null) &&
    request.topicPartitions !== null
  );
}

/**
 * Whether the member says that it has what it was told to give up. It may be about to, but it may as well have
 * missed that, as librdkafka does at times when it is told so while it takes up what it was told before; the
 * group would wait for it until its rebalance timeout. Apache Kafka says it once.
 */
function hasMissedRevocation(
  { topicPartitions }: ConsumerGroupHeartbeatRequest,
  { pendingRevocation }: ConsumerMember,
): boolean {
  if (topicPartitions === null || pendingRevocation.size === 0) return false;
  return topicPartitions.some(({ topicId, partitions }) => {
    const pending = pendingRevocation.get(topicId);
    return partitions.some((partition) => pending?.has(partition) === true);
  });
}

/** Who leaves, and how. */
export function leavingMember(
  group: ConsumerGroup,
  { memberId, instanceId }: ConsumerGroupHeartbeatRequest,
): ConsumerMember | Refusal {
  if (instanceId === null) return group.member(memberId) ?? unknownMember(group, memberId);
  const known = group.staticMember(instanceId);
  if (known === undefined) return unknownInstance(instanceId);
  return fencedInstance(known, memberId, instanceId) ?? known;
}

/**
 * A static member goes and will be back within its session: what it has stays its own. Its next self is
 * given all of that anew, so that the epochs in which it was given begin at 0.
 */
export function leaveForAWhile(draft: GroupDraft, member: ConsumerMember): void {
  draft.putAssignment({
    ...member,
    memberEpoch: staticLeaveEpoch,
    assigned: sinceZero(member.assigned),
    pendingRevocation: ownsNothing,
  });
}

function sinceZero(owned: OwnedPartitions): OwnedPartitions {
  return new Map(
    Array.from(owned, ([topicId, ofTopic]) => [
      topicId,
      new Map(Array.from(ofTopic.keys(), (partition) => [partition, 0])),
    ]),
  );
}
