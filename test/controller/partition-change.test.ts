import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changePartition } from '../../src/controller/partition-change.ts';
import type { PartitionTargets } from '../../src/controller/partition-change.ts';
import type { PartitionValue } from '../../src/metadata/image-keys.ts';
import { partitionOf } from './partitions.ts';
import type { TestPartition } from './partitions.ts';

/** What becomes of a partition where `dead` brokers may not lead. */
function changed(
  partition: TestPartition,
  targets: PartitionTargets,
  options: { readonly dead?: readonly number[]; readonly minInsync?: number } = {},
): PartitionValue | undefined {
  const { dead = [], minInsync } = options;
  return changePartition(partitionOf(partition), targets, {
    mayLead: (id) => !dead.includes(id),
    lacksLogs: () => false,
    minInsyncReplicasSet: minInsync,
  });
}

test('a partition that is as it should be does not change', () => {
  assert.equal(changed({ replicas: [1, 2, 3] }, {}), undefined);
  assert.equal(changed({ replicas: [1, 2, 3] }, { election: 'preferred' }), undefined);
  assert.equal(changed({ replicas: [1, 2, 3] }, { replicas: [1, 2, 3] }), undefined);
});

test('who is elected of the eligible and is enough by itself leaves nobody else eligible', () => {
  const waiting = { replicas: [1, 2, 3], leader: -1, isr: [], elr: [1, 2] };
  assert.deepEqual(changed(waiting, {}, { minInsync: 1 })?.elr, []);
  assert.deepEqual(changed(waiting, {}, { minInsync: 2 })?.elr, [2]);
});

test('the leader epoch rises with another leader, the partition epoch with every change', () => {
  const shrunk = changed({ replicas: [1, 2, 3] }, { isr: [1, 3] });
  assert.deepEqual([shrunk?.leader, shrunk?.leaderEpoch, shrunk?.partitionEpoch], [1, 5, 10]);
  const moved = changed({ replicas: [1, 2, 3] }, { isr: [2, 3] });
  assert.deepEqual([moved?.leader, moved?.leaderEpoch, moved?.partitionEpoch], [2, 6, 10]);
});

test('the leader epoch rises when a replica goes, though the leader stays', () => {
  const moving = { replicas: [1, 2, 3], isr: [1, 2], removingReplicas: [3] };
  const done = changed(moving, {});
  assert.deepEqual(done?.replicas, [1, 2]);
  assert.deepEqual([done.leader, done.leaderEpoch], [1, 6]);
});

test('the first replica that is in sync and alive leads when the leader cannot any more', () => {
  const elected = changed({ replicas: [1, 2, 3], isr: [1, 3, 2] }, {}, { dead: [1, 2] });
  assert.equal(elected?.leader, 3);
});

test('the preferred leader is elected where it is in sync and alive, else the leader stays', () => {
  const partition = { replicas: [1, 2, 3], leader: 2 };
  assert.equal(changed(partition, { election: 'preferred' })?.leader, 1);
  assert.equal(changed(partition, { election: 'online' }), undefined);
  assert.equal(changed(partition, { election: 'preferred' }, { dead: [1] }), undefined);
  const lagging = { ...partition, isr: [2, 3] };
  assert.equal(changed(lagging, { election: 'preferred' }), undefined);
});

test('who leaves the in-sync set below min.insync.replicas stays eligible, and is so no more above', () => {
  const alone = changed({ replicas: [1, 2, 3], isr: [1, 2] }, { isr: [1] });
  assert.deepEqual([alone?.isr, alone?.elr], [[1], [2]]);
  const enough = changed({ replicas: [1, 2, 3] }, { isr: [1, 2] });
  assert.deepEqual([enough?.isr, enough?.elr], [[1, 2], []]);
  const again = changed({ replicas: [1, 2, 3], isr: [1], elr: [2] }, { isr: [1, 3] });
  assert.deepEqual([again?.isr, again?.elr], [[1, 3], []]);
  const one = changed({ replicas: [1, 2, 3], isr: [1, 2] }, { isr: [1] }, { minInsync: 1 });
  assert.deepEqual([one?.isr, one?.elr], [[1], []]);
});

