import { commitOf, coordinated, joined, joinOf, syncOf } from './coordinator-requests.ts';
import { batchOf, produceTo } from './requests.ts';
import { inVersions, type Scenario } from './scenario.ts';
import { unknownTopicId } from './unknown-topic-id.ts';

const zeroTo = (last: number): number[] =>
  Array.from({ length: last + 1 }, (_, version) => version);

const findScenarios: Scenario[] = [
  ...inVersions('FindCoordinator', [0, 1, 2, 3], 'one key', async (broker, version) => {
    const group = await coordinated(broker);
    await broker.ask('FindCoordinator', version, { key: group });
    await broker.ask('FindCoordinator', version, { key: '' });
    if (version < 1) return;
    await broker.ask('FindCoordinator', version, { key: group, keyType: 2 });
    await broker.ask('FindCoordinator', version, { key: group, keyType: -1 });
    await broker.attempt('FindCoordinator', version, { key: group, keyType: 9 });
  }),
  ...inVersions('FindCoordinator', [4, 5, 6], 'several keys', async (broker, version) => {
    const group = await coordinated(broker);
    const coordinatorKeys = [group, '', broker.nameOf('another'), group];
    await broker.ask('FindCoordinator', version, { keyType: 0, coordinatorKeys });
    await broker.ask('FindCoordinator', version, { keyType: 0, coordinatorKeys: [] });
    if (version < 6) await broker.ask('FindCoordinator', version, { keyType: 2, coordinatorKeys });
    await broker.ask('FindCoordinator', version, { keyType: 9, coordinatorKeys: [] });
    await broker.attempt('FindCoordinator', version, { keyType: 9, coordinatorKeys });
  }),
];

const joinScenarios: Scenario[] = [
  ...inVersions('JoinGroup', zeroTo(9), 'what is refused at sight', async (broker, version) => {
    const group = await coordinated(broker);
    const refusals = [
      { groupId: '' },
      { sessionTimeoutMs: 0 },
      { sessionTimeoutMs: -1 },
      { sessionTimeoutMs: 5999 },
      { sessionTimeoutMs: 1_800_001 },
      { protocols: [] },
      { protocolType: '' },
      { memberId: 'somebody' },
    ];
    for (const rest of refusals) await broker.ask('JoinGroup', version, joinOf(group, rest));
  }),
  ...inVersions('JoinGroup', zeroTo(9), 'a life in a group', async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders');
    const syncVersion = Math.min(version, 5);
    const oldVersion = Math.min(version, 4);
    const { memberId, generationId } = await joined(broker, version, group);
    const member = { groupId: group, memberId, generationId };
    await broker.ask('Heartbeat', oldVersion, member);
    const sync = syncOf(group, { memberId, generationId }, syncVersion);
    await broker.ask('SyncGroup', syncVersion, sync);
    await broker.ask('Heartbeat', oldVersion, member);
    await broker.ask('Heartbeat', oldVersion, { ...member, generationId: generationId + 1 });
    await broker.ask('Heartbeat', oldVersion, { ...member, memberId: 'somebody' });
    const commit = { memberId, generationIdOrMemberEpoch: generationId };
    const topics = [{ topic, offsets: { 0: 5 } }];
    await broker.ask('OffsetCommit', 8, commitOf(group, topics, commit));
    await broker.ask('OffsetCommit', 8, commitOf(group, topics));
    await broker.ask('DescribeGroups', Math.min(version, 6), { groups: [group] });
    await broker.ask('ListGroups', Math.min(version, 5), {});
    await broker.ask('DeleteGroups', 2, { groupsNames: [group] });
    await broker.ask('LeaveGroup', syncVersion, {
      groupId: group,
      ...(syncVersion < 3 ? { memberId } : { members: [{ memberId }, { memberId: 'somebody' }] }),
    });
    await broker.ask('DescribeGroups', Math.min(version, 6), { groups: [group] });
    await broker.ask('DeleteGroups', 2, { groupsNames: [group] });
    await broker.ask('DescribeGroups', Math.min(version, 6), { groups: [group] });
  }),
  ...inVersions('JoinGroup', [5, 9], 'a static member', async (broker, version) => {
    const group = await coordinated(broker);
    const groupInstanceId = 'desk 1';
    const first = await joined(broker, version, group, { groupInstanceId });
    await broker.ask('SyncGroup', 3, { ...syncOf(group, first, 3), groupInstanceId });
    const second = await joined(broker, version, group, { groupInstanceId });
    await broker.ask('SyncGroup', 3, { ...syncOf(group, second, 3), groupInstanceId });
    const { memberId, generationId } = first;
    const old = { groupId: group, memberId, generationId, groupInstanceId };
    await broker.ask('Heartbeat', 4, old);
    await broker.ask('Heartbeat', 4, { ...old, memberId: second.memberId });
    await broker.ask('DescribeGroups', 5, { groups: [group] });
    await broker.ask('LeaveGroup', 5, {
      groupId: group,
      members: [
        { memberId: '', groupInstanceId: 'desk 2' },
        { memberId: '', groupInstanceId },
      ],
    });
  }),
];

