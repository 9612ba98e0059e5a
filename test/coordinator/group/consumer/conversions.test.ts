/** What random members have found out about groups that change between the protocols. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConsumerGroup } from '../../../../src/coordinator/group/consumer/consumer-group.ts';
import { ConsumerHost } from './consumer-host.ts';
import { TestClassicMember } from './test-classic-member.ts';
import { TestMember } from './test-member.ts';

/** A host whose classic members take in answers that come late. */
function hostOf(members: TestClassicMember[]): ConsumerHost {
  const host = new ConsumerHost({
    repliedLater: ({ requestId, response }) => {
      const member = members.find(({ pendingJoin }) => pendingJoin === requestId);
      member?.joined(response as Parameters<TestClassicMember['joined']>[0]);
    },
  });
  host.setTopic('t', 4);
  return host;
}

function newClassicMember(host: ConsumerHost, members: TestClassicMember[]): TestClassicMember {
  const member = new TestClassicMember(host, 'g');
  member.told = { topics: ['t'] };
  members.push(member);
  return member;
}

function groupOf(host: ConsumerHost): ConsumerGroup {
  const group = host.groups.get('g');
  assert.ok(group instanceof ConsumerGroup);
  return group;
}

test('a classic group that is upgraded in a rebalance by a member without topics assigns all the same', () => {
  const members: TestClassicMember[] = [];
  const host = hostOf(members);
  const classic = newClassicMember(host, members);
  classic.join();
  new TestMember(host, 'g', 'm').join({ subscribedTopicNames: [] });
  assert.equal(classic.join(), 'NONE');
  assert.equal(classic.sync(), 'NONE');
  assert.equal(classic.holding.size, 4);
});

test('a group that goes to the classic protocol and back in one rebalance knows who reads what', () => {
  const members: TestClassicMember[] = [];
  const host = hostOf(members);
  const first = new TestMember(host, 'g', 'm1');
  first.join({ subscribedTopicNames: [] });
  const classic = newClassicMember(host, members);
  classic.join();
  classic.sync();
  assert.equal(classic.holding.size, 4);
  // Its target has two of the four from now on, but it has not heard of that.
  const second = new TestMember(host, 'g', 'm2');
  second.join({ subscribedTopicNames: ['t'] });
  first.send({ memberEpoch: -1 });
  second.send({ memberEpoch: -1 });
  assert.equal(host.groups.get('g')?.kind, 'classic');
  const third = new TestMember(host, 'g', 'm3');
  assert.deepEqual(third.join({ subscribedTopicNames: ['t'] }).assignment, { topicPartitions: [] });
  assert.equal(groupOf(host).member(classic.memberId)?.assigned.values().next().value?.size, 4);
});

test('an id of a classic member that its group has let go is not good for another group of that name', () => {
  const members: TestClassicMember[] = [];
  const host = hostOf(members);
  const consumer = new TestMember(host, 'g', 'm');
  consumer.join({ subscribedTopicNames: ['t'] });
  const classic = newClassicMember(host, members);
  classic.join();
  consumer.send({ memberEpoch: -1 });
  assert.equal(host.groups.get('g')?.kind, 'classic');
  classic.leave();
  consumer.join({ subscribedTopicNames: ['t'] });
  assert.equal(classic.join(), 'UNKNOWN_MEMBER_ID');
});

test('a topic is not missed that came with a refused append, though the epoch rises by another reason', () => {
  const host = new ConsumerHost();
  host.setTopic('ipl-1', 1);
  const first = new TestMember(host, 'g', 'm1');
  const second = new TestMember(host, 'g', 'm2');
  const told = { subscribedTopicNames: [], subscribedTopicRegex: 'ipl.*' };
  first.join(told);
  second.join(told);
  host.setTopic('ipl-2', 1);
  host.refusal = 'COORDINATOR_NOT_AVAILABLE';
  assert.throws(() => first.beat(), 'the append is refused');
  second.send({ memberEpoch: -1 });
  first.beat();
  assert.deepEqual(first.owned.length, 2);
});
