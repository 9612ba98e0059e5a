import type { GroupService } from '../../apis/group-service.ts';
import type { RequestRef } from '../../coordinator/coordinator.ts';
import {
  decodeAssignment,
  decodeSubscription,
} from '../../coordinator/group/consumer/embedded-protocol.ts';
import type { GroupEvent } from '../../coordinator/group/group-events.ts';
import type { BrokerFiguresResponse } from '../../protocol/messages/broker-figures.ts';

type GroupAnswer = BrokerFiguresResponse['groups'][number];
type MemberAnswer = GroupAnswer['members'][number];
type EventOf<Kind extends GroupEvent['kind']> = Extract<GroupEvent, { kind: Kind }>;
type ReplyOf<
  Kind extends 'describeGroup' | 'consumerGroupDescribe' | 'listGroups' | 'awaitedMembers',
> = NonNullable<EventOf<Kind>['ref']['response']>;
type ListedGroup = ReplyOf<'listGroups'>[number];

/** Which groups are told of. */
export interface WantedGroups {
  /** By all means. */
  readonly groups: readonly string[];
  /** With these, how many in all. */
  readonly groupsMax: number;
}

/** What describing groups needs. */
export interface DescribeGroupsModules {
  readonly groups: GroupService;
  /** Since a member's last heartbeat, in milliseconds; -1 where that is not known. */
  readonly heartbeatAgoMs: (groupId: string, memberId: string) => number;
}

/** The newest versions, in which nothing is left out. */
const context = { apiVersion: 9, clientId: '', clientHost: '' };

/** What is told of the groups that are coordinated here: those that are wanted, then those with members. */
export async function describeGroups(
  wanted: WantedGroups,
  modules: DescribeGroupsModules,
): Promise<{ readonly groups: GroupAnswer[]; readonly groupsMore: number }> {
  const listed = await listGroups(modules.groups);
  const shown = choose(listed, wanted);
  const described = await Promise.all(shown.map((group) => describeGroup(group, modules)));
  const groups = described.filter((group) => group !== undefined);
  return { groups, groupsMore: listed.length - shown.length };
}

/** Without an order among all of them: there may be ten thousand, and this is asked every second. */
function choose(
  listed: readonly ListedGroup[],
  { groups, groupsMax }: WantedGroups,
): ListedGroup[] {
  const asked = new Set(groups);
  const [first, active, rest]: [ListedGroup[], ListedGroup[], ListedGroup[]] = [[], [], []];
  for (const group of listed) {
    if (asked.has(group.groupId)) first.push(group);
    else if (group.groupState !== 'Empty' && group.groupState !== 'Dead') active.push(group);
    else if (rest.length < groupsMax) rest.push(group);
  }
  return [...first, ...active, ...rest].slice(0, Math.max(asked.size, groupsMax));
}

async function listGroups(groups: GroupService): Promise<ListedGroup[]> {
  const answers: Promise<readonly ListedGroup[]>[] = [];
  groups.askAll<readonly ListedGroup[]>(
    (ref) => ({
      kind: 'listGroups',
      context,
      request: { statesFilter: [], typesFilter: [] },
      ref,
    }),
    () => {
      const { promise, resolve } = Promise.withResolvers<readonly ListedGroup[]>();
      answers.push(promise);
      return { answered: resolve, refused: () => resolve([]) };
    },
  );
  return (await Promise.all(answers)).flat();
}

/** Undefined where its coordinator is here no more. */
function ask<Response>(
  groups: GroupService,
  groupId: string,
  eventOf: (ref: RequestRef<Response>) => GroupEvent,
): Promise<Response | undefined> {
  const { promise, resolve } = Promise.withResolvers<Response | undefined>();
  groups.ask(groupId, eventOf, { answered: resolve, refused: () => resolve(undefined) });
  return promise;
}

