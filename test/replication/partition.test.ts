import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataWaiter } from '../../src/replication/partition.ts';
import { must } from '../../src/util/assert.ts';
import { batchOf } from '../storage/log-fixture.ts';
import { partitionImage } from './partition-images.ts';
import { errorsOf, Replica } from './replica-fixture.ts';

function waiterOf(told: string[]): DataWaiter {
  return {
    dataArrived: () => told.push('data'),
    partitionClosed: () => told.push('closed'),
  };
}

test('acks=1 waits for the leader, acks=all for every member of the in-sync set', () => {
  const replica = new Replica(1);
  const quick = replica.produce(['a'], 1);
  const sure = replica.produce(['b'], -1);
  assert.deepEqual([errorsOf(quick), errorsOf(sure)], [['ok'], []]);
  replica.fetched(2, 2);
  assert.deepEqual(errorsOf(sure), []);
  replica.fetched(3, 1);
  assert.equal(replica.partition.highWatermark, 1);
  replica.fetched(3, 2);
  assert.deepEqual(errorsOf(sure), ['ok']);
});

test('a single replica acknowledges what it has written, whatever the minimum', () => {
  const replica = new Replica(1, partitionImage([1]), { minInsyncReplicas: 3 });
  assert.deepEqual(errorsOf(replica.produce(['a'])), ['ok']);
  assert.equal(replica.partition.highWatermark, 1);
});

test('too few in sync: refused before the append, and told to those that wait', () => {
  const replica = new Replica(1, undefined, { minInsyncReplicas: 2 });
  const waiting = replica.produce(['a']);
  replica.partition.updateState(partitionImage([1, 2, 3], { isr: [1], partitionEpoch: 1 }));
  assert.deepEqual(errorsOf(waiting), ['NOT_ENOUGH_REPLICAS_AFTER_APPEND']);
  assert.deepEqual(errorsOf(replica.produce(['b'])), ['NOT_ENOUGH_REPLICAS']);
  assert.deepEqual(errorsOf(replica.produce(['c'], 1)), ['ok']);
  assert.equal(replica.log.logEndOffset, 2);
});

test('a coordinator waits on where a client is told to try again', () => {
  const replica = new Replica(1, undefined, { minInsyncReplicas: 2 });
  const told: string[] = [];
  const waiter = {
    appendEnded: (_: number, { error }: { error: string | undefined }) => told.push(error ?? 'ok'),
  };
  replica.partition.appendFromCoordinator(batchOf(['a']), waiter, 0);
  replica.log.writePending();
  replica.partition.updateState(partitionImage([1, 2, 3], { isr: [1], partitionEpoch: 1 }));
  assert.deepEqual(told, []);
  assert.deepEqual(replica.partition.appendFromCoordinator(batchOf(['b']), waiter, 0), {
    error: 'NOT_ENOUGH_REPLICAS',
  });
  replica.partition.updateState(partitionImage([1, 2, 3], { isr: [1, 2], partitionEpoch: 2 }));
  replica.fetched(2, 1);
  assert.deepEqual(told, ['ok']);
});

test('who becomes a follower ends all that waits, and takes no more writes', () => {
  const replica = new Replica(1);
  const told: string[] = [];
  replica.partition.addDataWaiter(waiterOf(told));
  replica.partition.addDataWaiter(waiterOf(told), 'logEnd');
  const waiting = replica.produce(['a']);
  told.length = 0;
  replica.partition.updateState(partitionImage([1, 2, 3], { leader: 2, leaderEpoch: 1 }));
  assert.deepEqual(errorsOf(waiting), ['NOT_LEADER_OR_FOLLOWER']);
  assert.deepEqual(told, ['closed', 'closed']);
  assert.deepEqual(errorsOf(replica.produce(['b'], 1)), ['NOT_LEADER_OR_FOLLOWER']);
  assert.equal(replica.fetched(3, 1), 'NOT_LEADER_OR_FOLLOWER');
  assert.equal(replica.partition.checkLeaderEpoch(1), 'NOT_LEADER_OR_FOLLOWER');
  assert.equal(replica.partition.checkLeaderEpoch(0), 'FENCED_LEADER_EPOCH');
  assert.equal(replica.partition.checkEpoch(1), undefined, 'a consumer may read from a follower');
});

