import type { Question } from './apis.ts';
import { unknownTopicId } from './unknown-topic-id.ts';
import type { Conversation } from './conversation.ts';

import { inVersions, type Scenario } from './scenario.ts';

type NewTopic = Question<'CreateTopics'>['topics'][number];

const some = [2, 5, 7];

/** A topic as it is asked for where nothing else is said. */
function plain(name: string, rest: Partial<NewTopic> = {}): NewTopic {
  return { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...rest };
}

function creating(topics: readonly NewTopic[], validateOnly = false): Question<'CreateTopics'> {
  return { topics, timeoutMs: 10_000, validateOnly };
}

/** Asks for each of some topics in a request of its own. */
function create(
  story: string,
  topics: (broker: Conversation) => readonly NewTopic[],
  versions: readonly number[] = some,
): Scenario[] {
  return inVersions('CreateTopics', versions, story, async (broker, version) => {
    for (const topic of topics(broker)) {
      await broker.ask('CreateTopics', version, creating([topic]));
    }
  });
}

function assigned(...brokers: readonly (readonly number[])[]) {
  const assignments = brokers.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }));
  return { numPartitions: -1, replicationFactor: -1, assignments };
}

function config(name: string, value: string | null) {
  return { configs: [{ name, value }] };
}

const createScenarios: Scenario[] = [
  ...inVersions(
    'CreateTopics',
    [2, 3, 4, 5, 6, 7],
    'it is there, with its configs',
    async (broker, version) => {
      const name = broker.nameOf('orders');
      const configs = [
        { name: 'retention.ms', value: '1234567' },
        { name: 'cleanup.policy', value: 'compact,delete' },
      ];
      await broker.ask(
        'CreateTopics',
        version,
        creating([plain(name, { numPartitions: 3, configs })]),
      );
      await broker.ready(name, 3);
      await broker.ask('Metadata', 12, { topics: [{ name, topicId: zeroId }] });
    },
  ),
  ...create('defaults', (broker) => [
    plain(broker.nameOf('both'), { numPartitions: -1, replicationFactor: -1 }),
    plain(broker.nameOf('partitions'), { numPartitions: -1 }),
    plain(broker.nameOf('factor'), { replicationFactor: -1 }),
  ]),
  ...create('partitions that cannot be', (broker) =>
    [0, -2].map((numPartitions) => plain(broker.nameOf('orders'), { numPartitions })),
  ),
  ...create('too many partitions', (broker) => [
    plain(broker.nameOf('orders'), { numPartitions: 2_000_000_000 }),
  ]),
  ...create('replication factors that cannot be', (broker) =>
    [0, -2, 2, 300].map((replicationFactor) =>
      plain(broker.nameOf('orders'), { replicationFactor }),
    ),
  ),
  ...create('illegal names', () =>
    ['', '.', '..', '/orders', 'or ders', 'ördérs', 'x'.repeat(250)].map((name) => plain(name)),
  ),
  ...create('names of internal topics', () => [plain('__cluster_metadata')], [2, 7]),
  ...inVersions('CreateTopics', some, 'a name that is taken', async (broker, version) => {
    const { name } = await broker.topic('orders');
    await broker.ask('CreateTopics', version, creating([plain(name)]));
    await broker.ask('CreateTopics', version, creating([plain(name)], true));
  }),
  ...inVersions('CreateTopics', some, 'a name that collides', async (broker, version) => {
    await broker.topic('the.orders_1');
    await broker.ask('CreateTopics', version, creating([plain(broker.nameOf('the_orders.1'))]));
    await broker.ask('CreateTopics', version, creating([plain(broker.nameOf('the_orders_1'))]));
  }),
  ...inVersions('CreateTopics', some, 'a name twice in a request', async (broker, version) => {
    const twice = plain(broker.nameOf('twice'));
    const once = plain(broker.nameOf('once'));
    await broker.ask('CreateTopics', version, creating([twice, once, twice]));
    await broker.ask('CreateTopics', version, creating([twice]));
  }),
  ...inVersions(
    'CreateTopics',
    some,
    'names that collide in a request',
    async (broker, version) => {
      const topics = [plain(broker.nameOf('a.b')), plain(broker.nameOf('a_b'))];
      await broker.ask('CreateTopics', version, creating(topics));
    },
  ),
  ...inVersions('CreateTopics', some, 'good ones among bad ones', async (broker, version) => {
    const topics = [
      plain('no good'),
      plain(broker.nameOf('good')),
      plain(broker.nameOf('bad'), { numPartitions: 0 }),
    ];
    await broker.ask('CreateTopics', version, creating(topics));
    await broker.ask('CreateTopics', version, creating([]));
  }),
  ...inVersions('CreateTopics', some, 'validateOnly makes nothing', async (broker, version) => {
    const topic = plain(broker.nameOf('orders'), {
      numPartitions: 2,
      ...config('retention.ms', '5'),
    });
    await broker.ask('CreateTopics', version, creating([topic], true));
    await broker.ask('CreateTopics', version, creating([topic], true));
    await broker.ask('CreateTopics', version, creating([topic]));
  }),
  ...create('manual assignments', (broker) => [
    plain(broker.nameOf('good'), assigned([1], [1])),
    plain(broker.nameOf('with-partitions'), { ...assigned([1]), numPartitions: 1 }),
    plain(broker.nameOf('with-factor'), { ...assigned([1]), replicationFactor: 1 }),
    plain(broker.nameOf('unknown-broker'), assigned([9])),
    plain(broker.nameOf('negative-broker'), assigned([-1])),
    plain(broker.nameOf('twice-the-same'), assigned([1, 1])),
    plain(broker.nameOf('nobody'), assigned([])),
    plain(broker.nameOf('differing'), assigned([1], [1, 2])),
    plain(broker.nameOf('from-one'), {
      ...assigned([1]),
      assignments: [{ partitionIndex: 1, brokerIds: [1] }],
    }),
    plain(broker.nameOf('repeated'), {
      ...assigned([1]),
      assignments: [
        { partitionIndex: 0, brokerIds: [1] },
        { partitionIndex: 0, brokerIds: [1] },
      ],
    }),
  ]),
  ...create(
    'configs that cannot be',
    (broker) => [
      plain(broker.nameOf('unknown'), config('no.such.key', '1')),
      plain(broker.nameOf('null'), config('retention.ms', null)),
      plain(broker.nameOf('text'), config('retention.ms', 'abc')),
      plain(broker.nameOf('too-small'), config('retention.ms', '-2')),
      plain(broker.nameOf('policy'), config('cleanup.policy', 'shred')),
      plain(broker.nameOf('codec'), config('compression.type', 'rar')),
      plain(broker.nameOf('segment'), config('segment.bytes', '13')),
      plain(broker.nameOf('level'), config('compression.gzip.level', '10')),
      plain(broker.nameOf('level-zero'), config('compression.gzip.level', '0')),
      plain(broker.nameOf('lags'), {
        configs: [
          { name: 'min.compaction.lag.ms', value: '10' },
          { name: 'max.compaction.lag.ms', value: '5' },
        ],
      }),
      plain(broker.nameOf('remote'), config('remote.storage.enable', 'true')),
      plain(broker.nameOf('throttled'), config('leader.replication.throttled.replicas', 'x')),
      plain(broker.nameOf('twice'), {
        configs: [
          { name: 'retention.ms', value: '10' },
          { name: 'retention.ms', value: '20' },
        ],
      }),
      plain(broker.nameOf('blank'), config('retention.ms', ' 17 ')),
      plain(broker.nameOf('upper'), config('preallocate', 'TRUE')),
      plain(broker.nameOf('spaced'), config('cleanup.policy', ' compact , delete ')),
      plain(broker.nameOf('empty-list'), config('cleanup.policy', '')),
      plain(broker.nameOf('doubled-list'), config('cleanup.policy', 'delete,delete')),
    ],
    [2, 7],
  ),
];

