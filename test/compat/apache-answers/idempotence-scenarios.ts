import { batchOf, newProducerId, offsetsAt, produceTo, someRecords } from './requests.ts';
import type { Conversation, Topic } from './conversation.ts';
import { inVersions, type Scenario } from './scenario.ts';

const some = [3, 9, 13];

/** One producer, one topic: writes `count` records from a sequence number on. */
class Producer {
  readonly #broker: Conversation;
  readonly #version: number;
  readonly topic: Topic;
  producerId: number;
  producerEpoch = 0;

  private constructor(broker: Conversation, version: number, topic: Topic, producerId: number) {
    this.#broker = broker;
    this.#version = version;
    this.topic = topic;
    this.producerId = producerId;
  }

  static async start(
    broker: Conversation,
    version: number,
    configs: Readonly<Record<string, string>> = {},
  ): Promise<Producer> {
    const topic = await broker.topic('orders', { configs });
    return new Producer(broker, version, topic, await newProducerId(broker));
  }

  async write(baseSequence: number, count = 1): Promise<void> {
    const { producerId, producerEpoch } = this;
    const values = Array.from({ length: count }, (_, i) => `record ${i}`);
    // Of now: brokers forget producers whose records are old, whenever they look.
    const records = someRecords(values, Date.now());
    const batch = batchOf(records, { producerId, producerEpoch, baseSequence });
    await this.#broker.ask('Produce', this.#version, produceTo(this.topic, batch));
  }

  async describe(): Promise<void> {
    await this.#broker.ask('DescribeProducers', 0, {
      topics: [{ name: this.topic.name, partitionIndexes: [0] }],
    });
  }
}

function idempotent(
  story: string,
  run: (producer: Producer, broker: Conversation) => Promise<void>,
): Scenario[] {
  return inVersions('Produce', some, story, async (broker, version) => {
    await run(await Producer.start(broker, version), broker);
  });
}

export const idempotenceScenarios: readonly Scenario[] = [
  ...idempotent('sequence numbers that follow each other', async (producer) => {
    await producer.write(0, 3);
    await producer.write(3);
    await producer.write(4, 2);
    await producer.describe();
  }),
  ...idempotent('a duplicate gets the offset of the first', async (producer, broker) => {
    await producer.write(0, 3);
    await producer.write(3, 2);
    await producer.write(0, 3);
    await producer.write(3, 2);
    await broker.ask('ListOffsets', 7, offsetsAt(producer.topic, -1));
  }),
  ...inVersions('Produce', some, 'a duplicate under LogAppendTime', async (broker, version) => {
    const configs = { 'message.timestamp.type': 'LogAppendTime' };
    const producer = await Producer.start(broker, version, configs);
    await producer.write(0, 3);
    await producer.write(0, 3);
  }),
  ...idempotent('a duplicate older than the last five batches', async (producer) => {
    for (let sequence = 0; sequence < 6; sequence++) await producer.write(sequence);
    await producer.write(1);
    await producer.write(0);
  }),
  ...idempotent('a batch that overlaps the last', async (producer) => {
    await producer.write(0, 3);
    await producer.write(1, 2);
    await producer.write(0, 2);
    await producer.write(2, 3);
  }),
  ...idempotent('a gap in the sequence numbers', async (producer) => {
    await producer.write(0, 2);
    await producer.write(3);
    await producer.write(2);
  }),
  ...idempotent('a stale epoch', async (producer) => {
    producer.producerEpoch = 1;
    await producer.write(0);
    producer.producerEpoch = 0;
    await producer.write(1);
    await producer.write(0);
  }),
  ...idempotent('a newer epoch begins at zero', async (producer) => {
    await producer.write(0, 2);
    producer.producerEpoch = 3;
    await producer.write(2);
    await producer.write(0);
    await producer.describe();
  }),
  ...idempotent('an unknown producer with a later sequence number', async (producer) => {
    await producer.write(7);
    await producer.write(8);
    await producer.describe();
  }),
  ...idempotent('sequence numbers that wrap', async (producer) => {
    await producer.write(0x7fff_fffe, 3);
    await producer.write(1);
    await producer.write(0x7fff_fffe, 3);
    await producer.describe();
  }),
  ...idempotent('a producer id without a sequence number', async (producer) => {
    await producer.write(-1);
    await producer.write(-5);
  }),
  ...idempotent('a producer id without an epoch', async (producer) => {
    producer.producerEpoch = -1;
    await producer.write(0);
  }),
  ...idempotent('a sequence number without a producer id', async (producer) => {
    producer.producerId = -1;
    await producer.write(0);
    producer.producerId = -2;
    await producer.write(0);
  }),
  ...idempotent('a transactional batch without a transactional id', async (producer, broker) => {
    const { producerId } = producer;
    const options = { producerId, producerEpoch: 0, baseSequence: 0, transactional: true };
    await broker.ask('Produce', 9, produceTo(producer.topic, batchOf(['a'], options)));
  }),
];
