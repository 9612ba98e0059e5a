import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodePartition,
  decodeValue,
  encodePartition,
  encodeValue,
  imageKeys,
  parseImageKey,
} from '../../src/metadata/image-keys.ts';
import type { PartitionValue, TopicValue } from '../../src/metadata/image-keys.ts';
import { LiveImage } from '../../src/metadata/live-image.ts';
import type { StoreChange, StoreEntry } from '../../src/metadata/store.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { must } from '../../src/util/assert.ts';
import { brokerKeys } from './broker-keys.ts';
import { holds } from '../config/property.ts';

const encoder = new TextEncoder();

function partition(leader: number, overrides: Partial<PartitionValue> = {}): Uint8Array {
  return encodePartition({
    leader,
    leaderEpoch: 0,
    partitionEpoch: 0,
    replicas: [leader],
    isr: [leader],
    elr: [],
    lastKnownElr: [],
    addingReplicas: [],
    removingReplicas: [],
    ...overrides,
  });
}

function topicKey(name: string, topicId: string, partitionCount: number): StoreChange {
  return { key: imageKeys.topic(name), value: encodeValue({ topicId, partitionCount }) };
}

function partitionKey(topicId: string, index: number, leader = 1): StoreChange {
  return { key: imageKeys.partition(topicId, index), value: partition(leader) };
}

test('every key is taken apart into what it was made of', () => {
  const id = 'AAAAAAAAAAAAAAAAAAAAAQ';
  const cases: [string, ReturnType<typeof parseImageKey>][] = [
    [imageKeys.cluster, { kind: 'cluster' }],
    [imageKeys.broker(7), { kind: 'broker', nodeId: 7 }],
    [imageKeys.live(7), { kind: 'live', nodeId: 7 }],
    [imageKeys.suspicion(7), { kind: 'suspicion', nodeId: 7 }],
    [imageKeys.topic('a.b'), { kind: 'topic', name: 'a.b' }],
    [imageKeys.partition(id, 12), { kind: 'partition', topicId: id, index: 12 }],
    [imageKeys.topicConfig(id), { kind: 'topic-config', topicId: id }],
    [imageKeys.brokerConfig(-1), { kind: 'broker-config', nodeId: -1 }],
    [imageKeys.groupConfig('a/b/c'), { kind: 'group-config', name: 'a/b/c' }],
    ['odradek/from-the-future/x', undefined],
  ];
  for (const [key, parsed] of cases) assert.deepEqual(parseImageKey(key), parsed);
});

test('every partition is read as it was written', () => {
  const ids = fc.array(fc.nat(1000), { maxLength: 5 });
  const value = fc.record({
    leader: fc.integer({ min: -1, max: 1000 }),
    leaderEpoch: fc.nat(),
    partitionEpoch: fc.nat(),
    replicas: ids,
    isr: ids,
    elr: ids,
    lastKnownElr: ids,
    addingReplicas: ids,
    removingReplicas: ids,
  });
  holds(
    fc.property(value, (written) => {
      assert.deepEqual(decodePartition('k', encodePartition(written)), { ...written });
    }),
  );
});

test('a topic is there with its own key, with its partitions and configs', () => {
  const image = new LiveImage();
  image.apply(1, [partitionKey('id', 0), partitionKey('id', 1)]);
  image.apply(2, [
    { key: imageKeys.topicConfig('id'), value: encodeValue({ values: { a: 'b' } }) },
  ]);
  assert.equal(image.topicsByName.size, 0);
  const delta = image.apply(3, [topicKey('t', 'id', 2)]);
  const topic = image.topicsByName.get('t');
  assert.ok(topic);
  assert.equal(image.topicsById.get('id'), topic);
  assert.deepEqual(
    topic.partitions.map(({ index, leader, revision }) => [index, leader, revision]),
    [
      [0, 1, 1],
      [1, 1, 1],
    ],
  );
  assert.deepEqual([...topic.config.values], [['a', 'b']]);
  assert.deepEqual(delta.topicsCreated, [topic]);
  assert.deepEqual([...(delta.partitionsChanged.get(topic) ?? [])], [0, 1]);
});

test('a topic whose key comes before its partitions appears with the last of them', () => {
  const image = new LiveImage();
  image.apply(1, [topicKey('t', 'id', 2)]);
  image.apply(2, [partitionKey('id', 1)]);
  assert.equal(image.topicsByName.size, 0);
  const delta = image.apply(3, [partitionKey('id', 0)]);
  assert.equal(delta.topicsCreated.length, 1);
});

