import type { Question } from './apis.ts';
import type { Conversation } from './conversation.ts';
import { inVersions, type Scenario } from './scenario.ts';

const topicType = 2;
const brokerType = 4;
const loggerType = 8;
const metricsType = 16;
const groupType = 32;

const set = 0;
const remove = 1;
const append = 2;
const subtract = 3;

type Change = readonly [name: string, operation: number, value: string | null];

function resource(resourceType: number, resourceName: string, changes: readonly Change[]) {
  const configs = changes.map(([name, configOperation, value]) => ({
    name,
    configOperation,
    value,
  }));
  return { resourceType, resourceName, configs };
}

function changing(
  type: number,
  name: string,
  changes: readonly Change[],
  validateOnly = false,
): Question<'IncrementalAlterConfigs'> {
  return { resources: [resource(type, name, changes)], validateOnly };
}

function replacing(
  resourceType: number,
  resourceName: string,
  values: readonly (readonly [name: string, value: string | null])[],
  validateOnly = false,
): Question<'AlterConfigs'> {
  const configs = values.map(([name, value]) => ({ name, value }));
  return { resources: [{ resourceType, resourceName, configs }], validateOnly };
}

/** Asks for some keys of a resource once `key` is `value`: Apache's brokers learn of a change after the answer. */
async function show(
  broker: Conversation,
  [resourceType, resourceName]: readonly [type: number, name: string],
  configurationKeys: readonly string[],
  [key, value]: readonly [key: string, value: string | null],
): Promise<void> {
  const resources = [{ resourceType, resourceName, configurationKeys }];
  const question = { resources, includeSynonyms: true };
  await broker.settled(`${key} of ${resourceName} is ${value}`, async () => {
    const { results } = await broker.prepare('DescribeConfigs', 4, question);
    const config = results[0]?.configs.find(({ name }) => name === key);
    return (config?.value ?? null) === value;
  });
  await broker.ask('DescribeConfigs', 4, question);
}

/** Each change of a topic in a request of its own. */
function changesOfTopic(
  story: string,
  requests: readonly (readonly Change[])[],
  rest: { configs?: Record<string, string>; versions?: readonly number[] } = {},
): Scenario[] {
  const { configs = {}, versions = [0, 1] } = rest;
  return inVersions('IncrementalAlterConfigs', versions, story, async (broker, version) => {
    const { name } = await broker.topic('orders', { configs });
    for (const changes of requests) {
      await broker.ask('IncrementalAlterConfigs', version, changing(topicType, name, changes));
    }
  });
}

