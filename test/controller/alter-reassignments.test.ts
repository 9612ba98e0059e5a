import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alterReassignments } from '../../src/controller/alter-reassignments.ts';
import type { PartitionImage } from '../../src/metadata/image.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { must } from '../../src/util/assert.ts';
import { holds } from '../config/property.ts';
import { carryOut, clusterOf, settingsOf } from './cluster.ts';
import { addTopic, partitionIn, setPartition, settle } from './partitions.ts';

/** Asks for replicas of partitions of `t`; answers what was refused. */
function move(
  image: LiveImage,
  targets: readonly (readonly [index: number, replicas: readonly number[] | null])[],
  options: { readonly allowReplicationFactorChange?: boolean; readonly topic?: string } = {},
): readonly (string | undefined)[] {
  const { allowReplicationFactorChange = true, topic = 't' } = options;
  const partitions = targets.map(([partitionIndex, replicas]) => ({ partitionIndex, replicas }));
  const command = { topics: [{ name: topic, partitions }], allowReplicationFactorChange };
  const [result] = carryOut(image, alterReassignments(image, command, settingsOf()));
  return must(result).partitions.map(({ refusal }) =>
    refusal === undefined ? undefined : `${refusal.error}: ${refusal.message}`,
  );
}

/** Ends what can be ended of partition 0 of `t`; answers whether it has. */
function complete(image: LiveImage): boolean {
  return settle(image, 't');
}

function sets({ replicas, isr, addingReplicas, removingReplicas, leader }: PartitionImage) {
  return { replicas, isr, adding: addingReplicas, removing: removingReplicas, leader };
}

function clusterWith(...replicas: readonly number[]): LiveImage {
  const image = clusterOf(1, 2, 3, 4, 5);
  addTopic(image, 't', [{ replicas }]);
  return image;
}

test('replicas are added first, and the old ones go once the new ones are in sync', () => {
  const image = clusterWith(1, 2);
  assert.deepEqual(move(image, [[0, [3, 1]]]), [undefined]);
  const moving = partitionIn(image, 't');
  assert.deepEqual(sets(moving), {
    replicas: [3, 1, 2],
    isr: [1, 2],
    adding: [3],
    removing: [2],
    leader: 1,
  });
  assert.equal(complete(image), false);
  setPartition(image, 't', 0, { isr: [1, 2, 3] });
  assert.equal(complete(image), true);
  const moved = partitionIn(image, 't');
  assert.deepEqual(sets(moved), {
    replicas: [3, 1],
    isr: [1, 3],
    adding: [],
    removing: [],
    leader: 1,
  });
  assert.equal(moved.leaderEpoch, moving.leaderEpoch + 1);
  assert.equal(complete(image), false);
});

test('another order, and fewer replicas that are in sync, are there at once', () => {
  const image = clusterWith(1, 2, 3);
  move(image, [[0, [2, 3, 1]]]);
  assert.deepEqual(partitionIn(image, 't').replicas, [2, 3, 1]);
  move(image, [[0, [2]]]);
  assert.deepEqual(sets(partitionIn(image, 't')), {
    replicas: [2],
    isr: [2],
    adding: [],
    removing: [],
    leader: 2,
  });
});

test('what is asked for again is on its way already and does not change', () => {
  const image = clusterWith(1, 2);
  move(image, [[0, [3, 4]]]);
  const before = partitionIn(image, 't');
  assert.deepEqual(move(image, [[0, [3, 4]]]), [undefined]);
  assert.equal(partitionIn(image, 't'), before);
});

test('a cancelled reassignment goes back to the replicas there were', () => {
  const image = clusterWith(1, 2);
  move(image, [[0, [3, 4]]]);
  setPartition(image, 't', 0, { isr: [1, 2, 3], leader: 3 });
  assert.deepEqual(move(image, [[0, null]]), [undefined]);
  assert.deepEqual(sets(partitionIn(image, 't')), {
    replicas: [1, 2],
    isr: [1, 2],
    adding: [],
    removing: [],
    leader: 1,
  });
});

test('a cancelled reassignment goes back to the first replicas though it was redirected', () => {
  const image = clusterWith(1, 2);
  move(image, [[0, [3, 1]]]);
  setPartition(image, 't', 0, { isr: [1, 2] });
  move(image, [[0, [4, 1]]]);
  assert.deepEqual(sets(partitionIn(image, 't')), {
    replicas: [4, 1, 2],
    isr: [1, 2],
    adding: [4],
    removing: [2],
    leader: 1,
  });
  move(image, [[0, null]]);
  assert.deepEqual(new Set(partitionIn(image, 't').replicas), new Set([1, 2]));
});

