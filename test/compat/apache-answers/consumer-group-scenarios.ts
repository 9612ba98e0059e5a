import {
  beatUntil,
  eagerGroup,
  joinBeat,
  memberIds,
  memberOf,
  owned,
  sharedTopic,
  showGroup,
  stayBeat,
  type Beat,
  type Told,
} from './consumer-group-requests.ts';
import { commitOf, offsetsOf } from './coordinator-requests.ts';
import { inVersions, type Scenario } from './scenario.ts';

const lives: Scenario[] = [
  ...inVersions('ConsumerGroupHeartbeat', [0, 1], 'a life in a group', async (broker, version) => {
    const group = await eagerGroup(broker);
    const topic = await sharedTopic(broker, 'orders', 3);
    const subscribedTopicNames = [topic.name];
    const beat = (question: Beat): Promise<Told> =>
      broker.ask('ConsumerGroupHeartbeat', version, question);
    const own = version === 0 ? '' : memberIds[0];
    const told = await beat(joinBeat(group, own, { subscribedTopicNames }));
    await beat(stayBeat(group, told));
    const full = { subscribedTopicNames, rebalanceTimeoutMs: 30_000, topicPartitions: owned(told) };
    await beat(stayBeat(group, told, full));
    await beat(stayBeat(group, told, { topicPartitions: [] }));
    for (const describeVersion of [0, 1]) {
      await broker.ask('ConsumerGroupDescribe', describeVersion, {
        groupIds: [group, broker.nameOf('another'), group],
        includeAuthorizedOperations: describeVersion === 1,
      });
    }
    for (const describeVersion of [5, 6]) {
      await broker.ask('DescribeGroups', describeVersion, { groups: [group] });
    }
    for (const listVersion of [3, 4, 5]) await broker.ask('ListGroups', listVersion, {});
    await broker.ask('ListGroups', 5, { typesFilter: ['Consumer'], statesFilter: ['stable'] });
    await broker.ask('ListGroups', 5, { typesFilter: ['classic'] });
    await broker.ask('DeleteGroups', 2, { groupsNames: [group] });
    await beat(stayBeat(group, { ...told, memberEpoch: -1 }));
    await beat(stayBeat(group, { ...told, memberEpoch: -1 }));
    await beat(stayBeat(group, told));
    await showGroup(broker, group);
    await broker.ask('DescribeGroups', 6, { groups: [group] });
    await broker.ask('ListGroups', 5, { statesFilter: ['Empty'] });
    await beat(joinBeat(group, own, { subscribedTopicNames }));
    await showGroup(broker, group);
  }),
  ...inVersions('ConsumerGroupHeartbeat', [1], 'members that share', async (broker, version) => {
    const group = await eagerGroup(broker);
    const topic = await sharedTopic(broker, 'orders', 5);
    const rest = { subscribedTopicNames: [topic.name] };
    const [a, b, c] = memberIds;
    const beat = (question: Beat): Promise<Told> =>
      broker.ask('ConsumerGroupHeartbeat', version, question);
    let one = await beat(joinBeat(group, a, rest));
    let two = await beat(joinBeat(group, b, rest));
    await showGroup(broker, group);
    const before = owned(one);
    one = await beat(stayBeat(group, one, { topicPartitions: before }));
    await showGroup(broker, group);
    two = await beat(stayBeat(group, two));
    await beat(stayBeat(group, one));
    one = await beat(stayBeat(group, one, { topicPartitions: owned(one) }));
    two = await beat(stayBeat(group, two));
    await showGroup(broker, group);
    const three = await beat(joinBeat(group, c, { ...rest, serverAssignor: 'range' }));
    await showGroup(broker, group);
    await beat(stayBeat(group, { ...two, memberEpoch: -1 }));
    await showGroup(broker, group);
    await beat(stayBeat(group, three));
    await beat(stayBeat(group, one, { topicPartitions: [] }));
    await beat(stayBeat(group, three));
    await showGroup(broker, group);
  }),
  ...inVersions('ConsumerGroupHeartbeat', [0, 1], 'epochs', async (broker, version) => {
    const group = await eagerGroup(broker);
    const topic = await sharedTopic(broker, 'orders', 2);
    const other = await sharedTopic(broker, 'others', 1);
    const rest = { subscribedTopicNames: [topic.name] };
    const beat = (question: Beat): Promise<Told> =>
      broker.ask('ConsumerGroupHeartbeat', version, question);
    const first = await beat(joinBeat(group, version === 0 ? '' : memberIds[0], rest));
    const subscribedTopicNames = [topic.name, other.name];
    const second = await beat(stayBeat(group, first, { subscribedTopicNames }));
    await beat(stayBeat(group, first));
    await beat(stayBeat(group, first, { topicPartitions: owned(first) }));
    await beat(stayBeat(group, first, { topicPartitions: [] }));
    const foreign = [{ topicId: other.topicId, partitions: [0, 7] }];
    await beat(stayBeat(group, first, { topicPartitions: foreign }));
    await beat(stayBeat(group, second, { topicPartitions: foreign }));
    await beat(stayBeat(group, { ...second, memberEpoch: second.memberEpoch + 1 }));
    await beat(stayBeat(group, { ...second, memberEpoch: 1000 }));
    await beat(stayBeat(group, { ...second, memberEpoch: -2 }));
    await beat(stayBeat(group, { ...second, memberEpoch: -3 }));
    await beat(stayBeat(group, { ...second, memberId: 'somebody' }));
    await beat(joinBeat(group, second.memberId ?? '', { subscribedTopicNames }));
    await beat(joinBeat(group, second.memberId ?? '', { subscribedTopicNames: [] }));
    await showGroup(broker, group);
  }),
  ...inVersions('ConsumerGroupHeartbeat', [1], 'subscriptions', async (broker, version) => {
    const group = await eagerGroup(broker);
    const topic = await sharedTopic(broker, 'orders', 2);
    const nobody = broker.nameOf('nobody');
    const [memberId] = memberIds;
    const beat = (question: Beat): Promise<Told> =>
      broker.ask('ConsumerGroupHeartbeat', version, question);
    let told = await beat(joinBeat(group, memberId, { subscribedTopicNames: [nobody] }));
    const lists = [[], [topic.name, topic.name], [topic.name, nobody], [''], ['/bad'], []];
    for (const subscribedTopicNames of lists) {
      told = await beat(stayBeat(group, told, { subscribedTopicNames }));
    }
    const details = { rackId: 'RACK1', rebalanceTimeoutMs: 1, serverAssignor: 'range' };
    told = await beat(stayBeat(group, told, { ...details, subscribedTopicNames: [topic.name] }));
    await showGroup(broker, group);
    told = await beat(stayBeat(group, told, { rebalanceTimeoutMs: 0, serverAssignor: 'uniform' }));
    await showGroup(broker, group);
  }),
];