test('new partitions are seen with the key that counts them', () => {
  const image = new LiveImage();
  image.apply(1, [partitionKey('id', 0), topicKey('t', 'id', 1)]);
  image.apply(2, [partitionKey('id', 1)]);
  const topic = image.topicsByName.get('t');
  assert.equal(topic?.partitions.length, 1);
  const delta = image.apply(3, [topicKey('t', 'id', 2)]);
  assert.equal(topic?.partitions.length, 2);
  assert.deepEqual([...(delta.partitionsChanged.get(topic) ?? [])], [1]);
  assert.deepEqual(delta.topicsCreated, []);
});

test('a deleted topic is gone, by name and by id, and may come again under its name', () => {
  const image = new LiveImage();
  image.apply(1, [partitionKey('id', 0), topicKey('t', 'id', 1)]);
  const delta = image.apply(2, [
    { key: imageKeys.topic('t'), value: null },
    { key: imageKeys.partition('id', 0), value: null },
  ]);
  assert.deepEqual(
    delta.topicsDeleted.map(({ id }) => id),
    ['id'],
  );
  assert.equal(delta.partitionsChanged.size, 0);
  assert.equal(image.topicsByName.size + image.topicsById.size, 0);
  image.apply(3, [partitionKey('id2', 0), topicKey('t', 'id2', 1)]);
  assert.equal(image.topicsByName.get('t')?.id, 'id2');
});

test('a topic that is replaced in one commit is deleted and created', () => {
  const image = new LiveImage();
  image.apply(1, [partitionKey('id', 0), topicKey('t', 'id', 1)]);
  const delta = image.apply(2, [partitionKey('id2', 0), topicKey('t', 'id2', 1)]);
  assert.deepEqual(
    [delta.topicsDeleted.map(({ id }) => id), delta.topicsCreated.map(({ id }) => id)],
    [['id'], ['id2']],
  );
});

test('what a crash left of a topic is named, and is no topic', () => {
  const image = new LiveImage();
  image.apply(1, [partitionKey('lost', 0), partitionKey('id', 0), topicKey('t', 'id', 1)]);
  assert.deepEqual([...image.orphanedTopicIds()], ['lost']);
  image.apply(2, [{ key: imageKeys.partition('lost', 0), value: null }]);
  assert.deepEqual([...image.orphanedTopicIds()], []);
});

test('brokers, their configs, the controller and producer ids follow their keys', () => {
  const image = new LiveImage();
  const listeners = [{ name: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: 'h', port: 1 }];
  const delta = image.apply(4, [
    { key: imageKeys.cluster, value: encodeValue({ clusterId: 'c' }) },
    { key: imageKeys.controller, value: encodeValue({ nodeId: 2, epoch: 3 }) },
    ...brokerKeys(2, { epoch: 3, listeners, directoryIds: ['d'], hostName: 'h', leaseId: 'l' }),
    { key: imageKeys.suspicion(2), value: encodeValue({ epoch: 3, by: 1 }) },
    { key: imageKeys.brokerConfig(2), value: encodeValue({ values: { x: '1' } }) },
    { key: imageKeys.brokerConfig(-1), value: encodeValue({ values: { y: '2' } }) },
    { key: imageKeys.groupConfig('g'), value: encodeValue({ values: { z: '3' } }) },
    { key: imageKeys.producerIds, value: encodeValue({ nextProducerId: 1000 }) },
  ]);
  assert.equal(image.clusterId, 'c');
  const { controllerId, controllerEpoch, controllerRevision } = image;
  assert.deepEqual([controllerId, controllerEpoch, controllerRevision], [2, 3, 4]);
  assert.deepEqual(image.brokers.get(2), {
    nodeId: 2,
    epoch: 3,
    rack: null,
    listeners,
    fenced: false,
    admitted: true,
    stopping: false,
    directoryIds: ['d'],
    awaitedDirectoryIds: [],
    hostName: 'h',
    bootId: '',
    folder: '',
    figuresSecret: '',
    leaseId: 'l',
    uncleanShutdown: false,
    live: true,
    liveRevision: 4,
    revision: 4,
  });
  assert.deepEqual(image.suspicions.get(2), { nodeId: 2, epoch: 3, by: 1, revision: 4 });
  assert.deepEqual([...delta.suspicionsChanged], [2]);
  assert.equal(image.brokerConfigs.get(2)?.values.get('x'), '1');
  assert.equal(image.defaultBrokerConfig.values.get('y'), '2');
  assert.equal(image.groupConfigs.get('g')?.values.get('z'), '3');
  assert.deepEqual([image.nextProducerId, image.nextProducerIdRevision], [1000, 4]);
  assert.ok(delta.controllerChanged && delta.brokersChanged.has(2));
  assert.deepEqual([...delta.brokerConfigsChanged], [2, -1]);
  image.apply(5, [
    { key: imageKeys.controller, value: null },
    { key: imageKeys.broker(2), value: null },
    { key: imageKeys.suspicion(2), value: null },
    { key: imageKeys.brokerConfig(-1), value: null },
  ]);
  assert.deepEqual([image.controllerId, image.controllerRevision], [-1, 0]);
  assert.deepEqual([image.brokers.size, image.suspicions.size], [0, 0]);
  assert.equal(image.defaultBrokerConfig.values.size, 0);
});

