import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Admin } from '@platformatic/kafka';
import type {
  KafkaClient,
  KafkaConsumer,
  Message,
  MessageProducer,
  TopicPartitionConfig,
} from 'kafka-crab-js';
import { must } from '../../src/util/assert.ts';
import { clientOptions, readTopic } from './client-records.ts';
import { startTarget, type Target } from './target.ts';

/** Those that this build of librdkafka has; zstd it has not. */
const codecs = ['none', 'gzip', 'snappy', 'lz4'];

// npm leaves the binding out where npm itself does not run on the version of Node that it names.
const crab = await import('kafka-crab-js').catch(() => undefined);
const skip =
  crab === undefined && "kafka-crab-js has no native binding here: npx -c 'npm install' brings it";

/** They have no close, go when they are collected, and complain until then that the broker has stopped. */
function closeProducers(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

describe('kafka-crab-js (librdkafka)', { skip }, () => {
  let target: Target;
  let admin: Admin;
  let client: KafkaClient;

  before(async () => {
    target = await startTarget();
    admin = new Admin(clientOptions(target));
    client = new (must(crab).KafkaClient)({
      brokers: target.bootstrapServers,
      clientId: 'crab',
      logLevel: 'off',
      brokerAddressFamily: 'v4',
    });
  });
  after(async () => {
    await admin.close();
    closeProducers();
    await target.stop();
  });

  async function newTopic(word: string, partitions = 1): Promise<string> {
    const topic = target.topicName(word);
    await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
    return topic;
  }

  async function send(
    topic: string,
    messages: MessageProducer[],
    configuration: Record<string, string> = {},
  ): Promise<number[]> {
    const producer = client.createProducer({
      configuration: { 'linger.ms': '0', ...configuration },
    });
    const sent = await producer.send({ topic, messages });
    assert.deepEqual(
      sent.map(({ error }) => error ?? null),
      messages.map(() => null),
    );
    return sent.map(({ offset }) => offset);
  }

  const numbered = (count: number): MessageProducer[] =>
    Array.from({ length: count }, (_, i) => ({ payload: Buffer.from(`${i}`) }));

  /** Reads by manual assignment, which no group coordinator has a part in, until `count` have come. */
  async function withAssignment(
    assignment: TopicPartitionConfig[],
    use: (consumer: KafkaConsumer) => Promise<void>,
  ): Promise<void> {
    const configuration = { 'enable.auto.commit': 'false', 'fetch.wait.max.ms': '100' };
    const consumer = client.createConsumer({ groupId: 'assigned', configuration });
    await consumer.subscribe(assignment);
    try {
      await use(consumer);
    } finally {
      await consumer.disconnect();
    }
  }

  async function receive(consumer: KafkaConsumer, count: number): Promise<Message[]> {
    const messages: Message[] = [];
    while (messages.length < count) {
      messages.push(...(await consumer.recvBatch(count - messages.length, 1000)));
    }
    return messages;
  }

  const place = ({
    partition,
    offset,
  }: {
    partition: number;
    offset: number;
  }): [number, number] => [partition, offset];

  test('records of every codec are written and read by assignment', async () => {
    const topic = await newTopic('codecs');
    const expected: string[] = [];
    for (const codec of codecs) {
      const messages = Array.from({ length: 20 }, (_, i) => ({
        key: Buffer.from(`key ${i}`),
        payload: Buffer.from(`${codec} ${'value '.repeat(i)}`),
        headers: { codec: Buffer.from(codec) },
      }));
      await send(topic, messages, { 'compression.codec': codec });
      expected.push(...messages.map(({ payload }) => payload.toString()));
    }
    const start = { partition: 0, offset: { position: 'Beginning' as const } };
    await withAssignment([{ topic, partitionOffset: [start] }], async (consumer) => {
      const messages = await receive(consumer, expected.length);
      assert.deepEqual(
        messages.map(({ payload }) => payload.toString()),
        expected,
      );
      assert.deepEqual(
        messages.map(({ offset }) => offset),
        expected.map((_, i) => i),
      );
      assert.equal(messages[0]?.key?.toString(), 'key 0');
      assert.equal(messages.at(-1)?.headers?.['codec']?.toString(), 'lz4');
    });
    const values = (await readTopic(target, topic)).map(({ value }) => value);
    assert.deepEqual(values, expected);
  });

  test('an idempotent producer writes without gaps and without doubles', async () => {
    const topic = await newTopic('idempotent');
    const offsets = await send(topic, numbered(500), { 'enable.idempotence': 'true' });
    assert.equal(offsets.length, 500);
    const values = (await readTopic(target, topic)).map(({ value }) => Number(value));
    assert.deepEqual(
      values,
      numbered(500).map((_, i) => i),
    );
  });

  for (const acks of ['0', '1', 'all']) {
    test(`records are written with acks=${acks}`, async () => {
      const topic = await newTopic('acks');
      await send(topic, numbered(10), { acks });
      await send(topic, [{ payload: Buffer.from('last') }], { acks: 'all' });
      const start = { partition: 0, offset: { offset: 0 } };
      await withAssignment([{ topic, partitionOffset: [start] }], async (consumer) => {
        const messages = await receive(consumer, 11);
        const values = messages.map(({ payload }) => payload.toString()).toSorted();
        assert.deepEqual(
          values,
          [...numbered(10).map(({ payload }) => String(payload)), 'last'].toSorted(),
        );
      });
    });
  }

  test('a tombstone and an empty value stay apart', async () => {
    const topic = await newTopic('tombstones');
    const key = Buffer.from('k');
    await send(topic, [{ key }, { key, payload: Buffer.alloc(0) }]);
    const start = { partition: 0, offset: { offset: 0 } };
    await withAssignment([{ topic, partitionOffset: [start] }], async (consumer) => {
      const messages = await receive(consumer, 2);
      assert.deepEqual(
        messages.map(({ isTombstone }) => isTombstone ?? false),
        [true, false],
      );
    });
    assert.deepEqual(
      (await readTopic(target, topic)).map(({ value }) => value),
      [null, ''],
    );
  });

  test('several partitions of several topics are read, each from its own place', async () => {
    const [left, right] = [await newTopic('left', 4), await newTopic('right')];
    await send(
      left,
      Array.from({ length: 200 }, (_, i) => ({
        key: Buffer.from(`k${i}`),
        payload: Buffer.from('v'),
      })),
    );
    await send(right, numbered(10));
    const ends = new Map<number, number>();
    for (const { partition, offset } of await readTopic(target, left))
      ends.set(partition, offset + 1);
    assert.equal(ends.size, 4);
    const fromThird = [0, 1, 2, 3].map((partition) => ({ partition, offset: { offset: 3 } }));
    const assignment = [
      { topic: left, partitionOffset: fromThird },
      { topic: right, partitionOffset: [{ partition: 0, offset: { offset: 8 } }] },
    ];
    await withAssignment(assignment, async (consumer) => {
      const messages = await receive(consumer, 200 - 4 * 3 + 2);
      const ofRight = messages.filter(({ topic }) => topic === right).map(place);
      assert.deepEqual(ofRight, [
        [0, 8],
        [0, 9],
      ]);
      for (const [partition, end] of ends) {
        const ofLeft = messages.filter((one) => one.topic === left && one.partition === partition);
        assert.deepEqual(
          ofLeft.map(({ offset }) => offset),
          Array.from({ length: end - 3 }, (_, i) => i + 3),
        );
      }
    });
  });

  test('a reader seeks back and forth, and waits at the end for what comes', async () => {
    const topic = await newTopic('seek');
    await send(topic, numbered(20));
    const start = { partition: 0, offset: { position: 'Beginning' as const } };
    await withAssignment([{ topic, partitionOffset: [start] }], async (consumer) => {
      assert.deepEqual(place((await receive(consumer, 1))[0] as Message), [0, 0]);
      for (const offset of [15, 3, 19]) {
        consumer.seek(topic, 0, { offset }, 5000);
        assert.deepEqual(place((await receive(consumer, 1))[0] as Message), [0, offset]);
      }
      consumer.seek(topic, 0, { position: 'Beginning' }, 5000);
      assert.deepEqual(place((await receive(consumer, 1))[0] as Message), [0, 0]);
      consumer.seek(topic, 0, { offset: 20 }, 5000);
      const [waited] = await Promise.all([
        receive(consumer, 1),
        send(topic, [{ payload: Buffer.from('late') }]),
      ]);
      assert.deepEqual(
        waited.map((one) => [one.offset, one.payload.toString()]),
        [[20, 'late']],
      );
    });
  });

  test('records are deleted, and a reader from the beginning starts behind them', async () => {
    const topic = await newTopic('deleted');
    await send(topic, numbered(10));
    await client.deleteRecords([
      { topic, partitionOffset: [{ partition: 0, offset: { offset: 6 } }] },
    ]);
    const start = { partition: 0, offset: { position: 'Beginning' as const } };
    await withAssignment([{ topic, partitionOffset: [start] }], async (consumer) => {
      assert.deepEqual(
        (await receive(consumer, 4)).map(({ offset }) => offset),
        [6, 7, 8, 9],
      );
    });
  });
});
