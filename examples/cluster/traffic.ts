import kafkajs, { type Consumer, type Kafka, type Producer } from 'kafkajs';
import { clientOf, startProducer } from '../common/client.ts';
import { until } from '../common/until.ts';

/** What the example writes to and reads from: a partition for each server. */
export const topic = 'orders';

/** Its partitions. */
export const partitions = [0, 1, 2];

/** A producer and a group of three consumers, which know the cluster by its addresses alone. */
export class Traffic {
  /** Each message that was read, once. */
  readonly arrived = new Set<string>();
  /** Who read from each partition last. */
  readonly readers = new Map<number, string>();
  writtenCount = 0;
  readonly #bootstrapServers: string;
  readonly #kafka: Kafka;
  readonly #consumers: Consumer[] = [];
  /** How many partitions each consumer has. */
  readonly #shares = new Map<string, number>();
  #producer: Producer | undefined;

  constructor(bootstrapServers: string) {
    this.#bootstrapServers = bootstrapServers;
    this.#kafka = clientOf(bootstrapServers, 'shop');
  }

  async start(): Promise<void> {
    this.#producer = await startProducer(this.#kafka);
    this.#consumers.push(
      ...(await Promise.all(['ann', 'ben', 'cid'].map((name) => this.#startConsumer(name)))),
    );
    await until('each consumer has a partition', () =>
      ['ann', 'ben', 'cid'].every((name) => this.#shares.get(name) === 1),
    );
  }

  async #startConsumer(name: string): Promise<Consumer> {
    const consumer = clientOf(this.#bootstrapServers, name).consumer({
      groupId: 'billing',
      sessionTimeout: 1500,
      heartbeatInterval: 200,
      maxWaitTimeInMs: 500,
      // A consumer of kafkajs clings to a server that is gone until it has tried so often, and then starts anew.
      retry: { initialRetryTime: 50, maxRetryTime: 200, retries: 2 },
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#shares.set(name, payload.memberAssignment[topic]?.length ?? 0);
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ partition, message }) => {
        this.arrived.add(String(message.value));
        this.readers.set(partition, name);
        return Promise.resolve();
      },
    });
    return consumer;
  }

  /** Writes to each partition in turn, and waits until all of it was read. */
  async writeAndWait(count: number): Promise<void> {
    this.readers.clear();
    for (let i = 0; i < count; i++) await this.#write(i % partitions.length);
    await until('all messages are read', () => this.arrived.size === this.writtenCount);
  }

  async #write(partition: number): Promise<void> {
    const value = `order ${this.writtenCount + 1}`;
    await this.#producer?.send({ topic, acks: -1, messages: [{ partition, value }] });
    this.writtenCount++;
  }

  /** Kafka's name of the error with which a write is refused that is tried once; undefined where it is taken. */
  async refusalOf(partition: number): Promise<string | undefined> {
    const producer = this.#kafka.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { retries: 0 },
    });
    await producer.connect();
    try {
      await producer.send({ topic, acks: -1, messages: [{ partition, value: 'refused' }] });
      return undefined;
    } catch (error) {
      return typeOf(error);
    } finally {
      await producer.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.#producer?.disconnect();
    await Promise.all(this.#consumers.map((consumer) => consumer.disconnect()));
  }
}

/** kafkajs wraps an error into one that says that it gave up. */
function typeOf(error: unknown): string {
  if (error instanceof kafkajs.KafkaJSNumberOfRetriesExceeded) return typeOf(error.cause);
  return error instanceof kafkajs.KafkaJSProtocolError ? error.type : String(error);
}
