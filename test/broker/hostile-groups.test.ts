/**
 * Goal: whatever somebody asks of groups, there is a clear error or an honest answer, and members of other
 * groups notice nothing.
 * Method: a broker with one coordinator for all groups, over real sockets. A member of each protocol lives in it
 * all along; after each thing that is asked, both send a heartbeat and find all as it was.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { encodeSubscription } from '../../src/client/group/consumer-protocol.ts';
import { createBroker, type Broker } from '../../src/index.ts';
import { errorName } from '../../src/protocol/error-codes.ts';
import {
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
} from '../../src/protocol/messages/consumer-group-heartbeat.ts';
import {
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '../../src/protocol/messages/find-coordinator.ts';
import { heartbeatRequest, heartbeatResponse } from '../../src/protocol/messages/heartbeat.ts';
import { joinGroupRequest, joinGroupResponse } from '../../src/protocol/messages/join-group.ts';
import { leaveGroupRequest, leaveGroupResponse } from '../../src/protocol/messages/leave-group.ts';
import {
  offsetCommitRequest,
  offsetCommitResponse,
} from '../../src/protocol/messages/offset-commit.ts';
import { syncGroupRequest, syncGroupResponse } from '../../src/protocol/messages/sync-group.ts';
import type { Encodable, Infer } from '../../src/protocol/schema.ts';
import { must } from '../../src/util/assert.ts';
import { RawConnection } from './raw-connection.ts';

type Join = Encodable<typeof joinGroupRequest>;
type Beat = Encodable<typeof consumerGroupHeartbeatRequest>;

const metadata = encodeSubscription({ topics: ['orders'], owned: [], generationId: -1 });
const noTopicId = 'AAAAAAAAAAAAAAAAAAAAAA';

let broker: Broker;
let steady: RawConnection;
let hostile: RawConnection;
let classic: { readonly memberId: string; readonly generationId: number };
let consumer: Infer<typeof consumerGroupHeartbeatResponse>;

async function connected(): Promise<RawConnection> {
  const port = Number(broker.bootstrapServers.split(':')[1]);
  return RawConnection.open({ host: '127.0.0.1', port });
}

function joining(groupId: string, rest: Partial<Join> = {}): Join {
  return {
    groupId,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata }],
    ...rest,
  };
}

async function join(
  groupId: string,
  rest: Partial<Join> = {},
  connection = hostile,
): Promise<Infer<typeof joinGroupResponse>> {
  const call = (memberId: string): Promise<Infer<typeof joinGroupResponse>> =>
    connection.call(
      joinGroupRequest,
      joinGroupResponse,
      9,
      joining(groupId, { memberId, ...rest }),
    );
  const first = await call('');
  return errorName(first.errorCode) === 'MEMBER_ID_REQUIRED' ? call(first.memberId) : first;
}

async function beat(
  rest: Partial<Beat>,
  connection = hostile,
): Promise<Infer<typeof consumerGroupHeartbeatResponse>> {
  return connection.call(consumerGroupHeartbeatRequest, consumerGroupHeartbeatResponse, 1, {
    groupId: 'hostile',
    memberId: 'hostile',
    memberEpoch: 0,
    rebalanceTimeoutMs: 10_000,
    subscribedTopicNames: ['orders'],
    topicPartitions: [],
    ...rest,
  });
}

async function syncing(
  groupId: string,
  member: { readonly memberId: string; readonly generationId: number },
  assignment: Uint8Array,
  connection = hostile,
): Promise<string | undefined> {
  const { memberId, generationId } = member;
  const assignments = [{ memberId, assignment }];
  const value = { groupId, memberId, generationId, assignments };
  return errorOf(await connection.call(syncGroupRequest, syncGroupResponse, 3, value));
}

function errorOf({ errorCode }: { readonly errorCode: number }): string | undefined {
  return errorName(errorCode);
}

before(async () => {
  broker = await createBroker({ storage: 'memory', topics: { orders: 2 } });
  steady = await connected();
  const looking = { keyType: 0, coordinatorKeys: ['steady-classic'] };
  await steady.call(findCoordinatorRequest, findCoordinatorResponse, 4, looking);
  const joined = await join('steady-classic', { sessionTimeoutMs: 60_000 }, steady);
  assert.equal(await syncing('steady-classic', joined, metadata, steady), 'NONE');
  classic = joined;
  consumer = await beat({ groupId: 'steady-consumer', memberId: 'steady' }, steady);
  assert.equal(errorOf(consumer), 'NONE');
});
after(async () => {
  steady.close();
  await broker.stop();
});
beforeEach(async () => {
  hostile = await connected();
});
afterEach(async () => {
  hostile.close();
  await isUndisturbed();
});

async function isUndisturbed(): Promise<void> {
  const { memberId, generationId } = classic;
  const asked = { groupId: 'steady-classic', memberId, generationId };
  const heard = await steady.call(heartbeatRequest, heartbeatResponse, 4, asked);
  assert.equal(errorOf(heard), 'NONE');
  const { memberEpoch } = consumer;
  const own = { groupId: 'steady-consumer', memberId: 'steady', memberEpoch };
  const nothingNew = { rebalanceTimeoutMs: -1, subscribedTopicNames: null, topicPartitions: null };
  const told = await beat({ ...own, ...nothingNew }, steady);
  assert.deepEqual([errorOf(told), told.memberEpoch, told.assignment], ['NONE', memberEpoch, null]);
}

test('no protocols, or none that the group knows, are inconsistent', async () => {
  const { memberId } = classic;
  const lists: Partial<Join>[] = [
    { protocols: [] },
    { protocols: [], memberId },
    { protocolType: '' },
    { protocolType: 'connect' },
    { protocols: [{ name: 'other', metadata }] },
  ];
  for (const rest of lists) {
    assert.equal(errorOf(await join('steady-classic', rest)), 'INCONSISTENT_GROUP_PROTOCOL');
  }
  assert.equal(errorOf(await join('none', { protocols: [] })), 'INCONSISTENT_GROUP_PROTOCOL');
});

test('ten megabytes of metadata are taken, and not kept where they find no room', async () => {
  const large = new Uint8Array(10_000_000).fill(0xff);
  const joined = await join('large', { protocols: [{ name: 'range', metadata: large }] });
  assert.equal(errorOf(joined), 'NONE');
  assert.equal(joined.members[0]?.metadata.length, large.length);
  assert.equal(await syncing('large', joined, metadata), 'UNKNOWN_SERVER_ERROR');
  const small = await join('small');
  assert.equal(await syncing('small', small, large), 'UNKNOWN_SERVER_ERROR');
  const names = Array.from({ length: 100_000 }, (_, i) => `a topic with the number ${i}`);
  assert.equal(errorOf(await beat({ subscribedTopicNames: names })), 'UNKNOWN_SERVER_ERROR');
});

test('ten thousand protocols are voted on', async () => {
  const name = (i: number): string => `protocol ${i}`;
  const protocols = Array.from({ length: 10_000 }, (_, i) => ({ name: name(i), metadata }));
  const joined = await join('many', { protocols });
  assert.deepEqual([errorOf(joined), joined.protocolName], ['NONE', name(0)]);
  assert.equal(await syncing('many', joined, metadata), 'NONE');
});

test('session timeouts of nothing and less are out of bounds, and rebalance timeouts end at once', async () => {
  for (const sessionTimeoutMs of [0, -1, -2_147_483_648, 2_147_483_647]) {
    const refused = await join('brief', { sessionTimeoutMs });
    assert.equal(errorOf(refused), 'INVALID_SESSION_TIMEOUT', `${sessionTimeoutMs}`);
  }
  for (const rebalanceTimeoutMs of [0, -1, -2_147_483_648]) {
    assert.equal(errorOf(await join('brief', { rebalanceTimeoutMs })), 'NONE');
  }
  assert.equal(errorOf(await beat({ rebalanceTimeoutMs: -1 })), 'INVALID_REQUEST');
  assert.equal(errorOf(await beat({ rebalanceTimeoutMs: 0 })), 'NONE');
});

test('with ids of others nobody gets further than their generation', async () => {
  const { memberId, generationId } = classic;
  const groupId = 'steady-classic';
  const foreign = [
    { memberId: 'nobody', generationId, error: 'UNKNOWN_MEMBER_ID' },
    { memberId: '', generationId, error: 'UNKNOWN_MEMBER_ID' },
    { memberId, generationId: generationId + 1, error: 'ILLEGAL_GENERATION' },
    { memberId, generationId: -1, error: 'ILLEGAL_GENERATION' },
  ];
  for (const { error, ...ids } of foreign) {
    const heard = await hostile.call(heartbeatRequest, heartbeatResponse, 4, { groupId, ...ids });
    assert.equal(errorOf(heard), error);
    assert.equal(await syncing(groupId, ids, metadata), error);
    assert.equal(await committing(groupId, 'orders', ids), error);
  }
  const leaving = { groupId, members: [{ memberId: 'nobody' }, { memberId: '' }] };
  const left = await hostile.call(leaveGroupRequest, leaveGroupResponse, 5, leaving);
  assert.deepEqual(left.members.map(errorOf), ['UNKNOWN_MEMBER_ID', 'UNKNOWN_MEMBER_ID']);
  assert.equal(errorOf(await join(groupId, { memberId: 'nobody' })), 'UNKNOWN_MEMBER_ID');
  const others = { groupId: 'steady-consumer', memberId: 'nobody' };
  assert.equal(errorOf(await beat({ ...others, memberEpoch: 1 })), 'UNKNOWN_MEMBER_ID');
  assert.equal(errorOf(await beat({ ...others, memberEpoch: -1 })), 'UNKNOWN_MEMBER_ID');
  const ahead = { groupId: 'steady-consumer', memberId: 'steady', memberEpoch: 1000 };
  assert.equal(errorOf(await beat(ahead)), 'FENCED_MEMBER_EPOCH');
});

/** Commits offset 5 of partition 0 of a topic; answers the error. */
async function committing(
  groupId: string,
  topic: string,
  member?: { readonly memberId: string; readonly generationId: number },
  committedMetadata = '',
): Promise<string | undefined> {
  const partitions = [{ partitionIndex: 0, committedOffset: 5, committedMetadata }];
  const { topics } = await hostile.call(offsetCommitRequest, offsetCommitResponse, 8, {
    groupId,
    topics: [{ name: topic, partitions }],
    ...(member === undefined
      ? {}
      : { memberId: member.memberId, generationIdOrMemberEpoch: member.generationId }),
  });
  return errorOf(must(topics[0]?.partitions[0]));
}

