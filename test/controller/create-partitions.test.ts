import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPartitions } from '../../src/controller/create-partitions.ts';
import type { NewPartitions } from '../../src/controller/create-partitions.ts';
import { createTopics, stableTopicIds } from '../../src/controller/create-topics.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { carryOut, clusterOf, drawTopicId, settingsOf, topicOf } from './cluster.ts';

function imageWith(name: string, numPartitions: number): LiveImage {
  const image = clusterOf(1);
  const topics = [topicOf(name, { numPartitions })];
  const topicIdOf = stableTopicIds(drawTopicId);
  carryOut(
    image,
    createTopics(
      image,
      { topics, validateOnly: false, topicIdOf, placementStart: 0 },
      settingsOf(),
    ),
  );
  return image;
}

function grow(image: LiveImage, topics: readonly NewPartitions[], validateOnly = false): string[] {
  const settings = settingsOf({ 'odradek.partitions.per.request.max': '100' });
  const command = { topics, validateOnly, placementStart: 0 };
  const results = carryOut(image, createPartitions(image, command, settings));
  return results.map(({ refusal }) =>
    refusal === undefined ? 'grown' : `${refusal.error}: ${refusal.message}`,
  );
}

const to = (count: number, ...brokers: (readonly number[])[]): NewPartitions => ({
  name: 't',
  count,
  assignments: brokers.length === 0 ? null : brokers.map((brokerIds) => ({ brokerIds })),
});

test('a topic grows to the count that is asked for, and keeps what it has', () => {
  const image = imageWith('t', 2);
  const before = image.topicsByName.get('t')?.partitions[1];
  assert.deepEqual(grow(image, [to(5)]), ['grown']);
  assert.deepEqual(grow(image, [to(6, [1])]), ['grown']);
  const topic = image.topicsByName.get('t');
  assert.equal(topic?.partitions.length, 6);
  assert.equal(topic.partitions[1], before);
});

test('growth is refused as Apache refuses it', () => {
  const cases: [NewPartitions, string][] = [
    [to(2), 'INVALID_PARTITIONS: Topic already has 2 partition(s).'],
    [
      to(1),
      'INVALID_PARTITIONS: The topic t currently has 2 partition(s); 1 would not be an increase.',
    ],
    [
      to(-1),
      'INVALID_PARTITIONS: The topic t currently has 2 partition(s); -1 would not be an increase.',
    ],
    [
      { ...to(3), name: 'nope' },
      'UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition.',
    ],
    [
      to(4, [1]),
      'INVALID_REPLICA_ASSIGNMENT: Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.',
    ],
    [
      to(3, [2]),
      'INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes broker 2, but no such broker is registered.',
    ],
    [
      to(3, [1, 1]),
      'INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes the broker 1 more than once.',
    ],
    [
      to(3, []),
      'INVALID_REPLICA_ASSIGNMENT: The manual partition assignment includes an empty replica list.',
    ],
    [to(103), 'POLICY_VIOLATION: Excessively large number of partitions per request.'],
  ];
  const image = imageWith('t', 2);
  for (const [request, refusal] of cases) assert.deepEqual(grow(image, [request]), [refusal]);
  assert.equal(image.topicsByName.get('t')?.partitions.length, 2);
});

test('a topic that is named twice, and one that is only validated, do not grow', () => {
  const image = imageWith('t', 2);
  assert.deepEqual(grow(image, [to(3), to(4)]), ['INVALID_REQUEST: Duplicate topic name.']);
  assert.deepEqual(grow(image, [to(3)], true), ['grown']);
  assert.equal(image.topicsByName.get('t')?.partitions.length, 2);
});

test('a growth that a crash cut off is made anew', () => {
  const image = imageWith('t', 1);
  const { changes } = createPartitions(
    image,
    { topics: [to(4)], validateOnly: false, placementStart: 0 },
    settingsOf(),
  );
  image.apply(image.revision + 1, changes.prepare);
  assert.equal(image.topicsByName.get('t')?.partitions.length, 1);
  assert.deepEqual(grow(image, [to(3)]), ['grown']);
  assert.equal(image.topicsByName.get('t')?.partitions.length, 3);
});
