import type { Conversation } from './conversation.ts';
import { batchOf, fill, filledTopic, newProducerId, someRecords } from './requests.ts';
import { inVersions, type Scenario } from './scenario.ts';

const describeClusterScenarios: Scenario[] = [
  ...inVersions('DescribeCluster', [0, 1, 2], 'the brokers', async (broker, version) => {
    for (const includeClusterAuthorizedOperations of [false, true]) {
      await broker.ask('DescribeCluster', version, {
        includeClusterAuthorizedOperations,
        ...(version >= 2 ? { includeFencedBrokers: true } : {}),
      });
    }
  }),
  ...inVersions('DescribeCluster', [1, 2], 'types of endpoints', async (broker, version) => {
    for (const endpointType of [1, 2, 0, 3, -1]) {
      await broker.ask('DescribeCluster', version, {
        includeClusterAuthorizedOperations: false,
        endpointType,
      });
    }
  }),
];

const logDirScenarios: Scenario[] = [
  ...inVersions('DescribeLogDirs', [1, 2, 3, 4, 5], 'sizes of a topic', async (broker, version) => {
    const { name: topic } = await filledTopic(broker, 'orders');
    await broker.ask('DescribeLogDirs', version, { topics: [{ topic, partitions: [0] }] });
    const others = [
      { topic, partitions: [7] },
      { topic: broker.nameOf('nobody'), partitions: [0] },
    ];
    await broker.ask('DescribeLogDirs', version, { topics: others });
    await broker.ask('DescribeLogDirs', version, { topics: [] });
  }),
  ...inVersions('DescribeLogDirs', [1, 5], 'sizes of all', async (broker, version) => {
    await filledTopic(broker, 'orders');
    await broker.ask('DescribeLogDirs', version, { topics: null });
  }),
];

const listResourcesScenarios: Scenario[] = [
  ...inVersions('ListConfigResources', [0], 'client metrics', async (broker, version) => {
    await broker.ask('ListConfigResources', version, {});
  }),
  ...inVersions('ListConfigResources', [1], 'types', async (broker, version) => {
    await broker.topic('orders');
    const lists = [[2], [4], [8], [16], [32], [2, 4], [4, 4], [1], [0], [3], [4, 99], []];
    for (const resourceTypes of lists) {
      await broker.ask('ListConfigResources', version, { resourceTypes });
    }
  }),
];

async function describePartitions(
  broker: Conversation,
  names: readonly string[],
  responsePartitionLimit: number,
  cursor: { topicName: string; partitionIndex: number } | null = null,
): Promise<{ topicName: string; partitionIndex: number } | null> {
  const { nextCursor } = await broker.ask('DescribeTopicPartitions', 0, {
    topics: names.map((name) => ({ name })),
    responsePartitionLimit,
    cursor,
  });
  return nextCursor;
}

const topicPartitionScenarios: Scenario[] = [
  ...inVersions('DescribeTopicPartitions', [0], 'page by page', async (broker) => {
    const b = (await broker.topic('b', { partitions: 3 })).name;
    const a = (await broker.topic('a', { partitions: 2 })).name;
    for (const limit of [1, 2, 3, 4, 5, 100]) {
      let cursor = await describePartitions(broker, [b, a], limit);
      while (cursor !== null) cursor = await describePartitions(broker, [b, a], limit, cursor);
    }
  }),
  ...inVersions('DescribeTopicPartitions', [0], 'limits below one', async (broker) => {
    const { name } = await broker.topic('a', { partitions: 3 });
    for (const limit of [0, -1]) await describePartitions(broker, [name], limit);
  }),
  ...inVersions('DescribeTopicPartitions', [0], 'what is not there', async (broker) => {
    const { name } = await broker.topic('b');
    await describePartitions(broker, [broker.nameOf('nobody')], 1);
    await describePartitions(broker, ['/bad'], 1);
    await describePartitions(broker, [''], 1);
    await describePartitions(broker, [broker.nameOf('nobody'), name, broker.nameOf('a')], 100);
    await describePartitions(broker, [broker.nameOf('nobody'), name, broker.nameOf('a')], 1);
    await describePartitions(broker, [broker.nameOf('nobody'), name, '/bad'], 100);
    await describePartitions(broker, [name, name], 100);
  }),
  ...inVersions('DescribeTopicPartitions', [0], 'cursors', async (broker) => {
    const b = (await broker.topic('b', { partitions: 3 })).name;
    const c = (await broker.topic('c')).name;
    const cursors = [
      { topicName: b, partitionIndex: 1 },
      { topicName: b, partitionIndex: 3 },
      { topicName: b, partitionIndex: 99 },
      { topicName: b, partitionIndex: -1 },
      { topicName: broker.nameOf('a'), partitionIndex: 1 },
      { topicName: broker.nameOf('bb'), partitionIndex: 1 },
      { topicName: broker.nameOf('z'), partitionIndex: 0 },
      { topicName: '', partitionIndex: 0 },
    ];
    for (const cursor of cursors) await describePartitions(broker, [c, b], 100, cursor);
  }),
];