/** Of several topics, uniform assignors begin with one or another, as their ids are. */
const assignors: Scenario[] = [
  ...inVersions('ConsumerGroupHeartbeat', [1], 'the range assignor', async (broker, version) => {
    const a = (await sharedTopic(broker, 'a', 3)).name;
    const b = (await sharedTopic(broker, 'b', 3)).name;
    const group = await eagerGroup(broker);
    for (const [i, names] of [[a, b], [a, b], [b]].entries()) {
      const rest = { serverAssignor: 'range', subscribedTopicNames: names };
      await broker.ask('ConsumerGroupHeartbeat', version, joinBeat(group, memberOf(i), rest));
      await showGroup(broker, group);
    }
  }),
  ...inVersions('ConsumerGroupHeartbeat', [1], 'the uniform assignor', async (broker, version) => {
    const { name } = await sharedTopic(broker, 'a', 7);
    const group = await eagerGroup(broker);
    for (let i = 0; i < memberIds.length; i++) {
      const rest = { serverAssignor: 'uniform', subscribedTopicNames: [name] };
      await broker.ask('ConsumerGroupHeartbeat', version, joinBeat(group, memberOf(i), rest));
      await showGroup(broker, group);
    }
  }),
];

const staticMembers: Scenario[] = inVersions(
  'ConsumerGroupHeartbeat',
  [0, 1],
  'static members',
  async (broker, version) => {
    const group = await eagerGroup(broker);
    const topic = await sharedTopic(broker, 'orders', 2);
    const [a, b, c] = memberIds;
    const instanceId = 'desk 1';
    const beat = (question: Beat): Promise<Told> =>
      broker.ask('ConsumerGroupHeartbeat', version, question);
    const rest = { subscribedTopicNames: [topic.name], instanceId };
    const one = await beat(joinBeat(group, a, rest));
    await beat(joinBeat(group, b, rest));
    await beat(stayBeat(group, one));
    await beat(stayBeat(group, one, { instanceId: 'desk 2' }));
    await beat(stayBeat(group, { ...one, memberId: b }, { instanceId }));
    await beat(stayBeat(group, { ...one, memberId: b, memberEpoch: -2 }, { instanceId }));
    await beat(stayBeat(group, { ...one, memberId: b, memberEpoch: -1 }, { instanceId }));
    await beat(stayBeat(group, { ...one, memberEpoch: -2 }, { instanceId: 'desk 2' }));
    await beat(stayBeat(group, { ...one, memberEpoch: -2 }, { instanceId }));
    await showGroup(broker, group);
    await beat(stayBeat(group, one, { instanceId }));
    const two = await beat(joinBeat(group, c, rest));
    await showGroup(broker, group);
    await beat(stayBeat(group, one, { instanceId }));
    await beat(joinBeat(group, a, { ...rest, instanceId: 'desk 2' }));
    await beat(joinBeat(group, b, { ...rest, instanceId: 'desk 3' }));
    await beat(joinBeat(group, 'DDDDDDDDDDDDDDDDDDDDDD', { ...rest, instanceId: 'desk 4' }));
    await beat(joinBeat(group, 'EEEEEEEEEEEEEEEEEEEEEE', rest));
    await beat(stayBeat(group, { ...two, memberEpoch: -1 }, { instanceId }));
    await showGroup(broker, group);
    await broker.ask('LeaveGroup', 5, {
      groupId: group,
      members: [
        { memberId: '', groupInstanceId: 'desk 2' },
        { memberId: '', groupInstanceId: 'desk 9' },
        { memberId: b },
        { memberId: c },
      ],
    });
    await showGroup(broker, group);
  },
);

