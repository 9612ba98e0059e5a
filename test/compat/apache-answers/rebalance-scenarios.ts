import {
  encodeAssignment,
  encodeSubscription,
} from '../../../src/client/group/consumer-protocol.ts';
import type { Answer, Question } from './apis.ts';
import type { Conversation } from './conversation.ts';
import {
  commitOf,
  coordinated,
  inState,
  joined,
  joinOf,
  offsetsOf,
  syncOf,
} from './coordinator-requests.ts';
import { inVersions, type Scenario } from './scenario.ts';

type Joined = Answer<'JoinGroup'>;

/** A protocol of a consumer that reads some topics. */
function protocolOf(name: string, topics: readonly string[]) {
  return { name, metadata: encodeSubscription({ topics, owned: [], generationId: -1 }) };
}

/** The id that a new member is to join with; before version 4, a member chooses none and gets none. */
async function givenId(
  client: Conversation,
  version: number,
  groupId: string,
  rest: Partial<Question<'JoinGroup'>> = {},
): Promise<string> {
  if (version < 4) return '';
  return (await client.prepare('JoinGroup', version, joinOf(groupId, rest))).memberId;
}

async function synced(
  client: Conversation,
  groupId: string,
  { memberId, generationId }: Pick<Joined, 'memberId' | 'generationId'>,
  assignments: readonly { memberId: string; assignment: Uint8Array }[],
): Promise<Answer<'SyncGroup'>> {
  return client.prepare('SyncGroup', 3, { groupId, generationId, memberId, assignments });
}

const twoMembers: Scenario[] = inVersions(
  'JoinGroup',
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  'two members of a group',
  async (broker, version) => {
    const group = await coordinated(broker);
    const other = broker.beside('other');
    const both = [protocolOf('range', ['a']), protocolOf('sticky', ['a'])];
    const one = await joined(broker, version, group, { protocols: both });
    await broker.ask('DescribeGroups', 5, { groups: [group] });
    await synced(broker, group, one, []);
    const protocols = [protocolOf('sticky', ['a', 'b'])];
    const memberId = await givenId(other, version, group, { protocols });
    const coming = other.begin(
      'JoinGroup',
      version,
      joinOf(group, { protocols, memberId, rebalanceTimeoutMs: 20_000 }),
    );
    await inState(broker, group, 'PreparingRebalance');
    const first = { groupId: group, memberId: one.memberId, generationId: one.generationId };
    await broker.ask('Heartbeat', 4, first);
    await broker.ask('SyncGroup', 3, { ...first, assignments: [] });
    await broker.ask('DescribeGroups', 5, { groups: [group] });
    await broker.ask('ListGroups', 4, { statesFilter: ['PreparingRebalance'] });
    const again = joinOf(group, { protocols: both, memberId: one.memberId });
    const leader = await broker.ask('JoinGroup', version, again);
    const follower = await other.note('JoinGroup', version, coming);
    await broker.ask('DescribeGroups', 5, { groups: [group] });
    await broker.ask('ListGroups', 5, { statesFilter: ['completingrebalance'] });
    const { generationId } = leader;
    await broker.ask('Heartbeat', 4, { ...first, generationId });
    const topic = await broker.topic('orders');
    const commit = { memberId: one.memberId, generationIdOrMemberEpoch: generationId };
    await broker.ask('OffsetCommit', 8, commitOf(group, [{ topic, offsets: { 0: 5 } }], commit));
    const theirs = other.begin('SyncGroup', 3, {
      groupId: group,
      memberId: follower.memberId,
      generationId,
      assignments: [],
    });
    await broker.ask('SyncGroup', 3, {
      ...first,
      generationId,
      assignments: [
        { memberId: follower.memberId, assignment: Buffer.from('yours') },
        { memberId: 'somebody', assignment: Buffer.from('nobody’s') },
      ],
    });
    await other.note('SyncGroup', 3, theirs);
    await broker.ask('DescribeGroups', 5, { groups: [group] });
    await broker.ask('LeaveGroup', 2, { groupId: group, memberId: follower.memberId });
    await broker.ask('DescribeGroups', 5, { groups: [group] });
  },
);