const incrementalScenarios: Scenario[] = [
  ...inVersions('IncrementalAlterConfigs', [0, 1], 'set and delete', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const topic = [topicType, name] as const;
    const keys = ['retention.ms', 'cleanup.policy'];
    const ask = (changes: readonly Change[]) =>
      broker.ask('IncrementalAlterConfigs', version, changing(topicType, name, changes));
    await ask([
      ['retention.ms', set, '1234'],
      ['cleanup.policy', set, 'compact'],
    ]);
    await show(broker, topic, keys, ['retention.ms', '1234']);
    await ask([
      ['retention.ms', remove, null],
      ['segment.ms', remove, 'never mind'],
      ['cleanup.policy', append, 'delete'],
    ]);
    await show(broker, topic, keys, ['retention.ms', '-1']);
    await ask([['cleanup.policy', subtract, 'compact']]);
    await show(broker, topic, keys, ['cleanup.policy', 'delete']);
  }),
  ...inVersions('IncrementalAlterConfigs', [1], 'lists', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const ask = (change: Change) =>
      broker.ask('IncrementalAlterConfigs', version, changing(topicType, name, [change]));
    const key = 'cleanup.policy';
    const steps: readonly (readonly [operation: number, value: string, then: string])[] = [
      [append, 'compact', 'delete,compact'],
      [append, 'compact', 'delete,compact'],
      [subtract, 'delete', 'compact'],
      [subtract, 'delete', 'compact'],
      [append, 'delete,compact', 'compact,delete'],
    ];
    for (const [operation, value, then] of steps) {
      await ask([key, operation, value]);
      await show(broker, [topicType, name], [key], [key, then]);
    }
    await ask([key, subtract, 'compact,delete']);
    await ask(['retention.ms', append, '5']);
    await ask(['no.such.key', append, '5']);
    await ask(['follower.replication.throttled.replicas', append, '0:1']);
    await ask(['follower.replication.throttled.replicas', append, '0:x']);
  }),
  ...inVersions('IncrementalAlterConfigs', [0, 1], 'validateOnly', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const good = changing(topicType, name, [['retention.ms', set, '1234']], true);
    await broker.ask('IncrementalAlterConfigs', version, good);
    const bad = changing(topicType, name, [['retention.ms', set, 'x']], true);
    await broker.ask('IncrementalAlterConfigs', version, bad);
    await show(broker, [topicType, name], ['retention.ms'], ['retention.ms', '-1']);
  }),
  ...changesOfTopic('values that cannot be', [
    [['retention.ms', set, 'abc']],
    [['retention.ms', set, '-2']],
    [['retention.ms', set, '']],
    [['retention.ms', set, '99999999999999999999']],
    [['retention.ms', set, '1.5']],
    [['retention.ms', set, null]],
    [['cleanup.policy', set, 'shred']],
    [['cleanup.policy', set, '']],
    [['cleanup.policy', set, 'delete,,compact']],
    [['compression.type', set, 'rar']],
    [['compression.type', set, 'GZIP']],
    [['compression.gzip.level', set, '0']],
    [['compression.lz4.level', set, '18']],
    [['compression.zstd.level', set, '23']],
    [['min.cleanable.dirty.ratio', set, '1.5']],
    [['min.cleanable.dirty.ratio', set, 'x']],
    [['min.insync.replicas', set, '0']],
    [['preallocate', set, 'yes']],
    [['message.timestamp.type', set, 'Never']],
    [['segment.bytes', set, '1000']],
    [['max.message.bytes', set, '-1']],
    [['file.delete.delay.ms', set, '-1']],
    [['leader.replication.throttled.replicas', set, '0:x']],
    [['remote.storage.enable', set, 'true']],
    [['local.retention.ms', set, '-3']],
    [['internal.segment.bytes', set, '100']],
  ]),
  ...changesOfTopic('values that depend on each other', [
    [
      ['min.compaction.lag.ms', set, '10'],
      ['max.compaction.lag.ms', set, '5'],
    ],
    [['max.compaction.lag.ms', set, '0']],
    [
      ['local.retention.ms', set, '100'],
      ['retention.ms', set, '50'],
    ],
    [
      ['local.retention.bytes', set, '100'],
      ['retention.bytes', set, '50'],
    ],
  ]),
  ...changesOfTopic('keys that are not there', [
    [['no.such.key', set, '1']],
    [['no.such.key', remove, null]],
    [['', set, '1']],
    [['Retention.ms', set, '1']],
    [
      ['retention.ms', set, '1'],
      ['no.such.key', set, '1'],
    ],
  ]),
  ...changesOfTopic('requests that contradict themselves', [
    [
      ['retention.ms', set, '1'],
      ['retention.ms', set, '2'],
    ],
    [
      ['retention.ms', set, '1'],
      ['retention.ms', remove, null],
    ],
    [['retention.ms', 4, '1']],
    [['retention.ms', -1, '1']],
    [
      ['retention.ms', set, null],
      ['cleanup.policy', append, null],
    ],
    [],
  ]),
  ...inVersions('IncrementalAlterConfigs', [0, 1], 'resources', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const change: Change = ['retention.ms', set, '1234'];
    const lists = [
      [resource(topicType, broker.nameOf('nobody'), [change])],
      [resource(topicType, '/illegal', [change])],
      [resource(topicType, '', [change])],
      [resource(topicType, name, [change]), resource(topicType, name, [change])],
      [resource(topicType, broker.nameOf('nobody'), [change]), resource(topicType, name, [change])],
      [resource(0, 'x', [change])],
      [resource(3, 'x', [change])],
      [resource(99, 'x', [change])],
      [],
    ];
    for (const resources of lists) {
      await broker.ask('IncrementalAlterConfigs', version, { resources, validateOnly: false });
    }
  }),
  ...inVersions('IncrementalAlterConfigs', [1], 'groups', async (broker, version) => {
    const name = broker.nameOf('group');
    const ask = (change: Change, group = name) =>
      broker.ask('IncrementalAlterConfigs', version, changing(groupType, group, [change]));
    const key = 'consumer.session.timeout.ms';
    await ask([key, set, '50000']);
    await show(broker, [groupType, name], [key], [key, '50000']);
    await ask([key, set, 'abc']);
    await ask([key, set, '1']);
    await ask([key, set, '999999999']);
    await ask(['consumer.heartbeat.interval.ms', set, '1']);
    await ask(['share.auto.offset.reset', set, 'sometimes']);
    await ask(['no.such.key', set, '1']);
    await ask(['no.such.key', remove, null]);
    await ask([key, set, '50000'], '');
    await ask([key, remove, null]);
  }),
  ...inVersions(
    'IncrementalAlterConfigs',
    [1],
    'loggers and client metrics',
    async (broker, version) => {
      const requests = [
        changing(loggerType, '1', [['no.such.logger', set, 'LOUD']]),
        changing(loggerType, '2', [['root', set, 'INFO']]),
        changing(loggerType, 'x', [['root', set, 'INFO']]),
        changing(metricsType, '', [['metrics', set, 'a']]),
        changing(metricsType, 'm', [['no.such.key', set, 'a']]),
      ];
      for (const request of requests) await broker.ask('IncrementalAlterConfigs', version, request);
    },
  ),
];

/** Changes of broker 1, or of all brokers for the name '', each in a request of its own. */
function changesOfBroker(story: string, name: string, changes: readonly Change[]): Scenario[] {
  return inVersions('IncrementalAlterConfigs', [0, 1], story, async (broker, version) => {
    for (const change of changes) {
      const question = changing(brokerType, name, [change], true);
      await broker.ask('IncrementalAlterConfigs', version, question);
    }
  });
}

