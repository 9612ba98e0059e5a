import type { Conversation } from './conversation.ts';
import { inVersions, type Scenario } from './scenario.ts';

/** The only node of both brokers, and one that neither has. */
const [node, nobody] = [1, 7];

const electLeadersScenarios: Scenario[] = [
  ...inVersions('ElectLeaders', [0, 1, 2], 'where all is well', async (broker, version) => {
    const { name: topic } = await broker.topic('orders', { partitions: 2 });
    for (const partitions of [[0], [1, 0], [0, 0], []]) {
      await broker.ask('ElectLeaders', version, {
        topicPartitions: [{ topic, partitions }],
        timeoutMs: 1000,
      });
    }
    await broker.ask('ElectLeaders', version, { topicPartitions: [], timeoutMs: 1000 });
    await broker.ask('ElectLeaders', version, { topicPartitions: null, timeoutMs: 1000 });
  }),
  ...inVersions('ElectLeaders', [0, 2], 'what is not there', async (broker, version) => {
    const { name: topic } = await broker.topic('orders');
    await broker.ask('ElectLeaders', version, {
      topicPartitions: [
        { topic, partitions: [0, 1, -1] },
        { topic: broker.nameOf('nobody'), partitions: [0] },
        { topic: '', partitions: [0] },
      ],
      timeoutMs: 1000,
    });
  }),
  ...inVersions('ElectLeaders', [1, 2], 'types of elections', async (broker, version) => {
    const { name: topic } = await broker.topic('orders');
    for (const electionType of [0, 1, 2, -1]) {
      await broker.ask('ElectLeaders', version, {
        electionType,
        topicPartitions: [{ topic, partitions: [0, 4] }],
        timeoutMs: 1000,
      });
    }
    await broker.ask('ElectLeaders', version, {
      electionType: 1,
      topicPartitions: null,
      timeoutMs: 1000,
    });
  }),
];

async function reassign(
  broker: Conversation,
  version: number,
  topics: readonly {
    name: string;
    partitions: readonly { partitionIndex: number; replicas: readonly number[] | null }[];
  }[],
  allowReplicationFactorChange = true,
): Promise<void> {
  await broker.ask('AlterPartitionReassignments', version, {
    timeoutMs: 1000,
    ...(version >= 1 ? { allowReplicationFactorChange } : {}),
    topics,
  });
}

const alterScenarios: Scenario[] = [
  ...inVersions(
    'AlterPartitionReassignments',
    [0, 1],
    'to where it is',
    async (broker, version) => {
      const { name } = await broker.topic('orders', { partitions: 2 });
      await reassign(broker, version, [
        { name, partitions: [{ partitionIndex: 0, replicas: [node] }] },
      ]);
      await reassign(broker, version, [
        {
          name,
          partitions: [
            { partitionIndex: 1, replicas: [node] },
            { partitionIndex: 0, replicas: [node] },
            { partitionIndex: 0, replicas: [node] },
          ],
        },
        { name, partitions: [] },
      ]);
      await reassign(broker, version, []);
    },
  ),
  ...inVersions(
    'AlterPartitionReassignments',
    [0, 1],
    'to where it cannot be',
    async (broker, version) => {
      const { name } = await broker.topic('orders');
      const lists = [[nobody], [node, nobody], [node, node], [], [-1], [-1, node], [nobody, node]];
      for (const replicas of lists) {
        await reassign(broker, version, [{ name, partitions: [{ partitionIndex: 0, replicas }] }]);
      }
    },
  ),
  ...inVersions(
    'AlterPartitionReassignments',
    [0, 1],
    'what is not there, and nothing to cancel',
    async (broker, version) => {
      const { name } = await broker.topic('orders');
      await reassign(broker, version, [
        {
          name,
          partitions: [
            { partitionIndex: 1, replicas: [node] },
            { partitionIndex: -1, replicas: [node] },
            { partitionIndex: 1, replicas: null },
            { partitionIndex: 0, replicas: null },
          ],
        },
        {
          name: broker.nameOf('nobody'),
          partitions: [
            { partitionIndex: 0, replicas: [node] },
            { partitionIndex: 0, replicas: null },
          ],
        },
        { name: '', partitions: [{ partitionIndex: 0, replicas: [node] }] },
      ]);
    },
  ),
  ...inVersions(
    'AlterPartitionReassignments',
    [1],
    'another replication factor, which is not allowed',
    async (broker, version) => {
      const { name } = await broker.topic('orders');
      for (const replicas of [[node, nobody], [], [node], [nobody], [node, node], null]) {
        const topic = { name, partitions: [{ partitionIndex: 0, replicas }] };
        await reassign(broker, version, [topic], false);
      }
    },
  ),
  ...inVersions('ListPartitionReassignments', [0], 'none there', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const questions = [
      null,
      [],
      [{ name, partitionIndexes: [0, 7] }],
      [{ name: broker.nameOf('nobody'), partitionIndexes: [0] }],
      [{ name: '', partitionIndexes: [] }],
    ];
    for (const topics of questions) {
      await broker.ask('ListPartitionReassignments', version, { timeoutMs: 1000, topics });
    }
  }),
];

