/*
 * Goal: partitions move from broker to broker with all that is in them, internal topics come to the brokers that
 * join, and a broker that is drained can go.
 * Method: brokers on simulated hosts with one metadata store, clients and commands on others, in virtual time.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokerDrainCommand } from '../../../src/cli/broker-drain.ts';
import { brokerUnregisterCommand } from '../../../src/cli/broker-unregister.ts';
import type { Command } from '../../../src/cli/command.ts';
import { parseArguments } from '../../../src/cli/parse-arguments.ts';
import { valueOf } from '../../../src/client/admin-items.ts';
import type { Client } from '../../../src/client/client.ts';
import type { PartitionImage } from '../../../src/metadata/image.ts';
import { must } from '../../../src/util/assert.ts';
import { fakeContext } from '../../cli/fake-context.ts';
import { readRecords } from '../../../src/broker/read-records.ts';
import { SimulatedCluster } from '../simulated-cluster.ts';

const topic = 'orders';
const offsetsTopic = '__consumer_offsets';
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** Leaders go back to preferred replicas soon, and followers that lag are noticed. */
const config = {
  'leader.imbalance.check.interval.seconds': 1,
  'replica.fetch.wait.max.ms': 100,
  'group.initial.rebalance.delay.ms': 0,
  'offsets.topic.num.partitions': 2,
};

/** A partition as broker `nodeId` sees it. */
function partitionAt(
  cluster: SimulatedCluster,
  nodeId: number,
  index = 0,
  name = topic,
): PartitionImage {
  const { image } = cluster.broker(nodeId).metadata;
  return must(image.topicsByName.get(name)?.partitions[index]);
}

function isSettled({ replicas, isr, addingReplicas, removingReplicas }: PartitionImage): boolean {
  return isr.length === replicas.length && addingReplicas.length + removingReplicas.length === 0;
}

/** Writes records in one batch; answers once all in sync have it. */
async function write(client: Client, prefix: string, count: number): Promise<void> {
  const producer = client.producer({ acks: 'all', lingerMs: 50 });
  const sent = Array.from({ length: count }, (_, i) =>
    producer.send({ topic, partition: 0, value: utf8.encode(`${prefix}${i}`) }),
  );
  await Promise.all(sent);
  await producer.close();
}

/** What a broker's consumers can read of partition 0, from its log start on. */
async function visible(cluster: SimulatedCluster, nodeId: number): Promise<string[]> {
  const partition = cluster.partition(nodeId, topic);
  const values: string[] = [];
  const reading = (async () => {
    const limits = { decompressedBytesMax: 1 << 20 };
    for await (const { value } of readRecords(partition, partition.log.logStartOffset, limits)) {
      values.push(text.decode(value ?? undefined));
    }
  })();
  await cluster.complete(reading);
  return values;
}

async function move(
  cluster: SimulatedCluster,
  client: Client,
  replicas: readonly number[] | null,
): Promise<void> {
  const moves = [{ topic, partition: 0, replicas }];
  const [outcome] = await cluster.complete(client.admin.alterReassignments(moves));
  valueOf(must(outcome));
}

async function runCommand(
  cluster: SimulatedCluster,
  command: Command,
  ...words: string[]
): Promise<{ exitCode: number; err: string }> {
  const runtime = cluster.simulation.runtime('shell');
  const context = fakeContext({
    environment: { ODRADEK_BOOTSTRAP: 'broker1:9092' },
    runtime: () => Promise.resolve(runtime),
  });
  const exitCode = await cluster.complete(command.run(parseArguments(command, words), context));
  return { exitCode, err: context.err.text() };
}

test('a partition moves with all that is in it, while it is written, and leaves nothing behind', async () => {
  const cluster = await SimulatedCluster.start(3, { config });
  await cluster.createTopic(topic, [1, 2]);
  const client = cluster.client();
  await cluster.complete(write(client, 'a', 10));
  const writing = write(client, 'b', 10);
  await move(cluster, client, [3, 1]);
  await cluster.complete(writing);
  await cluster.until(() => {
    const partition = partitionAt(cluster, 3);
    return partition.leader === 3 && isSettled(partition);
  });
  assert.deepEqual(partitionAt(cluster, 3).replicas, [3, 1]);
  await cluster.complete(write(client, 'c', 1));
  const expected = [
    ...Array.from({ length: 10 }, (_, i) => `a${i}`),
    ...Array.from({ length: 10 }, (_, i) => `b${i}`),
    'c0',
  ];
  assert.deepEqual(await visible(cluster, 3), expected);
  await cluster.until(() => cluster.broker(2).partitions.get(topic, 0) === undefined);
  assert.equal(cluster.broker(2).logManager.get(topic, 0), undefined);
});

test('a partition moves though its oldest records were deleted in the midst of a batch', async () => {
  const cluster = await SimulatedCluster.start(2, { config });
  await cluster.createTopic(topic, [1]);
  const client = cluster.client();
  await cluster.complete(write(client, 'a', 10));
  const deletion = [{ topic, partition: 0, beforeOffset: 4 }];
  await cluster.complete(client.admin.deleteRecords(deletion));
  await move(cluster, client, [2]);
  await cluster.until(() => isSettled(partitionAt(cluster, 2)), 60_000);
  assert.deepEqual(partitionAt(cluster, 2).replicas, [2]);
  const { log } = cluster.partition(2, topic);
  await cluster.until(() => log.logStartOffset === 4, 60_000);
  assert.deepEqual(await visible(cluster, 2), ['a4', 'a5', 'a6', 'a7', 'a8', 'a9']);
});

