import { zeroUuid } from '../../../src/protocol/uuid.ts';
import {
  batchOf,
  fetchFrom,
  fetchOf,
  fill,
  filledTopic,
  offsetsAt,
  partitionAt,
} from './requests.ts';
import { unknownTopicId } from './unknown-topic-id.ts';
import type { Conversation, Topic } from './conversation.ts';
import { inVersions, type Scenario } from './scenario.ts';

const some = [4, 12, 18];

async function deleteBefore(broker: Conversation, { name }: Topic, offset: number): Promise<void> {
  await broker.prepare('DeleteRecords', 2, {
    topics: [{ name, partitions: [{ partitionIndex: 0, offset }] }],
    timeoutMs: 5000,
  });
}

const readingScenarios: Scenario[] = [
  ...inVersions(
    'Fetch',
    [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18],
    'from the start, from inside a batch, from the end',
    async (broker, version) => {
      const topic = await filledTopic(broker, 'orders');
      for (const offset of [0, 3, 5]) {
        await broker.ask('Fetch', version, fetchFrom(topic, [partitionAt(offset)]));
      }
    },
  ),
  ...inVersions('Fetch', some, 'offsets out of range', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    await deleteBefore(broker, topic, 2);
    for (const offset of [-1, -2, 0, 1, 2, 5, 6, 1e15]) {
      await broker.ask('Fetch', version, fetchFrom(topic, [partitionAt(offset)]));
    }
  }),
  ...inVersions('Fetch', some, 'no such topic and partition', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const nobody = { name: broker.nameOf('nobody'), topicId: unknownTopicId };
    await broker.ask('Fetch', version, fetchFrom(nobody, [partitionAt(0)]));
    await broker.ask(
      'Fetch',
      version,
      fetchFrom({ name: '', topicId: zeroUuid }, [partitionAt(0)]),
    );
    const partitions = [partitionAt(0), partitionAt(0, { partition: 1 })];
    await broker.ask('Fetch', version, fetchFrom(topic, partitions));
    await broker.ask('Fetch', version, fetchFrom(topic, [partitionAt(0, { partition: -1 })]));
    const both = [
      { ...nobody, topic: nobody.name, partitions: [partitionAt(0)] },
      { ...topic, topic: topic.name, partitions: [partitionAt(2)] },
    ];
    await broker.ask('Fetch', version, fetchOf(both));
  }),
  ...inVersions('Fetch', some, 'no topics, no partitions', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    await broker.ask('Fetch', version, fetchOf([]));
    await broker.ask('Fetch', version, fetchFrom(topic, []));
  }),
  ...inVersions('Fetch', some, 'a partition twice', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    await broker.ask('Fetch', version, fetchFrom(topic, [partitionAt(0), partitionAt(4)]));
  }),
  ...inVersions('Fetch', some, 'limits of bytes', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const limits = [
      [0, 1024],
      [1, 1024],
      [1024, 0],
      [1024, 1],
      [1024, 150],
      [100, 1024],
      [-1, 1024],
      [1024, -1],
    ] as const;
    for (const [maxBytes, partitionMaxBytes] of limits) {
      const partition = partitionAt(0, { partitionMaxBytes });
      await broker.ask('Fetch', version, fetchFrom(topic, [partition], { maxBytes }));
    }
  }),
  ...inVersions('Fetch', some, 'limits of bytes over two partitions', async (broker, version) => {
    const topic = await broker.topic('orders', { partitions: 2 });
    for (const partition of [0, 1]) {
      await fill(broker, topic, batchOf(['a', 'b']), partition);
      await fill(broker, topic, batchOf(['c']), partition);
    }
    const sizes = [
      [1, 1024],
      [1024, 1],
      [150, 1024],
      [200, 1024],
      [300, 1024],
    ] as const;
    for (const [maxBytes, partitionMaxBytes] of sizes) {
      const partitions = [0, 1].map((partition) =>
        partitionAt(0, { partition, partitionMaxBytes }),
      );
      await broker.ask('Fetch', version, fetchFrom(topic, partitions, { maxBytes }));
    }
  }),
  ...inVersions('Fetch', [4, 18], 'minBytes that are not there', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const limits = { minBytes: 10_000, maxWaitMs: 30 };
    await broker.ask('Fetch', version, fetchFrom(topic, [partitionAt(0)], limits));
    await broker.ask('Fetch', version, fetchFrom(topic, [partitionAt(5)], limits));
    const negative = { minBytes: -1, maxWaitMs: -1 };
    await broker.ask('Fetch', version, fetchFrom(topic, [partitionAt(5)], negative));
  }),
  ...inVersions('Fetch', some, 'isolation levels', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    for (const isolationLevel of [1, 2, -1]) {
      for (const offset of [0, 5, 6]) {
        const question = fetchFrom(topic, [partitionAt(offset)], { isolationLevel });
        await broker.attempt('Fetch', version, question);
      }
    }
  }),
  ...inVersions('Fetch', [4, 9, 10], 'zstd before version 10', async (broker, version) => {
    const compressed = await broker.topic('compressed', {
      configs: { 'compression.type': 'zstd' },
    });
    const asProduced = await broker.topic('as-produced');
    await fill(broker, compressed, batchOf(['a']));
    await fill(broker, asProduced, batchOf(['a']));
    await fill(broker, asProduced, batchOf(['b'], { compression: 'zstd' }));
    await broker.ask('Fetch', version, fetchFrom(compressed, [partitionAt(0)]));
    await broker.ask('Fetch', version, fetchFrom(asProduced, [partitionAt(0)]));
    await broker.ask('Fetch', version, fetchFrom(asProduced, [partitionAt(1)]));
  }),
];