const zeroId = 'AAAAAAAAAAAAAAAAAAAAAA';

function naming(version: number, names: readonly string[]): Question<'DeleteTopics'> {
  if (version < 6) return { topicNames: names, timeoutMs: 10_000 };
  const topics = names.map((name) => ({ name, topicId: zeroId }));
  return { topics, topicNames: [], timeoutMs: 10_000 };
}

const deleteScenarios: Scenario[] = [
  ...inVersions('DeleteTopics', [1, 2, 3, 4, 5, 6], 'by name', async (broker, version) => {
    const { name } = await broker.topic('orders');
    await broker.ask('DeleteTopics', version, naming(version, [name]));
    await broker.ask('DeleteTopics', version, naming(version, [name]));
  }),
  ...inVersions('DeleteTopics', [1, 5, 6], 'names that are not there', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const names = [broker.nameOf('nobody'), name, '/illegal', ''];
    await broker.ask('DeleteTopics', version, naming(version, names));
    await broker.ask('DeleteTopics', version, naming(version, []));
  }),
  ...inVersions('DeleteTopics', [1, 5, 6], 'a name twice', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const nobody = broker.nameOf('nobody');
    await broker.ask('DeleteTopics', version, naming(version, [name, name]));
    await broker.ask('DeleteTopics', version, naming(version, [nobody, name, nobody]));
  }),
  ...inVersions('DeleteTopics', [6], 'by id', async (broker, version) => {
    const { topicId } = await broker.topic('orders');
    const topics = [{ topicId }];
    await broker.ask('DeleteTopics', version, { topics, timeoutMs: 10_000 });
    await broker.ask('DeleteTopics', version, { topics, timeoutMs: 10_000 });
  }),
  ...inVersions(
    'DeleteTopics',
    [6],
    'references that do not go together',
    async (broker, version) => {
      const { name, topicId } = await broker.topic('orders');
      const lists = [
        [{ name, topicId }],
        [{ topicId: zeroId }],
        [{ topicId }, { topicId }],
        [{ name, topicId: zeroId }, { topicId }],
        [{ topicId }, { name, topicId: zeroId }],
        [{ topicId: unknownTopicId }, { topicId: unknownTopicId }],
        [{ name: broker.nameOf('nobody'), topicId: unknownTopicId }],
        [{ topicId: unknownTopicId }, { name, topicId: zeroId }],
      ];
      for (const topics of lists) {
        await broker.ask('DeleteTopics', version, { topics, timeoutMs: 10_000 });
      }
    },
  ),
];