test('a move to a broker that dies goes on when it is back', async () => {
  const cluster = await SimulatedCluster.start(3, { config });
  await cluster.createTopic(topic, [1, 2]);
  const client = cluster.client();
  await cluster.complete(write(client, 'a', 10));
  cluster.crash(3);
  await cluster.until(() => cluster.broker(1).metadata.image.brokers.get(3)?.fenced === true);
  await move(cluster, client, [1, 3]);
  await cluster.simulation.runFor(2000);
  const { replicas, addingReplicas, isr } = partitionAt(cluster, 1);
  assert.deepEqual([replicas, addingReplicas, isr], [[1, 3, 2], [3], [1, 2]]);
  await cluster.start(3);
  await cluster.until(() => isSettled(partitionAt(cluster, 1)));
  assert.deepEqual(partitionAt(cluster, 1).replicas, [1, 3]);
  assert.equal((await visible(cluster, 1)).length, 10);
});

test('a move that is cancelled goes back, and the broker that copied keeps nothing', async () => {
  const cluster = await SimulatedCluster.start(3, { config });
  await cluster.createTopic(topic, [1, 2]);
  const client = cluster.client();
  await cluster.complete(write(client, 'a', 10));
  cluster.simulation.cut('broker1', 'broker3');
  await move(cluster, client, [3]);
  await cluster.until(() => cluster.broker(3).partitions.get(topic, 0) !== undefined);
  await move(cluster, client, null);
  await cluster.until(() => cluster.broker(3).partitions.get(topic, 0) === undefined);
  const { replicas, isr } = partitionAt(cluster, 1);
  assert.deepEqual([new Set(replicas), new Set(isr)], [new Set([1, 2]), new Set([1, 2])]);
});

test('internal topics come to the brokers that join, so that no commit is lost with the first', async () => {
  const cluster = await SimulatedCluster.start(1, { config });
  const client = cluster.client();
  await cluster.createTopic(topic, [1]);
  const committed = [{ topic, partition: 0, offset: 0 }];
  await cluster.complete(client.admin.alterGroupOffsets('billing', committed));
  await cluster.complete(write(client, 'a', 3));
  const last = [{ topic, partition: 0, offset: 3 }];
  valueOf(must((await cluster.complete(client.admin.alterGroupOffsets('billing', last)))[0]));
  assert.deepEqual(partitionAt(cluster, 1, 0, offsetsTopic).replicas, [1]);

  await cluster.start(2);
  await cluster.start(3);
  await cluster.until(() =>
    [0, 1].every((index) => {
      const partition = partitionAt(cluster, 1, index, offsetsTopic);
      return partition.replicas.length === 3 && isSettled(partition);
    }),
  );
  cluster.crash(1);
  const others = cluster.client();
  const found = await cluster.complete(others.admin.listGroupOffsets('billing'));
  assert.deepEqual(
    found.map(({ partition, offset }) => [partition, offset]),
    [[0, 3]],
  );
});

test('a topic that is made is known to every broker when its maker is told', async () => {
  const store = { watchDelayMsMax: 200 };
  const cluster = await SimulatedCluster.start(3, { config, store });
  for (let i = 0; i < 5; i++) {
    const name = `made${i}`;
    const [created] = await cluster.complete(
      cluster.client().admin.createTopics([{ name, partitions: 3, replicationFactor: 3 }]),
    );
    assert.equal(valueOf(must(created)).replicationFactor, 3);
    for (const nodeId of [1, 2, 3]) {
      const { image } = cluster.broker(nodeId).metadata;
      assert.equal(image.topicsByName.get(name)?.partitions.length, 3, `${name} at ${nodeId}`);
    }
  }
});

test('a broker is drained, stopped and forgotten', async () => {
  const cluster = await SimulatedCluster.start(4, { config, rackOf: (id) => `r${id % 2}` });
  await cluster.createTopic(topic, [4, 1], {}, 3);
  const client = cluster.client();
  await cluster.complete(write(client, 'a', 10));
  const drained = await runCommand(cluster, brokerDrainCommand, '4');
  assert.equal(drained.exitCode, 0, drained.err);
  assert.match(drained.err, /^Done: nothing lies on broker 4 any more/);
  for (const index of [0, 1, 2]) {
    const { replicas } = partitionAt(cluster, 1, index);
    assert.deepEqual(new Set(replicas), new Set([1, 2]), 'on the rack that broker 4 was on');
  }
  await cluster.complete(client.admin.createTopics([{ name: 'later', partitions: 6 }]));
  for (const index of [0, 1, 2, 3, 4, 5]) {
    assert.ok(!partitionAt(cluster, 1, index, 'later').replicas.includes(4));
  }
  await cluster.stop(4);
  await cluster.until(() => cluster.broker(1).metadata.image.brokers.get(4)?.live === false);
  const forgotten = await runCommand(cluster, brokerUnregisterCommand, '4');
  assert.equal(forgotten.exitCode, 0, forgotten.err);
  await cluster.until(() => !cluster.broker(2).metadata.image.brokers.has(4));
  assert.equal((await visible(cluster, partitionAt(cluster, 1).leader)).length, 10);
});
