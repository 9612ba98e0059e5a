import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideInternalReplicas } from '../../src/controller/internal-replicas.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { carryOut, clusterOf, settingsOf } from './cluster.ts';
import { addTopic, partitionIn, setPartition, settle } from './partitions.ts';

const offsets = '__consumer_offsets';

function grow(image: LiveImage, settings: Readonly<Record<string, string>> = {}): string[] {
  const grown = carryOut(image, decideInternalReplicas(image, settingsOf(settings)));
  return grown.map(
    ({ topic, partition, addingReplicas }) => `${topic}-${partition} +${addingReplicas.join(',')}`,
  );
}

test('internal topics gain replicas as brokers join, up to their setting, and no other topic does', () => {
  const image = clusterOf(1, 2, 3, 4);
  addTopic(image, offsets, [{ replicas: [1] }, { replicas: [1] }]);
  addTopic(image, 'orders', [{ replicas: [1] }]);
  assert.deepEqual(grow(image), [`${offsets}-0 +2,3`, `${offsets}-1 +2,4`]);
  const growing = partitionIn(image, offsets, 1);
  assert.deepEqual([growing.isr, growing.addingReplicas, growing.leader], [[1], [2, 4], 1]);
  assert.deepEqual(partitionIn(image, 'orders').replicas, [1]);
});

test('what grows already is let alone, and is done when its new replicas are in sync', () => {
  const image = clusterOf(1, 2, 3);
  addTopic(image, offsets, [{ replicas: [1] }]);
  assert.deepEqual(grow(image), [`${offsets}-0 +2,3`]);
  assert.deepEqual(grow(image), []);
  setPartition(image, offsets, 0, { isr: [1, 2, 3] });
  assert.ok(settle(image, offsets));
  const { replicas, addingReplicas, leader } = partitionIn(image, offsets);
  assert.deepEqual([replicas, addingReplicas, leader], [[1, 2, 3], [], 1]);
  assert.deepEqual(grow(image), []);
});

test('only brokers that serve get replicas, and only what has a leader gains some', () => {
  const image = clusterOf(1, 2, { id: 3, fenced: true });
  addTopic(image, offsets, [{ replicas: [1] }, { replicas: [3], isr: [], elr: [3], leader: -1 }]);
  assert.deepEqual(grow(image), [`${offsets}-0 +2`]);
});

test('the setting decides, and more replicas than it says stay', () => {
  const image = clusterOf(1, 2, 3);
  addTopic(image, offsets, [{ replicas: [1] }, { replicas: [1, 2, 3] }]);
  const key = 'offsets.topic.replication.factor';
  assert.deepEqual(grow(image, { [key]: '1' }), []);
  assert.deepEqual(grow(image, { [key]: '2' }), [`${offsets}-0 +2`]);
});

test('new replicas go to other racks', () => {
  const image = clusterOf(
    { id: 1, rack: 'a' },
    { id: 2, rack: 'a' },
    { id: 3, rack: 'b' },
    { id: 4, rack: 'c' },
  );
  addTopic(image, offsets, [{ replicas: [1] }, { replicas: [2] }]);
  assert.deepEqual(grow(image), [`${offsets}-0 +3,4`, `${offsets}-1 +3,4`]);
});
