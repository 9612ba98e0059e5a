import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resignPartitions } from '../../src/controller/resign-partitions.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { must } from '../../src/util/assert.ts';
import { carryOut, clusterOf, settingsOf } from './cluster.ts';
import { addTopic, partitionIn, type TestPartition } from './partitions.ts';

const partitions: readonly TestPartition[] = [
  { replicas: [1, 2, 3] },
  { replicas: [2, 1, 3] },
  { replicas: [1, 2, 3], isr: [1], elr: [2] },
  { replicas: [2, 3, 1], isr: [2, 3] },
  { replicas: [1, 2, 3], isr: [1, 2] },
  { replicas: [1, 2, 3], isr: [1] },
  { replicas: [2, 1, 3], isr: [2], elr: [1] },
  { replicas: [1, 2, 3], isr: [1], elr: [2, 3] },
];

/** Broker 1 has lost all its logs of the topic. */
function resigned(image: LiveImage): readonly number[] {
  const { id } = must(image.topicsByName.get('t'));
  const lost = partitions.map((_, index) => ({ topicId: id, index }));
  const decision = resignPartitions(image, 1, lost, settingsOf());
  return carryOut(image, decision).map(({ index }) => index);
}

test('who has lost its logs leads and holds up nothing any more, unless nobody else has everything', () => {
  const image = clusterOf(1, 2, 3);
  addTopic(image, 't', partitions, { 'min.insync.replicas': '2' });
  assert.deepEqual(resigned(image), [0, 1, 2, 4, 6, 7]);
  const seen = partitions.map((_, index) => {
    const { leader, leaderEpoch, isr, elr } = partitionIn(image, 't', index);
    return [leader, leaderEpoch, isr, elr];
  });
  assert.deepEqual(seen, [
    [2, 6, [2, 3], []],
    [2, 5, [2, 3], []],
    // What was acknowledged is with the eligible one, too.
    [2, 6, [2], []],
    [2, 5, [2, 3], []],
    // Too few are in sync from here on, and broker 1 may come back without what it had.
    [2, 6, [2], []],
    [1, 5, [1], []],
    [2, 5, [2], []],
    [2, 6, [2], [3]],
  ]);
  assert.deepEqual(resigned(image), [], 'once');
});

test('a topic that is gone needs nobody to resign', () => {
  const image = clusterOf(1, 2);
  const lost = [{ topicId: 'AAAAAAAAAAAAAAAAAAAAAA', index: 0 }];
  assert.deepEqual(resignPartitions(image, 1, lost, settingsOf()).changes.publish, []);
});