test('a follower’s high watermark follows the leader’s as far as its log goes, and wakes its readers', () => {
  const replica = new Replica(2);
  const batch = batchOf(['a', 'b']);
  replica.log.append(batch, { origin: 'replication', leaderEpoch: 0 });
  replica.log.writePending();
  const told: string[] = [];
  replica.partition.addDataWaiter(waiterOf(told));
  assert.equal(replica.partition.highWatermark, 0);
  replica.partition.followHighWatermark(7);
  assert.equal(replica.partition.highWatermark, 2);
  replica.partition.followHighWatermark(1);
  assert.equal(replica.partition.highWatermark, 2);
  assert.deepEqual(told, ['data']);
});

test('what a leader told of its high watermark counts also once the records that came with it are written', () => {
  const replica = new Replica(2);
  const told: string[] = [];
  replica.partition.addDataWaiter(waiterOf(told));
  replica.log.append(batchOf(['a', 'b', 'c']), { origin: 'replication', leaderEpoch: 0 });
  replica.partition.followHighWatermark(2);
  assert.equal(replica.partition.highWatermark, 0);
  replica.log.writePending();
  assert.equal(replica.partition.highWatermark, 2);
  assert.deepEqual(told, ['data']);
});

test('what another leader told of its high watermark does not count in a new epoch', () => {
  const replica = new Replica(2);
  replica.log.append(batchOf(['a', 'b']), { origin: 'replication', leaderEpoch: 0 });
  replica.partition.followHighWatermark(2);
  replica.partition.updateState(partitionImage([1, 2, 3], { leader: 3, leaderEpoch: 1 }));
  replica.log.writePending();
  assert.equal(replica.partition.highWatermark, 0);
});

test('a new leader starts from the high watermark that it knows, and says so until it hears of its followers', () => {
  const replica = new Replica(2);
  replica.log.append(batchOf(['a', 'b', 'c']), { origin: 'replication', leaderEpoch: 0 });
  replica.log.writePending();
  replica.partition.followHighWatermark(1);
  replica.partition.updateState(partitionImage([1, 2, 3], { leader: 2, leaderEpoch: 1 }));
  assert.equal(replica.partition.highWatermark, 1);
  assert.equal(replica.partition.isHighWatermarkBehind, true);
  replica.fetched(1, 3);
  replica.fetched(3, 3);
  assert.equal(replica.partition.highWatermark, 3);
  assert.equal(replica.partition.isHighWatermarkBehind, false);
});

test('a leader that is elected again keeps what waits', () => {
  const replica = new Replica(1);
  const waiting = replica.produce(['a']);
  replica.partition.updateState(partitionImage([1, 2, 3], { leaderEpoch: 1, partitionEpoch: 1 }));
  assert.deepEqual(errorsOf(waiting), []);
  replica.fetched(2, 1);
  replica.fetched(3, 1);
  assert.deepEqual(errorsOf(waiting), ['ok']);
});

test('epochs end where Apache says, also those that gave out nothing', () => {
  const replica = new Replica(1, partitionImage([1, 2, 3], { leaderEpoch: 2 }));
  replica.produce(['a', 'b']);
  replica.partition.updateState(partitionImage([1, 2, 3], { leaderEpoch: 5, partitionEpoch: 1 }));
  assert.deepEqual(replica.partition.endOffsetForEpoch(2), { epoch: 2, endOffset: 2 });
  assert.deepEqual(replica.partition.endOffsetForEpoch(4), { epoch: 2, endOffset: 2 });
  assert.deepEqual(replica.partition.endOffsetForEpoch(5), { epoch: 5, endOffset: 2 });
  assert.deepEqual(replica.partition.endOffsetForEpoch(6), { epoch: -1, endOffset: -1 });
  assert.deepEqual(replica.partition.endOffsetForEpoch(1), { epoch: 1, endOffset: 0 });
  replica.produce(['c']);
  assert.deepEqual(replica.partition.endOffsetForEpoch(4), { epoch: 2, endOffset: 2 });
  assert.deepEqual(replica.partition.endOffsetForEpoch(5), { epoch: 5, endOffset: 3 });
});