function growing(
  topics: readonly [name: string, count: number, assignments?: readonly (readonly number[])[]][],
  validateOnly = false,
): Question<'CreatePartitions'> {
  return {
    topics: topics.map(([name, count, assignments]) => ({
      name,
      count,
      assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null,
    })),
    timeoutMs: 10_000,
    validateOnly,
  };
}

const growScenarios: Scenario[] = [
  ...inVersions('CreatePartitions', [0, 1, 2, 3], 'more partitions', async (broker, version) => {
    const { name } = await broker.topic('orders');
    await broker.ask('CreatePartitions', version, growing([[name, 3]]));
    await broker.ready(name, 3);
    await broker.ask('CreatePartitions', version, growing([[name, 4, [[1]]]]));
    await broker.ready(name, 4);
    await broker.ask('Metadata', 12, { topics: [{ name, topicId: zeroId }] });
  }),
  ...inVersions('CreatePartitions', [0, 3], 'counts that cannot be', async (broker, version) => {
    const { name } = await broker.topic('orders', { partitions: 2 });
    for (const count of [2, 1, 0, -1, 2_000_000_000]) {
      await broker.ask('CreatePartitions', version, growing([[name, count]]));
    }
  }),
  ...inVersions(
    'CreatePartitions',
    [0, 3],
    'topics that are not there',
    async (broker, version) => {
      const { name } = await broker.topic('orders');
      const nobody = broker.nameOf('nobody');
      await broker.ask(
        'CreatePartitions',
        version,
        growing([
          [nobody, 2],
          [name, 2],
          ['/x', 2],
        ]),
      );
      await broker.ask('CreatePartitions', version, growing([]));
    },
  ),
  ...inVersions('CreatePartitions', [0, 3], 'a topic twice', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const { name: other } = await broker.topic('payments');
    await broker.ask(
      'CreatePartitions',
      version,
      growing([
        [name, 2],
        [other, 2],
        [name, 3],
      ]),
    );
  }),
  ...inVersions(
    'CreatePartitions',
    [0, 3],
    'assignments that cannot be',
    async (broker, version) => {
      const { name } = await broker.topic('orders');
      const assignments = [
        [],
        [[1]],
        [[9], [1]],
        [[1, 1], [1]],
        [[], [1]],
        [[1], [1], [1]],
        [[-1], [1]],
      ];
      for (const assignment of assignments) {
        await broker.ask('CreatePartitions', version, growing([[name, 3, assignment]]));
      }
    },
  ),
  ...inVersions(
    'CreatePartitions',
    [0, 3],
    'validateOnly adds nothing',
    async (broker, version) => {
      const { name } = await broker.topic('orders');
      await broker.ask('CreatePartitions', version, growing([[name, 3]], true));
      await broker.ask('CreatePartitions', version, growing([[name, 1]], true));
      await broker.ask('CreatePartitions', version, growing([[name, 2]]));
    },
  ),
];

export const topicScenarios: readonly Scenario[] = [
  ...createScenarios,
  ...deleteScenarios,
  ...growScenarios,
];
