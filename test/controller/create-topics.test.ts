import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTopics, stableTopicIds } from '../../src/controller/create-topics.ts';
import type { CreateTopicResult, NewTopic } from '../../src/controller/create-topics.ts';
import { isRefusal } from '../../src/controller/decision.ts';
import { encodeValue, imageKeys } from '../../src/metadata/image-keys.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { carryOut, clusterOf, drawTopicId, settingsOf, topicOf } from './cluster.ts';
import type { TestBroker } from './cluster.ts';

function create(
  image: LiveImage,
  topics: readonly NewTopic[],
  options: { validateOnly?: boolean; settings?: Record<string, string> } = {},
): readonly CreateTopicResult[] {
  const command = {
    topics,
    validateOnly: options.validateOnly ?? false,
    topicIdOf: stableTopicIds(drawTopicId),
    placementStart: 0,
  };
  return carryOut(image, createTopics(image, command, settingsOf(options.settings)));
}

function refusal(topic: NewTopic, image = clusterOf(1)): string {
  const [result] = create(image, [topic]);
  assert.ok(result !== undefined && isRefusal(result), 'it is refused');
  assert.equal(image.topicsByName.has(topic.name), false);
  return `${result.error}: ${result.message}`;
}

test('a topic gets the number of partitions and replicas that is asked for, and is there at once', () => {
  const image = clusterOf(1, 2, 3);
  const [result] = create(image, [topicOf('t', { numPartitions: 3, replicationFactor: 2 })]);
  assert.ok(result !== undefined && !isRefusal(result));
  assert.deepEqual([result.numPartitions, result.replicationFactor], [3, 2]);
  const topic = image.topicsById.get(result.topicId);
  assert.equal(topic?.name, 't');
  for (const { leader, leaderEpoch, replicas, isr } of topic.partitions) {
    assert.equal(replicas.length, 2);
    assert.deepEqual([leader, leaderEpoch, isr], [replicas[0], 0, replicas]);
  }
});

test("what a topic does not say it has from the broker's defaults", () => {
  const image = clusterOf(1, 2);
  const settings = { 'num.partitions': '5', 'default.replication.factor': '2' };
  const [result] = create(image, [topicOf('t')], { settings });
  assert.ok(result !== undefined && !isRefusal(result));
  assert.deepEqual([result.numPartitions, result.replicationFactor], [5, 2]);
});

test('a topic that says nothing has as many replicas as there are brokers, fenced ones too, up to three', () => {
  const replicasWith = (...brokers: readonly (number | TestBroker)[]): number => {
    const [result] = create(clusterOf(...brokers), [topicOf('t')]);
    assert.ok(result !== undefined && !isRefusal(result));
    return result.replicationFactor;
  };
  assert.equal(replicasWith(1), 1);
  assert.equal(replicasWith(1, { id: 2, fenced: true }), 2);
  assert.equal(replicasWith(1, 2, 3), 3);
  assert.equal(replicasWith(1, 2, 3, 4), 3);
});

test('a cordoned broker gets no replicas unless it is named, and does not count for the default', () => {
  const image = clusterOf(1, 2, 3);
  const values = { 'cordoned.log.dirs': '*' };
  image.apply(2, [{ key: imageKeys.brokerConfig(2), value: encodeValue({ values }) }]);
  create(image, [topicOf('t', { numPartitions: 6 })]);
  const replicas = image.topicsByName
    .get('t')
    ?.partitions.flatMap((partition) => [...partition.replicas]);
  assert.equal(replicas?.length, 12);
  assert.ok(!replicas.includes(2));
  const lacking = refusal(topicOf('u', { replicationFactor: 3 }), image);
  assert.match(lacking, /because only 2 broker\(s\) are registered or some brokers have all/);
  create(image, [topicOf('v', { assignments: [{ partitionIndex: 0, brokerIds: [2] }] })]);
  assert.deepEqual(image.topicsByName.get('v')?.partitions[0]?.replicas, [2]);
});

test('valid configs are kept in one form and described with the answer', () => {
  const image = clusterOf(1);
  const configs = [
    { name: 'retention.ms', value: ' 77 ' },
    { name: 'cleanup.policy', value: 'compact , delete' },
  ];
  const [result] = create(image, [topicOf('t', { configs })]);
  assert.ok(result !== undefined && !isRefusal(result));
  const kept = [
    ['cleanup.policy', 'compact,delete'],
    ['retention.ms', '77'],
  ];
  assert.deepEqual([...result.configs], kept);
  assert.deepEqual([...(image.topicsByName.get('t')?.config.values ?? [])], kept);
});