test('offsets of topics that are not there, or with a long story, are not kept', async () => {
  for (const topic of ['nobody', '', '../orders', 'x'.repeat(32_767)]) {
    assert.equal(await committing('alone', topic), 'UNKNOWN_TOPIC_OR_PARTITION');
  }
  const story = 'x'.repeat(32_767);
  assert.equal(await committing('alone', 'orders', undefined, story), 'OFFSET_METADATA_TOO_LARGE');
  assert.equal(await committing('alone', 'orders'), 'NONE');
  const partitions = Array.from({ length: 200_000 }, (_, partitionIndex) => ({
    partitionIndex: partitionIndex - 100_000,
    committedOffset: -partitionIndex,
    committedMetadata: null,
  }));
  const byId = { groupId: 'alone', topics: [{ name: '', topicId: noTopicId, partitions }] };
  const { topics } = await hostile.call(offsetCommitRequest, offsetCommitResponse, 10, byId);
  const errors = new Set(topics.flatMap((topic) => topic.partitions.map(errorOf)));
  assert.deepEqual([...errors], ['UNKNOWN_TOPIC_ID']);
});

test('regular expressions that are wrong or cost much are refused, one by one', async () => {
  const hostiles = [
    '(',
    `[${String.raw`\d`.repeat(1000)}`,
    '(a*)*'.repeat(6000),
    '((a{0,1000}){0,1000}){0,1000}',
    '(?:'.repeat(1300),
    `(?i)[${'B-𞥂'.repeat(1000)}]`,
    `[${String.raw`\pL`.repeat(1300)}]`,
    String.raw`(a)\1`,
    'a'.repeat(5000),
    '(?=a)',
  ];
  for (const subscribedTopicRegex of hostiles) {
    const told = await beat({ subscribedTopicNames: null, subscribedTopicRegex });
    assert.equal(errorOf(told), 'INVALID_REGULAR_EXPRESSION', subscribedTopicRegex.slice(0, 20));
    assert.ok((told.errorMessage ?? '').length < 600, 'without all of it in the message');
    await isUndisturbed();
  }
  const costly = { subscribedTopicNames: null, subscribedTopicRegex: '(.*)(.*)(.*)(.*)(.*)(.*)x' };
  assert.equal(errorOf(await beat(costly)), 'NONE');
});
