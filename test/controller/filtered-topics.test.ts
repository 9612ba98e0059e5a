import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admitBrokers } from '../../src/controller/admit-brokers.ts';
import { alterConfigs } from '../../src/controller/alter-configs.ts';
import type { ConfigOperation } from '../../src/controller/config-operations.ts';
import { alterReassignments } from '../../src/controller/alter-reassignments.ts';
import { createPartitions } from '../../src/controller/create-partitions.ts';
import { createTopics, stableTopicIds, type NewTopic } from '../../src/controller/create-topics.ts';
import { deleteTopics } from '../../src/controller/delete-topics.ts';
import { electLeaders } from '../../src/controller/elect-leaders.ts';
import { allPartitions, keepLeaders } from '../../src/controller/keep-leaders.ts';
import { encodeValue, imageKeys } from '../../src/metadata/image-keys.ts';
import { LiveImage } from '../../src/metadata/live-image.ts';
import { must } from '../../src/util/assert.ts';
import { brokerKeys } from '../metadata/broker-keys.ts';
import { carryOut, clusterOf, drawTopicId, settingsOf, topicOf } from './cluster.ts';

const filter = 'value == "kohli"';

function filteredTopic(
  name: string,
  source: string,
  overrides: Partial<NewTopic> & { filter?: string; more?: Record<string, string> } = {},
): NewTopic {
  const { filter: text = filter, more = {}, ...rest } = overrides;
  const configs = { 'odradek.source.topic': source, 'odradek.filter': text, ...more };
  return topicOf(name, {
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    ...rest,
  });
}

function decideTopics(image: LiveImage, ...topics: readonly NewTopic[]) {
  const topicIdOf = stableTopicIds(drawTopicId);
  const command = { topics, validateOnly: false, topicIdOf, placementStart: 0 };
  return createTopics(image, command, settingsOf());
}

function create(image: LiveImage, ...topics: readonly NewTopic[]): string[] {
  return carryOut(image, decideTopics(image, ...topics)).map((result) =>
    'error' in result
      ? `${result.error}: ${result.message}`
      : `${result.numPartitions}x${result.replicationFactor}`,
  );
}

/** Brokers 1 to 3, `adverts` of 2 partitions on all of them, and a filtered topic of it. */
function cluster(): LiveImage {
  const image = clusterOf(1, 2, 3);
  create(image, topicOf('adverts', { numPartitions: 2, replicationFactor: 3 }));
  assert.deepEqual(create(image, filteredTopic('kohli', 'adverts')), ['2x3']);
  return image;
}

function alter(image: LiveImage, name: string, operations: ConfigOperation[], replace = false) {
  const resources = [{ scope: 'topic' as const, name, operations, replace }];
  const decision = alterConfigs(image, { resources, validateOnly: false }, settingsOf());
  const refusal = carryOut(image, decision)[0]?.refusal;
  return refusal === undefined ? 'OK' : `${refusal.error}: ${refusal.message}`;
}

const set = (key: string, value: string): ConfigOperation => ({ operation: 'SET', key, value });

const shownBy = 'is a filtered topic of';

test('a filtered topic has the partitions of its source, and none of its own', () => {
  const image = cluster();
  const source = must(image.topicsByName.get('adverts'));
  const topic = must(image.topicsByName.get('kohli'));
  assert.equal(topic.partitions, source.partitions);
  assert.deepEqual(topic.filtered, {
    sourceTopic: 'adverts',
    sourceTopicId: source.id,
    filter,
  });
  assert.deepEqual(image.partitionKeysOf(topic.id), []);
  assert.equal([...allPartitions(image)].length, 2);
});

test('new partitions of the source appear in it, and changes of the source are its own', () => {
  const image = cluster();
  const topic = must(image.topicsByName.get('kohli'));
  const command = {
    topics: [{ name: 'adverts', count: 3, assignments: null }],
    validateOnly: false,
    placementStart: 0,
  };
  const { changes } = createPartitions(image, command, settingsOf());
  const delta = image.apply(image.revision + 1, [...changes.prepare, ...changes.publish]);
  assert.equal(topic.partitions.length, 3);
  assert.deepEqual(delta.partitionsChanged.get(topic), new Set([2]));
});

test('leaders are elected once, for the source', () => {
  const image = cluster();
  const leader = must(image.topicsByName.get('adverts')?.partitions[0]).leader;
  image.apply(image.revision + 1, [{ key: imageKeys.live(leader), value: null }]);
  const { results, changes } = keepLeaders(image, allPartitions(image), settingsOf());
  assert.ok(results.length > 0 && results.every(({ topic }) => topic === 'adverts'));
  carryOut(image, { results, changes });
  const shown = must(image.topicsByName.get('kohli')?.partitions[0]);
  assert.notEqual(shown.leader, leader);
  assert.deepEqual(admitBrokers(image).results, []);
});