const regexes: Scenario[] = [
  ...inVersions('ConsumerGroupHeartbeat', [1], 'regular expressions', async (broker, version) => {
    const group = await eagerGroup(broker);
    const topic = await sharedTopic(broker, 'orders', 2);
    const { suffix } = broker.normaliser;
    const [memberId] = memberIds;
    const rest = { subscribedTopicNames: null, subscribedTopicRegex: `ord.*${suffix}` };
    let told = await beatUntil(
      broker,
      version,
      joinBeat(group, memberId, rest),
      ({ assignment }) => (assignment?.topicPartitions.length ?? 0) > 0,
    );
    await showGroup(broker, group);
    const beat = async (question: Beat): Promise<Told> => {
      const answer = await broker.ask('ConsumerGroupHeartbeat', version, question);
      if (answer.errorCode === 0) told = answer;
      return answer;
    };
    for (const subscribedTopicRegex of ['[', '(', '*', 'a{2,1}', '(?=x)', '\\1', 'a**']) {
      await beat(stayBeat(group, told, { subscribedTopicRegex }));
    }
    await beat(stayBeat(group, told, { subscribedTopicRegex: '', topicPartitions: [] }));
    await beat(stayBeat(group, told, { subscribedTopicNames: [topic.name] }));
    await showGroup(broker, group);
  }),
  ...inVersions('ConsumerGroupHeartbeat', [1], 'a regex that is wrong', async (broker, version) => {
    const group = await eagerGroup(broker);
    const [memberId] = memberIds;
    const expressions = ['[', '(', '*', '+a', 'a{2,1}', '(?=x)', '(?<!x)', '\\1', '\\p{Nonsense}'];
    for (const subscribedTopicRegex of expressions) {
      const rest = { subscribedTopicNames: null, subscribedTopicRegex };
      await broker.ask('ConsumerGroupHeartbeat', version, joinBeat(group, memberId, rest));
    }
    await showGroup(broker, group);
  }),
  ...inVersions('ConsumerGroupHeartbeat', [1], 'an empty regex', async (broker, version) => {
    const group = await eagerGroup(broker);
    const [memberId] = memberIds;
    const rest = { subscribedTopicNames: null, subscribedTopicRegex: '' };
    await broker.ask('ConsumerGroupHeartbeat', version, joinBeat(group, memberId, rest));
    await showGroup(broker, group);
  }),
];

