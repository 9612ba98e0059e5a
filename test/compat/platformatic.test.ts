import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  Admin,
  type CompressionAlgorithmValue,
  ConfigResourceTypes,
  type GenericError,
  IncrementalAlterConfigOperationTypes,
  ListOffsetTimestamps,
  type MessageToProduce,
  ProduceAcks,
  Producer,
} from '@platformatic/kafka';
import { must } from '../../src/util/assert.ts';
import { clientOptions, readTopic } from './client-records.ts';
import { startTarget, type Target } from './target.ts';

/** Fails unless `promise` rejects with Kafka's error of this name. */
async function refused(promise: Promise<unknown>, apiId: string): Promise<void> {
  await assert.rejects(promise, (error: GenericError) => {
    assert.ok(error.findBy('apiId', apiId), `${apiId} in ${error.toString()}`);
    return true;
  });
}

describe('@platformatic/kafka', () => {
  let target: Target;
  let admin: Admin;
  let producer: Producer;

  before(async () => {
    target = await startTarget();
    admin = new Admin(clientOptions(target));
    producer = new Producer(clientOptions(target));
  });
  after(async () => {
    await Promise.all([admin.close(), producer.close()]);
    await target.stop();
  });

  async function newTopic(word: string, partitions = 1): Promise<string> {
    const topic = target.topicName(word);
    await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
    return topic;
  }

  function message(topic: string, value: string | null, more: Partial<MessageToProduce> = {}) {
    return { topic, partition: 0, ...(value !== null && { value: Buffer.from(value) }), ...more };
  }

  test('a topic is created with an id and configs, described in metadata, and deleted', async () => {
    const topic = target.topicName('orders');
    const created = await admin.createTopics({
      topics: [topic],
      partitions: 4,
      replicas: 1,
      configs: [{ name: 'segment.bytes', value: '2097152' }],
    });
    assert.equal(created.length, 1);
    const { id, partitions, replicas, configuration } = must(created[0]);
    assert.deepEqual({ partitions, replicas }, { partitions: 4, replicas: 1 });
    assert.equal(configuration['segment.bytes'], '2097152');
    const metadata = await admin.metadata({ topics: [topic] });
    assert.equal(must(metadata.topics.get(topic)).id, id);
    assert.deepEqual(
      must(metadata.topics.get(topic)).partitions.map(({ leader, replicas, isr }) => [
        leader,
        replicas,
        isr,
      ]),
      Array.from({ length: 4 }, () => [1, [1], [1]]),
    );
    assert.equal(metadata.brokers.get(1)?.port, target.port);
    assert.ok((await admin.listTopics()).includes(topic));
    await refused(admin.createTopics({ topics: [topic] }), 'TOPIC_ALREADY_EXISTS');
    await admin.deleteTopics({ topics: [topic] });
    // Apache Kafka's brokers learn of it a moment later.
    if (target.broker !== undefined) assert.ok(!(await admin.listTopics()).includes(topic));
    await refused(admin.deleteTopics({ topics: [topic] }), 'UNKNOWN_TOPIC_OR_PARTITION');
  });

  for (const compression of [
    'none',
    'gzip',
    'snappy',
    'lz4',
    'zstd',
  ] satisfies CompressionAlgorithmValue[]) {
    test(`records written with ${compression} and acks 0, 1 and all read back in order`, async () => {
      const topic = await newTopic(compression);
      const expected = [];
      for (const [round, acks] of [
        ProduceAcks.NO_RESPONSE,
        ProduceAcks.LEADER,
        ProduceAcks.ALL,
      ].entries()) {
        const messages = Array.from({ length: 40 }, (_, i) => {
          const value = i % 9 === 4 ? null : `acks ${acks} ${'value '.repeat(i)}`;
          return message(topic, value, {
            timestamp: BigInt(1_700_000_000_000 + i),
            ...(i % 3 > 0 && { key: Buffer.from(`key ${i}`) }),
            ...(i % 2 > 0 && { headers: new Map([[Buffer.from('trace'), Buffer.from(`t${i}`)]]) }),
          });
        });
        const sent = await producer.send({ messages, acks, compression });
        const baseOffset: number = expected.length;
        if (round > 0)
          assert.deepEqual(sent.offsets, [{ topic, partition: 0, offset: BigInt(baseOffset) }]);
        for (const [i, { key, value, timestamp }] of messages.entries()) {
          expected.push({
            partition: 0,
            offset: baseOffset + i,
            timestamp: Number(timestamp),
            key: key?.toString() ?? null,
            value: value?.toString() ?? null,
            headers: i % 2 > 0 ? [['trace', `t${i}`]] : [],
          });
        }
      }
      assert.deepEqual(await readTopic(target, topic), expected);
    });
  }

  test('an idempotent producer writes batch after batch to several partitions', async () => {
    const topic = await newTopic('idempotent', 3);
    const idempotent = new Producer({ ...clientOptions(target), idempotent: true });
    for (let batch = 0; batch < 5; batch++) {
      const messages = Array.from({ length: 9 }, (_, i) =>
        message(topic, `${batch}.${i}`, { partition: i % 3 }),
      );
      await idempotent.send({ messages });
    }
    assert.ok(must(idempotent.producerId) >= 0n);
    await idempotent.close();
    const values = (await readTopic(target, topic)).map(({ value }) => value);
    const ofPartition = (p: number) =>
      [0, 1, 2, 3, 4].flatMap((batch) => [0, 3, 6].map((i) => `${batch}.${i + p}`));
    assert.deepEqual(values, [0, 1, 2].flatMap(ofPartition));
  });

  test('offsets are listed: earliest, latest, by time and of the newest record', async () => {
    const topic = await newTopic('offsets');
    for (const time of [1000, 5000, 3000]) {
      await producer.send({ messages: [message(topic, '', { timestamp: BigInt(time) })] });
    }
    const list = async (timestamp: bigint) => {
      const partitions = [{ partitionIndex: 0, timestamp }];
      const listed = await admin.listOffsets({ topics: [{ name: topic, partitions }] });
      const { offset, timestamp: time } = must(listed[0]?.partitions[0]);
      return [Number(offset), Number(time)];
    };
    assert.deepEqual(await list(ListOffsetTimestamps.EARLIEST), [0, -1]);
    assert.deepEqual(await list(ListOffsetTimestamps.LATEST), [3, -1]);
    assert.deepEqual(await list(ListOffsetTimestamps.MAX), [1, 5000]);
    assert.deepEqual(await list(ListOffsetTimestamps.EARLIEST_LOCAL), [0, -1]);
    assert.deepEqual(await list(ListOffsetTimestamps.LATEST_TIERED), [-1, -1]);
    assert.deepEqual(await list(0n), [0, 1000]);
    assert.deepEqual(await list(1001n), [1, 5000]);
    assert.deepEqual(await list(5001n), [-1, -1]);
  });

  test('records are deleted up to an offset', async () => {
    const topic = await newTopic('deleted');
    await producer.send({ messages: Array.from({ length: 10 }, (_, i) => message(topic, `${i}`)) });
    const upTo = (offset: bigint) => ({
      topics: [{ name: topic, partitions: [{ partition: 0, offset }] }],
    });
    const deleted = await admin.deleteRecords(upTo(7n));
    assert.deepEqual(deleted, [{ name: topic, partitions: [{ partition: 0, lowWatermark: 7n }] }]);
    assert.deepEqual(
      (await readTopic(target, topic)).map(({ value }) => value),
      ['7', '8', '9'],
    );
    await refused(admin.deleteRecords(upTo(11n)), 'OFFSET_OUT_OF_RANGE');
    const all = await admin.deleteRecords(upTo(-1n));
    assert.equal(all[0]?.partitions[0]?.lowWatermark, 10n);
  });

  test('partitions are added, but not taken away', async () => {
    const topic = await newTopic('growing', 2);
    await admin.createPartitions({ topics: [{ name: topic, count: 5 }], validateOnly: true });
    await admin.createPartitions({ topics: [{ name: topic, count: 4 }] });
    const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
    assert.equal(must(topics.get(topic)).partitionsCount, 4);
    const fewer = { topics: [{ name: topic, count: 3 }] };
    await refused(admin.createPartitions(fewer), 'INVALID_PARTITIONS');
  });

  test('configs are altered one by one, described with source and synonyms, and set back', async () => {
    const topic = await newTopic('configs');
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic };
    const { SET, APPEND, DELETE } = IncrementalAlterConfigOperationTypes;
    const alter = (
      configs: Parameters<Admin['incrementalAlterConfigs']>[0]['resources'][0]['configs'],
    ) => admin.incrementalAlterConfigs({ resources: [{ ...resource, configs }] });
    const describeOne = async (name: string) => {
      const resources = [{ ...resource, configurationKeys: [name] }];
      const described = await admin.describeConfigs({ resources, includeSynonyms: true });
      assert.equal(described[0]?.configs.length, 1);
      const { value, configSource, synonyms } = must(described[0].configs[0]);
      return {
        value,
        configSource,
        synonyms: synonyms.map((one) => [one.name, one.value, one.source]),
      };
    };
    await alter([
      { name: 'retention.ms', configOperation: SET, value: '60000' },
      { name: 'cleanup.policy', configOperation: APPEND, value: 'compact' },
      { name: 'max.message.bytes', configOperation: SET, value: '5000' },
    ]);
    const { synonyms, ...retention } = await describeOne('retention.ms');
    assert.deepEqual(retention, { value: '60000', configSource: 1 });
    assert.deepEqual(synonyms[0], ['retention.ms', '60000', 1]);
    assert.deepEqual(await describeOne('max.message.bytes'), {
      value: '5000',
      configSource: 1,
      synonyms: [
        ['max.message.bytes', '5000', 1],
        ['message.max.bytes', '1048588', 5],
      ],
    });
    assert.equal((await describeOne('cleanup.policy')).value, 'delete,compact');
    await alter([{ name: 'retention.ms', configOperation: DELETE }]);
    const again = await describeOne('retention.ms');
    assert.deepEqual([again.value, again.configSource], ['604800000', 5]);
    const bad = [{ name: 'retention.ms', configOperation: SET, value: '-7' }];
    await refused(alter(bad), 'INVALID_CONFIG');
    const resources = [
      { resourceType: ConfigResourceTypes.TOPIC, resourceName: target.topicName('no') },
    ];
    await refused(admin.describeConfigs({ resources }), 'UNKNOWN_TOPIC_OR_PARTITION');
  });

  test('log directories are described', async () => {
    const topic = await newTopic('dirs', 2);
    await producer.send({ messages: [message(topic, 'x'.repeat(1000))] });
    const described = await admin.describeLogDirs({
      topics: [{ name: topic, partitions: [0, 1] }],
    });
    const partitions = described[0]?.results[0]?.topics[0]?.partitions.toSorted(
      (a, b) => a.partitionIndex - b.partitionIndex,
    );
    assert.deepEqual(
      partitions?.map(({ partitionSize }) => partitionSize > 1000n),
      [true, false],
    );
    assert.deepEqual(
      partitions.map(({ offsetLag }) => offsetLag),
      [0n, 0n],
    );
  });

  test('an illegal topic name is refused with a message', async () => {
    await refused(
      admin.createTopics({ topics: ['/shopping-cart-done'] }),
      'INVALID_TOPIC_EXCEPTION',
    );
  });
});
