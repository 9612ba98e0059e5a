import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesBetween } from '../../../console/src/picture/changes.ts';
import { clusterOf, pictureFrom } from './pictures.ts';

/** What is told of `act`. */
function told(act: (cluster: ReturnType<typeof clusterOf>) => void, topics = 1): string[] {
  const cluster = clusterOf({ topics, groups: 1 });
  const before = structuredClone(pictureFrom(cluster));
  act(cluster);
  return changesBetween(before, pictureFrom(cluster), 0).map(({ text }) => text);
}

test('nothing is told where nothing happened', () => {
  assert.deepEqual(
    told(() => undefined),
    [],
  );
});

test('a broker that dies is told first, then who leads instead, then what is not in sync', () => {
  const texts = told((cluster) => cluster.kill(1));
  assert.deepEqual(texts, [
    'Broker 1 is down.',
    'Broker 2 is the controller now.',
    'Broker 2 leads orders-0 instead of broker 1.',
    'No longer in sync on broker 1: orders-0, orders-1, orders-2.',
  ]);
});

test('what befalls many partitions alike is told once', () => {
  const texts = told((cluster) => cluster.kill(3), 12);
  assert.ok(texts.length <= 5, texts.join('\n'));
  assert.ok(texts.some((text) => /^No longer in sync on broker 3: \d+ partitions \(/.test(text)));
});

test('members that come and go are told', () => {
  const texts = told((cluster) => {
    const group = cluster.groups.get('billing');
    if (group !== undefined) group.members = [];
  });
  assert.deepEqual(texts, ['A member left billing.', 'billing has no members.']);
});

test('the new leaders are named, for the rings around them', () => {
  const cluster = clusterOf({ topics: 2 });
  const before = structuredClone(pictureFrom(cluster));
  cluster.kill(1);
  const led = changesBetween(before, pictureFrom(cluster), 0).flatMap((change) => change.led);
  assert.ok(led.length > 0);
  for (const { topic, partition, leader } of led) {
    assert.equal(cluster.topics.get(topic)?.partitions[partition]?.leader, leader);
  }
});
