import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OffsetsCaller } from '../../../../src/coordinator/group/group.ts';
import { must } from '../../../../src/util/assert.ts';
import { ConsumerHost } from './consumer-host.ts';
import { TestClassicMember } from './test-classic-member.ts';
import { errorOf, TestMember } from './test-member.ts';

function caller(memberId: string, epoch: number, apiVersion = 9): OffsetsCaller {
  return { memberId, groupInstanceId: null, generationIdOrMemberEpoch: epoch, apiVersion };
}

test('offsets are committed by members in their epoch, by nobody else, and by outsiders while it is empty', () => {
  const host = new ConsumerHost();
  host.setTopic('t', 2);
  const member = new TestMember(host, 'g', 'm');
  member.join({ subscribedTopicNames: ['t'] });
  const group = must(host.groups.get('g'));
  assert.equal(group.checkOffsetCommit(caller('m', 2), []), undefined);
  assert.equal(group.checkOffsetCommit(caller('m', 3), []), 'STALE_MEMBER_EPOCH');
  assert.equal(group.checkOffsetCommit(caller('x', 2), []), 'UNKNOWN_MEMBER_ID');
  assert.equal(group.checkOffsetCommit(caller('m', 2, 8), []), 'UNSUPPORTED_VERSION');
  assert.equal(group.checkOffsetCommit(caller('', -1), []), 'UNKNOWN_MEMBER_ID');
  assert.equal(group.checkOffsetFetch('m', 2), undefined);
  assert.equal(group.checkOffsetFetch('m', 1), 'STALE_MEMBER_EPOCH');
  assert.equal(group.checkOffsetFetch('x', 1), 'UNKNOWN_MEMBER_ID');
  assert.equal(group.checkOffsetFetch(null, -1), undefined);
  assert.equal(group.checkDelete(), 'NON_EMPTY_GROUP');
  assert.equal(group.isSubscribedTo('t'), true);
  member.send({ memberEpoch: -1 });
  assert.equal(group.checkOffsetCommit(caller('', -1), []), undefined);
  assert.equal(group.checkDelete(), undefined);
  assert.equal(group.isSubscribedTo('t'), false);
});

test('a member that has not heard of its new epoch commits for what it had in the old one (KIP-1251)', () => {
  const host = new ConsumerHost();
  host.setTopic('t', 2);
  const member = new TestMember(host, 'g', 'm');
  member.join({ subscribedTopicNames: ['t'] });
  host.setTopic('t', 3);
  member.send({});
  const group = must(host.groups.get('g'));
  const topicId = must(host.topics.byName('t')).topicId;
  const committed = (partitionIndex: number) => [
    { name: 't', topicId, partitions: [{ partitionIndex }] },
  ];
  assert.equal(group.checkOffsetCommit(caller('m', 2), committed(1)), undefined);
  assert.equal(group.checkOffsetCommit(caller('m', 2), committed(2)), 'STALE_MEMBER_EPOCH');
  assert.equal(group.checkOffsetCommit(caller('m', 3), committed(2)), undefined);
});

test('while partitions change hands, members that wait for them are asked to come again sooner', () => {
  const host = new ConsumerHost();
  host.groupSettings = { ...host.groupSettings, unsettledHeartbeatIntervalMs: 20 };
  host.setTopic('t', 2);
  const told = { subscribedTopicNames: ['t'] };
  const first = new TestMember(host, 'g', 'first');
  assert.equal(first.join(told).heartbeatIntervalMs, 20, 'others may start just now');
  host.wait(100);
  assert.equal(first.report().heartbeatIntervalMs, 5000);
  const second = new TestMember(host, 'g', 'second');
  second.join(told);
  host.wait(100);
  assert.equal(second.report().heartbeatIntervalMs, 20, 'it waits for a partition');
  assert.equal(first.beat().heartbeatIntervalMs, 5000, 'it says so when it has given it up');
  assert.equal(first.report().heartbeatIntervalMs, 5000);
  assert.equal(second.beat().heartbeatIntervalMs, 5000);
  assert.deepEqual(second.owned.flatMap(({ partitions }) => partitions).length, 1);
});

test('an expression over 30,000 topics is matched in pieces, and the topics come with a later heartbeat', () => {
  const host = new ConsumerHost();
  for (let i = 0; i < 30_000; i++)
    host.topics.set(`ipl-match-number-${i}`, i % 10_000 === 0 ? 1 : 0);
  const member = new TestMember(host, 'g', 'm');
  const told = { subscribedTopicNames: [], subscribedTopicRegex: 'ipl-match-.*' };
  assert.deepEqual(member.join(told).assignment, { topicPartitions: [] });
  host.wait(0);
  assert.equal(member.beat().assignment?.topicPartitions.length, 3);
});