const epochScenarios: Scenario[] = [
  ...inVersions('Fetch', [9, 12, 18], 'current leader epochs', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    for (const currentLeaderEpoch of [0, 1, 99, -2]) {
      const partition = partitionAt(2, { currentLeaderEpoch });
      await broker.ask('Fetch', version, fetchFrom(topic, [partition]));
    }
  }),
  ...inVersions('Fetch', [12, 18], 'last fetched epochs', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const places = [
      [0, 2],
      [0, 5],
      [0, 6],
      [1, 2],
      [7, 6],
      [-2, 2],
    ] as const;
    for (const [lastFetchedEpoch, offset] of places) {
      const partition = partitionAt(offset, { lastFetchedEpoch, currentLeaderEpoch: 0 });
      await broker.ask('Fetch', version, fetchFrom(topic, [partition]));
    }
  }),
  ...inVersions(
    'Fetch',
    [12, 18],
    'last fetched epoch in an empty log',
    async (broker, version) => {
      const topic = await broker.topic('orders');
      for (const offset of [0, 1]) {
        const partition = partitionAt(offset, { lastFetchedEpoch: 0 });
        await broker.ask('Fetch', version, fetchFrom(topic, [partition]));
      }
    },
  ),
  ...inVersions('Fetch', [12, 13], 'the id of another cluster', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    const rest = { clusterId: 'another' };
    await broker.ask('Fetch', version, fetchFrom(topic, [partitionAt(4)], rest));
  }),
  ...inVersions('Fetch', [4, 12, 14], 'a replica that is none', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    for (const replicaId of [-2, 5, 1]) {
      await broker.ask('Fetch', version, fetchFrom(topic, [partitionAt(4)], { replicaId }));
    }
  }),
  ...inVersions('Fetch', [15, 18], 'a replica that is none', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    for (const replicaId of [-2, 5]) {
      const replicaState = { replicaId, replicaEpoch: -1n };
      await broker.ask('Fetch', version, fetchFrom(topic, [partitionAt(4)], { replicaState }));
    }
  }),
];

const offsetForLeaderEpochScenarios: Scenario[] = [
  ...inVersions('OffsetForLeaderEpoch', [2, 3, 4], 'epochs of a log', async (broker, version) => {
    const filled = await filledTopic(broker, 'filled');
    const empty = await broker.topic('empty');
    for (const { name: topic } of [filled, empty]) {
      for (const leaderEpoch of [0, 1, 5, -1, -2]) {
        await broker.ask('OffsetForLeaderEpoch', version, {
          topics: [{ topic, partitions: [{ partition: 0, leaderEpoch }] }],
        });
      }
    }
  }),
  ...inVersions(
    'OffsetForLeaderEpoch',
    [2, 4],
    'current leader epochs',
    async (broker, version) => {
      const { name: topic } = await filledTopic(broker, 'orders');
      for (const currentLeaderEpoch of [0, 1, -2]) {
        const partitions = [{ partition: 0, currentLeaderEpoch, leaderEpoch: 0 }];
        await broker.ask('OffsetForLeaderEpoch', version, { topics: [{ topic, partitions }] });
      }
    },
  ),
  ...inVersions('OffsetForLeaderEpoch', [2, 4], 'what is not there', async (broker, version) => {
    const { name: topic } = await filledTopic(broker, 'orders');
    const partitions = [
      { partition: 3, leaderEpoch: 0 },
      { partition: 0, leaderEpoch: 0 },
      { partition: 0, leaderEpoch: 0 },
    ];
    const topics = [
      { topic, partitions },
      { topic: broker.nameOf('nobody'), partitions },
    ];
    await broker.ask('OffsetForLeaderEpoch', version, { topics });
    await broker.ask('OffsetForLeaderEpoch', version, { topics: [] });
  }),
  ...inVersions('OffsetForLeaderEpoch', [4], 'a deleted start', async (broker, version) => {
    const topic = await filledTopic(broker, 'orders');
    await deleteBefore(broker, topic, 3);
    await broker.ask('OffsetForLeaderEpoch', version, {
      topics: [{ topic: topic.name, partitions: [{ partition: 0, leaderEpoch: 0 }] }],
    });
    await broker.ask('ListOffsets', 11, offsetsAt(topic, -2));
  }),
];

export const fetchScenarios: readonly Scenario[] = [
  ...readingScenarios,
  ...epochScenarios,
  ...offsetForLeaderEpochScenarios,
];
