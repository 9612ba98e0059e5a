import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sceneOf } from '../../../console/src/picture/compose-scene.ts';
import type { SceneOptions } from '../../../console/src/picture/scene.ts';
import { clusterOf, pictureFrom, pictureWith } from './pictures.ts';

const options: SceneOptions = { columnsMax: 8, heightMax: 620 };

test('three topics on three brokers are drawn with every partition and member', () => {
  const scene = sceneOf(pictureWith(), options);
  assert.deepEqual(
    scene.bands.map(({ topic, folded, partitions }) => [topic, folded, partitions.length]),
    [
      ['clicks', false, 3],
      ['orders', false, 3],
      ['payments', false, 3],
    ],
  );
  assert.equal(scene.topicsMore + scene.groupsMore + scene.producersMore, 0);
  for (const { partitions } of scene.bands) {
    for (const { replicas } of partitions) {
      assert.deepEqual(replicas.map(({ role }) => role).toSorted(), [
        'in-sync',
        'in-sync',
        'leader',
      ]);
    }
  }
  assert.ok(scene.groups.every(({ members, memberCount }) => members.length === memberCount));
});

test('of a thousand topics the busiest are drawn folded, and the others are counted', () => {
  const scene = sceneOf(pictureWith({ topics: 1000, groups: 300 }), options);
  assert.ok(scene.bands.length >= 8 && scene.bands.length <= 20, String(scene.bands.length));
  assert.ok(scene.bands.every(({ folded }) => folded));
  assert.equal(scene.bands.length + scene.topicsMore, 1000);
  assert.equal(scene.groups.length + scene.groupsMore, 300);
  assert.ok(
    scene.bands.some(({ topic }) => topic === 'sensors'),
    'the busiest of all',
  );
});

test('a cluster without topics is drawn as its brokers', () => {
  const scene = sceneOf(pictureWith({ topics: 0, groups: 0 }), options);
  assert.deepEqual([scene.bands, scene.topicsMore, scene.brokers.length], [[], 0, 3]);
});

test('topics keep their places while rates change, and yield to one that stands still', () => {
  const picture = pictureWith({ topics: 200 });
  const first = sceneOf(picture, options);
  const before = first.bands.map(({ topic }) => topic);
  const shuffled = {
    ...picture,
    topics: picture.topics.toSpliced(0, 4, ...picture.topics.slice(0, 4).toReversed()),
  };
  assert.deepEqual(
    sceneOf(shuffled, { ...options, before }).bands.map(({ topic }) => topic),
    before,
  );
  const quiet = picture.topics.at(-1)?.name ?? '';
  const whys = [
    {
      subject: { kind: 'topic', name: quiet },
      severity: 'stopped',
      sentence: `${quiet}-0 has no leader.`,
      evidence: [],
      remedy: null,
      sinceMs: null,
    } as const,
  ];
  const stopped = sceneOf({ ...picture, whys }, { ...options, before });
  const band = stopped.bands.find(({ topic }) => topic === quiet);
  assert.equal(band?.why?.sentence, `${quiet}-0 has no leader.`);
});

test('one topic alone is drawn with what writes and reads it, unfolded', () => {
  const scene = sceneOf(pictureWith({ topics: 1000, groups: 300 }), {
    ...options,
    topic: 'orders',
  });
  assert.deepEqual(
    scene.bands.map(({ topic, folded }) => [topic, folded]),
    [['orders', false]],
  );
  assert.deepEqual(
    scene.producers.map(({ clientId }) => clientId),
    ['orders-service'],
  );
  assert.ok(scene.groups.length > 0);
  assert.ok(scene.groups.every(({ topics }) => topics.includes('orders')));
});

test('replicas of a broker that is down are offline, and another one leads', () => {
  const cluster = clusterOf();
  cluster.kill(2);
  const scene = sceneOf(pictureFrom(cluster), options);
  assert.equal(scene.brokers.find(({ nodeId }) => nodeId === 2)?.state, 'down');
  for (const { partitions } of scene.bands) {
    for (const { leader, replicas } of partitions) {
      assert.notEqual(leader, 2);
      assert.equal(replicas.find(({ nodeId }) => nodeId === 2)?.role, 'offline');
    }
  }
});

test('of many brokers those that lead most have lanes, one that is down always', () => {
  const cluster = clusterOf({ brokers: 20, topics: 40 });
  cluster.kill(2);
  const scene = sceneOf(pictureFrom(cluster), { ...options, columnsMax: 6 });
  assert.equal(scene.brokers.length, 5);
  assert.equal(scene.brokersMore.length, 15);
  const ids = scene.brokers.map(({ nodeId }) => nodeId);
  assert.ok(ids.includes(2));
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
  );
});

test('partitions that no member owns are told beside the members', () => {
  const cluster = clusterOf({ groups: 1 });
  const group = cluster.groups.get('billing');
  assert.ok(group);
  group.members = group.members.map((member) => ({
    ...member,
    partitions: member.partitions.filter(({ partition }) => partition !== 1),
  }));
  const [scene] = sceneOf(pictureFrom(cluster), options).groups;
  const orphans = scene?.members.find(({ memberId }) => memberId === '');
  assert.equal(orphans?.name, 'read by nobody');
  assert.deepEqual([...new Set(orphans?.partitions.map(({ partition }) => partition))], [1]);
});

test('a client with a connection to each leader is drawn once', () => {
  const picture = pictureWith({ topics: 1 });
  const [one] = picture.producers;
  assert.ok(one);
  const producers = [1, 2, 3].map((id) => ({
    ...one,
    id: String(id),
    address: `127.0.0.1:${5000 + id}`,
    topics: one.topics.map((topic) => ({ ...topic, partitions: [id - 1], messagesPerSecond: 10 })),
  }));
  const scene = sceneOf({ ...picture, producers }, options);
  assert.deepEqual(
    scene.producers.map(({ clientId, address, connections, messagesPerSecond }) => [
      clientId,
      address,
      connections,
      messagesPerSecond,
    ]),
    [['orders-service', '127.0.0.1', 3, 30]],
  );
});
