import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import kafkajs, { type Admin, type Kafka, type KafkaJSError, type Producer } from 'kafkajs';
import { must } from '../../src/util/assert.ts';
import { readTopic } from './client-records.ts';
import { registerCodecs } from './kafkajs-codecs.ts';
import { startTarget, type Target } from './target.ts';

const { CompressionTypes, ConfigResourceTypes, Kafka: KafkaClient, Partitioners } = kafkajs;

/** Fails unless `promise` rejects with Kafka's error of this name. */
async function refused(promise: Promise<unknown>, type: string): Promise<void> {
  await assert.rejects(promise, (error: KafkaJSError & { errors?: Error[] }) => {
    const causes = [error, error.cause, ...(error.errors ?? [])];
    assert.ok(
      causes.some((cause) => (cause as { type?: string } | undefined)?.type === type),
      `${type} among ${causes.map(String).join('; ')}`,
    );
    return true;
  });
}

describe('kafkajs', () => {
  let target: Target;
  let kafka: Kafka;
  let admin: Admin;
  let producer: Producer;

  before(async () => {
    registerCodecs();
    target = await startTarget();
    kafka = new KafkaClient({
      brokers: [target.bootstrapServers],
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { initialRetryTime: 20, retries: 3 },
    });
    admin = kafka.admin();
    producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await Promise.all([admin.connect(), producer.connect()]);
  });
  after(async () => {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    await target.stop();
  });

  async function newTopic(word: string, numPartitions = 1): Promise<string> {
    const topic = target.topicName(word);
    await admin.createTopics({ topics: [{ topic, numPartitions }] });
    return topic;
  }

  test('a topic is created, listed, described and deleted', async () => {
    const topic = target.topicName('orders');
    const asked = {
      topic,
      numPartitions: 3,
      configEntries: [{ name: 'retention.ms', value: '60000' }],
    };
    assert.equal(await admin.createTopics({ topics: [asked] }), true);
    assert.equal(await admin.createTopics({ topics: [asked] }), false, 'it exists');
    assert.ok((await admin.listTopics()).includes(topic));
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const partitions = must(topics[0]).partitions.toSorted((a, b) => a.partitionId - b.partitionId);
    assert.deepEqual(
      partitions.map(({ partitionId, leader, replicas, isr }) => ({
        partitionId,
        leader,
        replicas,
        isr,
      })),
      [0, 1, 2].map((partitionId) => ({ partitionId, leader: 1, replicas: [1], isr: [1] })),
    );
    await admin.deleteTopics({ topics: [topic] });
    // Apache Kafka's brokers learn of it a moment later.
    if (target.broker !== undefined) assert.ok(!(await admin.listTopics()).includes(topic));
    await refused(admin.deleteTopics({ topics: [topic] }), 'UNKNOWN_TOPIC_OR_PARTITION');
  });

  test('the cluster is described', async () => {
    const { brokers, controller, clusterId } = await admin.describeCluster();
    assert.deepEqual(brokers, [{ nodeId: 1, host: target.host, port: target.port }]);
    assert.equal(controller, 1);
    assert.equal(clusterId, target.broker?.clusterId ?? clusterId);
  });

  for (const codec of ['None', 'GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const) {
    test(`records written with ${codec} and acks 0, 1 and all read back in order`, async () => {
      const topic = await newTopic(codec.toLowerCase());
      const expected = [];
      for (const acks of [0, 1, -1]) {
        const messages = Array.from({ length: 50 }, (_, i) => ({
          key: i % 5 === 0 ? null : `key ${i}`,
          value: i % 7 === 3 ? null : `acks ${acks} ${'value '.repeat(i)}`,
          headers: i % 2 === 0 ? {} : { trace: `t${i}`, empty: '', twice: ['a', 'b'] },
          timestamp: String(1_700_000_000_000 + i),
        }));
        const sent = await producer.send({
          topic,
          acks,
          messages,
          compression: CompressionTypes[codec],
        });
        const baseOffset: number = expected.length;
        if (acks !== 0)
          assert.deepEqual(
            sent.map((one) => one.baseOffset),
            [String(baseOffset)],
          );
        for (const [i, { key, value, timestamp }] of messages.entries()) {
          const headers = [
            ['trace', `t${i}`],
            ['empty', ''],
            ['twice', 'a'],
            ['twice', 'b'],
          ];
          expected.push({
            partition: 0,
            offset: baseOffset + i,
            timestamp: Number(timestamp),
            key,
            value,
            headers: i % 2 === 0 ? [] : headers,
          });
        }
      }
      assert.deepEqual(await readTopic(target, topic), expected);
    });
  }

  test('an idempotent producer writes batch after batch', async () => {
    const topic = await newTopic('idempotent', 2);
    const idempotent = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await idempotent.connect();
    for (let batch = 0; batch < 5; batch++) {
      const messages = Array.from({ length: 10 }, (_, i) => ({
        value: `${batch}.${i}`,
        partition: i % 2,
      }));
      await idempotent.send({ topic, messages });
    }
    await idempotent.disconnect();
    const records = await readTopic(target, topic);
    assert.equal(records.length, 50);
    const ofFirst = records.filter(({ partition }) => partition === 0).map(({ value }) => value);
    assert.deepEqual(
      ofFirst,
      [0, 1, 2, 3, 4].flatMap((batch) => [0, 2, 4, 6, 8].map((i) => `${batch}.${i}`)),
    );
  });

  test('a send to several topics and partitions in one request lands where it was told to', async () => {
    const topics = await Promise.all([newTopic('left', 4), newTopic('right', 2)]);
    const topicMessages = topics.map((topic, t) => ({
      topic,
      messages: [0, 1].map((partition) => ({ partition, value: `${t} ${partition}` })),
    }));
    const sent = await producer.sendBatch({ topicMessages, acks: -1 });
    assert.equal(sent.length, 4);
    for (const [t, topic] of topics.entries()) {
      const records = await readTopic(target, topic);
      assert.deepEqual(
        records.map(({ partition, value }) => [partition, value]),
        [
          [0, `${t} 0`],
          [1, `${t} 1`],
        ],
      );
    }
  });

  test('a keyed record goes to the partition of its key', async () => {
    const topic = await newTopic('keyed', 8);
    const messages = Array.from({ length: 64 }, (_, i) => ({
      key: `user ${i % 16}`,
      value: `${i}`,
    }));
    await producer.send({ topic, messages });
    const records = await readTopic(target, topic);
    assert.equal(new Set(records.map(({ key }) => key)).size, 16);
    assert.equal(new Set(records.map(({ key, partition }) => `${key} ${partition}`)).size, 16);
  });

  test('offsets are listed: earliest, latest and by time', async () => {
    const topic = await newTopic('offsets');
    const messages = [1000, 2000, 3000].map((timestamp) => ({
      value: '',
      timestamp: String(timestamp),
    }));
    for (const message of messages) await producer.send({ topic, messages: [message] });
    assert.deepEqual(await admin.fetchTopicOffsets(topic), [
      { partition: 0, offset: '3', high: '3', low: '0' },
    ]);
    const at = async (time: number) =>
      (await admin.fetchTopicOffsetsByTimestamp(topic, time))[0]?.offset;
    assert.equal(await at(0), '0');
    assert.equal(await at(2000), '1');
    assert.equal(await at(2001), '2');
    assert.equal(await at(3001), '3', 'none is as late: the end');
  });

  test('records are deleted up to an offset', async () => {
    const topic = await newTopic('deleted');
    await producer.send({
      topic,
      messages: Array.from({ length: 10 }, (_, i) => ({ value: `${i}` })),
    });
    // kafkajs deletes from topics alone whose leaders it has asked for before.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] });
    assert.deepEqual(await admin.fetchTopicOffsets(topic), [
      { partition: 0, offset: '10', high: '10', low: '4' },
    ]);
    const values = (await readTopic(target, topic)).map(({ value }) => value);
    assert.deepEqual(values, ['4', '5', '6', '7', '8', '9']);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '-1' }] });
    assert.deepEqual(await readTopic(target, topic), []);
  });

  test('partitions are added, and written to', async () => {
    const topic = await newTopic('growing');
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    await refused(
      admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] }),
      'INVALID_PARTITIONS',
    );
    await producer.send({ topic, messages: [{ partition: 2, value: 'new' }] });
    const records = await readTopic(target, topic);
    assert.deepEqual(
      records.map(({ partition, value }) => [partition, value]),
      [[2, 'new']],
    );
  });

  test('configs are described and altered', async () => {
    const topic = await newTopic('configs');
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
    const configEntries = [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'max.message.bytes', value: '2000' },
    ];
    await admin.alterConfigs({ resources: [{ ...resource, configEntries }], validateOnly: false });
    const { resources } = await admin.describeConfigs({
      resources: [resource],
      includeSynonyms: true,
    });
    const entries = must(resources[0]).configEntries;
    const valueOf = (name: string) =>
      entries.find((entry) => entry.configName === name)?.configValue;
    assert.equal(valueOf('cleanup.policy'), 'compact');
    assert.equal(valueOf('max.message.bytes'), '2000');
    assert.equal(valueOf('retention.ms'), '604800000');
    const large = { topic, messages: [{ key: 'k', value: 'x'.repeat(3000) }] };
    await refused(producer.send(large), 'MESSAGE_TOO_LARGE');
    const bad = [{ name: 'retention.ms', value: 'soon' }];
    await refused(
      admin.alterConfigs({ resources: [{ ...resource, configEntries: bad }], validateOnly: false }),
      'INVALID_CONFIG',
    );
  });

  test('a topic that nobody created is made by writing to it', async () => {
    const topic = target.topicName('automatic');
    await producer.send({ topic, messages: [{ value: 'first' }] });
    assert.deepEqual(
      (await readTopic(target, topic)).map(({ value }) => value),
      ['first'],
    );
  });

  test('what cannot be created says why', async () => {
    const create = (topic: string, more: object = {}) =>
      admin.createTopics({ topics: [{ topic, ...more }] });
    await refused(create('/shopping-cart-done'), 'INVALID_TOPIC_EXCEPTION');
    await refused(create('..'), 'INVALID_TOPIC_EXCEPTION');
    await refused(create('x'.repeat(250)), 'INVALID_TOPIC_EXCEPTION');
    await refused(
      create(target.topicName('many'), { replicationFactor: 3 }),
      'INVALID_REPLICATION_FACTOR',
    );
    await refused(create(target.topicName('none'), { numPartitions: 0 }), 'INVALID_PARTITIONS');
    const configEntries = [{ name: 'no.such.key', value: '1' }];
    await refused(create(target.topicName('key'), { configEntries }), 'INVALID_CONFIG');
  });
});
