import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, test, type TestContext } from 'node:test';
import { Admin, Producer } from '@platformatic/kafka';
import kafkajs, { type Kafka } from 'kafkajs';
import { must } from '../../src/util/assert.ts';
import { clientOptions, fetchFrom, openConsumer, readTopic } from './client-records.ts';
import { registerCodecs } from './kafkajs-codecs.ts';
import { startTarget, type Target } from './target.ts';

const { CompressionTypes } = kafkajs;

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('large messages, many partitions, many connections', () => {
  let target: Target;
  let admin: Admin;
  let kafka: Kafka;

  before(async () => {
    registerCodecs();
    target = await startTarget();
    admin = new Admin(clientOptions(target));
    kafka = new kafkajs.Kafka({
      brokers: [target.bootstrapServers],
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { initialRetryTime: 50, retries: 4 },
    });
  });
  after(async () => {
    await admin.close();
    await target.stop();
  });

  /** Waits until every partition has its leader, which with Apache Kafka is a moment later. */
  async function newTopic(
    word: string,
    partitions: number,
    configs: { name: string; value: string }[] = [],
  ): Promise<string> {
    const topic = target.topicName(word);
    await admin.createTopics({ topics: [topic], partitions, replicas: 1, configs });
    const options = { topics: [topic], forceUpdate: true };
    for (;;) {
      const found = await admin.metadata(options).catch(() => undefined);
      const leaders = found?.topics.get(topic)?.partitions.filter(({ leader }) => leader === 1);
      if (leaders?.length === partitions) return topic;
    }
  }

  function newProducer() {
    return kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  }

  test('messages of 900 kB and 5 MB come back as they were, compressed or not', async (t) => {
    const configs = [{ name: 'max.message.bytes', value: String(6 * 1024 * 1024) }];
    const topic = await newTopic('large', 1, configs);
    const producer = newProducer();
    t.after(() => producer.disconnect());
    await producer.connect();
    const digests: string[] = [];
    for (const compression of [
      CompressionTypes.None,
      CompressionTypes.LZ4,
      CompressionTypes.ZSTD,
    ]) {
      for (const size of [900_000, 5_000_000]) {
        const value = randomBytes(size);
        digests.push(digest(value));
        await producer.send({ topic, acks: -1, compression, messages: [{ value }] });
      }
    }
    const tooLarge = producer.send({ topic, messages: [{ value: randomBytes(7_000_000) }] });
    await assert.rejects(tooLarge, { type: 'MESSAGE_TOO_LARGE' });
    assert.deepEqual(await fetchDigests(t, topic, digests.length), digests);
  });

  /** What a reader with the usual bounds is handed, where each answer has room for one such batch. */
  async function fetchDigests(t: TestContext, topic: string, count: number): Promise<string[]> {
    const consumer = openConsumer(target);
    t.after(() => consumer.close());
    const { id: topicId } = must((await consumer.metadata({ topics: [topic] })).topics.get(topic));
    const digests: string[] = [];
    while (digests.length < count) {
      const topics = [fetchFrom(topicId, [digests.length])];
      const { responses } = await consumer.fetch({ node: 1, topics, maxWaitTime: 1000 });
      for (const batch of responses[0]?.partitions[0]?.records ?? []) {
        for (const { value } of batch.records) digests.push(digest(must(value ?? undefined)));
      }
    }
    return digests;
  }

  test('a topic of 1,000 partitions is written and read throughout', async (t) => {
    if (target.broker === undefined) return t.skip('Apache Kafka names leaders before they lead');
    const topic = await newTopic('wide', 1000);
    const producer = new Producer(clientOptions(target));
    t.after(() => producer.close());
    const messages = Array.from({ length: 2000 }, (_, i) => ({
      topic,
      partition: i % 1000,
      value: Buffer.from(`value ${i}`),
    }));
    const { offsets } = await producer.send({ messages, acks: -1 });
    assert.equal(must(offsets).length, 1000);
    assert.ok(must(offsets).every(({ offset }) => offset === 0n));
    const records = await readTopic(target, topic);
    const read = records.map(({ partition, offset, value }) => [partition, offset, value]);
    const expected = Array.from({ length: 1000 }, (_, partition) => [
      [partition, 0, `value ${partition}`],
      [partition, 1, `value ${partition + 1000}`],
    ]);
    assert.deepEqual(read, expected.flat());
  });

  test('two hundred clients write at the same time, each over connections of its own', async (t) => {
    const topic = await newTopic('crowded', 10);
    const producers = Array.from({ length: 200 }, newProducer);
    t.after(() => Promise.all(producers.map((producer) => producer.disconnect())));
    await Promise.all(producers.map((producer) => producer.connect()));
    const sent = await Promise.all(
      producers.map((producer, i) =>
        producer.send({ topic, messages: [{ value: `client ${i}`, partition: i % 10 }] }),
      ),
    );
    const places = sent.flat().map(({ partition, baseOffset }) => `${partition} ${baseOffset}`);
    assert.equal(new Set(places).size, 200, 'each has an offset of its own');
    const values = new Set((await readTopic(target, topic)).map(({ value }) => value));
    assert.deepEqual(values, new Set(Array.from({ length: 200 }, (_, i) => `client ${i}`)));
  });

  test('many long polls wait side by side, and each is woken by its own topic', async (t) => {
    const topics = await Promise.all(Array.from({ length: 20 }, () => newTopic('polled', 1)));
    const producer = new Producer(clientOptions(target));
    const consumers = topics.map(() => openConsumer(target));
    t.after(() => Promise.all([producer, ...consumers].map((client) => client.close())));
    const polls = consumers.map(async (consumer, i) => {
      const topic = must(topics[i]);
      const { id: topicId } = must(
        (await consumer.metadata({ topics: [topic] })).topics.get(topic),
      );
      const asked = [fetchFrom(topicId, [0])];
      const request = { node: 1, topics: asked, minBytes: 1, maxWaitTime: 25_000 };
      const { responses } = await consumer.fetch(request);
      return responses[0]?.partitions[0]?.records?.map(({ records }) => String(records[0]?.value));
    });
    for (const topic of topics.toReversed()) {
      await producer.send({ messages: [{ topic, partition: 0, value: Buffer.from(topic) }] });
    }
    assert.deepEqual(
      await Promise.all(polls),
      topics.map((topic) => [topic]),
    );
  });
});
