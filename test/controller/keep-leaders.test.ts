import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admitBrokers } from '../../src/controller/admit-brokers.ts';
import { allPartitions, keepLeaders, preferLeaders } from '../../src/controller/keep-leaders.ts';
import { imageKeys } from '../../src/metadata/image-keys.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { brokerKeys, type TestRegistration } from '../metadata/broker-keys.ts';
import { carryOut, clusterOf, settingsOf } from './cluster.ts';
import { addTopic, partitionIn, type TestPartition } from './partitions.ts';

/** Three brokers and a topic `t` of one partition. */
function clusterWith(
  partition: TestPartition,
  configs: Readonly<Record<string, string>> = {},
): LiveImage {
  const image = clusterOf(1, 2, 3);
  addTopic(image, 't', [partition], configs);
  return image;
}

function setBroker(image: LiveImage, nodeId: number, registration: TestRegistration): void {
  image.apply(image.revision + 1, brokerKeys(nodeId, registration));
}

function die(image: LiveImage, ...nodeIds: number[]): void {
  const changes = nodeIds.map((id) => ({ key: imageKeys.live(id), value: null }));
  image.apply(image.revision + 1, changes);
}

function keep(image: LiveImage) {
  return carryOut(image, keepLeaders(image, allPartitions(image), settingsOf()));
}

/** Leader, leader epoch, in-sync and eligible replicas; they begin with epoch 5. */
function seen(image: LiveImage) {
  const { leader, leaderEpoch, isr, elr } = partitionIn(image, 't');
  return [leader, leaderEpoch, isr, elr];
}

test('nothing is changed of what is led and in sync as it should be', () => {
  const image = clusterWith({ replicas: [1, 2, 3], leader: 2, isr: [2, 3] });
  assert.deepEqual(keep(image), []);
  assert.deepEqual(admitBrokers(image).results, []);
});

test('a leader whose lease ended is replaced by one in sync, and is in sync no more', () => {
  const image = clusterWith({ replicas: [1, 2, 3], isr: [1, 3, 2] });
  die(image, 1);
  assert.deepEqual(keep(image), [{ topic: 't', partition: 0, leaderBefore: 1, leader: 2 }]);
  assert.deepEqual(seen(image), [2, 6, [3, 2], []]);
  assert.deepEqual(keep(image), []);
});

test('a follower whose lease ended is in sync no more, and its leader leads on in its epoch', () => {
  const image = clusterWith({ replicas: [1, 2, 3] });
  die(image, 3);
  keep(image);
  assert.deepEqual(seen(image), [1, 5, [1, 2], []]);
});

test('who was in sync below min.insync.replicas stays eligible, and leads when it is back', () => {
  const image = clusterWith({ replicas: [1, 2, 3] });
  die(image, 1, 2);
  keep(image);
  assert.deepEqual(seen(image), [3, 6, [3], [1, 2]]);
  die(image, 3);
  keep(image);
  assert.deepEqual(seen(image), [-1, 7, [], [1, 2, 3]]);
  setBroker(image, 2, { epoch: 2 });
  keep(image);
  assert.deepEqual(seen(image), [2, 8, [2], [1, 3]]);
});

test('where nobody eligible serves, nobody leads, unless the topic would rather lose records', () => {
  for (const unclean of [false, true]) {
    const image = clusterWith(
      { replicas: [1, 2, 3], isr: [1] },
      { 'unclean.leader.election.enable': String(unclean), 'min.insync.replicas': '1' },
    );
    die(image, 1);
    keep(image);
    assert.deepEqual(seen(image), unclean ? [2, 6, [2], []] : [-1, 6, [], [1]]);
  }
});

test('who returns unclean is eligible nowhere, what it led gets a new epoch, and then it is admitted', () => {
  const image = clusterWith({ replicas: [1, 2, 3] });
  die(image, 3);
  keep(image);
  setBroker(image, 1, { epoch: 2, fenced: true, uncleanShutdown: true });
  assert.deepEqual(admitBrokers(image).results, []);
  keep(image);
  assert.deepEqual(seen(image), [2, 6, [2], []]);
  assert.deepEqual(carryOut(image, admitBrokers(image)), [{ nodeId: 1, epoch: 2 }]);
  const { fenced, uncleanShutdown, epoch } = image.brokers.get(1) ?? {};
  assert.deepEqual([fenced, uncleanShutdown, epoch], [false, false, 2]);
});

