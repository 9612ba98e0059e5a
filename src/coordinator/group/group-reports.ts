import { errorCodes } from '../../protocol/error-codes.ts';
import type { ListGroupsRequest } from '../../protocol/messages/list-groups.ts';
import { ClassicGroup } from './classic/classic-group.ts';
import { metadataOf, noBytes } from './classic/classic-member.ts';
import type { ClassicMember } from './classic/classic-member.ts';
import type { GroupEvent } from './group-events.ts';
import type { Group } from './group.ts';

type DescribeEvent = Extract<GroupEvent, { kind: 'describeGroup' }>;
type DescribedGroup = NonNullable<DescribeEvent['ref']['response']>;
type ListedGroup = NonNullable<
  Extract<GroupEvent, { kind: 'listGroups' }>['ref']['response']
>[number];

/** From this version of DescribeGroups on, a group that is not there is an error (KIP-1043). */
const notFoundFrom = 6;

/** The kinds of group, as ListGroups has them. */
const typeNames = { classic: 'classic', consumer: 'consumer' } as const;

/**
 * What DescribeGroups tells of a group, if it is a classic one. What members tell their leader is shown while
 * the group is stable, since then it belongs to its protocol.
 */
export function describeGroup(
  group: Group | undefined,
  { context, request }: DescribeEvent,
): DescribedGroup {
  const { groupId } = request;
  if (!(group instanceof ClassicGroup)) {
    return {
      ...(context.apiVersion < notFoundFrom
        ? { errorCode: errorCodes.NONE }
        : notFound(group, groupId)),
      groupId,
      groupState: 'Dead',
      protocolType: '',
      protocolData: '',
      members: [],
    };
  }
  const shownProtocol = group.state === 'Stable' ? group.protocolName : undefined;
  return {
    errorCode: errorCodes.NONE,
    groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: shownProtocol ?? '',
    members: Array.from(group.members.all(), (member) => describeMember(member, shownProtocol)),
  };
}

function notFound(
  group: Group | undefined,
  groupId: string,
): Pick<DescribedGroup, 'errorCode' | 'errorMessage'> {
  const errorMessage =
    group === undefined
      ? `Group ${groupId} not found.`
      : `Group ${groupId} is not a classic group.`;
  return { errorCode: errorCodes.GROUP_ID_NOT_FOUND, errorMessage };
}

function describeMember(
  member: ClassicMember,
  protocol: string | undefined,
): DescribedGroup['members'][number] {
  const { memberId, groupInstanceId, clientId, clientHost, assignment } = member;
  return {
    memberId,
    groupInstanceId,
    clientId,
    clientHost,
    memberMetadata: protocol === undefined ? noBytes : metadataOf(member, protocol),
    memberAssignment: assignment,
  };
}

/** Ids of the members that have yet to do what a rebalance of a classic group waits for. */
export function awaitedMembers(group: Group | undefined): string[] {
  if (!(group instanceof ClassicGroup)) return [];
  const { state, members } = group;
  if (state === 'CompletingRebalance') return [...members.pendingSyncs];
  if (state !== 'PreparingRebalance') return [];
  return Array.from(members.all()).flatMap(({ hasJoined, memberId }) =>
    hasJoined ? [] : [memberId],
  );
}

/** The groups in these states and of these types; empty filters let all through, unknown names none. */
export function listGroups(
  groups: Iterable<Group>,
  { statesFilter, typesFilter }: ListGroupsRequest,
): ListedGroup[] {
  const states = new Set(statesFilter.map((state) => state.trim().toLowerCase()));
  const types = new Set(typesFilter.map((type) => type.toLowerCase()));
  const listed: ListedGroup[] = [];
  for (const { groupId, kind, protocolType, stateName } of groups) {
    const isWanted =
      (states.size === 0 || states.has(stateName.toLowerCase())) &&
      (types.size === 0 || types.has(kind));
    if (!isWanted) continue;
    listed.push({
      groupId,
      protocolType: protocolType ?? '',
      groupState: stateName,
      groupType: typeNames[kind],
    });
  }
  return listed;
}