test('a follower that has caught up is proposed, counts at once, and is proposed again where that failed', async () => {
  const replica = new Replica(1, partitionImage([1, 2, 3], { isr: [1, 2] }));
  replica.produce(['a'], 1);
  replica.fetched(2, 1);
  replica.fetched(3, 1);
  assert.deepEqual(
    replica.proposals.map(({ proposal }) => proposal.isr),
    [[1, 2, 3]],
  );
  const waiting = replica.produce(['b']);
  replica.fetched(2, 2);
  assert.deepEqual(errorsOf(waiting), [], '3 may be a member by now');
  must(replica.proposals[0]).settle();
  await Promise.resolve();
  await Promise.resolve();
  replica.eligible.delete(3);
  replica.partition.checkInSync();
  assert.deepEqual(errorsOf(waiting), ['ok'], 'it is not, and is gone');
  replica.eligible.set(3, 7);
  replica.fetched(3, 2);
  assert.equal(replica.proposals.length, 2);
});

test('a member that does not fetch in time is proposed to leave', () => {
  const replica = new Replica(1);
  replica.produce(['a'], 1);
  replica.fixture.timers.passTime(900);
  replica.fetched(2, 1);
  replica.fixture.timers.passTime(200);
  replica.partition.checkInSync();
  assert.deepEqual(
    replica.proposals.map(({ proposal }) => proposal.isr),
    [[1, 2]],
  );
  assert.equal(replica.proposals[0]?.minInsyncReplicas, 1);
});

test('who may not lead any more acknowledges nothing and serves nothing, whatever the image says', () => {
  const replica = new Replica(1);
  const waiting = replica.produce(['a']);
  replica.mayLead = false;
  assert.equal(replica.fetched(2, 1), 'NOT_LEADER_OR_FOLLOWER');
  assert.equal(replica.partition.checkLeaderEpoch(-1), 'NOT_LEADER_OR_FOLLOWER');
  assert.equal(replica.partition.checkEpoch(0), 'NOT_LEADER_OR_FOLLOWER');
  assert.deepEqual(errorsOf(replica.produce(['b'], 1)), ['NOT_LEADER_OR_FOLLOWER']);
  replica.partition.suspend();
  assert.deepEqual(errorsOf(waiting), ['NOT_LEADER_OR_FOLLOWER']);
});

test('a write that ends after the right to lead has is not acknowledged', () => {
  const replica = new Replica(1, partitionImage([1]));
  const outcomes: string[] = [];
  const waiter = {
    appendEnded: (_: number, { error }: { error?: string | undefined }) =>
      outcomes.push(error ?? 'ok'),
  };
  replica.partition.append(batchOf(['a']), -1, waiter, 0);
  replica.mayLead = false;
  replica.log.writePending();
  assert.deepEqual(outcomes, ['NOT_LEADER_OR_FOLLOWER']);
  assert.equal(replica.partition.highWatermark, 0);
});

test('readers of the log’s end are woken by writes, others by the high watermark', () => {
  const replica = new Replica(1);
  const [ends, data]: [string[], string[]] = [[], []];
  replica.partition.addDataWaiter(waiterOf(ends), 'logEnd');
  replica.partition.addDataWaiter(waiterOf(data));
  replica.produce(['a'], 1);
  assert.deepEqual([ends, data], [['data'], []]);
  replica.fetched(2, 1);
  replica.fetched(3, 1);
  assert.deepEqual([ends, data], [['data'], ['data']]);
});

test('a follower that has everything comes in when it may, if it still fetches', () => {
  const replica = new Replica(1, partitionImage([1, 2, 3], { isr: [1] }));
  replica.produce(['a', 'b'], 1);
  replica.eligible.delete(2);
  replica.fetched(2, 2);
  replica.fetched(3, 1);
  assert.equal(replica.proposals.length, 0, '2 is fenced, 3 is behind');
  replica.eligible.set(2, 7);
  replica.partition.checkInSync();
  assert.equal(replica.proposals.length, 0, 'it may have lost what it had');
  const fetch: DataWaiter = {
    dataArrived: () => replica.fetched(2, 2),
    partitionClosed: () => {},
  };
  replica.partition.addDataWaiter(fetch, 'logEnd');
  replica.partition.checkInSync();
  assert.deepEqual(replica.proposals.at(-1)?.proposal.isr, [1, 2]);
  replica.partition.updateState(partitionImage([1, 2, 3], { isr: [1, 2], partitionEpoch: 2 }));
  replica.partition.checkInSync();
  assert.equal(replica.proposals.length, 1);
});
