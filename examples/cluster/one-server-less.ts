/**
 * One topic, three servers, three partitions, three replicas, three consumers; a server is killed. Shows before and
 * after who leads, who follows and who reads what, and that every message arrived.
 *
 * `node examples/cluster/one-server-less.ts`
 */
import { setTimeout } from 'node:timers/promises';
import kafkajs, { type Consumer, type Kafka, type Producer } from 'kafkajs';
import { createCluster, type Cluster } from '../../src/index.ts';

const topic = 'orders';
const partitions = [0, 1, 2];
const messagesEach = 30;

await using cluster = await createCluster({
  brokers: 3,
  topics: { [topic]: { partitions: partitions.length, replicationFactor: 3 } },
});
const kafka = new kafkajs.Kafka({
  brokers: cluster.bootstrapServers.split(','),
  logLevel: kafkajs.logLevel.NOTHING,
  retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 50 },
});

const arrived = new Set<string>();
/** Who read from each partition last. */
const readers = new Map<number, string>();
/** How many partitions each consumer has. */
const shares = new Map<string, number>();
const consumers = await Promise.all(
  ['ann', 'ben', 'cid'].map((name) => startConsumer(kafka, name)),
);
const producer = kafka.producer({
  createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
});
await producer.connect();
while ([...shares.values()].filter((count) => count === 1).length < 3) await setTimeout(20);

await writeAndWait(producer, 'before');
console.log('Before, with three servers:');
show(cluster);

const killed = cluster.leader(topic);
await cluster.kill(killed);
readers.clear();
console.log(`\nServer ${killed} is killed.\n`);

await writeAndWait(producer, 'after');
console.log('After, with two:');
show(cluster);
console.log(`\nEvery message arrived: ${arrived.size} of ${2 * messagesEach} written.`);

await Promise.all([producer, ...consumers].map((client) => client.disconnect()));

async function startConsumer(client: Kafka, name: string): Promise<Consumer> {
  const consumer = client.consumer({
    groupId: 'billing',
    sessionTimeout: 6000,
    heartbeatInterval: 500,
    maxWaitTimeInMs: 500,
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    shares.set(name, payload.memberAssignment[topic]?.length ?? 0);
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ partition, message }) => {
      arrived.add(String(message.value));
      readers.set(partition, name);
      return Promise.resolve();
    },
  });
  return consumer;
}

/** Writes to each partition in turn, and waits until all of it was read. */
async function writeAndWait(writer: Producer, when: string): Promise<void> {
  const before = arrived.size;
  for (let i = 0; i < messagesEach; i++) {
    const message = { partition: i % partitions.length, value: `${when}, number ${i}` };
    await writer.send({ topic, acks: -1, messages: [message] });
  }
  while (arrived.size < before + messagesEach) await setTimeout(20);
}

function show(servers: Cluster): void {
  for (const partition of partitions) {
    const leads = servers.leader(topic, partition);
    const follow = servers.inSyncReplicas(topic, partition).filter((nodeId) => nodeId !== leads);
    console.log(
      `  partition ${partition}: led by server ${leads}, followed by ${follow.toSorted((a, b) => a - b).join(' and ')}, read by ${readers.get(partition)}`,
    );
  }
}