const changesToJudge: readonly Change[] = [
  ['log.retention.ms', set, '5000'],
  ['log.retention.ms', set, 'abc'],
  ['log.retention.ms', set, '-2'],
  ['num.partitions', set, '7'],
  ['node.id', set, '7'],
  ['log.dirs', set, '/tmp/x'],
  ['no.such.key', set, '1'],
  ['log.cleaner.threads', set, '0'],
  ['max.connections', set, '-1'],
  ['max.connections.per.ip.overrides', set, 'x'],
  ['max.connections.per.ip.overrides', set, '127.0.0.1:5'],
  ['ssl.keystore.location', set, '/tmp/x'],
  ['listener.name.plaintext.ssl.keystore.location', set, '/tmp/x'],
  ['compression.type', set, 'rar'],
  ['log.cleanup.policy', append, 'compact'],
  ['log.retention.ms', append, '1'],
  ['log.retention.ms', set, null],
  ['log.retention.hours', set, '5'],
  ['message.max.bytes', remove, null],
  ['min.insync.replicas', set, '0'],
  ['advertised.listeners', set, 'PLAINTEXT://127.0.0.1:9'],
  ['listeners', set, 'PLAINTEXT://127.0.0.1:9'],
  ['background.threads', set, '20'],
  ['unclean.leader.election.enable', set, 'maybe'],
];

const brokerScenarios: Scenario[] = [
  ...changesOfBroker('changes of a broker', '1', changesToJudge),
  ...changesOfBroker('changes of all brokers', '', changesToJudge),
  ...['2', '-1', 'x', '01'].flatMap((name) =>
    changesOfBroker(`changes of broker ${name}`, name, [['log.retention.ms', set, '5000']]),
  ),
  ...inVersions('IncrementalAlterConfigs', [1], 'broker layers', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const key = 'log.cleaner.delete.retention.ms';
    const topicKey = 'delete.retention.ms';
    const ask = (who: string, change: Change) =>
      broker.ask('IncrementalAlterConfigs', version, changing(brokerType, who, [change]));
    const shows = async (value: string) => {
      await show(broker, [brokerType, '1'], [key], [key, value]);
      await show(broker, [topicType, name], [topicKey], [topicKey, value]);
    };
    await ask('', [key, set, '7777']);
    await shows('7777');
    await show(broker, [brokerType, ''], [key], [key, '7777']);
    await ask('1', [key, set, '8888']);
    await shows('8888');
    await ask('1', [key, remove, null]);
    await shows('7777');
    await ask('', [key, remove, null]);
    await shows('86400000');
  }),
];

const replaceScenarios: Scenario[] = [
  ...inVersions('AlterConfigs', [0, 1, 2], 'replaces all', async (broker, version) => {
    const { name } = await broker.topic('orders', { configs: { 'segment.ms': '9999' } });
    const keys = ['retention.ms', 'segment.ms'];
    await broker.ask('AlterConfigs', version, replacing(topicType, name, [['retention.ms', '5']]));
    await show(broker, [topicType, name], keys, ['retention.ms', '5']);
    await broker.ask('AlterConfigs', version, replacing(topicType, name, []));
    await show(broker, [topicType, name], keys, ['retention.ms', '-1']);
  }),
  ...inVersions('AlterConfigs', [0, 2], 'what cannot be', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const requests = [
      replacing(topicType, name, [['retention.ms', 'abc']]),
      replacing(topicType, name, [['retention.ms', null]]),
      replacing(topicType, name, [['no.such.key', '1']]),
      replacing(topicType, name, [
        ['retention.ms', '1'],
        ['retention.ms', '2'],
      ]),
      replacing(topicType, broker.nameOf('nobody'), [['retention.ms', '1']]),
      replacing(topicType, '/illegal', [['retention.ms', '1']]),
      replacing(topicType, '', [['retention.ms', '1']]),
      replacing(brokerType, '2', [['log.retention.ms', '1']]),
      replacing(brokerType, 'x', [['log.retention.ms', '1']]),
      replacing(brokerType, '1', [['node.id', '4']], true),
      replacing(loggerType, '1', [['root', 'INFO']]),
      replacing(99, 'x', [['root', 'INFO']]),
      replacing(groupType, '', [['consumer.session.timeout.ms', '50000']]),
    ];
    for (const request of requests) await broker.ask('AlterConfigs', version, request);
    const twice = replacing(topicType, name, [['retention.ms', '1']]).resources;
    await broker.ask('AlterConfigs', version, {
      resources: [...twice, ...twice],
      validateOnly: false,
    });
  }),
  ...inVersions('AlterConfigs', [0, 2], 'validateOnly', async (broker, version) => {
    const { name } = await broker.topic('orders');
    const question = replacing(topicType, name, [['retention.ms', '5']], true);
    await broker.ask('AlterConfigs', version, question);
    await show(broker, [topicType, name], ['retention.ms'], ['retention.ms', '-1']);
  }),
];

export const alterConfigsScenarios: readonly Scenario[] = [
  ...incrementalScenarios,
  ...brokerScenarios,
  ...replaceScenarios,
];