test('a broker is served by while it is admitted and a process of its epoch lives', () => {
  const image = new LiveImage();
  const seen = (): unknown => {
    const { fenced, admitted, live, liveRevision } = must(image.brokers.get(1));
    return { fenced, admitted, live, liveRevision };
  };
  const [registration, process] = brokerKeys(1, { epoch: 2, fenced: true });
  image.apply(1, [must(process)]);
  assert.equal(image.brokers.size, 0);
  image.apply(2, [must(registration)]);
  assert.deepEqual(seen(), { fenced: true, admitted: false, live: true, liveRevision: 1 });
  image.apply(3, brokerKeys(1, { epoch: 2, live: false }));
  assert.deepEqual(seen(), { fenced: false, admitted: true, live: true, liveRevision: 1 });
  const gone = image.apply(4, [{ key: imageKeys.live(1), value: null }]);
  assert.deepEqual(seen(), { fenced: true, admitted: true, live: false, liveRevision: 0 });
  assert.deepEqual([...gone.brokersChanged], [1]);
  image.apply(5, [must(process)]);
  // The process of an epoch that is gone.
  image.apply(6, brokerKeys(1, { epoch: 3, live: false }));
  assert.deepEqual(seen(), { fenced: true, admitted: true, live: false, liveRevision: 0 });
});

test('a registration of before brokers had leases is read, as that of a process that is gone', () => {
  const image = new LiveImage();
  const old = '{"v":1,"epoch":4,"rack":null,"listeners":[],"fenced":false}';
  image.load({
    revision: 9,
    entries: [
      { key: imageKeys.broker(1), value: encoder.encode(old), revision: 5 },
      { key: imageKeys.controller, value: encoder.encode('{"v":1,"nodeId":1}'), revision: 5 },
    ],
  });
  const { epoch, fenced, leaseId, directoryIds } = must(image.brokers.get(1));
  assert.deepEqual([epoch, fenced, leaseId, directoryIds], [4, true, '', []]);
  assert.deepEqual([image.controllerId, image.controllerEpoch], [1, -1]);
});

test('a value of a later format is refused by its number, one that is none as corrupt', () => {
  const image = new LiveImage();
  const key = imageKeys.topic('t');
  assert.throws(
    () => image.apply(1, [{ key, value: encoder.encode('{"v":2,"topicId":"x"}') }]),
    (error) =>
      hasCode(error, 'NEWER_FORMAT') && error.details.found === 2 && error.details.path === key,
  );
  for (const text of ['', 'x', 'null', '[]', '{}', '{"v":"1"}']) {
    assert.throws(
      () => image.apply(1, [{ key, value: encoder.encode(text) }]),
      (error) => hasCode(error, 'CORRUPT_DATA'),
      text,
    );
  }
  assert.throws(
    () => image.apply(1, [{ key: imageKeys.partition('id', 0), value: encoder.encode('{"v":1}') }]),
    (error) => hasCode(error, 'CORRUPT_DATA'),
  );
});

