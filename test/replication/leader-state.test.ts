import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartitionImage } from '../../src/metadata/image.ts';
import { LeaderState, type ReplicationRules } from '../../src/replication/leader-state.ts';
import { must } from '../../src/util/assert.ts';
import { partitionImage } from './partition-images.ts';

const lagTimeMaxMs = 100;

/** Node ids that are registered and alive, with epoch 7. */
function rules(minInsyncReplicas: number, alive: readonly number[] = [1, 2, 3]): ReplicationRules {
  return {
    minInsyncReplicas,
    lagTimeMaxMs,
    eligibleEpochOf: (nodeId) => (alive.includes(nodeId) ? 7 : undefined),
  };
}

function leaderOf(state: PartitionImage, epochStartOffset = 0): LeaderState {
  return new LeaderState({ nodeId: 1, state, epochStartOffset, nowMs: 0 });
}

/** A fetch of a follower in broker epoch 7. */
function fetched(
  leader: LeaderState,
  nodeId: number,
  offset: number,
  end: number,
  nowMs = 0,
): boolean {
  const position = { brokerEpoch: 7, fetchOffset: offset, logStartOffset: 0 };
  return leader.noteFetch(nodeId, position, end, nowMs);
}

test('a partition with one replica is replicated as far as it is written', () => {
  const leader = leaderOf(partitionImage([1]));
  assert.equal(leader.isAlone, true);
  assert.equal(leader.highWatermark(12, rules(1), 0), 12);
  assert.equal(leader.isUnderMinInsync(rules(3)), false);
});

test('the high watermark is the least log end of the in-sync set, the leader included', () => {
  const leader = leaderOf(partitionImage([1, 2, 3]));
  fetched(leader, 2, 10, 20);
  assert.equal(leader.highWatermark(20, rules(1), 0), -1, 'nothing is known of 3');
  fetched(leader, 3, 15, 20);
  assert.equal(leader.highWatermark(20, rules(1), 0), 10);
  fetched(leader, 2, 20, 20);
  fetched(leader, 3, 20, 20);
  assert.equal(leader.highWatermark(18, rules(1), 0), 18, 'the leader has written less');
});

test('a replica that has left the in-sync set and lags is not waited for', () => {
  const leader = leaderOf(partitionImage([1, 2, 3], { isr: [1, 2] }));
  fetched(leader, 2, 20, 20);
  fetched(leader, 3, 5, 20);
  assert.equal(leader.highWatermark(20, rules(2), 0), 20);
});

test('one that is caught up and about to come in is waited for, unless it is fenced', () => {
  const leader = leaderOf(partitionImage([1, 2, 3], { isr: [1, 2] }));
  fetched(leader, 3, 20, 20, 10);
  fetched(leader, 2, 30, 30, 20);
  assert.equal(leader.highWatermark(30, rules(2), 50), 20);
  assert.equal(leader.highWatermark(30, rules(2, [1, 2]), 50), 30);
  assert.equal(leader.highWatermark(30, rules(2), 10 + lagTimeMaxMs + 1), 30);
});

test('with fewer members than the minimum the high watermark stands still', () => {
  const leader = leaderOf(partitionImage([1, 2, 3], { isr: [1] }));
  assert.equal(leader.isUnderMinInsync(rules(2)), true);
  assert.equal(leader.highWatermark(20, rules(2), 0), -1);
  assert.equal(leader.highWatermark(20, rules(1), 0), 20);
});

test('min.insync.replicas means the number of replicas where that is smaller', () => {
  const leader = leaderOf(partitionImage([1, 2]));
  assert.equal(leader.isUnderMinInsync(rules(3)), false);
  leader.update(partitionImage([1, 2], { isr: [1], partitionEpoch: 1 }), 0);
  assert.equal(leader.isUnderMinInsync(rules(3)), true);
});

test('while others are eligible nothing is replicated by itself, and they are asked to be forgotten', () => {
  const state = partitionImage([1, 2, 3], { isr: [1], elr: [2] });
  const leader = leaderOf(state);
  assert.equal(leader.highWatermark(20, rules(2), 0), -1);
  assert.equal(leader.proposeForgetting(rules(2)), undefined, 'too few: they stay eligible');
  // The minimum has been lowered: one that is elected of the eligible must not lack what is acknowledged now.
  assert.equal(leader.highWatermark(20, rules(1), 0), -1);
  const proposal = must(leader.proposeForgetting(rules(1)));
  assert.deepEqual([proposal.base, proposal.isr, proposal.added], [state, [1], []]);
  assert.equal(leader.highWatermark(20, rules(1), 0), -1, 'not before it is committed');
  leader.update({ ...state, elr: [], partitionEpoch: 1 }, 0);
  assert.equal(leader.highWatermark(20, rules(1), 0), 20);
  assert.equal(leader.proposeForgetting(rules(1)), undefined);
});

