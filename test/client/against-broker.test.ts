/**
 * Goal: the client and a whole Odradek broker understand each other, over real sockets.
 * Method: a broker in memory in this process; everything that the client can do is done to it once.
 */
import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { valueOf } from '../../src/client/admin-items.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import type { ConsumedRecord } from '../../src/client/client-records.ts';
import { offsetSpecs } from '../../src/client/list-offsets.ts';
import { type Broker, createBroker } from '../../src/index.ts';
import { compressionCodecs } from '../../src/records/record-batch.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { bytesOf, textOf } from './simulated-client.ts';

let broker: Broker;
let client: Client;

before(async () => {
  broker = await createBroker({ storage: 'memory', config: { 'num.partitions': 2 } });
  client = createClient({ bootstrapServers: broker.bootstrapServers }, createNodeRuntime());
});

after(async () => {
  client.close();
  await broker.stop();
});

async function readTopic(topic: string, partitions: number): Promise<ConsumedRecord[]> {
  const ranges = Array.from({ length: partitions }, (_, partition) => ({
    topic,
    partition,
    from: { at: 'beginning' } as const,
    until: { at: 'end' } as const,
  }));
  const records: ConsumedRecord[] = [];
  const consumer = await client.consumer({ ranges });
  for await (const batch of consumer.records()) records.push(...batch);
  return records;
}

test('topics are created, listed, described, extended and deleted', async () => {
  const created = await client.admin.createTopic({
    name: 'made',
    partitions: 3,
    configs: { 'retention.ms': '1000' },
  });
  deepStrictEqual([created.name, created.partitions, created.replicationFactor], ['made', 3, 1]);
  const [again] = await client.admin.createTopics([{ name: 'made' }]);
  match(String(again !== undefined && 'error' in again && again.error), /TOPIC_ALREADY_EXISTS/);
  const names = (await client.admin.listTopics()).map(({ name }) => name);
  strictEqual(names.includes('made'), true);
  valueOf((await client.admin.createPartitions([{ name: 'made', count: 5 }]))[0] ?? { value: '' });
  const [described] = await client.admin.describeTopics(['made']);
  strictEqual(described !== undefined && valueOf(described).partitions.length, 5);
  strictEqual(described !== undefined && valueOf(described).topicId, created.topicId);
  await client.admin.deleteTopic('made');
  const [gone] = await client.admin.describeTopics(['made']);
  strictEqual(gone !== undefined && 'error' in gone && gone.error.code, 'UNKNOWN_TOPIC');
});

test('records in every codec and with every acks are read back as they were written', async () => {
  await client.admin.createTopic({ name: 'codecs', partitions: 2 });
  const expected: string[] = [];
  for (const compression of compressionCodecs) {
    for (const acks of [0, 1, 'all'] as const) {
      const producer = client.producer({ compression, acks });
      for (let i = 0; i < 20; i++) {
        const value = `${compression} ${acks} ${i}`;
        expected.push(value);
        producer.enqueue({ topic: 'codecs', key: bytesOf(value), value: bytesOf(value) });
      }
      await producer.close();
    }
  }
  // What was sent with acks 0 has no answer: a later one on that connection says that it has arrived.
  const records = await readTopic('codecs', 2);
  deepStrictEqual(records.map(({ value }) => textOf(value)).toSorted(), expected.toSorted());
});

test('keys, headers, times and nulls survive', async () => {
  await client.admin.createTopic({ name: 'details', partitions: 1 });
  const producer = client.producer();
  const headers = [
    { key: 'h', value: bytesOf('1') },
    { key: 'h', value: null },
  ];
  await producer.send({
    topic: 'details',
    key: bytesOf('k'),
    value: null,
    headers,
    timestampMs: 77,
  });
  const [record] = await readTopic('details', 1);
  deepStrictEqual(
    [record?.timestampMs, textOf(record?.key ?? null), record?.value, record?.timestampType],
    [77, 'k', null, 'CreateTime'],
  );
  deepStrictEqual(
    record?.headers.map(({ key, value }) => [key, textOf(value)]),
    [
      ['h', '1'],
      ['h', '(null)'],
    ],
  );
});

test('offsets are found by name and by time, and records are deleted', async () => {
  await client.admin.createTopic({ name: 'offsets', partitions: 1 });
  const producer = client.producer();
  for (let i = 0; i < 10; i++) {
    await producer.send({ topic: 'offsets', value: bytesOf(String(i)), timestampMs: 1000 + i });
  }
  const ask = async (timestampMs: number): Promise<number | undefined> =>
    (await client.admin.listOffsets([{ topic: 'offsets', partition: 0, timestampMs }]))[0]?.offset;
  deepStrictEqual(
    [await ask(offsetSpecs.earliest), await ask(offsetSpecs.latest), await ask(1004)],
    [0, 10, 4],
  );
  deepStrictEqual([await ask(5000), await ask(offsetSpecs.maxTimestamp)], [-1, 9]);
  const [deleted] = await client.admin.deleteRecords([
    { topic: 'offsets', partition: 0, beforeOffset: 3 },
  ]);
  strictEqual(deleted !== undefined && valueOf(deleted), 3);
  strictEqual(await ask(offsetSpecs.earliest), 3);
});

test('configuration is described, changed and returned to its default', async () => {
  await client.admin.createTopic({ name: 'configured' });
  const resource = { type: 'topic', name: 'configured' } as const;
  const retention = async (): Promise<readonly (string | null | undefined)[]> => {
    const [outcome] = await client.admin.describeConfigs([resource], { keys: ['retention.ms'] });
    const [entry] = outcome === undefined ? [] : valueOf(outcome);
    return [entry?.value, entry?.source];
  };
  const change = async (operation: 'set' | 'delete'): Promise<void> => {
    const changes = [
      { name: 'retention.ms', operation, ...(operation === 'set' ? { value: '5' } : {}) },
    ];
    const [outcome] = await client.admin.incrementalAlterConfigs([{ resource, changes }]);
    if (outcome !== undefined) valueOf(outcome);
  };
  deepStrictEqual(await retention(), ['604800000', 'DEFAULT_CONFIG']);
  await change('set');
  deepStrictEqual(await retention(), ['5', 'DYNAMIC_TOPIC_CONFIG']);
  await change('delete');
  deepStrictEqual(await retention(), ['604800000', 'DEFAULT_CONFIG']);
});

test('the cluster and its log directories are described', async () => {
  const cluster = await client.admin.describeCluster();
  strictEqual(cluster.clusterId, broker.clusterId);
  strictEqual(cluster.brokers[0]?.nodeId, broker.nodeId);
  const directories = await client.admin.describeLogDirs();
  strictEqual(
    directories.length > 0 && directories.every(({ errorCode }) => errorCode === 0),
    true,
  );
});

test('a topic is created by writing to it, where the broker allows that', async () => {
  const bootstrapServers = broker.bootstrapServers;
  const creating = createClient({ bootstrapServers, autoCreateTopics: true }, createNodeRuntime());
  const { offset } = await creating.producer().send({ topic: 'by-writing', value: bytesOf('x') });
  strictEqual(offset, 0);
  creating.close();
});