/** What an image says, without the revisions of single keys. */
function summary(image: LiveImage): unknown {
  return {
    topics: [...image.topicsByName.values()]
      .map(({ name, id, partitions, config }) => ({
        name,
        id,
        partitions,
        config: [...config.values],
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    byId: [...image.topicsById.keys()].toSorted(),
    orphans: [...image.orphanedTopicIds()].toSorted(),
    suspicions: [...image.suspicions.values()].toSorted((a, b) => a.nodeId - b.nodeId),
    brokers: [...image.brokers.values()].toSorted((a, b) => a.nodeId - b.nodeId),
  };
}

const key = fc.oneof(
  fc
    .tuple(fc.constantFrom('t', 'u'), fc.constantFrom('i', 'j'), fc.integer({ min: 1, max: 3 }))
    .map(([name, id, count]) => topicKey(name, `${id}${name}`, count)),
  fc
    .tuple(fc.constantFrom('it', 'jt', 'iu', 'ju'), fc.nat(3), fc.nat(5))
    .map(([id, index, leader]) => partitionKey(id, index, leader)),
  fc.constantFrom('it', 'jt', 'iu').map((id) => ({
    key: imageKeys.topicConfig(id),
    value: encodeValue({ values: { id } }),
  })),
  fc.tuple(fc.nat(2), fc.nat(1)).map(([id, epoch]) => ({
    key: imageKeys.suspicion(id),
    value: encodeValue({ epoch, by: 0 }),
  })),
  fc
    .tuple(fc.nat(2), fc.nat(1), fc.boolean(), fc.nat(1))
    .map(([id, epoch, fenced, which]) => must(brokerKeys(id, { epoch, fenced })[which])),
);
const change = fc
  .tuple(key, fc.boolean())
  .map(([put, removed]) => (removed ? { ...put, value: null } : put));
const commits = fc.array(
  fc.uniqueArray(change, { minLength: 1, maxLength: 5, selector: (one) => one.key }),
  { maxLength: 30 },
);

/** Whether a controller makes this change: a topic's key counts what is there, and what it counts stays. */
function isOrderly(
  { key: name, value }: StoreChange,
  entries: ReadonlyMap<string, StoreEntry>,
): boolean {
  const parsed = parseImageKey(name);
  if (parsed?.kind === 'topic' && value !== null) {
    const { topicId, partitionCount } = decodeValue<TopicValue>(name, value);
    return Array.from({ length: partitionCount }, (_, i) => i).every((i) =>
      entries.has(imageKeys.partition(topicId, i)),
    );
  }
  if (parsed?.kind !== 'partition' || value !== null) return true;
  return ![...entries.values()].some((entry) => {
    if (parseImageKey(entry.key)?.kind !== 'topic') return false;
    const { topicId, partitionCount } = decodeValue<TopicValue>(entry.key, entry.value);
    return topicId === parsed.topicId && parsed.index < partitionCount;
  });
}

test('an image that followed every commit is the image of the last state, however its parts came', () => {
  holds(
    fc.property(commits, fc.nat(30), (history, loadAt) => {
      const entries = new Map<string, StoreEntry>();
      const followed = new LiveImage();
      const late = new LiveImage();
      for (const [i, asked] of history.entries()) {
        const revision = i + 1;
        const changes = asked.filter((one) => {
          if (!isOrderly(one, entries)) return false;
          if (one.value === null) entries.delete(one.key);
          else entries.set(one.key, { key: one.key, value: one.value, revision });
          return true;
        });
        followed.apply(revision, changes);
        if (i === loadAt) late.load({ revision, entries: [...entries.values()] });
      }
      const last = { revision: history.length, entries: [...entries.values()] };
      late.load(last);
      const fresh = new LiveImage();
      fresh.load(last);
      assert.deepEqual(summary(followed), summary(fresh));
      assert.deepEqual(summary(late), summary(fresh));
    }),
  );
});

test('a topic of 10,000 partitions loads, changes and grows in one piece', () => {
  const count = 10_000;
  const entries: StoreEntry[] = [];
  for (let index = 0; index < count; index++) {
    entries.push({ key: imageKeys.partition('id', index), value: partition(1), revision: 1 });
  }
  const { key: name, value } = topicKey('t', 'id', count);
  entries.push({ key: name, value: value as Uint8Array, revision: 2 });
  const image = new LiveImage();
  image.load({ revision: 2, entries });
  const topic = image.topicsByName.get('t');
  assert.equal(topic?.partitions.length, count);
  const changed = image.apply(3, [partitionKey('id', 9999, 5)]);
  assert.deepEqual([...(changed.partitionsChanged.get(topic) ?? [])], [9999]);
  assert.equal(topic.partitions[9999]?.leader, 5);
});
