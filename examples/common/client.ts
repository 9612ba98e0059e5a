import kafkajs, { type Consumer, type Kafka, type Producer } from 'kafkajs';
import { Wire } from './wire.ts';

/** A client of the broker by its name, as each service of an example has one; `wire` counts its bytes. */
export function clientOf(bootstrapServers: string, clientId: string, wire = new Wire()): Kafka {
  return new kafkajs.Kafka({
    clientId,
    brokers: bootstrapServers.split(','),
    socketFactory: wire.open,
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 50 },
  });
}

/** A producer that is ready to write. */
export async function startProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return producer;
}

/** One record, as text. */
export interface Heard {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: string;
}

/** What a group reads, and from where: all that is there, or what comes from now on. */
export interface Subscription {
  readonly groupId: string;
  /** Names, or patterns of names. */
  readonly topics: readonly (string | RegExp)[];
  readonly fromBeginning?: boolean;
}

/** Joins a group and hands each record to `hear`. Resolves when the group has shared out its partitions. */
export async function startConsumer(
  kafka: Kafka,
  { groupId, topics, fromBeginning = true }: Subscription,
  hear: (heard: Heard) => void | Promise<void>,
): Promise<Consumer> {
  const consumer = kafka.consumer({ groupId, heartbeatInterval: 500, maxWaitTimeInMs: 500 });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning });
  await consumer.run({
    // By default kafkajs commits behind messages alone. Who reads a filtered topic of which little matches would seem to
    // be behind: it commits how far it has looked as well.
    autoCommitInterval: 500,
    eachMessage: async ({ topic, partition, message }) =>
      hear({ topic, partition, key: String(message.key), value: String(message.value) }),
  });
  await joined;
  return consumer;
}
