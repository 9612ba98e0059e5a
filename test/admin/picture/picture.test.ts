/**
 * Goal: one broker draws the whole cluster as it is. Method: three brokers of a simulation, of which one watches;
 * clients write and read, and a broker dies, stands still and comes back.
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { BrokerFigures, Picture } from '../../../src/admin/contract/picture.ts';
import { must } from '../../../src/util/assert.ts';
import { SimulatedCluster } from '../../broker/simulated-cluster.ts';
import { WatchedCluster } from './watched-cluster.ts';

const quick = { 'offsets.topic.num.partitions': 3, 'group.initial.rebalance.delay.ms': 0 };

function brokerIn({ brokers }: Picture, nodeId: number): BrokerFigures {
  return must(brokers.find((broker) => broker.nodeId === nodeId));
}

test('what is written shows on its topic, with its producer, wherever its leader is', async () => {
  const cluster = await SimulatedCluster.startTogether(3, { config: quick });
  await cluster.createTopic('orders', [2, 3, 1]);
  await cluster.createTopic('quiet', [3, 1, 2]);
  const watched = new WatchedCluster(cluster, 1);
  watched.look();
  await watched.until(({ brokers }) => brokers.every(({ reachable }) => reachable));
  const client = cluster.client();
  const producer = client.producer();
  for (let second = 0; second < 4; second++) {
    const sent = Array.from({ length: 5 }, () =>
      producer.send({ topic: 'orders', value: new Uint8Array(50) }),
    );
    await cluster.complete(Promise.all(sent));
    await cluster.simulation.runFor(1000);
  }
  const { topics, producers, brokers, controllerId, whys, topicsMore } = watched.last;
  deepStrictEqual(
    topics.map(({ name }) => name),
    ['orders', 'quiet'],
  );
  strictEqual(topicsMore, 0);
  const [partition] = must(topics[0]).partitions;
  strictEqual(partition?.leader, 2);
  strictEqual(partition?.highWatermark, 20);
  strictEqual(partition?.logStartOffset, 0);
  ok((partition?.messagesPerSecond ?? 0) > 2, `${partition?.messagesPerSecond} messages/s`);
  deepStrictEqual(Object.keys(partition?.followerLag ?? {}), ['1', '3']);
  deepStrictEqual(
    producers.map(({ clientId, nodeId }) => [clientId, nodeId]),
    [['test', 2]],
  );
  deepStrictEqual(producers[0]?.topics[0]?.partitions, [0]);
  deepStrictEqual(
    brokers.map(({ state, reachable, replicas }) => [state, reachable, replicas]),
    [
      ['up', true, 2],
      ['up', true, 2],
      ['up', true, 2],
    ],
  );
  ok(must(brokers[1]?.figures).messagesInPerSecond > 2);
  ok(controllerId >= 1);
  deepStrictEqual(whys, []);
  client.close();
});

test('a broker that dies, and the new leader, are in the next picture, and the sentence says why', async () => {
  const cluster = await SimulatedCluster.startTogether(3, { config: quick });
  await cluster.createTopic('orders', [2, 3]);
  await cluster.createTopic('alone', [2]);
  const watched = new WatchedCluster(cluster, 1);
  watched.look();
  await watched.until(({ brokers }) => brokers.every(({ reachable }) => reachable));
  cluster.crash(2);
  const dead = await watched.until((picture) => brokerIn(picture, 2).state === 'down');
  strictEqual(brokerIn(dead, 2).figures, null);
  strictEqual(brokerIn(dead, 2).reachable, false);
  ok(brokerIn(dead, 2).stateSinceMs !== null);
  const atMs = cluster.simulation.elapsedMs;
  const led = await watched.until(
    ({ topics }) => topics.find(({ name }) => name === 'orders')?.partitions[0]?.leader === 3,
  );
  ok(cluster.simulation.elapsedMs - atMs < 5000);
  const said = led.whys.map(({ sentence }) => sentence.replace(/ since [\d:]+ UTC/, ' since then'));
  ok(said.includes('Broker 2 is down since then.'), said.join('\n'));
  const later = await watched.until(({ whys }) =>
    whys.some(({ sentence }) => sentence === 'alone-0 has no leader because broker 2 is down.'),
  );
  ok(
    later.whys.some(
      ({ sentence }) =>
        sentence === 'orders-0 has 1 of 2 replicas in sync because broker 2 is down.',
    ),
  );
  await cluster.start(2);
  const back = await watched.until(
    (picture) => brokerIn(picture, 2).reachable && picture.whys.length === 0,
  );
  strictEqual(brokerIn(back, 2).state, 'up');
});

test('a change of the image is shown before the next second', async () => {
  const cluster = await SimulatedCluster.startTogether(3, { config: quick });
  const watched = new WatchedCluster(cluster, 1);
  watched.look();
  await watched.until(({ brokers }) => brokers.every(({ reachable }) => reachable));
  const { atMs } = watched.last;
  await cluster.createTopic('orders', [2]);
  const shown = await watched.until(({ topics }) => topics.length === 1);
  ok(shown.atMs - atMs < 1000, `${shown.atMs - atMs} ms`);
});

test('a broker that stands still is not waited for', async () => {
  const cluster = await SimulatedCluster.startTogether(3, { config: quick });
  const watched = new WatchedCluster(cluster, 1);
  watched.look();
  await watched.until(({ brokers }) => brokers.every(({ reachable }) => reachable));
  cluster.pause(3);
  const before = watched.pictures.length;
  await cluster.simulation.runFor(4500);
  // A second each, and what a broker is waited for.
  ok(watched.pictures.length - before >= 3, `${watched.pictures.length - before} pictures`);
  const silent = await watched.until((picture) => !brokerIn(picture, 3).reachable);
  ok(['up', 'down'].includes(brokerIn(silent, 3).state));
  strictEqual(brokerIn(silent, 3).figures, null);
  cluster.resume(3);
  await watched.until((picture) => brokerIn(picture, 3).reachable);
});

test('a group is drawn with its members, positions, lag in messages and in seconds', async () => {
  const cluster = await SimulatedCluster.startTogether(3, { config: quick });
  await cluster.createTopic('orders', [2, 3], {}, 2);
  const watched = new WatchedCluster(cluster, 1);
  watched.look();
  const client = cluster.client();
  const producer = client.producer();
  const send = (partition: number) =>
    cluster.complete(producer.send({ topic: 'orders', partition, value: new Uint8Array(1) }));
  await send(0);
  await send(1);
  const consumer = client.groupConsumer({ groupId: 'billing', topics: ['orders'] });
  const records = consumer.records();
  let read = 0;
  while (read < 2) {
    const got = must((await cluster.complete(records.next())).value ?? undefined);
    read += got.length;
    consumer.processed(got);
  }
  await cluster.complete(consumer.commit());
  // Nobody takes what comes now, as a consumer that is busy with what it has.
  for (let i = 0; i < 3; i++) await send(1);
  await cluster.simulation.runFor(4000);
  const picture = await watched.until(({ groups }) => groups[0]?.lagSeconds !== null);
  const [group] = picture.groups;
  strictEqual(group?.groupId, 'billing');
  strictEqual(group.state, 'Stable');
  strictEqual(group.lag, 3);
  const seconds = must(group.lagSeconds ?? undefined);
  ok(seconds > 3 && seconds < 6, `${seconds} s`);
  deepStrictEqual(
    group.offsets.map(({ partition, committedOffset, lag }) => [partition, committedOffset, lag]),
    [
      [0, 1, 0],
      [1, 1, 3],
    ],
  );
  const [member] = group.members;
  deepStrictEqual(member?.partitions, [
    { topic: 'orders', partition: 0 },
    { topic: 'orders', partition: 1 },
  ]);
  ok(must(member?.lastHeartbeatAgoMs ?? undefined) < 5000);
  ok(must(member?.lastFetchAgoMs ?? undefined) >= 0);
  client.close();
});

test('nobody is asked for anything once nobody looks', async () => {
  const cluster = await SimulatedCluster.startTogether(2, { config: quick });
  const watched = new WatchedCluster(cluster, 1);
  const stop = watched.look();
  await watched.until(({ brokers }) => brokers.every(({ reachable }) => reachable));
  stop();
  await cluster.simulation.runFor(2000);
  const { requests } = cluster.broker(2).figures.requests;
  const asked = requests.total;
  const shown = watched.pictures.length;
  await cluster.simulation.runFor(20_000);
  // Followers fetch, and brokers of this cluster have nothing to.
  ok(requests.total - asked <= 1, `${requests.total - asked} requests`);
  strictEqual(watched.pictures.length, shown);
});