test('a follower comes in once it has the high watermark and the start of the leader epoch', () => {
  const leader = leaderOf(partitionImage([1, 2, 3], { isr: [1] }), 30);
  assert.equal(leader.proposeGrowth(2, 10, rules(1)), undefined, 'it has not fetched');
  fetched(leader, 2, 29, 40);
  assert.equal(leader.proposeGrowth(2, 10, rules(1)), undefined, 'before the epoch');
  fetched(leader, 2, 30, 40);
  assert.equal(leader.proposeGrowth(2, 31, rules(1)), undefined, 'below the high watermark');
  const proposal = must(leader.proposeGrowth(2, 30, rules(1)));
  assert.deepEqual(proposal.isr, [1, 2]);
  assert.deepEqual(proposal.added, [{ nodeId: 2, brokerEpoch: 7 }]);
  fetched(leader, 3, 40, 40);
  assert.equal(leader.proposeGrowth(3, 30, rules(1)), undefined, 'one change at a time');
});

test('a follower that is fenced, or is another incarnation than fetched, does not come in', () => {
  const leader = leaderOf(partitionImage([1, 2], { isr: [1] }));
  fetched(leader, 2, 10, 10);
  assert.equal(leader.proposeGrowth(2, 10, rules(1, [1])), undefined);
  const restarted = { ...rules(1), eligibleEpochOf: () => 8 };
  assert.equal(leader.proposeGrowth(2, 10, restarted), undefined);
  assert.notEqual(leader.proposeGrowth(2, 10, rules(1)), undefined);
});

test('a member whose addition is under way counts, and one that leaves counts until it has left', () => {
  const leader = leaderOf(partitionImage([1, 2, 3], { isr: [1, 2] }));
  fetched(leader, 2, 20, 20);
  fetched(leader, 3, 20, 20);
  const growth = must(leader.proposeGrowth(3, 20, rules(2)));
  const later = 10 * lagTimeMaxMs;
  assert.equal(leader.highWatermark(30, rules(2), later), 20);
  fetched(leader, 2, 30, 30, later);
  assert.equal(leader.highWatermark(30, rules(2), later), 20, '3 may be a member by now');
  leader.refused(growth);
  assert.equal(leader.highWatermark(30, rules(2, [1, 2]), later), 30);

  const before = partitionImage([1, 2, 3], { partitionEpoch: 1 });
  leader.update(before, later);
  const gone = later + lagTimeMaxMs + 1;
  fetched(leader, 2, 40, 40, gone);
  const shrinking = must(leader.proposeShrinking(40, rules(2), gone));
  assert.deepEqual(shrinking.isr, [1, 2]);
  assert.equal(shrinking.base, before);
  assert.equal(leader.highWatermark(40, rules(2), gone), 20, '3 may still be a member');
  leader.update(partitionImage([1, 2, 3], { isr: [1, 2], partitionEpoch: 2 }), gone);
  assert.equal(leader.proposal, undefined);
  assert.equal(leader.highWatermark(40, rules(2), gone), 40);
});

test('a member is given its time after an election, and leaves when it has not fetched by then', () => {
  const leader = leaderOf(partitionImage([1, 2, 3]));
  assert.equal(leader.proposeShrinking(10, rules(1), lagTimeMaxMs), undefined);
  assert.deepEqual(leader.proposeShrinking(10, rules(1), lagTimeMaxMs + 1)?.isr, [1]);
});

test('a follower that always has what was the end at its last fetch is caught up', () => {
  const leader = leaderOf(partitionImage([1, 2]));
  for (let i = 1; i <= 10; i++) fetched(leader, 2, 10 * (i - 1), 10 * i, 50 * i);
  assert.equal(leader.proposeShrinking(110, rules(1), 550), undefined);
});

test('a follower that fetches and never comes as far as the end was leaves', () => {
  const leader = leaderOf(partitionImage([1, 2]));
  for (let i = 1; i <= 10; i++) fetched(leader, 2, i, 100 * i, 50 * i);
  assert.deepEqual(leader.proposeShrinking(1000, rules(1), 500)?.isr, [1]);
});

test('a follower at the end of a log to which nobody writes stays', () => {
  const leader = leaderOf(partitionImage([1, 2]));
  fetched(leader, 2, 10, 10, 0);
  assert.equal(leader.proposeShrinking(10, rules(1), 1e6), undefined);
});

test('who is no replica is not heard, and one that joins the replicas is', () => {
  const leader = leaderOf(partitionImage([1, 2]));
  assert.equal(fetched(leader, 3, 0, 0), false);
  leader.update(partitionImage([1, 3], { isr: [1], partitionEpoch: 1 }), 0);
  assert.equal(fetched(leader, 3, 0, 0), true);
  assert.equal(fetched(leader, 2, 0, 0), false);
});

test('a follower that had all there was is given its time from when more comes', () => {
  const leader = leaderOf(partitionImage([1, 2]));
  fetched(leader, 2, 10, 10, 0);
  const later = 50 * lagTimeMaxMs;
  leader.noteAppended(10, later);
  assert.equal(leader.proposeShrinking(11, rules(1), later + lagTimeMaxMs), undefined);
  leader.noteAppended(11, later + lagTimeMaxMs);
  assert.deepEqual(leader.proposeShrinking(12, rules(1), later + lagTimeMaxMs + 1)?.isr, [1]);
});