const producerScenarios: Scenario[] = [
  ...inVersions(
    'DescribeProducers',
    [0],
    'what is there and what is not',
    async (broker, version) => {
      const { name } = await filledTopic(broker, 'orders');
      await broker.ask('DescribeProducers', version, {
        topics: [
          { name, partitionIndexes: [0, 1, -1] },
          { name: broker.nameOf('nobody'), partitionIndexes: [0] },
          { name: '/bad', partitionIndexes: [0] },
        ],
      });
      await broker.ask('DescribeProducers', version, { topics: [] });
      await broker.ask('DescribeProducers', version, { topics: [{ name, partitionIndexes: [] }] });
    },
  ),
  ...inVersions('DescribeProducers', [0], 'idempotent producers', async (broker, version) => {
    const topic = await broker.topic('orders');
    const producerId = await newProducerId(broker);
    const records = someRecords(['a', 'b'], Date.now());
    await fill(broker, topic, batchOf(records, { producerId, producerEpoch: 2, baseSequence: 0 }));
    await broker.ask('DescribeProducers', version, {
      topics: [{ name: topic.name, partitionIndexes: [0] }],
    });
  }),
  ...inVersions(
    'InitProducerId',
    [0, 1, 2, 3, 4, 5],
    'ids for anybody',
    async (broker, version) => {
      const question = { transactionalId: null, transactionTimeoutMs: 60_000 };
      await broker.ask('InitProducerId', version, question);
      await broker.ask('InitProducerId', version, { ...question, transactionTimeoutMs: -1 });
    },
  ),
  ...inVersions('InitProducerId', [3, 5], 'the id of before', async (broker, version) => {
    const producerId = await newProducerId(broker);
    const question = { transactionalId: null, transactionTimeoutMs: 60_000 };
    const pairs = [
      [producerId, 0],
      [producerId, 7],
      [producerId, -1],
      [-1, 0],
      [-5, -5],
    ] as const;
    for (const [id, producerEpoch] of pairs) {
      await broker.ask('InitProducerId', version, { ...question, producerId: id, producerEpoch });
    }
  }),
  ...inVersions('InitProducerId', [0, 5], 'a transactional id', async (broker, version) => {
    const question = { transactionTimeoutMs: 60_000 };
    await broker.ask('InitProducerId', version, { ...question, transactionalId: '' });
    await broker.ask('InitProducerId', version, { ...question, transactionalId: 'me' });
  }),
];

const anyFilter = { resourceNameFilter: null, principalFilter: null, hostFilter: null };

const aclScenarios: Scenario[] = [
  ...inVersions('DescribeAcls', [1, 2, 3], 'no authorizer', async (broker, version) => {
    const question = { ...anyFilter, resourceTypeFilter: 1, patternTypeFilter: 1 };
    await broker.ask('DescribeAcls', version, { ...question, operation: 1, permissionType: 1 });
  }),
  ...inVersions('CreateAcls', [1, 2, 3], 'no authorizer', async (broker, version) => {
    const acl = { resourceType: 2, resourceName: 'orders', principal: 'User:ann', host: '*' };
    const creation = { ...acl, operation: 3, permissionType: 3 };
    const twice = [creation, { ...creation, operation: 4 }];
    for (const creations of [[creation], twice, []]) {
      await broker.ask('CreateAcls', version, { creations });
    }
  }),
  ...inVersions('DeleteAcls', [1, 2, 3], 'no authorizer', async (broker, version) => {
    const filter = { ...anyFilter, resourceTypeFilter: 1, operation: 1, permissionType: 1 };
    for (const filters of [[filter], [filter, { ...filter, resourceTypeFilter: 2 }], []]) {
      await broker.ask('DeleteAcls', version, { filters });
    }
  }),
];

export const clusterScenarios: readonly Scenario[] = [
  ...describeClusterScenarios,
  ...logDirScenarios,
  ...listResourcesScenarios,
  ...topicPartitionScenarios,
  ...producerScenarios,
  ...aclScenarios,
];
