import type { TestContext } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import { createCluster, type Cluster } from '../../src/index.ts';

/** A real cluster whose console is looked at, with clients that write and read. */
export interface LivingCluster {
  readonly cluster: Cluster;
  /** Where broker 1 serves the console. */
  readonly url: string;
}

const writtenEveryMs = 60;

/**
 * Three brokers with consoles; `orders` is written, and read by the group
 * `billing`; `payments` lies still. Stopped after the test.
 */
export async function livingCluster(t: TestContext): Promise<LivingCluster> {
  const cluster = await createCluster({
    brokers: 3,
    console: true,
    topics: { orders: 3, payments: 2 },
  });
  const stops: (() => Promise<void>)[] = [];
  t.after(async () => {
    // Clients first: they would look for brokers that are gone.
    for (const stop of stops) await stop();
    await cluster.stop();
  });
  const url = cluster.brokers[0]?.consoleUrl;
  if (url === undefined) throw new Error('broker 1 has no console');
  stops.push(await write(cluster), await read(cluster));
  return { cluster, url };
}

function kafkaOf(cluster: Cluster, clientId: string): Kafka {
  return new Kafka({
    clientId,
    brokers: cluster.bootstrapServers.split(','),
    logLevel: logLevel.NOTHING,
  });
}

/** Writes on and on, whatever happens to a broker meanwhile, until what it answers is called. */
async function write(cluster: Cluster): Promise<() => Promise<void>> {
  const producer = kafkaOf(cluster, 'order-service').producer();
  await producer.connect();
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    const value = JSON.stringify({ order: count, total: 12.5 });
    producer
      .send({ topic: 'orders', messages: [{ key: `customer-${count % 7}`, value }] })
      .catch(() => undefined);
  }, writtenEveryMs);
  return async () => {
    clearInterval(timer);
    await producer.disconnect();
  };
}

async function read(cluster: Cluster): Promise<() => Promise<void>> {
  const consumer = kafkaOf(cluster, 'billing-service').consumer({ groupId: 'billing' });
  await consumer.connect();
  await consumer.subscribe({ topics: ['orders'], fromBeginning: true });
  await consumer.run({ autoCommitInterval: 500, eachMessage: async () => {} });
  return () => consumer.disconnect();
}
