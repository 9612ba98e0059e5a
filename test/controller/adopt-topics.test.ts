import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideAdoption } from '../../src/controller/adopt-topics.ts';
import type { TopicOnDisk } from '../../src/controller/adopt-topics.ts';
import { carryOut, clusterOf, drawTopicId } from './cluster.ts';

const id = 'AAAAAAAAAAAAAAAAAAAAAQ';

function onDisk(
  topic: string,
  partitions: readonly number[],
  topicId: string | undefined = id,
): TopicOnDisk {
  return { topic, topicId, partitions: partitions.map((partition) => ({ partition })) };
}

const options = { nodeId: 7, drawTopicId };

test('a topic is adopted under its name and id, and nothing in it is given up', () => {
  const image = clusterOf(7);
  const [adopted] = carryOut(image, decideAdoption(image, [onDisk('t', [0, 1])], options));
  assert.deepEqual(adopted, {
    name: 't',
    topicId: id,
    partitionCount: 2,
    missing: [],
    configs: new Map([
      ['retention.bytes', '-1'],
      ['retention.ms', '-1'],
    ]),
  });
  const topic = image.topicsByName.get('t');
  assert.equal(topic?.id, id);
  assert.deepEqual([...topic.config.values], [...adopted.configs]);
  assert.deepEqual(
    topic.partitions.map(({ leader, replicas, isr }) => [leader, replicas, isr]),
    [
      [7, [7], [7]],
      [7, [7], [7]],
    ],
  );
});

test('partitions that are missing below the highest one are there, empty', () => {
  const image = clusterOf(7);
  const [adopted] = carryOut(image, decideAdoption(image, [onDisk('t', [1, 4])], options));
  assert.deepEqual([adopted?.partitionCount, adopted?.missing], [5, [0, 2, 3]]);
  assert.equal(image.topicsByName.get('t')?.partitions.length, 5);
});

test("the topics of Kafka's coordinators are compacted, those of its metadata are left alone", () => {
  const image = clusterOf(7);
  const found = [
    '__consumer_offsets',
    '__transaction_state',
    '__cluster_metadata',
    '__share_group_state',
  ];
  const adopted = carryOut(
    image,
    decideAdoption(
      image,
      found.map((topic, i) => onDisk(topic, [0], `${'A'.repeat(20)}${i}A`)),
      options,
    ),
  );
  assert.deepEqual(
    adopted.map(({ name, configs }) => [name, [...configs]]),
    [
      ['__consumer_offsets', [['cleanup.policy', 'compact']]],
      ['__transaction_state', [['cleanup.policy', 'compact']]],
    ],
  );
});

test('of two topics of one name the larger is adopted, and one that is there already is not', () => {
  const image = clusterOf(7);
  const other = 'BBBBBBBBBBBBBBBBBBBBBA';
  const found = [onDisk('t', [0]), onDisk('t', [0, 1], other)];
  carryOut(image, decideAdoption(image, found, options));
  assert.equal(image.topicsByName.get('t')?.id, other);
  assert.deepEqual(decideAdoption(image, found, options).results, []);
});

test('a topic without an id gets one', () => {
  const image = clusterOf(7);
  const [adopted] = carryOut(
    image,
    decideAdoption(image, [{ ...onDisk('t', [0]), topicId: undefined }], options),
  );
  assert.match(adopted?.topicId ?? '', /^x+\d+A$/);
});

test('a partition is led with an epoch above every one in its log', () => {
  const image = clusterOf(7);
  const found = [
    { topic: 't', topicId: id, partitions: [{ partition: 0, latestEpoch: 12 }, { partition: 2 }] },
  ];
  carryOut(image, decideAdoption(image, found, options));
  const epochs = image.topicsByName.get('t')?.partitions.map(({ leaderEpoch }) => leaderEpoch);
  assert.deepEqual(epochs, [13, 0, 0]);
});

test('no producer id that an adopted log remembers is given out again, nor others of its block', () => {
  const cases = [
    [[], 1000],
    [[0], 2000],
    [[5, 3999, 7], 5000],
  ] as const;
  for (const [producerIds, next] of cases) {
    const image = clusterOf(7);
    const partitions = producerIds.map((highestProducerId, partition) => ({
      partition,
      highestProducerId,
    }));
    const found = [
      { ...onDisk('t', [0]), topicId: 'BBBBBBBBBBBBBBBBBBBBBA' },
      { topic: 'u', topicId: id, partitions },
    ];
    carryOut(image, decideAdoption(image, found, options));
    assert.equal(image.nextProducerId, next);
    // A crash may have come before the adoption's end: it is decided anew.
    carryOut(image, decideAdoption(image, found, options));
    assert.equal(image.nextProducerId, next);
  }
});
