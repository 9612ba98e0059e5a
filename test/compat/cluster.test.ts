/**
 * Goal: real clients write and read on while brokers of a cluster are killed, stopped and cut off.
 * Method: a cluster in this process, a topic with three replicas, kafkajs and @platformatic/kafka; what they
 * were acknowledged is what they read.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { ProduceAcks, Producer } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { createCluster, type Cluster } from '../../src/index.ts';
import { must } from '../../src/util/assert.ts';

const { Kafka, Partitioners, logLevel } = kafkajs;
// npm leaves the binding out where npm itself does not run on the version of Node that it names.
const crab = await import('kafka-crab-js').catch(() => undefined);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(5);
}

/** Something that writes one message to a partition, and settles when it is acknowledged by all. */
interface Writer {
  send(partition: number, value: string): Promise<unknown>;
  close(): Promise<unknown>;
}

async function kafkajsWriter(bootstrapServers: string): Promise<Writer> {
  const kafka = new Kafka({
    brokers: bootstrapServers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 500,
    requestTimeout: 500,
    retry: { initialRetryTime: 20, maxRetryTime: 200, retries: 100 },
  });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  return {
    send: (partition, value) =>
      producer.send({ topic: 'orders', acks: -1, messages: [{ partition, value }] }),
    close: () => producer.disconnect(),
  };
}

function platformaticWriter(bootstrapServers: string): Promise<Writer> {
  const producer = new Producer({
    clientId: 'compat',
    bootstrapBrokers: bootstrapServers.split(','),
    connectTimeout: 500,
    requestTimeout: 500,
    timeout: 500,
    retries: 100,
    retryDelay: 50,
  });
  return Promise.resolve({
    send: (partition, value) =>
      producer.send({
        acks: ProduceAcks.ALL,
        messages: [{ topic: 'orders', partition, value: Buffer.from(value) }],
      }),
    close: () => producer.close(),
  });
}

/** Of librdkafka, which goes when it is collected. */
function crabWriter(bootstrapServers: string): Promise<Writer> {
  const client = new (must(crab).KafkaClient)({
    brokers: bootstrapServers,
    clientId: 'compat',
    logLevel: 'off',
    brokerAddressFamily: 'v4',
  });
  const producer = client.createProducer({ configuration: { acks: 'all' } });
  return Promise.resolve({
    // It chooses the partition by itself.
    send: (_partition, value) =>
      producer.send({ topic: 'orders', messages: [{ payload: Buffer.from(value) }] }),
    close: () => Promise.resolve(),
  });
}

/** All that kafkajs reads of the topic as a new group, until it has read so much. */
async function readByGroup({ bootstrapServers }: Cluster, count: number): Promise<string[]> {
  const kafka = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: 'readers' });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic: 'orders', fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      values.push(String(message.value));
      return Promise.resolve();
    },
  });
  await until(() => values.length >= count);
  await consumer.disconnect();
  return values;
}

async function write(writer: Writer, prefix: string, acknowledged: string[]): Promise<void> {
  for (let i = 0; i < 12; i++) {
    const value = `${i % 3} ${prefix} ${i}`;
    await writer.send(i % 3, value);
    acknowledged.push(value);
  }
}

function leaders(cluster: Cluster): number[] {
  return [0, 1, 2].map((partition) => cluster.leader('orders', partition));
}

/** Whether each partition has all its replicas in sync. */
function isWhole(cluster: Cluster): boolean {
  return [0, 1, 2].every((partition) => cluster.inSyncReplicas('orders', partition).length === 3);
}

/** Values, of each partition in their order. */
function byPartition(values: readonly string[]): string[] {
  return values.toSorted((a, b) => Number(a[0]) - Number(b[0]));
}

describe('clients of a cluster', { concurrency: false }, () => {
  for (const [client, open] of [
    ['kafkajs', kafkajsWriter],
    ['@platformatic/kafka', platformaticWriter],
  ] as const) {
    test(`${client} writes on while leaders are killed and cut off, and a group reads it all`, async () => {
      await using cluster = await createCluster({
        config: { 'broker.session.timeout.ms': 2000 },
        topics: { orders: { partitions: 3, config: { 'min.insync.replicas': 2 } } },
      });
      const writer = await open(cluster.bootstrapServers);
      const acknowledged: string[] = [];
      try {
        await write(writer, 'whole', acknowledged);
        const killed = cluster.leader('orders');
        await cluster.kill(killed);
        await write(writer, 'killed', acknowledged);
        await cluster.restart(killed);
        await until(() => isWhole(cluster));

        // It leads nothing afterwards and is paused then: @platformatic/kafka would go on asking it, were it the first.
        const cut = must(leaders(cluster).find((nodeId) => nodeId !== killed && nodeId !== 1));
        const others = [1, 2, 3].filter((nodeId) => nodeId !== cut);
        cluster.partition([cut], others);
        await write(writer, 'cut off', acknowledged);
        cluster.heal();
        await until(() => isWhole(cluster));

        // A leader that answers nothing is one that kafkajs keeps asking.
        const paused = must([1, 2, 3].find((nodeId) => !leaders(cluster).includes(nodeId)));
        await cluster.pause(paused);
        await write(writer, 'paused', acknowledged);
        await cluster.resume(paused);
        await write(writer, 'resumed', acknowledged);
      } finally {
        await writer.close();
      }
      const read = await readByGroup(cluster, acknowledged.length);
      // A client may send twice what it was not answered; nothing is lost, and each comes first in its order.
      assert.deepEqual(byPartition([...new Set(read)]), byPartition(acknowledged));
    });
  }

  for (const [client, open, skip] of [
    ['kafkajs', kafkajsWriter, false],
    ['@platformatic/kafka', platformaticWriter, false],
    ['librdkafka', crabWriter, crab === undefined && 'kafka-crab-js has no native binding here'],
  ] as const) {
    test(
      `${client}, which knows of a broker that is cut off alone, is sent to the others`,
      { skip },
      async () => {
        await using cluster = await createCluster({
          config: { 'broker.session.timeout.ms': 1000 },
          topics: { orders: { partitions: 3, config: { 'min.insync.replicas': 2 } } },
        });
        const cut = cluster.leader('orders');
        const others = [1, 2, 3].filter((nodeId) => nodeId !== cut);
        cluster.partition([cut], others);
        await until(() => !leaders(cluster).includes(cut));
        const writer = await open(must(cluster.brokers[cut - 1]).bootstrapServers);
        const acknowledged: string[] = [];
        try {
          await write(writer, 'cut off', acknowledged);
        } finally {
          await writer.close();
        }
        const read = (await cluster.records('orders')).map(({ value }) => String(value));
        assert.deepEqual([...new Set(read)].toSorted(), acknowledged.toSorted());
      },
    );
  }
});