test('a redirected reassignment does not drop the only replica that has everything', () => {
  const image = clusterWith(1, 2);
  move(image, [[0, [3, 4]]]);
  setPartition(image, 't', 0, { isr: [3], leader: 3 });
  move(image, [[0, [5, 1]]]);
  const { replicas, isr, removingReplicas } = partitionIn(image, 't');
  assert.deepEqual([isr, removingReplicas], [[3], [2, 3]]);
  assert.deepEqual(replicas, [5, 1, 2, 3]);
});

test('a reassignment is not cancelled where only added replicas have everything', () => {
  const image = clusterWith(1, 2);
  move(image, [[0, [3, 4]]]);
  setPartition(image, 't', 0, { isr: [3], leader: 3 });
  assert.deepEqual(move(image, [[0, null]]), [
    'INVALID_REPLICA_ASSIGNMENT: Unable to revert partition assignment for t:0 because it would require an unclean leader election.',
  ]);
  setPartition(image, 't', 0, { isr: [3], elr: [2], leader: 3 });
  assert.deepEqual(move(image, [[0, null]]), [undefined]);
  const { leader, isr, replicas } = partitionIn(image, 't');
  assert.deepEqual([leader, isr, new Set(replicas)], [2, [2], new Set([1, 2])]);
});

test('while nobody leads, whoever is waited for stays a replica', () => {
  const waiting = { isr: [], leader: -1 };
  for (const waitedFor of [
    { elr: [3], lastKnownElr: [] },
    { elr: [1], lastKnownElr: [3] },
    { elr: [], lastKnownElr: [3] },
  ]) {
    const image = clusterWith(1, 2);
    move(image, [[0, [3, 4]]]);
    setPartition(image, 't', 0, { ...waiting, ...waitedFor });
    assert.deepEqual(move(image, [[0, null]]), [
      'INVALID_REPLICA_ASSIGNMENT: Unable to revert partition assignment for t:0 because it would require an unclean leader election.',
    ]);
    assert.deepEqual(move(image, [[0, [5, 1]]]), [undefined]);
    const { replicas, removingReplicas } = partitionIn(image, 't');
    assert.deepEqual(
      [replicas, removingReplicas],
      [
        [5, 1, 2, 3],
        [2, 3],
      ],
    );
  }
});

test('an unclean cancellation is made where the topic allows it', () => {
  const image = clusterOf(1, 2, 3);
  const replicas = [3, 1];
  addTopic(image, 't', [{ replicas, isr: [3], addingReplicas: [3] }], {
    'unclean.leader.election.enable': 'true',
  });
  assert.deepEqual(move(image, [[0, null]]), [undefined]);
  assert.deepEqual(sets(partitionIn(image, 't')), {
    replicas: [1],
    isr: [1],
    adding: [],
    removing: [],
    leader: 1,
  });
});

test('what cannot be reassigned is refused as Apache refuses it', () => {
  const image = clusterWith(1, 2);
  const refusals = move(
    image,
    [
      [0, [7]],
      [0, [1, 1]],
      [0, []],
      [0, [-1]],
      [1, [1]],
      [-1, null],
      [0, null],
      [0, [1, 2, 3]],
      [0, [1]],
      [0, [2, 1]],
    ],
    { allowReplicationFactorChange: false },
  );
  const manual = 'INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes';
  assert.deepEqual(refusals, [
    `${manual} broker 7, but no such broker is registered.`,
    `${manual} the broker 1 more than once.`,
    `${manual} an empty replica list.`,
    `${manual} broker -1, but no such broker is registered.`,
    'UNKNOWN_TOPIC_OR_PARTITION: Unable to find partition t:1.',
    'UNKNOWN_TOPIC_OR_PARTITION: Unable to find partition t:-1.',
    'NO_REASSIGNMENT_IN_PROGRESS: No partition reassignment is in progress.',
    'INVALID_REPLICATION_FACTOR: The replication factor is changed from 2 to 3',
    'INVALID_REPLICATION_FACTOR: The replication factor is changed from 2 to 1',
    undefined,
  ]);
  assert.deepEqual(move(image, [[0, [1]]], { topic: 'nobody' }), [
    'UNKNOWN_TOPIC_OR_PARTITION: Unable to find a topic named nobody.',
  ]);
});

