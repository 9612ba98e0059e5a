import { must } from '../../../src/util/assert.ts';
import type { Answer, Question } from './apis.ts';
import type { Conversation, Topic } from './conversation.ts';
import { coordinated } from './coordinator-requests.ts';

const groupType = 32;
const assignmentInterval = 'consumer.assignment.interval.ms';

/** A heartbeat. */
export type Beat = Question<'ConsumerGroupHeartbeat'>;
/** What is answered to it. */
export type Told = Answer<'ConsumerGroupHeartbeat'>;

/** A group that assigns without waiting, and whose coordinator is there. */
export async function eagerGroup(broker: Conversation, label = 'readers'): Promise<string> {
  const group = await coordinated(broker, label);
  const configs = [{ name: assignmentInterval, configOperation: 0, value: '0' }];
  const resource = { resourceType: groupType, resourceName: group };
  await broker.prepare('IncrementalAlterConfigs', 1, {
    resources: [{ ...resource, configs }],
    validateOnly: false,
  });
  await broker.settled('the group is eager', async () => {
    const { results } = await broker.prepare('DescribeConfigs', 4, {
      resources: [{ ...resource, configurationKeys: [assignmentInterval] }],
    });
    return results[0]?.configs[0]?.value === '0';
  });
  return group;
}

/** The first heartbeat of a member, for any version; in version 0 it has no id. */
export function joinBeat(groupId: string, memberId: string, rest: Partial<Beat> = {}): Beat {
  return {
    groupId,
    memberId,
    memberEpoch: 0,
    rebalanceTimeoutMs: 30_000,
    subscribedTopicNames: [],
    topicPartitions: [],
    ...rest,
  };
}

/** A heartbeat that tells nothing new. */
export function stayBeat(
  groupId: string,
  { memberId, memberEpoch }: Told,
  rest: Partial<Beat> = {},
): Beat {
  return { groupId, memberId: memberId ?? '', memberEpoch, ...rest };
}

/** What a member shall own, as it says itself that it does. */
export function owned({ assignment }: Told): NonNullable<Beat['topicPartitions']> {
  return assignment?.topicPartitions ?? [];
}

/** Ids that members make up for themselves, as version 1 of the heartbeat has them do. */
export const memberIds = [
  'AAAAAAAAAAAAAAAAAAAAAA',
  'BBBBBBBBBBBBBBBBBBBBBB',
  'CCCCCCCCCCCCCCCCCCCCCC',
] as const;

/** The id of one of them. */
export function memberOf(index: number): string {
  return must(memberIds[index]);
}

/**
 * A topic that the coordinator knows: in Apache it learns of it after the partitions' leader. A group of its own
 * finds out.
 */
export async function sharedTopic(
  broker: Conversation,
  label: string,
  partitions: number,
): Promise<Topic> {
  const topic = await broker.topic(label, { partitions });
  const scout = await coordinated(broker, 'scouts');
  await broker.settled(`${label} is known`, async () => {
    const join = joinBeat(scout, memberIds[0], { subscribedTopicNames: [topic.name] });
    const { assignment } = await broker.prepare('ConsumerGroupHeartbeat', 1, join);
    const leave = { groupId: scout, memberId: memberIds[0], memberEpoch: -1 };
    await broker.prepare('ConsumerGroupHeartbeat', 1, leave);
    await broker.prepare('DeleteGroups', 2, { groupsNames: [scout] });
    return assignment !== null && (assignment?.topicPartitions.length ?? 0) > 0;
  });
  return topic;
}

/** Asks, and again without a word until `condition` holds; then the last answer is in the transcript. */
export async function beatUntil(
  broker: Conversation,
  version: number,
  beat: Beat,
  condition: (told: Told) => boolean,
): Promise<Told> {
  let last = await broker.prepare('ConsumerGroupHeartbeat', version, beat);
  await broker.settled('the member is told', async () => {
    if (condition(last)) return true;
    last = await broker.prepare('ConsumerGroupHeartbeat', version, stayBeat(beat.groupId, last));
    return condition(last);
  });
  return broker.note('ConsumerGroupHeartbeat', version, Promise.resolve(last));
}

/** A ConsumerGroupDescribe request for one group. */
export function describing(group: string): Question<'ConsumerGroupDescribe'> {
  return { groupIds: [group], includeAuthorizedOperations: false };
}

/** Has the group described, into the transcript. */
export async function showGroup(broker: Conversation, group: string): Promise<void> {
  await broker.ask('ConsumerGroupDescribe', 1, describing(group));
}