const refusals: Scenario[] = [
  ...inVersions('JoinGroup', [1, 5, 7, 9], 'protocols that do not agree', async (broker, v) => {
    const group = await coordinated(broker);
    const one = await joined(broker, v, group, { protocols: [protocolOf('range', ['a'])] });
    await synced(broker, group, one, []);
    const others = [
      { protocols: [protocolOf('sticky', ['a'])] },
      { protocolType: 'connect' },
      { protocols: [] },
      { protocolType: '' },
    ];
    for (const rest of others) await broker.ask('JoinGroup', v, joinOf(group, rest));
    const { memberId } = one;
    await broker.ask('JoinGroup', v, joinOf(group, { memberId, protocolType: 'connect' }));
    await broker.ask('JoinGroup', v, joinOf(group, { memberId, protocols: [] }));
    await broker.ask('DescribeGroups', 5, { groups: [group] });
  }),
  ...inVersions('SyncGroup', [0, 3, 4, 5], 'what is refused', async (broker, version) => {
    const group = await coordinated(broker);
    const one = await joined(broker, 5, group);
    const good = syncOf(group, one, version);
    await broker.ask('SyncGroup', version, { ...good, memberId: 'somebody' });
    await broker.ask('SyncGroup', version, { ...good, memberId: '' });
    await broker.ask('SyncGroup', version, { ...good, generationId: 9 });
    await broker.ask('SyncGroup', version, { ...good, generationId: -1 });
    if (version >= 3) {
      await broker.ask('SyncGroup', version, { ...good, groupInstanceId: 'desk' });
    }
    if (version >= 5) {
      await broker.ask('SyncGroup', version, { ...good, protocolType: 'connect' });
      await broker.ask('SyncGroup', version, { ...good, protocolName: 'sticky' });
    }
    await broker.ask('SyncGroup', version, good);
    await broker.ask('SyncGroup', version, good);
    await broker.ask('SyncGroup', version, { ...good, generationId: 9 });
  }),
  ...inVersions('JoinGroup', [4, 9], 'a group that is full', async (broker, version) => {
    const group = await coordinated(broker);
    const others = [1, 2, 3].map((i) => broker.beside(`other ${i}`));
    const one = await joined(broker, version, group);
    await synced(broker, group, one, []);
    const coming: Promise<Joined>[] = [];
    for (const other of others) {
      const memberId = await givenId(other, version, group);
      coming.push(other.begin('JoinGroup', version, joinOf(group, { memberId })));
      await broker.settled('it waits', async () => {
        const { groups } = await broker.prepare('DescribeGroups', 5, { groups: [group] });
        return groups[0]?.members.length === coming.length + 1;
      });
    }
    coming.push(broker.begin('JoinGroup', version, joinOf(group, { memberId: one.memberId })));
    for (const answer of coming) await broker.note('JoinGroup', version, answer);
    const late = broker.beside('late');
    await late.ask('JoinGroup', version, joinOf(group));
    if (version < 5) return;
    await late.ask('JoinGroup', version, joinOf(group, { groupInstanceId: 'desk' }));
  }),
  ...inVersions('SyncGroup', [5], 'an assignment that is too large', async (broker, version) => {
    const group = await coordinated(broker);
    const one = await joined(broker, 9, group);
    const assignments = [{ memberId: one.memberId, assignment: Buffer.alloc(2 * 1024 * 1024) }];
    await broker.ask('SyncGroup', version, { ...syncOf(group, one, version), assignments });
    const { memberId, generationId } = one;
    await broker.ask('Heartbeat', 4, { groupId: group, memberId, generationId });
    await broker.ask('DescribeGroups', 6, { groups: [group] });
  }),
  ...inVersions('JoinGroup', [0, 1, 5, 9], 'timeouts', async (broker, version) => {
    const group = await coordinated(broker);
    for (const [i, rebalanceTimeoutMs] of [0, -1, 2_147_483_647].entries()) {
      if (version === 0) break;
      const brief = broker.nameOf(`brief-${i}`);
      await coordinated(broker, `brief-${i}`);
      await joined(broker, version, brief, { rebalanceTimeoutMs });
      // There is no time to ask for the assignment.
      if (rebalanceTimeoutMs <= 0) await inState(broker, brief, 'Empty');
      await broker.ask('DescribeGroups', 5, { groups: [brief] });
    }
    for (const sessionTimeoutMs of [6000, 1_800_000]) {
      const one = await joined(broker, version, group, { sessionTimeoutMs });
      await broker.ask('LeaveGroup', 2, { groupId: group, memberId: one.memberId });
    }
    await broker.ask('DescribeGroups', 5, { groups: [group] });
  }),
  ...inVersions('JoinGroup', [5, 9], 'odd protocols', async (broker, version) => {
    const group = await coordinated(broker);
    const metadata = Buffer.from('no subscription');
    const lists = [
      [{ name: 'range', metadata: Buffer.alloc(0) }],
      [{ name: '', metadata }],
      [
        { name: 'range', metadata },
        { name: 'range', metadata: Buffer.from('another') },
      ],
    ];
    for (const protocols of lists) {
      const one = await joined(broker, version, group, { protocols, protocolType: 'connect' });
      const assignments = [{ memberId: one.memberId, assignment: Buffer.alloc(0) }];
      await broker.ask('SyncGroup', 3, { ...syncOf(group, one, 3), assignments });
      await broker.ask('DescribeGroups', 5, { groups: [group] });
      await broker.ask('LeaveGroup', 2, { groupId: group, memberId: one.memberId });
    }
  }),
  ...inVersions('JoinGroup', [9], 'a consumer that says nonsense', async (broker, version) => {
    const group = await coordinated(broker);
    const protocols = [{ name: 'range', metadata: Buffer.from('nonsense') }];
    await joined(broker, version, group, { protocols });
  }),
];