test('what a filtered topic cannot be made of is refused, with a reason', () => {
  const image = cluster();
  const id = drawTopicId();
  image.apply(image.revision + 1, [
    {
      key: imageKeys.topic('__consumer_offsets'),
      value: encodeValue({ topicId: id, partitionCount: 0 }),
    },
  ]);
  const only = (name: string, value: string): NewTopic =>
    topicOf('x', { configs: [{ name, value }] });
  const cases: [NewTopic, RegExp][] = [
    [filteredTopic('x', 'nowhere'), /^INVALID_CONFIG: The source topic 'nowhere' does not exist/],
    [
      filteredTopic('x', 'kohli'),
      /^INVALID_CONFIG: Topic 'kohli' is itself a filtered topic, of 'adverts'/,
    ],
    [filteredTopic('x', '__consumer_offsets'), /^INVALID_CONFIG: The internal topic/],
    [
      filteredTopic('x', 'adverts', { filter: 'value ==' }),
      /^INVALID_CONFIG: Invalid odradek\.filter: .*line 1, column \d/s,
    ],
    [
      filteredTopic('x', 'adverts', { more: { 'retention.ms': '1' } }),
      /^INVALID_CONFIG: retention\.ms cannot be set/,
    ],
    [
      filteredTopic('x', 'adverts', { numPartitions: 3 }),
      /^INVALID_PARTITIONS: 3 partitions: .* has its 2/,
    ],
    [
      filteredTopic('x', 'adverts', { replicationFactor: 1 }),
      /^INVALID_REPLICATION_FACTOR: .* has its 3/,
    ],
    [
      filteredTopic('x', 'adverts', { assignments: [{ partitionIndex: 0, brokerIds: [1] }] }),
      /^INVALID_REPLICA_ASSIGNMENT/,
    ],
    [
      only('odradek.filter', filter),
      /^INVALID_CONFIG: odradek\.filter needs odradek\.source\.topic/,
    ],
    [
      only('odradek.source.topic', 'adverts'),
      /^INVALID_CONFIG: odradek\.source\.topic needs odradek\.filter/,
    ],
    [filteredTopic('kohli', 'adverts'), /^TOPIC_ALREADY_EXISTS/],
  ];
  for (const [topic, expected] of cases) assert.match(must(create(image, topic)[0]), expected);
  assert.deepEqual([...image.topicsByName.keys()], ['adverts', 'kohli', '__consumer_offsets']);
});

test('counts that are those of the source are no contradiction', () => {
  const image = cluster();
  const asked = filteredTopic('x', 'adverts', { numPartitions: 2, replicationFactor: 3 });
  assert.deepEqual(create(image, asked, filteredTopic('y', 'adverts')), ['2x3', '2x3']);
  assert.equal(image.topicsByName.size, 4);
});

test('its filter may be changed, and nothing else of it', () => {
  const image = cluster();
  const changed = 'value == "dhoni"';
  assert.equal(alter(image, 'kohli', [set('odradek.filter', changed)]), 'OK');
  assert.equal(image.topicsByName.get('kohli')?.filtered?.filter, changed);
  assert.match(
    alter(image, 'kohli', [set('odradek.filter', 'value ==')]),
    /^INVALID_CONFIG: .*column/s,
  );
  assert.match(
    alter(image, 'kohli', [set('odradek.source.topic', 'other')]),
    /^INVALID_CONFIG: odradek\.source\.topic of a filtered topic cannot be changed/,
  );
  for (const key of ['odradek.filter', 'odradek.source.topic']) {
    assert.match(
      alter(image, 'kohli', [{ operation: 'DELETE', key, value: null }]),
      /cannot be (removed|changed)/,
    );
  }
  assert.match(alter(image, 'kohli', [set('retention.ms', '1')]), /retention\.ms cannot be set/);
  // AlterConfigs says all that is to be there.
  assert.match(alter(image, 'kohli', [set('odradek.filter', filter)], true), /cannot be changed/);
  const both = [set('odradek.filter', filter), set('odradek.source.topic', 'adverts')];
  assert.equal(alter(image, 'kohli', both, true), 'OK');
  assert.equal(image.topicsByName.get('kohli')?.filtered?.filter, filter);
});

test('a topic that has logs cannot become a filtered one', () => {
  const image = cluster();
  const both = [set('odradek.filter', filter), set('odradek.source.topic', 'adverts')];
  assert.match(alter(image, 'adverts', both), /can be set only when a topic is created/);
  assert.equal(alter(image, 'adverts', [set('retention.ms', '5')]), 'OK');
});