async function describeGroup(
  listed: ListedGroup,
  modules: DescribeGroupsModules,
): Promise<GroupAnswer | undefined> {
  const { groups } = modules;
  const { groupId } = listed;
  const [about, offsets] = await Promise.all([
    listed.groupType === 'consumer'
      ? describeConsumerGroup(groups, groupId)
      : describeClassicGroup(groups, groupId),
    offsetsOf(groups, groupId),
  ]);
  if (about === undefined || offsets === undefined) return undefined;
  return {
    groupId,
    groupType: listed.groupType ?? 'classic',
    state: about.state,
    protocolType: listed.protocolType,
    assignor: about.assignor,
    members: about.members.map((member) => ({
      ...member,
      lastHeartbeatAgoMs: modules.heartbeatAgoMs(groupId, member.memberId),
    })),
    offsets,
  };
}

interface DescribedGroup {
  readonly state: string;
  readonly assignor: string;
  readonly members: readonly Omit<MemberAnswer, 'lastHeartbeatAgoMs'>[];
}

async function describeClassicGroup(
  groups: GroupService,
  groupId: string,
): Promise<DescribedGroup | undefined> {
  const described = await ask<ReplyOf<'describeGroup'>>(groups, groupId, (ref) => ({
    kind: 'describeGroup',
    context,
    request: { groupId },
    ref,
  }));
  if (described === undefined || described.errorCode !== 0) return undefined;
  const isRebalancing = described.groupState.endsWith('Rebalance');
  const awaited = isRebalancing ? await awaitedMembers(groups, groupId) : [];
  return {
    state: described.groupState,
    assignor: described.protocolData,
    members: described.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.groupInstanceId ?? null,
      clientId: member.clientId,
      clientHost: member.clientHost,
      awaited: awaited.includes(member.memberId),
      subscribed: [...(decodeSubscription(member.memberMetadata)?.topics ?? [])],
      topics: (decodeAssignment(member.memberAssignment)?.topics ?? []).map(
        ({ topic, partitions }) => ({ topic, partitions: [...partitions] }),
      ),
    })),
  };
}

async function awaitedMembers(groups: GroupService, groupId: string): Promise<readonly string[]> {
  const found = await ask<ReplyOf<'awaitedMembers'>>(groups, groupId, (ref) => ({
    kind: 'awaitedMembers',
    context,
    request: { groupId },
    ref,
  }));
  return found ?? [];
}

async function describeConsumerGroup(
  groups: GroupService,
  groupId: string,
): Promise<DescribedGroup | undefined> {
  const described = await ask<ReplyOf<'consumerGroupDescribe'>>(groups, groupId, (ref) => ({
    kind: 'consumerGroupDescribe',
    context,
    request: { groupId, includeAuthorizedOperations: false },
    ref,
  }));
  if (described === undefined || described.errorCode !== 0) return undefined;
  return {
    state: described.groupState,
    assignor: described.assignorName,
    members: described.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.instanceId ?? null,
      clientId: member.clientId,
      clientHost: member.clientHost,
      awaited: member.memberEpoch !== described.groupEpoch,
      subscribed: [...member.subscribedTopicNames],
      topics: member.assignment.topicPartitions.map(({ topicName, partitions }) => ({
        topic: topicName,
        partitions: [...partitions],
      })),
    })),
  };
}

async function offsetsOf(
  groups: GroupService,
  groupId: string,
): Promise<GroupAnswer['offsets'] | undefined> {
  const found = await ask<NonNullable<EventOf<'offsetFetch'>['ref']['response']>>(
    groups,
    groupId,
    (ref) => ({
      kind: 'offsetFetch',
      context,
      request: { groupId, memberId: null, memberEpoch: -1, topics: null, requireStable: false },
      ref,
    }),
  );
  return found?.topics.map(({ name = '', partitions }) => ({
    topic: name,
    partitions: partitions.map(({ partitionIndex, committedOffset }) => ({
      partition: partitionIndex,
      committedOffset,
    })),
  }));
}
