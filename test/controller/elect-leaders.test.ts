import assert from 'node:assert/strict';
import { test } from 'node:test';
import { electLeaders } from '../../src/controller/elect-leaders.ts';
import type { ElectLeadersCommand } from '../../src/controller/elect-leaders.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { carryOut, clusterOf, settingsOf } from './cluster.ts';
import { addTopic, partitionIn } from './partitions.ts';

/** Elects, and answers for each topic what came of its partitions. */
function elect(image: LiveImage, command: ElectLeadersCommand): Record<string, string[]> {
  const results = carryOut(image, electLeaders(image, command, settingsOf()));
  return Object.fromEntries(
    results.map(({ topic, partitions }) => [
      topic,
      partitions.map(({ index, refusal }) =>
        refusal === undefined ? `${index}` : `${index} ${refusal.error}: ${refusal.message}`,
      ),
    ]),
  );
}

const notNeeded = 'ELECTION_NOT_NEEDED: Leader election not needed for topic partition.';

test('the preferred leader is elected where it is in sync, each partition for itself', () => {
  const image = clusterOf(1, 2, { id: 3, fenced: true });
  addTopic(image, 't', [
    { replicas: [1, 2], leader: 2 },
    { replicas: [1, 2] },
    { replicas: [1, 2], leader: 2, isr: [2] },
    { replicas: [3, 2], leader: 2 },
  ]);
  const topics = [{ topic: 't', partitions: [0, 1, 2, 3] }];
  const unavailable = 'PREFERRED_LEADER_NOT_AVAILABLE: The preferred leader was not available.';
  assert.deepEqual(elect(image, { election: 'preferred', topics }), {
    t: ['0', `1 ${notNeeded}`, `2 ${unavailable}`, `3 ${unavailable}`],
  });
  const { leader, leaderEpoch, partitionEpoch } = partitionIn(image, 't', 0);
  assert.deepEqual([leader, leaderEpoch, partitionEpoch], [1, 6, 10]);
});

test('an unclean election is made only where there is no leader, with whoever is alive', () => {
  const image = clusterOf(1, 2, { id: 3, fenced: true });
  addTopic(image, 't', [
    { replicas: [3, 2], isr: [3], leader: -1 },
    { replicas: [3], leader: -1 },
    { replicas: [1, 2], leader: 2 },
  ]);
  const topics = [{ topic: 't', partitions: [0, 1, 2] }];
  assert.deepEqual(elect(image, { election: 'unclean', topics }), {
    t: [
      '0',
      '1 ELIGIBLE_LEADERS_NOT_AVAILABLE: Eligible topic partition leaders are not available.',
      `2 ${notNeeded}`,
    ],
  });
  const { leader, isr } = partitionIn(image, 't', 0);
  assert.deepEqual([leader, isr], [2, [2]]);
});

test('of all partitions those are answered that needed an election', () => {
  const image = clusterOf(1, 2);
  addTopic(image, 'a', [{ replicas: [1, 2], leader: 2 }, { replicas: [2, 1] }]);
  addTopic(image, 'b', [{ replicas: [1, 2] }]);
  assert.deepEqual(elect(image, { election: 'preferred', topics: null }), { a: ['0'], b: [] });
  assert.equal(partitionIn(image, 'a', 0).leader, 1);
});

test('what is not there is named as Apache names it, and a partition named twice is elected once', () => {
  const image = clusterOf(1, 2);
  addTopic(image, 't', [{ replicas: [1, 2], leader: 2 }]);
  const topics = [
    { topic: 't', partitions: [0, 0, 1, -1] },
    { topic: 'nobody', partitions: [0] },
  ];
  assert.deepEqual(elect(image, { election: 'preferred', topics }), {
    t: [
      '0',
      `0 ${notNeeded}`,
      '1 UNKNOWN_TOPIC_OR_PARTITION: No such partition as t-1',
      '-1 UNKNOWN_TOPIC_OR_PARTITION: No such partition as t--1',
    ],
    nobody: ['0 UNKNOWN_TOPIC_OR_PARTITION: No such topic as nobody'],
  });
});
