import type { Question } from './apis.ts';
import { aTime, batchOf, fill, filledTopic, offsetsAt, someRecords } from './requests.ts';
import { inVersions, type Scenario } from './scenario.ts';

const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const some = [1, 4, 11];
const special = [-1, -2, -3, -4, -5, -6, -7, -100];

function twoPartitions(topic: string, other: string): Question<'ListOffsets'> {
  const partitions = [{ partitionIndex: 0, timestamp: -1 }];
  return {
    replicaId: -1,
    topics: [
      { name: topic, partitions: [...partitions, { partitionIndex: 7, timestamp: -1 }] },
      { name: other, partitions },
    ],
  };
}

export const listOffsetsScenarios: readonly Scenario[] = [
  ...inVersions(
    'ListOffsets',
    all,
    'special timestamps of an empty log',
    async (broker, version) => {
      const topic = await broker.topic('orders');
      for (const timestamp of special) {
        await broker.ask('ListOffsets', version, offsetsAt(topic, timestamp));
      }
      await broker.ask('ListOffsets', version, offsetsAt(topic, 0));
    },
  ),
  ...inVersions(
    'ListOffsets',
    all,
    'special timestamps of a filled log',
    async (broker, version) => {
      const topic = await filledTopic(broker, 'orders');
      for (const timestamp of special) {
        await broker.ask('ListOffsets', version, offsetsAt(topic, timestamp));
      }
    },
  ),
  ...inVersions('ListOffsets', some, 'by time', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    for (const ms of [-aTime, -1, 0, 1, 1000, 1500, 2000, 3999, 4000, 4001]) {
      await broker.ask('ListOffsets', version, offsetsAt(topic, aTime + ms));
    }
  }),
  ...inVersions('ListOffsets', some, 'by time in a compressed log', async (broker, version) => {
    const topic = await broker.topic('orders');
    for (const [i, compression] of (['gzip', 'snappy', 'lz4', 'zstd'] as const).entries()) {
      const records = someRecords(['a', 'b', 'c'], aTime + 10_000 * i);
      await fill(broker, topic, batchOf(records, { compression }));
    }
    for (const ms of [500, 1000, 11_000, 22_000, 31_001]) {
      await broker.ask('ListOffsets', version, offsetsAt(topic, aTime + ms));
    }
    if (version >= 7) await broker.ask('ListOffsets', version, offsetsAt(topic, -3));
  }),
  ...inVersions(
    'ListOffsets',
    [1, 7, 11],
    'times that go back and forth',
    async (broker, version) => {
      const topic = await broker.topic('orders');
      for (const ms of [5000, 1000, 9000, 2000]) {
        const records = [3, 0, 2].map((seconds) => ({
          value: Buffer.from('x'),
          timestamp: aTime + ms + 1000 * seconds,
        }));
        await fill(broker, topic, batchOf(records));
      }
      for (const ms of [0, 5000, 8000, 8001, 11_001, 12_000, 12_001]) {
        await broker.ask('ListOffsets', version, offsetsAt(topic, aTime + ms));
      }
      await broker.ask('ListOffsets', version, offsetsAt(topic, -3));
    },
  ),
  ...inVersions(
    'ListOffsets',
    [7, 11],
    'the largest of equal timestamps',
    async (broker, version) => {
      const topic = await broker.topic('orders');
      const record = { value: Buffer.from('x'), timestamp: aTime };
      await fill(broker, topic, batchOf([record, record]));
      await fill(broker, topic, batchOf([record, record, record]));
      await broker.ask('ListOffsets', version, offsetsAt(topic, -3));
      await broker.ask('ListOffsets', version, offsetsAt(topic, aTime));
    },
  ),
  ...inVersions('ListOffsets', [7, 11], 'records without a time', async (broker, version) => {
    const topic = await broker.topic('orders');
    await fill(broker, topic, batchOf([{ value: Buffer.from('x') }, { value: Buffer.from('y') }]));
    for (const timestamp of [-3, 0, 1]) {
      await broker.ask('ListOffsets', version, offsetsAt(topic, timestamp));
    }
  }),
  ...inVersions('ListOffsets', some, 'a deleted start', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    await broker.prepare('DeleteRecords', 2, {
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: 3 }] }],
      timeoutMs: 5000,
    });
    for (const timestamp of [-1, -2, 0, aTime, aTime + 2000, aTime + 3000]) {
      await broker.ask('ListOffsets', version, offsetsAt(topic, timestamp));
    }
    if (version < 8) return;
    for (const timestamp of [-3, -4]) {
      await broker.ask('ListOffsets', version, offsetsAt(topic, timestamp));
    }
  }),
  ...inVersions('ListOffsets', [7, 11], 'all of it deleted', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    await broker.prepare('DeleteRecords', 2, {
      topics: [{ name: topic.name, partitions: [{ partitionIndex: 0, offset: -1 }] }],
      timeoutMs: 5000,
    });
    for (const timestamp of [-1, -2, -3, 0, aTime]) {
      await broker.ask('ListOffsets', version, offsetsAt(topic, timestamp));
    }
  }),
  ...inVersions('ListOffsets', some, 'LogAppendTime', async (broker, version) => {
    const configs = { 'message.timestamp.type': 'LogAppendTime' };
    const topic = await filledTopic(broker, 'orders', [['a', 'b'], ['c']], configs);
    await broker.ask('ListOffsets', version, offsetsAt(topic, 0));
    await broker.ask('ListOffsets', version, offsetsAt(topic, aTime * 2));
  }),
  ...inVersions('ListOffsets', [2, 4, 11], 'read_committed', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    for (const isolationLevel of [1, 2]) {
      for (const timestamp of [-1, -2, aTime + 1000]) {
        await broker.attempt(
          'ListOffsets',
          version,
          offsetsAt(topic, timestamp, { isolationLevel }),
        );
      }
    }
  }),
  ...inVersions('ListOffsets', [4, 11], 'current leader epochs', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    for (const currentLeaderEpoch of [0, 1, -2]) {
      for (const timestamp of [-1, aTime]) {
        await broker.ask(
          'ListOffsets',
          version,
          offsetsAt(topic, timestamp, { currentLeaderEpoch }),
        );
      }
    }
  }),
  ...inVersions('ListOffsets', some, 'readers that are replicas', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    for (const replicaId of [-2, 1, 5, -9]) {
      await broker.ask('ListOffsets', version, offsetsAt(topic, -1, { replicaId }));
    }
  }),
  ...inVersions('ListOffsets', some, 'what is not there', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const question = twoPartitions(topic.name, broker.nameOf('nobody'));
    await broker.ask('ListOffsets', version, question);
    await broker.ask('ListOffsets', version, { replicaId: -1, topics: [] });
  }),
  ...inVersions('ListOffsets', some, 'a partition twice', async (broker, version) => {
    const { name } = await filledTopic(broker, 'orders');
    const partitions = [-1, -2].map((timestamp) => ({ partitionIndex: 0, timestamp }));
    await broker.ask('ListOffsets', version, { replicaId: -1, topics: [{ name, partitions }] });
    const topics = partitions.map((partition) => ({ name, partitions: [partition] }));
    await broker.ask('ListOffsets', version, { replicaId: -1, topics });
  }),
];