test('its partitions are changed by the name of the source alone', () => {
  const image = cluster();
  const settings = settingsOf();
  const partitionCommand = {
    topics: [{ name: 'kohli', count: 5, assignments: null }],
    validateOnly: false,
    placementStart: 0,
  };
  const grown = createPartitions(image, partitionCommand, settings).results[0]?.refusal;
  const move = { partitionIndex: 0, replicas: [1] };
  const moveCommand = {
    topics: [{ name: 'kohli', partitions: [move] }],
    allowReplicationFactorChange: true,
  };
  const moved = alterReassignments(image, moveCommand, settings).results[0]?.partitions[0]?.refusal;
  const election = {
    election: 'preferred' as const,
    topics: [{ topic: 'kohli', partitions: [0] }],
  };
  const elected = electLeaders(image, election, settings).results[0]?.partitions[0]?.refusal;
  for (const refusal of [grown, moved, elected]) {
    assert.equal(refusal?.error, 'POLICY_VIOLATION');
    assert.match(refusal.message, new RegExp(`'kohli' ${shownBy} 'adverts'`));
  }
  const all = electLeaders(image, { election: 'unclean', topics: null }, settings);
  assert.ok(all.results.every(({ topic }) => topic === 'adverts'));
});

test('it goes alone when it is deleted, and with its source when that is', () => {
  const image = cluster();
  create(image, filteredTopic('dhoni', 'adverts'), topicOf('other'));
  const remove = (...names: string[]) => {
    const references = names.map((name) => ({ name, topicId: null }));
    return carryOut(image, deleteTopics(image, references, settingsOf())).map(({ name }) => name);
  };
  assert.deepEqual(remove('dhoni'), ['dhoni']);
  assert.deepEqual([...image.topicsByName.keys()].toSorted(), ['adverts', 'kohli', 'other']);
  assert.equal(image.topicsByName.get('adverts')?.partitions.length, 2);
  assert.deepEqual(remove('adverts'), ['adverts']);
  assert.deepEqual([...image.topicsByName.keys()], ['other']);
  assert.deepEqual([...image.orphanedTopicIds()], []);
});

test('a source and its filtered topic may be named in one request', () => {
  for (const names of [
    ['adverts', 'kohli'],
    ['kohli', 'adverts'],
  ]) {
    const image = cluster();
    const references = names.map((name) => ({ name, topicId: null }));
    const results = carryOut(image, deleteTopics(image, references, settingsOf()));
    assert.deepEqual(
      results.map(({ name, refusal }) => [name, refusal]),
      names.map((name) => [name, undefined]),
    );
    assert.equal(image.topicsByName.size, 0);
  }
});

test('a source that is deleted while a filtered topic of it is made is decided about again', () => {
  const image = cluster();
  const removal = deleteTopics(image, [{ name: 'adverts', topicId: null }], settingsOf());
  create(image, filteredTopic('late', 'adverts'));
  const compared = removal.changes.publish.find(({ key }) => key === imageKeys.topic('adverts'));
  assert.notEqual(compared?.ifRevision, image.topicsByName.get('adverts')?.revision);
});

test('an image that is loaded anew has it, in whatever order its keys come', () => {
  const image = cluster();
  const keys = new Map<string, Uint8Array>();
  const recorded = new LiveImage();
  // All that the decisions wrote, as a store has it.
  const remember = (changes: readonly { key: string; value: Uint8Array | null }[]): void => {
    for (const { key, value } of changes) if (value !== null) keys.set(key, value);
  };
  const first = decideTopics(clusterOf(1), topicOf('z-source', { numPartitions: 2 }));
  remember([...first.changes.prepare, ...first.changes.publish]);
  recorded.apply(1, brokerKeys(1, {}));
  carryOut(recorded, first);
  const second = decideTopics(recorded, filteredTopic('a-filtered', 'z-source'));
  remember([...second.changes.prepare, ...second.changes.publish]);
  const entries = [...keys].map(([key, value], i) => ({ key, value, revision: i + 1 }));
  for (const ordered of [entries, entries.toReversed()]) {
    const loaded = new LiveImage();
    const delta = loaded.load({ revision: 9, entries: ordered });
    const topic = must(loaded.topicsByName.get('a-filtered'));
    assert.equal(topic.partitions.length, 2);
    assert.deepEqual(delta.partitionsChanged.get(topic), new Set([0, 1]));
    assert.deepEqual(topic.filtered?.filter, filter);
  }
  assert.ok(image.topicsByName.has('kohli'));
});
