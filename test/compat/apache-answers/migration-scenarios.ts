import { encodeSubscription } from '../../../src/client/group/consumer-protocol.ts';
import {
  describing,
  eagerGroup,
  joinBeat,
  memberIds,
  owned,
  sharedTopic,
  showGroup,
  stayBeat,
} from './consumer-group-requests.ts';
import { commitOf, inState, joined, joinOf, offsetsOf, syncOf } from './coordinator-requests.ts';
import { inVersions, type Scenario } from './scenario.ts';

/** What a classic consumer says of itself, with topics. */
function protocolsOf(topics: readonly string[]) {
  const metadata = encodeSubscription({ topics, owned: [], generationId: -1 });
  return [{ name: 'range', metadata }];
}

/** Groups with members of both protocols, and what comes of groups of another kind. */
export const migrationScenarios: readonly Scenario[] = [
  ...inVersions('JoinGroup', [0, 3, 5, 9], 'into a consumer group', async (broker, version) => {
    const group = await eagerGroup(broker);
    const topic = await sharedTopic(broker, 'orders', 2);
    const rest = { subscribedTopicNames: [topic.name] };
    const one = await broker.ask('ConsumerGroupHeartbeat', 1, joinBeat(group, memberIds[0], rest));
    const refused = [
      { protocolType: 'connect' },
      { protocols: [] },
      { protocols: [{ name: 'range', metadata: Buffer.from('nonsense') }] },
    ];
    for (const other of refused) {
      const fields = { protocols: protocolsOf([topic.name]), ...other };
      await broker.ask('JoinGroup', version, joinOf(group, fields));
    }
    const classic = broker.beside('classic');
    const told = await joined(classic, version, group, { protocols: protocolsOf([topic.name]) });
    await showGroup(broker, group);
    await broker.ask('DescribeGroups', 6, { groups: [group] });
    const { memberId, generationId } = told;
    const member = { groupId: group, memberId, generationId };
    await classic.ask('Heartbeat', 3, member);
    await classic.ask('Heartbeat', 3, { ...member, generationId: generationId + 1 });
    await classic.ask('Heartbeat', 3, { ...member, memberId: 'somebody' });
    await classic.ask('Heartbeat', 3, { ...member, memberId: memberIds[0] });
    await classic.ask('SyncGroup', 3, { ...member, generationId: 99, assignments: [] });
    await classic.ask('SyncGroup', 5, { ...syncOf(group, told, 5), protocolName: 'sticky' });
    await classic.ask('SyncGroup', 3, { ...member, assignments: [] });
    const after = await broker.ask(
      'ConsumerGroupHeartbeat',
      1,
      stayBeat(group, one, { topicPartitions: owned(one) }),
    );
    await broker.ask(
      'ConsumerGroupHeartbeat',
      1,
      stayBeat(group, after, { topicPartitions: owned(after) }),
    );
    await classic.ask('Heartbeat', 3, member);
    await showGroup(broker, group);
    await broker.ask('ConsumerGroupHeartbeat', 1, stayBeat(group, { ...after, memberEpoch: -1 }));
    await inState(broker, group, 'PreparingRebalance');
    await broker.ask('DescribeGroups', 6, { groups: [group] });
    await broker.ask('ConsumerGroupDescribe', 1, describing(group));
    await broker.ask('ListGroups', 5, {});
    await classic.ask('LeaveGroup', 2, member);
  }),
  ...inVersions('JoinGroup', [5], 'into a consumer group, with ids', async (broker, version) => {
    const group = await eagerGroup(broker);
    const topic = await sharedTopic(broker, 'orders', 2);
    const rest = { subscribedTopicNames: [topic.name] };
    await broker.ask('ConsumerGroupHeartbeat', 1, joinBeat(group, memberIds[0], rest));
    await broker.ask('ConsumerGroupHeartbeat', 1, joinBeat(group, memberIds[1], rest));
    const protocols = protocolsOf([topic.name]);
    for (const memberId of [memberIds[0], 'somebody']) {
      await broker.ask('JoinGroup', version, joinOf(group, { memberId, protocols }));
    }
  }),
  ...inVersions('ConsumerGroupHeartbeat', [1], 'into a classic group', async (broker, version) => {
    const group = await eagerGroup(broker);
    const topic = await sharedTopic(broker, 'orders', 2);
    // Members in the order of their ids, which the uniform assignor does not keep.
    const rest = { subscribedTopicNames: [topic.name], serverAssignor: 'range' };
    const classic = broker.beside('classic');
    const told = await joined(classic, 5, group, { protocols: protocolsOf([topic.name]) });
    await classic.ask('SyncGroup', 3, { ...syncOf(group, told, 3), assignments: [] });
    await broker.ask('ConsumerGroupHeartbeat', version, joinBeat(group, memberIds[0], rest));
    await showGroup(broker, group);
    await broker.ask('DescribeGroups', 6, { groups: [group] });
    const { memberId, generationId } = told;
    await classic.ask('Heartbeat', 3, { groupId: group, memberId, generationId });
    await broker.ask('ListGroups', 5, {});
    const committed = [{ topic, offsets: { 0: 5 } }];
    const commit = { memberId, generationIdOrMemberEpoch: generationId };
    await classic.ask('OffsetCommit', 8, commitOf(group, committed, commit));
    await classic.ask('LeaveGroup', 2, { groupId: group, memberId });
    await showGroup(broker, group);
  }),
  ...inVersions('ConsumerGroupHeartbeat', [1], 'into other groups', async (broker, version) => {
    const topic = await sharedTopic(broker, 'orders', 2);
    const rest = { subscribedTopicNames: [topic.name] };
    const workers = await eagerGroup(broker, 'workers');
    const worker = await joined(broker, 5, workers, { protocolType: 'connect' });
    await broker.ask('ConsumerGroupHeartbeat', version, joinBeat(workers, memberIds[0], rest));
    await broker.ask('SyncGroup', 3, { ...syncOf(workers, worker, 3), assignments: [] });
    await broker.ask('ConsumerGroupHeartbeat', version, joinBeat(workers, memberIds[0], rest));
    await broker.ask('LeaveGroup', 2, { groupId: workers, memberId: worker.memberId });
    await broker.ask('ConsumerGroupHeartbeat', version, joinBeat(workers, memberIds[0], rest));
    await showGroup(broker, workers);
    const simple = await eagerGroup(broker, 'simple');
    await broker.ask('OffsetCommit', 8, commitOf(simple, [{ topic, offsets: { 0: 5 } }]));
    await broker.ask('ConsumerGroupHeartbeat', version, joinBeat(simple, memberIds[0], rest));
    await broker.ask('OffsetFetch', 7, offsetsOf(simple, null, 7));
    await broker.ask('ConsumerGroupHeartbeat', version, {
      groupId: simple,
      memberId: memberIds[0],
      memberEpoch: -1,
    });
    await broker.ask('JoinGroup', 5, joinOf(simple));
    await inState(broker, simple, 'Empty');
    await broker.ask('ListGroups', 5, {});
    await broker.ask('DeleteGroups', 2, { groupsNames: [simple] });
    await broker.ask('OffsetFetch', 7, offsetsOf(simple, null, 7));
  }),
];