test('names are refused as Apache refuses them, with a legal one to use instead', () => {
  const characters =
    "contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
  const cases: [string, string][] = [
    [
      '/shopping-cart-done',
      `'/shopping-cart-done' ${characters}; a legal name would be 'shopping-cart-done'`,
    ],
    ['a b', `'a b' ${characters}; a legal name would be 'a-b'`],
    ['ünï', `'ünï' ${characters}; a legal name would be 'uni'`],
    ['///', `'///' ${characters}`],
    ['', 'the empty string is not allowed'],
    ['.', "'.' is not allowed"],
    ['..', "'..' is not allowed"],
  ];
  for (const [name, problem] of cases) {
    assert.equal(
      refusal(topicOf(name)),
      `INVALID_TOPIC_EXCEPTION: Topic name is invalid: ${problem}`,
    );
  }
  const long = 'x'.repeat(250);
  assert.match(
    refusal(topicOf(long)),
    /is longer than the max allowed length 249; a legal name would be 'x{249}'$/,
  );
  assert.equal(create(clusterOf(1), [topicOf('x'.repeat(249))]).some(isRefusal), false);
});

test('a name that exists, or differs from one only by . and _, is refused', () => {
  const image = clusterOf(1);
  create(image, [topicOf('a.b')]);
  const results = create(image, [
    topicOf('a.b'),
    topicOf('a_b'),
    topicOf('a.b_c'),
    topicOf('a_b.c'),
  ]);
  assert.deepEqual(
    results.map((result) => (isRefusal(result) ? `${result.error}: ${result.message}` : 'made')),
    [
      "TOPIC_ALREADY_EXISTS: Topic 'a.b' already exists.",
      "INVALID_TOPIC_EXCEPTION: Topic 'a_b' collides with existing topic: a.b",
      'made',
      "INVALID_TOPIC_EXCEPTION: Topic 'a_b.c' collides with existing topic: a.b_c",
    ],
  );
});

test('a name that is asked for twice is refused once, and nothing is made of it', () => {
  const image = clusterOf(1);
  const results = create(image, [topicOf('a'), topicOf('b'), topicOf('a')]);
  assert.deepEqual(
    results.map((result) => [result.name, isRefusal(result) ? result.message : 'made']),
    [
      ['a', 'Duplicate topic name.'],
      ['b', 'made'],
    ],
  );
  assert.deepEqual([...image.topicsByName.keys()], ['b']);
});

test('the log of Kafka’s own metadata is no topic to create, other internal topics are', () => {
  const message = 'Creation of internal topic __cluster_metadata is prohibited.';
  assert.equal(refusal(topicOf('__cluster_metadata')), `INVALID_REQUEST: ${message}`);
  const image = clusterOf(1);
  create(image, [topicOf('__consumer_offsets')]);
  assert.equal(image.topicsByName.get('__consumer_offsets')?.internal, true);
});

test('counts are refused as Apache refuses them', () => {
  const positive =
    'INVALID_PARTITIONS: Number of partitions was set to an invalid non-positive value.';
  assert.equal(refusal(topicOf('t', { numPartitions: 0 })), positive);
  assert.equal(refusal(topicOf('t', { numPartitions: -2 })), positive);
  const factor =
    'INVALID_REPLICATION_FACTOR: Replication factor must be larger than 0, or -1 to use the default value.';
  assert.equal(refusal(topicOf('t', { replicationFactor: 0 })), factor);
  assert.equal(refusal(topicOf('t', { replicationFactor: -2 })), factor);
  assert.equal(
    refusal(topicOf('t', { replicationFactor: 2 })),
    'INVALID_REPLICATION_FACTOR: Unable to replicate the partition 2 time(s): The target replication ' +
      'factor of 2 cannot be reached because only 1 broker(s) are registered or some brokers have all ' +
      'their log directories cordoned.',
  );
  assert.equal(
    refusal(topicOf('t', { replicationFactor: 1 }), clusterOf({ id: 1, fenced: true })),
    'INVALID_REPLICATION_FACTOR: Unable to replicate the partition 1 time(s): All brokers are currently ' +
      'fenced or in controlled shutdown.',
  );
});

test('one request creates no more partitions than it may, over all of its topics', () => {
  const image = clusterOf(1);
  const topics = [
    topicOf('a', { numPartitions: 6 }),
    topicOf('b', { numPartitions: 5 }),
    topicOf('c', { numPartitions: 4 }),
  ];
  const settings = { 'odradek.partitions.per.request.max': '10' };
  const results = create(image, topics, { settings });
  assert.deepEqual(
    results.map((result) => (isRefusal(result) ? result.error : result.numPartitions)),
    [6, 'POLICY_VIOLATION', 4],
  );
});