const offsets: Scenario[] = [
  ...inVersions('OffsetCommit', [2, 8, 9, 10], 'of a consumer group', async (broker, version) => {
    const group = await eagerGroup(broker);
    const topic = await sharedTopic(broker, 'orders', 2);
    const rest = { subscribedTopicNames: [topic.name] };
    const join = joinBeat(group, memberIds[0], rest);
    const { memberId, memberEpoch } = await broker.prepare('ConsumerGroupHeartbeat', 1, join);
    const good = { memberId: memberId ?? '', generationIdOrMemberEpoch: memberEpoch };
    const topics = [{ topic, offsets: { 0: 5 } }];
    const members = [
      good,
      { ...good, generationIdOrMemberEpoch: memberEpoch + 1 },
      { ...good, generationIdOrMemberEpoch: memberEpoch - 1 },
      { ...good, generationIdOrMemberEpoch: 0 },
      { ...good, generationIdOrMemberEpoch: -1 },
      { ...good, memberId: 'somebody' },
      { ...good, memberId: '' },
      {},
      ...(version >= 7 ? [{ ...good, groupInstanceId: 'desk' }] : []),
    ];
    for (const member of members) {
      await broker.ask('OffsetCommit', version, commitOf(group, topics, member));
    }
    await broker.ask('OffsetFetch', 9, offsetsOf(group, [{ topic, partitions: [0, 1] }], 9));
    const leave = { groupId: group, memberId: memberIds[0], memberEpoch: -1 };
    await broker.prepare('ConsumerGroupHeartbeat', 1, leave);
    await broker.ask('OffsetCommit', version, commitOf(group, topics, good));
    await broker.ask('OffsetCommit', version, commitOf(group, topics));
  }),
  ...inVersions('OffsetFetch', [1, 8, 9, 10], 'of a consumer group', async (broker, version) => {
    const group = await eagerGroup(broker);
    const topic = await sharedTopic(broker, 'orders', 2);
    const rest = { subscribedTopicNames: [topic.name] };
    const join = joinBeat(group, memberIds[0], rest);
    const { memberEpoch } = await broker.prepare('ConsumerGroupHeartbeat', 1, join);
    const asked = [{ topic, partitions: [0] }];
    await broker.ask('OffsetFetch', version, offsetsOf(group, asked, version));
    if (version < 9) return;
    const topics = [{ ...topic, partitionIndexes: [0] }];
    for (const memberId of [memberIds[0], 'somebody', '', null]) {
      for (const epoch of [memberEpoch, memberEpoch + 1, 0, -1]) {
        await broker.ask('OffsetFetch', version, {
          groups: [{ groupId: group, memberId, memberEpoch: epoch, topics }],
        });
      }
    }
  }),
  ...inVersions('OffsetDelete', [0], 'of a consumer group', async (broker, version) => {
    const group = await eagerGroup(broker);
    const topic = await sharedTopic(broker, 'orders', 1);
    const other = await sharedTopic(broker, 'others', 1);
    const committed = [topic, other].map((each) => ({ topic: each, offsets: { 0: 5 } }));
    await broker.prepare('OffsetCommit', 8, commitOf(group, committed));
    const rest = { subscribedTopicNames: [topic.name] };
    await broker.ask('ConsumerGroupHeartbeat', 1, joinBeat(group, memberIds[0], rest));
    const partitions = [{ partitionIndex: 0 }, { partitionIndex: 1 }];
    const topics = [topic, other].map(({ name }) => ({ name, partitions }));
    await broker.ask('OffsetDelete', version, { groupId: group, topics });
    await broker.ask('OffsetFetch', 7, offsetsOf(group, null, 7));
  }),
];

/** Groups of the next generation protocol (KIP-848). */
export const consumerGroupScenarios: readonly Scenario[] = [
  ...lives,
  ...assignors,
  ...staticMembers,
  ...regexes,
  ...offsets,
];
