import type { Answer, Question } from './apis.ts';
import type { Conversation, Topic } from './conversation.ts';

/** Waits until the coordinator of a group is there and has loaded: Apache makes its topic in the background. */
export async function coordinated(broker: Conversation, label = 'readers'): Promise<string> {
  const group = broker.nameOf(label);
  await broker.settled('there is a coordinator', async () => {
    const { coordinators } = await broker.prepare('FindCoordinator', 4, {
      keyType: 0,
      coordinatorKeys: [group],
    });
    return coordinators[0]?.errorCode === 0;
  });
  await broker.settled('the coordinator has loaded', async () => {
    const { groups } = await broker.prepare('DescribeGroups', 5, { groups: [group] });
    return groups[0]?.errorCode === 0;
  });
  return group;
}

/** Waits until a classic group is in `state`. */
export async function inState(broker: Conversation, group: string, state: string): Promise<void> {
  await broker.settled(`${group} is ${state}`, async () => {
    const { groups } = await broker.prepare('DescribeGroups', 5, { groups: [group] });
    return groups[0]?.groupState === state;
  });
}

/** What a consumer says of itself: version 0 of its protocol, no topics, nothing else. */
const subscription = Buffer.from('000000000000ffffffff', 'hex');

/** A JoinGroup request of a consumer, for any version. */
export function joinOf(
  groupId: string,
  rest: Partial<Question<'JoinGroup'>> = {},
): Question<'JoinGroup'> {
  return {
    groupId,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: subscription }],
    ...rest,
  };
}

/** Joins as the only member, in two steps where the version asks for it. The answers are in the transcript. */
export async function joined(
  broker: Conversation,
  version: number,
  groupId: string,
  rest: Partial<Question<'JoinGroup'>> = {},
): Promise<Answer<'JoinGroup'>> {
  const first = await broker.ask('JoinGroup', version, joinOf(groupId, rest));
  if (first.errorCode === 0) return first;
  return broker.ask('JoinGroup', version, joinOf(groupId, { ...rest, memberId: first.memberId }));
}

/** A SyncGroup request of the leader, which takes everything for itself; for any version. */
export function syncOf(
  groupId: string,
  { memberId, generationId }: Pick<Answer<'JoinGroup'>, 'memberId' | 'generationId'>,
  version: number,
): Question<'SyncGroup'> {
  const assignments = [{ memberId, assignment: Buffer.from('all of it') }];
  const protocol = version >= 5 ? { protocolType: 'consumer', protocolName: 'range' } : {};
  return { groupId, generationId, memberId, ...protocol, assignments };
}

/** An OffsetCommit request for partitions of a topic, for any version. */
export function commitOf(
  groupId: string,
  topics: readonly { topic: Topic; offsets: Readonly<Record<number, number>> }[],
  rest: Partial<Question<'OffsetCommit'>> & { metadata?: string | null } = {},
): Question<'OffsetCommit'> {
  const { metadata = 'so far', ...fields } = rest;
  return {
    groupId,
    topics: topics.map(({ topic, offsets }) => ({
      ...topic,
      partitions: Object.entries(offsets).map(([index, committedOffset]) => ({
        partitionIndex: Number(index),
        committedOffset,
        committedMetadata: metadata,
      })),
    })),
    ...fields,
  };
}

/** An OffsetFetch request for one group, for any version; null for all that was committed. */
export function offsetsOf(
  groupId: string,
  topics: readonly { topic: Topic; partitions: readonly number[] }[] | null,
  version: number,
): Question<'OffsetFetch'> {
  const asked =
    topics?.map(({ topic, partitions }) => ({ ...topic, partitionIndexes: partitions })) ?? null;
  if (version < 8) return { groupId, topics: asked };
  return { groups: [{ groupId, topics: asked }] };
}