test('partitions lie where a request puts them', () => {
  const image = clusterOf(1, 2, { id: 3, fenced: true });
  const assignments = [
    { partitionIndex: 1, brokerIds: [2, 1] },
    { partitionIndex: 0, brokerIds: [3, 1] },
  ];
  create(image, [topicOf('t', { assignments })]);
  const placed = image.topicsByName
    .get('t')
    ?.partitions.map(({ replicas, isr, leader }) => [replicas, isr, leader]);
  assert.deepEqual(placed, [
    [[3, 1], [1], 1],
    [[2, 1], [2, 1], 2],
  ]);
});

test('assignments are refused as Apache refuses them', () => {
  const assigned = (...brokers: (readonly number[])[]): NewTopic =>
    topicOf('t', {
      assignments: brokers.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
    });
  const cases: [NewTopic, string][] = [
    [assigned([]), 'The manual partition assignment includes an empty replica list.'],
    [assigned([1, 1]), 'The manual partition assignment includes the broker 1 more than once.'],
    [
      assigned([1, 9]),
      'The manual partition assignment includes broker 9, but no such broker is registered.',
    ],
    [
      assigned([-1]),
      'The manual partition assignment includes broker -1, but no such broker is registered.',
    ],
    [
      assigned([1], [1, 2]),
      'The manual partition assignment includes a partition with 2 replica(s), but this is not consistent ' +
        'with previous partitions, which have 1 replica(s).',
    ],
    [
      assigned([3]),
      'All brokers specified in the manual partition assignment for partition 0 are fenced or in controlled shutdown.',
    ],
    [
      topicOf('t', { assignments: [{ partitionIndex: 1, brokerIds: [1] }] }),
      'partitions should be a consecutive 0-based integer sequence',
    ],
    [
      topicOf('t', {
        assignments: [0, 0].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] })),
      }),
      'Found multiple manual partition assignments for partition 0',
    ],
  ];
  for (const [topic, message] of cases) {
    const image = clusterOf(1, 2, { id: 3, fenced: true });
    assert.equal(refusal(topic, image), `INVALID_REPLICA_ASSIGNMENT: ${message}`);
  }
  const assignments = [{ partitionIndex: 0, brokerIds: [1] }];
  const specified = 'INVALID_REQUEST: A manual partition assignment was specified, but ';
  assert.equal(
    refusal(topicOf('t', { assignments, replicationFactor: 1 })),
    `${specified}replication factor was not set to -1.`,
  );
  assert.equal(
    refusal(topicOf('t', { assignments, numPartitions: 1 })),
    `${specified}numPartitions was not set to -1.`,
  );
});

test('configs are refused as Apache refuses them', () => {
  const configured = (name: string, value: string | null): NewTopic =>
    topicOf('t', { configs: [{ name, value }] });
  assert.equal(
    refusal(configured('retention.ms', 'abc')),
    'INVALID_CONFIG: Invalid value abc for configuration retention.ms: Not a number of type LONG',
  );
  assert.equal(refusal(configured('nope', 'x')), 'INVALID_CONFIG: Unknown topic config name: nope');
  assert.equal(
    refusal(configured('retention.ms', null)),
    'INVALID_CONFIG: Null value not supported for topic configs: retention.ms',
  );
  assert.match(
    refusal(configured('leader.replication.throttled.replicas', '1:1,'.repeat(9000) + '1:1')),
    /^INVALID_CONFIG: The configuration value cannot be added because it exceeds the maximum value size/,
  );
});

test('a request that only validates answers the same and changes nothing', () => {
  const image = clusterOf(1);
  const results = create(image, [topicOf('t'), topicOf('a b')], { validateOnly: true });
  assert.deepEqual(results.map(isRefusal), [false, true]);
  assert.equal(image.topicsByName.size, 0);
});

test('a command that is decided again after it happened answers that it did', () => {
  const image = clusterOf(1);
  const command = {
    topics: [topicOf('t', { numPartitions: 2 })],
    validateOnly: false,
    topicIdOf: stableTopicIds(drawTopicId),
    placementStart: 0,
  };
  const [first] = carryOut(image, createTopics(image, command, settingsOf()));
  const again = createTopics(image, command, settingsOf());
  assert.deepEqual(again.results, [first]);
  assert.deepEqual(again.changes, { prepare: [], publish: [], tidy: [] });
});