const memberScenarios: Scenario[] = [
  ...inVersions('SyncGroup', zeroTo(5), 'who is not there', async (broker, version) => {
    const group = await coordinated(broker);
    const nobody = { memberId: 'somebody', generationId: 3 };
    for (const groupId of [group, '']) {
      await broker.ask('SyncGroup', version, syncOf(groupId, nobody, version));
    }
    if (version < 5) return;
    for (const missing of [{ protocolType: null }, { protocolName: null }]) {
      const sync = { ...syncOf(group, nobody, version), ...missing };
      await broker.ask('SyncGroup', version, sync);
    }
  }),
  ...inVersions('Heartbeat', zeroTo(4), 'who is not there', async (broker, version) => {
    const group = await coordinated(broker);
    for (const groupId of [group, '']) {
      const heartbeat = { groupId, memberId: 'somebody', generationId: 3 };
      await broker.ask('Heartbeat', version, heartbeat);
    }
  }),
  ...inVersions('LeaveGroup', zeroTo(5), 'who is not there', async (broker, version) => {
    const group = await coordinated(broker);
    const members = [{ memberId: 'somebody' }, { memberId: '', groupInstanceId: 'desk' }];
    for (const groupId of [group, '']) {
      await broker.ask('LeaveGroup', version, {
        groupId,
        ...(version < 3 ? { memberId: 'somebody' } : { members }),
      });
    }
    if (version >= 3) await broker.ask('LeaveGroup', version, { groupId: group, members: [] });
  }),
];

const describeScenarios: Scenario[] = [
  ...inVersions(
    'DescribeGroups',
    zeroTo(6),
    'who is there and who not',
    async (broker, version) => {
      const group = await coordinated(broker);
      const topic = await broker.topic('orders');
      await broker.prepare('OffsetCommit', 8, commitOf(group, [{ topic, offsets: { 0: 5 } }]));
      const operations = version >= 3 ? { includeAuthorizedOperations: true } : {};
      for (const groups of [[group], [broker.nameOf('another')], [''], []]) {
        await broker.ask('DescribeGroups', version, { groups, ...operations });
      }
      await broker.ask('DescribeGroups', version, { groups: [group] });
    },
  ),
  ...inVersions('ListGroups', zeroTo(5), 'with and without filters', async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders');
    await broker.prepare('OffsetCommit', 8, commitOf(group, [{ topic, offsets: { 0: 5 } }]));
    await broker.ask('ListGroups', version, {});
    if (version < 4) return;
    for (const statesFilter of [
      ['Empty'],
      ['empty'],
      ['Stable'],
      ['Nonsense'],
      ['Stable', 'Empty'],
    ]) {
      await broker.ask('ListGroups', version, { statesFilter });
    }
    if (version < 5) return;
    for (const typesFilter of [['classic'], ['CLASSIC'], ['consumer'], ['nonsense']]) {
      await broker.ask('ListGroups', version, { typesFilter });
    }
  }),
  ...inVersions('DeleteGroups', zeroTo(2), 'who is there and who not', async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders');
    await broker.prepare('OffsetCommit', 8, commitOf(group, [{ topic, offsets: { 0: 5 } }]));
    for (const groupsNames of [[broker.nameOf('another')], [''], [group], [group], []]) {
      await broker.ask('DeleteGroups', version, { groupsNames });
    }
    await broker.prepare('OffsetCommit', 8, commitOf(group, [{ topic, offsets: { 0: 5 } }]));
    await broker.ask('DeleteGroups', version, { groupsNames: [group, group] });
  }),
];

