/*
 * Goal: a topic that is deleted and made again under its name has nothing of the one before, on any broker.
 * Method: brokers on simulated hosts; one of them is away, or has lost power, while it happens.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRecords } from '../../src/broker/read-records.ts';
import { SimulatedCluster } from './simulated-cluster.ts';

const topic = 'orders';
const utf8 = new TextEncoder();

/** Values of the records that consumers of a broker read. */
async function visible(cluster: SimulatedCluster, nodeId: number): Promise<string[]> {
  const values: string[] = [];
  const partition = cluster.partition(nodeId, topic);
  const reading = (async () => {
    for await (const { value } of readRecords(partition, 0, { decompressedBytesMax: 1 << 20 })) {
      values.push(new TextDecoder().decode(value ?? undefined));
    }
  })();
  await cluster.complete(reading);
  return values;
}

async function write(cluster: SimulatedCluster, prefix: string, count: number): Promise<void> {
  const client = cluster.client();
  const producer = client.producer({ acks: 'all' });
  for (let i = 0; i < count; i++) {
    const value = utf8.encode(`${prefix}${i}`);
    await cluster.complete(producer.send({ topic, partition: 0, value }));
  }
  await cluster.complete(producer.close());
  client.close();
}

async function deleteTopic(cluster: SimulatedCluster): Promise<void> {
  const client = cluster.client();
  await cluster.complete(client.admin.deleteTopics([topic]));
  client.close();
}

const ends = [
  ['crash', 1],
  // Whether a file that was not synced is there afterwards is up to chance.
  ...Array.from({ length: 6 }, (_, i) => ['powerLoss', i + 1] as const),
] as const;

for (const [end, seed] of ends) {
  test(`who was away (${end}, seed ${seed}) while a topic was made anew copies the new one`, async () => {
    const cluster = await SimulatedCluster.start(3, { seed });
    await cluster.createTopic(topic, [1, 2, 3], { 'flush.messages': '1' });
    await write(cluster, 'a', 3);
    await cluster.until(() => cluster.partition(3, topic).highWatermark === 3);
    cluster[end](3);
    await cluster.until(() => cluster.partition(1, topic).state.isr.length === 2);
    await deleteTopic(cluster);
    await cluster.createTopic(topic, [1, 2, 3], { 'flush.messages': '1' });
    await write(cluster, 'b', 5);
    await cluster.start(3);
    await cluster.until(() => cluster.partition(1, topic).state.isr.length === 3);
    await cluster.until(() => cluster.partition(3, topic).highWatermark === 5);
    assert.deepEqual(await visible(cluster, 3), ['b0', 'b1', 'b2', 'b3', 'b4']);
  });
}