test('a second expression that comes while another is matched is matched as well', () => {
  const host = new ConsumerHost();
  for (let i = 0; i < 30_000; i++) host.topics.set(`ipl-match-number-${i}`, 0);
  host.setTopic('ipl-match-1', 1);
  host.setTopic('rain', 1);
  const first = new TestMember(host, 'g', 'm1');
  const second = new TestMember(host, 'g', 'm2');
  first.join({ subscribedTopicNames: [], subscribedTopicRegex: 'ipl-match-.' });
  second.join({ subscribedTopicNames: [], subscribedTopicRegex: 'ra.n' });
  host.wait(0);
  assert.equal(first.beat().assignment?.topicPartitions.length, 1);
  assert.equal(second.beat().assignment?.topicPartitions.length, 1);
});

test('a session that runs out while nothing can be written runs out again', () => {
  const host = new ConsumerHost();
  host.setTopic('t', 1);
  new TestMember(host, 'g', 'm').join({ subscribedTopicNames: ['t'] });
  host.refusal = 'COORDINATOR_NOT_AVAILABLE';
  host.wait(45_000);
  assert.equal(host.groups.get('g')?.isEmpty, false);
  host.wait(500);
  assert.equal(host.groups.get('g')?.isEmpty, true);
});

test('ids of groups and members may be any text', () => {
  const host = new ConsumerHost();
  host.setTopic('t', 1);
  for (const groupId of ['__proto__', 'a/b', '5/', '\0']) {
    for (const memberId of ['constructor', '/', 'x/y', '']) {
      const member = new TestMember(host, groupId, memberId);
      assert.equal(
        member.join({ version: 0, subscribedTopicNames: ['t', '__proto__'] }).errorCode,
        0,
      );
    }
    assert.equal(host.groups.get(groupId)?.isEmpty, false);
  }
  host.wait(45_000);
  for (const { isEmpty } of host.groups.values()) assert.ok(isEmpty, 'all sessions have run out');
});

test('timeouts of 0 and below, and 100,000 names, are taken as they are', () => {
  const host = new ConsumerHost();
  host.setTopic('t', 2);
  const first = new TestMember(host, 'g', 'm1');
  assert.equal(first.join({ rebalanceTimeoutMs: 0, subscribedTopicNames: ['t'] }).errorCode, 0);
  const second = new TestMember(host, 'g', 'm2');
  const names = Array.from({ length: 100_000 }, (_, index) => `n${index}`);
  const told = { rebalanceTimeoutMs: -5, subscribedTopicNames: [...names, 't'] };
  assert.equal(second.join(told).errorCode, 0);
  first.beat();
  host.wait(0);
  assert.equal(errorOf(first.beat()), 'UNKNOWN_MEMBER_ID', 'it had no time to give anything up');
});

test('what makes no sense in a JoinGroup to a consumer group gets an error', () => {
  const host = new ConsumerHost();
  host.setTopic('t', 2);
  new TestMember(host, 'g', 'm').join({ subscribedTopicNames: ['t'] });
  const classic = (): TestClassicMember => new TestClassicMember(host, 'g');
  assert.equal(classic().join({ topics: ['t'], sessionTimeoutMs: 1 }), 'INVALID_SESSION_TIMEOUT');
  const stranger = classic();
  stranger.memberId = 'foreign';
  assert.equal(stranger.join({ topics: ['t'] }), 'UNKNOWN_MEMBER_ID');
  assert.equal(stranger.sync(), 'UNKNOWN_MEMBER_ID');
  assert.equal(stranger.beat(), 'UNKNOWN_MEMBER_ID');
  assert.equal(stranger.leave(), 'UNKNOWN_MEMBER_ID');
  stranger.memberId = 'm';
  assert.equal(stranger.beat(), 'UNKNOWN_MEMBER_ID', 'it uses the other protocol');
  const join = (protocols: { name: string; metadata: Uint8Array }[]): string | undefined =>
    errorOf(
      must(
        host.ask({
          kind: 'joinGroup',
          context: { apiVersion: 3, clientId: '', clientHost: '' },
          request: {
            groupId: 'g',
            sessionTimeoutMs: 10_000,
            rebalanceTimeoutMs: 10_000,
            memberId: '',
            groupInstanceId: null,
            protocolType: 'consumer',
            protocols,
            reason: null,
          },
        }).reply,
      ),
    );
  assert.equal(join([]), 'INCONSISTENT_GROUP_PROTOCOL');
  for (const metadata of [[], [0], [0, 1, 255, 255], [255, 255, 0, 0]]) {
    const malformed = { name: 'range', metadata: Uint8Array.from(metadata) };
    assert.equal(join([malformed]), 'INCONSISTENT_GROUP_PROTOCOL');
  }
});