test('without anybody in sync an eligible replica is elected, and is the in-sync set', () => {
  const partition = { replicas: [1, 2, 3], isr: [1], elr: [2, 3] };
  const elected = changed(partition, { isr: [] }, { dead: [1, 2] });
  assert.deepEqual([elected?.leader, elected?.isr], [3, [3]]);
  assert.deepEqual(new Set(elected?.elr), new Set([1, 2]));
});

test('the last of the in-sync set that dies stays eligible, and is known as the last leader', () => {
  const dead = changed({ replicas: [1, 2, 3], isr: [1] }, { isr: [] }, { dead: [1, 2, 3] });
  assert.deepEqual([dead?.leader, dead?.isr, dead?.elr, dead?.lastKnownElr], [-1, [], [1], [1]]);
});

test('whoever led last is remembered also where the leader goes while somebody is in sync', () => {
  const moved = changed({ replicas: [1, 2, 3], isr: [1] }, { replicas: [2, 1, 3] }, { dead: [1] });
  assert.deepEqual([moved?.leader, moved?.isr, moved?.lastKnownElr], [-1, [1], [1]]);
  const partition = { replicas: [2, 1, 3], leader: -1, isr: [1], lastKnownElr: [1] };
  const uncleanReplicas = new Set([1]);
  const lost = changed(partition, { isr: [], uncleanReplicas }, { dead: [1] });
  assert.deepEqual([lost?.leader, lost?.isr, lost?.elr, lost?.lastKnownElr], [-1, [], [], [1]]);
});

test('an unclean returner is eligible no more; the last known leader is elected once it is back', () => {
  const uncleanReplicas = new Set([1]);
  const partition = { replicas: [1, 2, 3], isr: [1], elr: [] };
  const lost = changed(partition, { isr: [], uncleanReplicas }, { dead: [1] });
  assert.deepEqual([lost?.leader, lost?.elr, lost?.lastKnownElr], [-1, [], [1]]);
  const waiting = { ...partition, isr: [], leader: -1, lastKnownElr: [1] };
  assert.equal(changed(waiting, {}, { dead: [1] }), undefined);
  const back = changed(waiting, {});
  assert.deepEqual([back?.leader, back?.isr, back?.lastKnownElr], [1, [1], []]);
});

test('only an unclean election takes a leader that may lack what was acknowledged', () => {
  const partition = { replicas: [1, 2, 3], isr: [1], leader: -1 };
  const dead = [1, 2];
  assert.equal(changed(partition, { election: 'online' }, { dead }), undefined);
  assert.equal(changed(partition, { election: 'preferred' }, { dead }), undefined);
  const elected = changed(partition, { election: 'unclean' }, { dead });
  assert.deepEqual([elected?.leader, elected?.isr, elected?.elr], [3, [3], []]);
});

test('a reassignment is complete once all that are to stay are in sync, and not before', () => {
  const moving = { replicas: [3, 4, 1, 2], addingReplicas: [3, 4], removingReplicas: [1, 2] };
  const isr = [1, 2];
  assert.equal(changed({ ...moving, isr }, {}), undefined);
  const half = changed({ ...moving, isr }, { isr: [1, 2, 3] });
  assert.deepEqual([half?.replicas, half?.leader], [[3, 4, 1, 2], 1]);
  const done = changed({ ...moving, isr }, { isr: [1, 2, 3, 4] });
  assert.deepEqual(done, {
    leader: 3,
    leaderEpoch: 6,
    partitionEpoch: 10,
    replicas: [3, 4],
    isr: [3, 4],
    elr: [],
    lastKnownElr: [],
    addingReplicas: [],
    removingReplicas: [],
  });
});