test('a replication factor on its way counts as the one that it will be', () => {
  const image = clusterWith(2);
  move(image, [[0, [1, 2, 3]]]);
  const options = { allowReplicationFactorChange: false };
  assert.deepEqual(move(image, [[0, [4, 2, 3]]], options), [undefined]);
  assert.deepEqual(move(image, [[0, [1, 3]]], options), [
    'INVALID_REPLICATION_FACTOR: The replication factor is changed from 3 to 2',
  ]);
  assert.deepEqual(move(image, [[0, null]], options), [undefined]);
});

test('a partition that is named twice is changed twice and written once', () => {
  const image = clusterWith(1, 2);
  const partitions = [
    { partitionIndex: 0, replicas: [3, 4] },
    { partitionIndex: 0, replicas: [5, 1] },
  ];
  const command = { topics: [{ name: 't', partitions }], allowReplicationFactorChange: true };
  const decision = alterReassignments(image, command, settingsOf());
  assert.equal(decision.changes.publish.length, 1);
  carryOut(image, decision);
  assert.deepEqual(partitionIn(image, 't').replicas, [5, 1, 2]);
});

/** What may happen to a partition, each with numbers to choose by. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant('move' as const),
    replicas: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constantFrom('cancel' as const, 'complete' as const) }),
  fc.record({ kind: fc.constantFrom('grow' as const, 'shrink' as const), pick: fc.nat(100) }),
);

function assertSound(before: PartitionImage, after: PartitionImage): void {
  const { replicas, isr, elr, addingReplicas, removingReplicas, leader } = after;
  for (const ids of [replicas, isr, elr, addingReplicas, removingReplicas]) {
    assert.equal(new Set(ids).size, ids.length, 'nobody twice');
    assert.ok(ids.every((id) => replicas.includes(id)));
  }
  assert.ok(replicas.length > 0 && isr.length > 0, 'nothing is lost');
  assert.ok(isr.includes(leader), 'the leader is in sync');
  assert.ok(!elr.some((id) => isr.includes(id)));
  assert.ok(!addingReplicas.some((id) => removingReplicas.includes(id)));
  assert.ok(after.leaderEpoch >= before.leaderEpoch);
  if (after !== before) assert.ok(after.partitionEpoch > before.partitionEpoch);
  if (after.leader !== before.leader) assert.ok(after.leaderEpoch > before.leaderEpoch);
  const left = before.replicas.some((id) => !replicas.includes(id));
  if (left) assert.ok(after.leaderEpoch > before.leaderEpoch, 'who goes is fenced off');
  // Nobody is in sync who was not so before: that is the leader's to say.
  const known = [...before.isr, ...before.elr];
  assert.ok(isr.every((id) => known.includes(id)));
}

test('however a partition is moved about, it keeps a leader that has everything, and gets where it is to be', () => {
  const steps = fc.array(step, { maxLength: 30 });
  holds(
    fc.property(steps, (script) => {
      const image = clusterOf(1, 2, 3, 4, 5, 6);
      addTopic(image, 't', [{ replicas: [1, 2, 3] }]);
      let original: readonly number[] = [1, 2, 3];
      let target = original;
      for (const action of script) {
        const before = partitionIn(image, 't');
        const isMoving = before.addingReplicas.length + before.removingReplicas.length > 0;
        if (!isMoving) original = before.replicas;
        switch (action.kind) {
          case 'grow': {
            const others = before.replicas.filter((id) => !before.isr.includes(id));
            const [id] = others.slice(action.pick % Math.max(1, others.length));
            if (id !== undefined) setPartition(image, 't', 0, { isr: [...before.isr, id] });
            continue;
          }
          case 'shrink': {
            const followers = before.isr.filter((id) => id !== before.leader);
            const gone = followers[action.pick % Math.max(1, followers.length)];
            const isr = before.isr.filter((id) => id !== gone);
            setPartition(image, 't', 0, { isr });
            continue;
          }
          case 'move':
            assert.deepEqual(move(image, [[0, action.replicas]]), [undefined]);
            target = action.replicas;
            break;
          case 'cancel': {
            const [refusal] = move(image, [[0, null]]);
            if (refusal === undefined) {
              assert.deepEqual(new Set(partitionIn(image, 't').replicas), new Set(original));
            }
            break;
          }
          case 'complete':
            if (complete(image)) assert.deepEqual(partitionIn(image, 't').replicas, target);
            break;
        }
        assertSound(before, partitionIn(image, 't'));
      }
      // What goes on ends once all are in sync.
      const last = partitionIn(image, 't');
      if (last.addingReplicas.length + last.removingReplicas.length === 0) return;
      setPartition(image, 't', 0, { isr: last.replicas });
      assert.ok(complete(image));
      assert.deepEqual(partitionIn(image, 't').replicas, target);
    }),
  );
});