const stableMember: Scenario[] = [
  ...inVersions('JoinGroup', [0, 3, 5, 9], 'joining again', async (broker, version) => {
    const group = await coordinated(broker);
    const { memberId, generationId } = await joined(broker, version, group);
    const again = joinOf(group, { memberId });
    await broker.ask('JoinGroup', version, again);
    const { generationId: next } = await broker.ask('JoinGroup', version, again);
    await synced(broker, group, { memberId, generationId: next }, []);
    await broker.ask('Heartbeat', 3, { groupId: group, memberId, generationId });
    const other = { ...again, protocols: [protocolOf('range', ['b'])] };
    await broker.ask('JoinGroup', version, other);
  }),
  ...inVersions('OffsetCommit', [2, 5, 7, 8, 9], 'of a member', async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders');
    const { memberId, generationId } = await joined(broker, 5, group);
    const topics = [{ topic, offsets: { 0: 5 } }];
    const asked = async (rest: Partial<Question<'OffsetCommit'>>) =>
      broker.ask('OffsetCommit', version, commitOf(group, topics, rest));
    const good = { memberId, generationIdOrMemberEpoch: generationId };
    await asked(good);
    await synced(broker, group, { memberId, generationId }, []);
    await asked(good);
    await asked({ ...good, generationIdOrMemberEpoch: generationId + 1 });
    await asked({ ...good, generationIdOrMemberEpoch: generationId - 1 });
    await asked({ ...good, generationIdOrMemberEpoch: -1 });
    await asked({ ...good, memberId: 'somebody' });
    await asked({ ...good, memberId: '' });
    await asked({});
    if (version < 7) return;
    await asked({ ...good, groupInstanceId: 'desk' });
    await asked({ memberId: '', generationIdOrMemberEpoch: -1, groupInstanceId: 'desk' });
  }),
  ...inVersions('OffsetFetch', [9], 'as a classic member', async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders');
    const { memberId, generationId } = await joined(broker, 5, group);
    await synced(broker, group, { memberId, generationId }, []);
    const topics = [{ ...topic, partitionIndexes: [0] }];
    for (const memberEpoch of [generationId, generationId + 1, -1, 0]) {
      await broker.ask('OffsetFetch', version, {
        groups: [{ groupId: group, memberId, memberEpoch, topics }],
      });
    }
  }),
  ...inVersions('OffsetDelete', [0], 'what members subscribe to', async (broker, version) => {
    const group = await coordinated(broker);
    const orders = await broker.topic('orders');
    const others = await broker.topic('others');
    const committed = [
      { topic: orders, offsets: { 0: 5 } },
      { topic: others, offsets: { 0: 5 } },
    ];
    await broker.prepare('OffsetCommit', 8, commitOf(group, committed));
    const protocols = [protocolOf('range', [orders.name])];
    const one = await joined(broker, 5, group, { protocols });
    const partitions = [{ partitionIndex: 0 }];
    const question = {
      groupId: group,
      topics: [orders, others].map(({ name }) => ({ name, partitions })),
    };
    await broker.ask('OffsetDelete', version, question);
    await broker.prepare('OffsetCommit', 8, {
      ...commitOf(group, committed),
      memberId: one.memberId,
      generationIdOrMemberEpoch: one.generationId,
    });
    const assignment = encodeAssignment([{ topic: orders.name, partition: 0 }]);
    await synced(broker, group, one, [{ memberId: one.memberId, assignment }]);
    await broker.ask('OffsetDelete', version, question);
    await broker.ask('OffsetFetch', 7, offsetsOf(group, null, 7));
    const connect = broker.nameOf('workers');
    const protocolType = 'connect';
    const worker = await joined(broker, 5, connect, { protocolType });
    await synced(broker, connect, worker, []);
    await broker.ask('OffsetDelete', version, { ...question, groupId: connect });
    await broker.ask('LeaveGroup', 2, { groupId: connect, memberId: worker.memberId });
    await broker.ask('OffsetDelete', version, { ...question, groupId: connect });
    await broker.ask('DeleteGroups', 2, { groupsNames: [connect] });
  }),
];