const consumerScenarios: Scenario[] = [
  ...inVersions(
    'ConsumerGroupHeartbeat',
    [0, 1],
    'what is refused at sight',
    async (broker, version) => {
      const group = await coordinated(broker);
      const join = {
        groupId: group,
        memberId: version === 0 ? '' : 'me',
        memberEpoch: 0,
        rebalanceTimeoutMs: 30_000,
        subscribedTopicNames: [broker.nameOf('orders')],
        topicPartitions: [],
      };
      const refusals = [
        { groupId: '' },
        { memberEpoch: -3 },
        { memberEpoch: 5 },
        { memberEpoch: -1 },
        { memberEpoch: -2, instanceId: 'desk' },
        { memberEpoch: -2 },
        { memberEpoch: 5, memberId: 'somebody' },
        { rebalanceTimeoutMs: -1 },
        { subscribedTopicNames: null },
        { topicPartitions: null },
        { instanceId: '' },
        { rackId: '' },
        { serverAssignor: 'nonsense' },
        ...(version > 0
          ? [{ memberId: '' }, { subscribedTopicNames: null, subscribedTopicRegex: '[' }]
          : []),
      ];
      for (const rest of refusals) {
        await broker.ask('ConsumerGroupHeartbeat', version, { ...join, ...rest });
      }
    },
  ),
  ...inVersions('ConsumerGroupDescribe', [0, 1], 'who is not there', async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders');
    await broker.prepare('OffsetCommit', 8, commitOf(group, [{ topic, offsets: { 0: 5 } }]));
    for (const includeAuthorizedOperations of [false, true]) {
      for (const groupIds of [[group], [broker.nameOf('another')], [''], []]) {
        await broker.ask('ConsumerGroupDescribe', version, {
          groupIds,
          includeAuthorizedOperations,
        });
      }
    }
  }),
];

const topicScenarios: Scenario[] = [
  ...inVersions(
    'Produce',
    [3, 9],
    'into the topic of committed offsets',
    async (broker, version) => {
      await coordinated(broker);
      const topic = { name: '__consumer_offsets', topicId: unknownTopicId };
      await broker.ask('Produce', version, produceTo(topic, batchOf(['a'])));
    },
  ),
  {
    name: 'Metadata v12: the topic of committed offsets',
    run: async (broker) => {
      await coordinated(broker);
      const topics = [{ name: '__consumer_offsets' }];
      await broker.ask('Metadata', 12, { topics, allowAutoTopicCreation: false });
      await broker.ask('DescribeConfigs', 4, {
        resources: [
          { resourceType: 2, resourceName: '__consumer_offsets', configurationKeys: null },
        ],
        includeSynonyms: true,
      });
    },
  },
];

/** Groups: found, joined, left, described, listed and deleted. */
export const groupScenarios: readonly Scenario[] = [
  ...findScenarios,
  ...joinScenarios,
  ...memberScenarios,
  ...describeScenarios,
  ...consumerScenarios,
  ...topicScenarios,
];