const quorumScenarios: Scenario[] = [
  ...inVersions('DescribeQuorum', [0, 1, 2], 'who leads it', async (broker, version) => {
    const topicName = '__cluster_metadata';
    const questions = [
      [{ topicName, partitions: [{ partitionIndex: 0 }] }],
      [{ topicName, partitions: [{ partitionIndex: 1 }] }],
      [{ topicName, partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] }],
      [{ topicName, partitions: [] }],
      [{ topicName: 'nobody', partitions: [{ partitionIndex: 0 }, { partitionIndex: 3 }] }],
      [
        { topicName: 'nobody', partitions: [{ partitionIndex: 0 }] },
        { topicName, partitions: [{ partitionIndex: 0 }] },
      ],
      [],
    ];
    for (const topics of questions) await broker.ask('DescribeQuorum', version, { topics });
  }),
];

const featureScenarios: Scenario[] = [
  ...inVersions('UpdateFeatures', [0], 'up and down', async (broker, version) => {
    const levels = [
      ['metadata.version', 30, false],
      ['metadata.version', 99, false],
      ['metadata.version', 29, false],
      ['metadata.version', 1, true],
      ['nobody.version', 1, false],
    ] as const;
    for (const [feature, maxVersionLevel, allowDowngrade] of levels) {
      await broker.ask('UpdateFeatures', version, {
        featureUpdates: [{ feature, maxVersionLevel, allowDowngrade }],
      });
    }
    await broker.ask('UpdateFeatures', version, { featureUpdates: [] });
  }),
  ...inVersions('UpdateFeatures', [1, 2], 'up and down', async (broker, version) => {
    const updates = [
      ['metadata.version', 30, 1],
      ['metadata.version', 30, 2],
      ['metadata.version', 30, 3],
      ['metadata.version', 31, 1],
      ['metadata.version', 99, 2],
      ['metadata.version', 29, 1],
      ['metadata.version', 6, 2],
      ['metadata.version', 1, 2],
      ['metadata.version', 0, 1],
      ['metadata.version', 0, 3],
      ['metadata.version', -1, 1],
      ['metadata.version', 30, 0],
      ['metadata.version', 30, 4],
      ['metadata.version', 30, -1],
      ['nobody.version', 1, 1],
      ['nobody.version', 0, 1],
      ['nobody.version', 0, 2],
      ['', 1, 1],
    ] as const;
    for (const [feature, maxVersionLevel, upgradeType] of updates) {
      await broker.ask('UpdateFeatures', version, {
        featureUpdates: [{ feature, maxVersionLevel, upgradeType }],
        validateOnly: true,
      });
    }
    await broker.ask('UpdateFeatures', version, { featureUpdates: [] });
  }),
  ...inVersions('UpdateFeatures', [1, 2], 'several at once', async (broker, version) => {
    const same = { feature: 'metadata.version', maxVersionLevel: 30, upgradeType: 1 };
    const unknown = { feature: 'nobody.version', maxVersionLevel: 1, upgradeType: 1 };
    for (const featureUpdates of [
      [same, unknown],
      [unknown, same],
      [same, same],
    ]) {
      await broker.ask('UpdateFeatures', version, { featureUpdates, validateOnly: true });
    }
  }),
  ...inVersions('UpdateFeatures', [1, 2], 'a lower metadata.version', async (broker, version) => {
    for (const [maxVersionLevel, upgradeType] of [
      [29, 2],
      [29, 3],
      [7, 2],
      [7, 3],
      [20, 3],
    ] as const) {
      await broker.ask('UpdateFeatures', version, {
        featureUpdates: [{ feature: 'metadata.version', maxVersionLevel, upgradeType }],
        validateOnly: true,
      });
    }
  }),
];

const unregisterScenarios: Scenario[] = [
  ...inVersions('UnregisterBroker', [0], 'who is not registered', async (broker, version) => {
    for (const brokerId of [nobody, -1])
      await broker.ask('UnregisterBroker', version, { brokerId });
  }),
];

export const reassignScenarios: readonly Scenario[] = [
  ...electLeadersScenarios,
  ...alterScenarios,
  ...quorumScenarios,
  ...featureScenarios,
  ...unregisterScenarios,
];
