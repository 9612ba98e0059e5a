/** What members that use the classic protocol ask of a consumer group: Heartbeat, SyncGroup, JoinGroup. */
import { errorCodes } from '../../../protocol/error-codes.ts';
import type { Deadline } from '../../coordinator.ts';
import { distinctProtocols } from '../classic/classic-member.ts';
import { joinRefused } from '../classic/replies.ts';
import type { GroupEvent, TopicsView } from '../group-events.ts';
import type { ConsumerContext } from './consumer-context.ts';
import type { GroupView } from './group-view.ts';
import { memberStates, toldMember } from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';
import { byTopicId, decodeSubscription, encodeAssignment } from './embedded-protocol.ts';
import { fencedInstance, findMember, unknownInstance, unknownMember } from './find-member.ts';
import type { GroupDraft } from './group-draft.ts';
import { deadlineKey, noMemberDeadlines } from './member-deadlines.ts';
import type { TopicPartitions } from './partitions.ts';
import { isRefusal, refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { updateMember } from './update-member.ts';

type Event<Kind extends GroupEvent['kind']> = Extract<GroupEvent, { readonly kind: Kind }>;
type JoinReply = NonNullable<Event<'joinGroup'>['ref']['response']>;
type SyncReply = NonNullable<Event<'syncGroup'>['ref']['response']>;

/** From this version of JoinGroup on, a dynamic member is given its id before it joins (KIP-394). */
const memberIdRequiredFrom = 4;

/** A member with what it has told in the classic protocol. */
type ClassicConsumerMember = ConsumerMember & {
  readonly classic: NonNullable<ConsumerMember['classic']>;
};

/** An answer, and what is due from then on. */
export interface ClassicOutcome<Response> {
  readonly response: Response;
  readonly deadlines: readonly Deadline[];
}

/** Who sends a Heartbeat or a SyncGroup, if it may. */
export function classicMember(
  group: GroupView,
  request: {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly generationId: number;
  },
): ClassicConsumerMember | Refusal {
  const { memberId, groupInstanceId, generationId } = request;
  const member =
    groupInstanceId === null ? group.member(memberId) : group.staticMember(groupInstanceId);
  if (member === undefined) {
    return groupInstanceId === null
      ? unknownMember(group, memberId)
      : unknownInstance(groupInstanceId);
  }
  if (groupInstanceId !== null) {
    const fenced = fencedInstance(member, memberId, groupInstanceId);
    if (fenced !== undefined) return fenced;
  }
  if (!isClassic(member)) {
    return refuse('UNKNOWN_MEMBER_ID', `Member ${memberId} does not use the classic protocol.`);
  }
  if (generationId !== member.memberEpoch) {
    return refuse(
      'ILLEGAL_GENERATION',
      `Member ${memberId} is in generation ${member.memberEpoch}.`,
    );
  }
  return member;
}

function isClassic(member: ConsumerMember): member is ClassicConsumerMember {
  return member.classic !== null;
}

/** Whether a member has to join again: for new targets, to give something up, or to get what is free now. */
export function mustRejoin(group: GroupView, member: ConsumerMember): boolean {
  return (
    member.memberEpoch < group.assignmentEpoch ||
    member.state === memberStates.unrevokedPartitions ||
    (member.state === memberStates.unreleasedPartitions && !waitsForOthers(group, member))
  );
}

function waitsForOthers(group: GroupView, member: ConsumerMember): boolean {
  for (const [topicId, partitions] of group.target(member.memberId)) {
    const assigned = member.assigned.get(topicId);
    for (const partition of partitions) {
      if (assigned?.has(partition) === true) continue;
      if (group.ownerOf(topicId, partition) !== undefined) return true;
    }
  }
  return false;
}

/** The deadlines of a member that has shown itself. */
export function sessionDeadline(
  groupId: string,
  member: ClassicConsumerMember,
  nowMs: number,
): Deadline {
  return {
    key: deadlineKey('session', groupId, member.memberId),
    atMs: nowMs + member.classic.sessionTimeoutMs,
  };
}

/** Answers a SyncGroup: what the member owns now, as its leader would have told it. */
export function syncGroup(
  group: GroupView,
  member: ClassicConsumerMember,
  { request }: Event<'syncGroup'>,
  topics: TopicsView,
): SyncReply | Refusal {
  const protocol = member.classic.supportedProtocols[0];
  const { protocolType, protocolName } = request;
  const isOther =
    (protocolType !== null && protocolType !== 'consumer') ||
    (protocolName !== null && protocolName !== protocol?.name);
  if (isOther) {
    return refuse('INCONSISTENT_GROUP_PROTOCOL', `The protocol is ${protocol?.name}.`);
  }
  // A member that gives partitions up has joined already, and will be told to join again afterwards.
  if (
    group.assignmentEpoch > member.memberEpoch &&
    member.state !== memberStates.unrevokedPartitions
  ) {
    return refuse('REBALANCE_IN_PROGRESS', 'A new rebalance has begun.');
  }
  return {
    errorCode: errorCodes.NONE,
    protocolType,
    protocolName,
    assignment: encodeAssignment(member.assigned, protocol?.metadata, topics),
  };
}

/** Decides a JoinGroup. The records stand in the draft. */
export function joinGroup(
  draft: GroupDraft,
  event: Event<'joinGroup'>,
  nowMs: number,
  consumers: ConsumerContext,
): ClassicOutcome<JoinReply> | Refusal {
  const { request, context } = event;
  const refusal = checkJoin(draft, event, consumers);
  if (refusal !== undefined) return refusal;
  const instanceId = request.groupInstanceId;
  const isNew = request.memberId === '';
  const memberId = isNew ? consumers.newMemberId() : request.memberId;
  if (isNew && instanceId === null && context.apiVersion >= memberIdRequiredFrom) {
    const response = joinRefused('MEMBER_ID_REQUIRED', memberId, context.apiVersion);
    return { response, deadlines: [] };
  }
  const replaced = instanceId === null ? undefined : draft.staticMember(instanceId)?.memberId;
  const before = findMember(draft, {
    memberId,
    instanceId,
    // Only a static member that knows its id has to be there already.
    memberEpoch: instanceId === null || isNew ? 0 : -1,
    owned: [],
    isClassic: true,
  });
  if (isRefusal(before)) return before;
  const told = toldByJoin(before, event, consumers.topics);
  if (isRefusal(told)) return told;
  const updated = updateMember(draft, { before, ...told, nowMs }, consumers);
  if (isRefusal(updated)) return updated;
  const isReplaced = replaced !== undefined && replaced !== memberId;
  return {
    response: joinAccepted(updated.member),
    deadlines: [
      ...(isReplaced ? noMemberDeadlines(draft.groupId, replaced) : []),
      ...updated.deadlines,
      ...joinDeadlines(draft.groupId, updated.member, request.sessionTimeoutMs, nowMs),
    ],
  };
}

/** The member as a JoinGroup has it, and what it says that it owns. */
function toldByJoin(
  before: ConsumerMember,
  { request, context }: Event<'joinGroup'>,
  topics: TopicsView,
): { readonly after: ConsumerMember; readonly owned: readonly TopicPartitions[] } | Refusal {
  const supportedProtocols = distinctProtocols(request.protocols);
  const subscription = decodeSubscription(supportedProtocols[0]?.metadata);
  if (subscription === undefined) {
    return refuse('INCONSISTENT_GROUP_PROTOCOL', 'The subscription is malformed.');
  }
  const { sessionTimeoutMs, rebalanceTimeoutMs } = request;
  const told = {
    instanceId: request.groupInstanceId,
    rackId: subscription.rackId === '' ? null : subscription.rackId,
    rebalanceTimeoutMs: context.apiVersion === 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
    subscribedTopicNames: subscription.topics,
    // There are none in the classic protocol.
    subscribedTopicRegex: '',
    serverAssignor: null,
  };
  return {
    after: toldMember(before, told, context, { sessionTimeoutMs, supportedProtocols }),
    owned: byTopicId(subscription.ownedPartitions, topics),
  };
}

function joinAccepted({ memberId, memberEpoch, classic }: ConsumerMember): JoinReply {
  return {
    errorCode: errorCodes.NONE,
    generationId: memberEpoch,
    protocolType: 'consumer',
    protocolName: classic?.supportedProtocols[0]?.name ?? null,
    leader: '',
    memberId,
    members: [],
  };
}

/** It has joined, and is to show itself, and to ask for its assignment. */
function joinDeadlines(
  groupId: string,
  { memberId, rebalanceTimeoutMs }: ConsumerMember,
  sessionTimeoutMs: number,
  nowMs: number,
): Deadline[] {
  return [
    { key: deadlineKey('join', groupId, memberId), atMs: undefined },
    { key: deadlineKey('session', groupId, memberId), atMs: nowMs + sessionTimeoutMs },
    {
      key: deadlineKey('sync', groupId, memberId),
      atMs: nowMs + Math.max(rebalanceTimeoutMs, 0),
    },
  ];
}

function checkJoin(
  group: GroupView,
  { request }: Event<'joinGroup'>,
  { settings }: ConsumerContext,
): Refusal | undefined {
  const { memberId, protocolType, protocols, sessionTimeoutMs } = request;
  const all = settings();
  if (
    sessionTimeoutMs < all.groupMinSessionTimeoutMs ||
    sessionTimeoutMs > all.groupMaxSessionTimeoutMs
  ) {
    return refuse('INVALID_SESSION_TIMEOUT', 'The session timeout is out of bounds.');
  }
  if (all.groupConsumerMigrationPolicy === 'DISABLED') {
    return refuse('INCONSISTENT_GROUP_PROTOCOL', 'The group migration is disabled.');
  }
  const isMember = memberId !== '' && group.member(memberId) !== undefined;
  if (group.memberCount >= all.groupConsumerMaxSize && !isMember) {
    return refuse('GROUP_MAX_SIZE_REACHED', 'The group is full.');
  }
  const names = new Set(protocolType === 'consumer' ? protocols.map(({ name }) => name) : []);
  return knownToAll(group, names).size > 0
    ? undefined
    : refuse('INCONSISTENT_GROUP_PROTOCOL', 'The protocols are not supported.');
}

/** Those of the protocols that all members know that use the classic protocol. */
function knownToAll(group: GroupView, protocols: ReadonlySet<string>): ReadonlySet<string> {
  let known = protocols;
  for (const { classic } of group.members()) {
    if (classic === null) continue;
    const before = known;
    const names = classic.supportedProtocols.map(({ name }) => name);
    known = new Set(names.filter((name) => before.has(name)));
  }
  return known;
}
