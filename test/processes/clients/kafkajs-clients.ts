import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Consumer, type Kafka, type Producer } from 'kafkajs';
import { must } from '../../../src/util/assert.ts';
import {
  type ClientOptions,
  NumberedRecords,
  producerPauseMs,
  type RunningClient,
  type Tell,
  ToldReads,
} from './client.ts';

/** Records at once, at the most. */
const batchRecordsMax = 4;

function openKafka({ bootstrapServers }: ClientOptions): Kafka {
  return new kafkajs.Kafka({
    brokers: bootstrapServers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 1000,
    // A leader that stands still is asked until its connection breaks, or an answer is this late.
    requestTimeout: 3000,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: Number.MAX_SAFE_INTEGER },
  });
}

/**
 * An idempotent producer. It has one send under way, of one partition: of several, kafkajs gives the next one the
 * number of one that failed.
 */
export class KafkajsProducer implements RunningClient {
  readonly #options: ClientOptions;
  readonly #tell: Tell;
  readonly #records: NumberedRecords;
  readonly #kafka: Kafka;
  #producer: Producer;
  #isOver = false;
  readonly #writing: Promise<void>;

  constructor(name: string, options: ClientOptions, tell: Tell) {
    this.#options = options;
    this.#tell = tell;
    this.#records = new NumberedRecords(name, options.topic);
    this.#kafka = openKafka(options);
    this.#producer = this.#open();
    this.#writing = this.#write();
  }

  #open(): Producer {
    return this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
  }

  async #write(): Promise<void> {
    await this.#producer.connect();
    for (let round = 0; !this.#isOver; round++) {
      await this.#send(round % this.#options.partitionCount, 1 + (round % batchRecordsMax));
      await sleep(producerPauseMs);
    }
  }

  async #send(partition: number, count: number): Promise<void> {
    const { topic } = this.#options;
    const ids = Array.from({ length: count }, () => this.#records.next(partition, this.#tell));
    const messages = ids.map((value) => ({ partition, value }));
    try {
      const [sent] = await this.#producer.send({ topic, acks: -1, messages });
      const base = Number(must(sent).baseOffset);
      for (const [i, id] of ids.entries()) {
        const offset = base < 0 ? -1 : base + i;
        this.#tell({ kind: 'acknowledged', topic, partition, id, offset });
      }
    } catch (error) {
      for (const id of ids) this.#tell({ kind: 'unknown', id, error: String(error) });
      // It would give the number of what may be written to what is sent next.
      await this.#producer.disconnect();
      this.#producer = this.#open();
      await this.#producer.connect();
    }
  }

  async endWriting(): Promise<void> {
    this.#isOver = true;
    await this.#writing;
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#producer.disconnect();
  }
}

/** A member of a group, of the classic protocol, which commits each batch that it has read. */
export class KafkajsMember implements RunningClient {
  readonly #consumer: Consumer;

  private constructor(groupId: string, options: ClientOptions) {
    this.#consumer = openKafka(options).consumer({
      groupId,
      sessionTimeout: 10_000,
      heartbeatInterval: 500,
      maxWaitTimeInMs: 200,
    });
  }

  static async start(
    { name, group }: { readonly name: string; readonly group: string },
    options: ClientOptions,
    tell: Tell,
  ): Promise<RunningClient> {
    const member = new KafkajsMember(group, options);
    const reads = new ToldReads({ reader: name, topic: options.topic, group }, tell);
    const consumer = member.#consumer;
    await consumer.connect();
    await consumer.subscribe({ topic: options.topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { topic, partition, messages }, resolveOffset, heartbeat }) => {
        for (const { offset, value } of messages) {
          reads.read(partition, Number(offset), String(value));
          resolveOffset(offset);
        }
        const offset = Number(messages.at(-1)?.offset) + 1;
        await consumer.commitOffsets([{ topic, partition, offset: String(offset) }]);
        tell({ kind: 'committed', group, topic, partition, offset });
        await heartbeat();
      },
    });
    return member;
  }

  endWriting(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.#consumer.disconnect();
  }
}