const staticMembers: Scenario[] = [
  ...inVersions('JoinGroup', [5, 8, 9], 'a static leader comes back', async (broker, version) => {
    const group = await coordinated(broker);
    const rest = { groupInstanceId: 'desk 1', protocols: [protocolOf('range', ['a'])] };
    const first = await joined(broker, version, group, rest);
    await broker.ask('SyncGroup', 3, syncOf(group, first, 3));
    const second = await broker.ask('JoinGroup', version, joinOf(group, rest));
    await broker.ask('SyncGroup', 3, { ...syncOf(group, second, 3), assignments: [] });
    const changed = { ...rest, protocols: [protocolOf('range', ['b'])] };
    const third = await broker.ask('JoinGroup', version, joinOf(group, changed));
    await broker.ask('SyncGroup', 3, { ...syncOf(group, third, 3), assignments: [] });
    const switched = { ...rest, protocols: [protocolOf('sticky', ['b'])] };
    await broker.ask('JoinGroup', version, joinOf(group, switched));
  }),
  ...inVersions('JoinGroup', [5, 9], 'static members that are fenced', async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders');
    const groupInstanceId = 'desk 1';
    const first = await joined(broker, version, group, { groupInstanceId });
    await broker.ask('SyncGroup', 3, syncOf(group, first, 3));
    const second = await broker.ask('JoinGroup', version, joinOf(group, { groupInstanceId }));
    const { memberId, generationId } = first;
    const old = { memberId, groupInstanceId };
    await broker.ask('JoinGroup', version, joinOf(group, old));
    await broker.ask('SyncGroup', 3, { ...syncOf(group, first, 3), groupInstanceId });
    await broker.ask('Heartbeat', 4, { groupId: group, generationId, ...old });
    await broker.ask('Heartbeat', 4, { groupId: group, generationId, memberId });
    const commit = { ...old, generationIdOrMemberEpoch: generationId };
    await broker.ask('OffsetCommit', 8, commitOf(group, [{ topic, offsets: { 0: 5 } }], commit));
    await broker.ask('LeaveGroup', 5, { groupId: group, members: [old, { memberId }] });
    const unknown = { memberId: second.memberId, groupInstanceId: 'desk 2' };
    await broker.ask('JoinGroup', version, joinOf(group, unknown));
    await broker.ask('Heartbeat', 4, { groupId: group, generationId, ...unknown });
    await broker.ask('LeaveGroup', 5, {
      groupId: group,
      members: [unknown, { memberId: second.memberId }, { memberId: second.memberId }],
    });
    await broker.ask('DescribeGroups', 5, { groups: [group] });
  }),
];

const commitSizes: Scenario[] = inVersions(
  'OffsetCommit',
  [8],
  'more than a batch can hold',
  async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders', { partitions: 400 });
    const offsets = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [i, i]));
    const metadata = 'x'.repeat(4096);
    await broker.ask('OffsetCommit', version, commitOf(group, [{ topic, offsets }], { metadata }));
    await broker.ask('OffsetFetch', 7, offsetsOf(group, [{ topic, partitions: [0, 399] }], 7));
  },
);

/** Classic groups that rebalance, are full, or have static members. */
export const rebalanceScenarios: readonly Scenario[] = [
  ...twoMembers,
  ...refusals,
  ...stableMember,
  ...staticMembers,
  ...commitSizes,
];