test('who returns unclean and was the last in sync leads again as the last known leader, in a new epoch', () => {
  const image = clusterWith({ replicas: [1, 2, 3], isr: [1] });
  setBroker(image, 1, { epoch: 2, fenced: true, uncleanShutdown: true });
  keep(image);
  assert.deepEqual(seen(image), [-1, 6, [], []]);
  assert.deepEqual(partitionIn(image, 't').lastKnownElr, [1]);
  carryOut(image, admitBrokers(image));
  keep(image);
  assert.deepEqual(seen(image), [1, 7, [1], []]);
});

test('who returns clean before anybody missed it leads on, in a new epoch, and is then admitted', () => {
  const image = clusterWith({ replicas: [1, 2, 3], isr: [1, 2] });
  setBroker(image, 1, { epoch: 2, fenced: true });
  assert.deepEqual(admitBrokers(image).results, []);
  keep(image);
  assert.deepEqual(seen(image), [1, 6, [1, 2], []]);
  assert.deepEqual(keep(image), []);
  assert.deepEqual(carryOut(image, admitBrokers(image)), [{ nodeId: 1, epoch: 2 }]);
  assert.deepEqual(keep(image), []);
});

test('who returns clean and was missed leads again what nobody else could, before it is admitted', () => {
  const image = clusterWith({ replicas: [1, 2, 3], isr: [1, 3] });
  die(image, 1, 3);
  keep(image);
  assert.deepEqual(seen(image), [-1, 6, [], [1, 3]]);
  setBroker(image, 3, { epoch: 2, fenced: true });
  keep(image);
  assert.deepEqual(seen(image), [3, 7, [3], [1]]);
  assert.deepEqual(carryOut(image, admitBrokers(image)), [{ nodeId: 3, epoch: 2 }]);
});

test('a broker that stops leads nothing and is in sync with nothing', () => {
  const image = clusterWith({ replicas: [1, 2, 3] });
  setBroker(image, 1, { stopping: true });
  keep(image);
  assert.deepEqual(seen(image), [2, 6, [2, 3], []]);
});

test('a reassignment ends when all that are to stay are in sync, and not before', () => {
  const moving = { replicas: [3, 2, 1], addingReplicas: [3], removingReplicas: [1], leader: 1 };
  const early = clusterWith({ ...moving, isr: [1, 2] });
  assert.deepEqual(keep(early), []);
  const image = clusterWith({ ...moving, isr: [1, 2, 3] });
  keep(image);
  assert.deepEqual(partitionIn(image, 't').replicas, [3, 2]);
  assert.deepEqual(seen(image), [3, 6, [2, 3], []]);
  assert.deepEqual(keep(image), []);
});

test('leadership goes back to preferred replicas that are in sync and serve, and to no others', () => {
  const image = clusterWith({ replicas: [1, 2, 3], leader: 3 });
  addTopic(image, 'lagging', [{ replicas: [1, 2], isr: [2] }]);
  addTopic(image, 'dead', [{ replicas: [2, 1], isr: [1, 2], leader: 1 }]);
  die(image, 2);
  const [elected, ...others] = carryOut(image, preferLeaders(image, settingsOf()));
  assert.deepEqual(elected, { topic: 't', partition: 0, leaderBefore: 3, leader: 1 });
  assert.deepEqual(others, []);
  assert.deepEqual(seen(image), [1, 6, [1, 2, 3], []]);
});

test('no more is changed at once than fits a commit, and the rest afterwards', () => {
  const image = clusterOf(1, 2, 3);
  addTopic(
    image,
    't',
    Array.from({ length: 250 }, () => ({ replicas: [1, 2, 3] })),
  );
  die(image, 1);
  assert.deepEqual(
    [keep(image), keep(image), keep(image), keep(image)].map(({ length }) => length),
    [100, 100, 50, 0],
  );
});
