import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alterConfigs } from '../../src/controller/alter-configs.ts';
import type { ConfigAlteration } from '../../src/controller/alter-configs.ts';
import type { ConfigOperation } from '../../src/controller/config-operations.ts';
import { createTopics, stableTopicIds } from '../../src/controller/create-topics.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { carryOut, clusterOf, drawTopicId, settingsOf, topicOf } from './cluster.ts';

function imageWithTopic(): LiveImage {
  const image = clusterOf(1);
  const command = {
    topics: [topicOf('t')],
    validateOnly: false,
    topicIdOf: stableTopicIds(drawTopicId),
    placementStart: 0,
  };
  carryOut(image, createTopics(image, command, settingsOf()));
  return image;
}

function alter(image: LiveImage, ...resources: readonly ConfigAlteration[]): string[] {
  const results = carryOut(
    image,
    alterConfigs(image, { resources, validateOnly: false }, settingsOf()),
  );
  return results.map(({ refusal }) =>
    refusal === undefined ? 'OK' : `${refusal.error}: ${refusal.message}`,
  );
}

const op = (
  operation: ConfigOperation['operation'],
  key: string,
  value: string | null = null,
): ConfigOperation => ({
  operation,
  key,
  value,
});
const topic = (...operations: readonly ConfigOperation[]): ConfigAlteration => ({
  scope: 'topic',
  name: 't',
  operations,
});
const broker = (name: string, ...operations: readonly ConfigOperation[]): ConfigAlteration => ({
  scope: 'broker',
  name,
  operations,
});

function topicConfig(image: LiveImage): Record<string, string> {
  return Object.fromEntries(image.topicsByName.get('t')?.config.values ?? []);
}

test('values are set, replaced and taken away', () => {
  const image = imageWithTopic();
  assert.deepEqual(
    alter(image, topic(op('SET', 'retention.ms', ' 5 '), op('SET', 'preallocate', 'TRUE'))),
    ['OK'],
  );
  assert.deepEqual(topicConfig(image), { preallocate: 'true', 'retention.ms': '5' });
  assert.deepEqual(
    alter(image, topic(op('SET', 'retention.ms', '6'), op('DELETE', 'preallocate'))),
    ['OK'],
  );
  assert.deepEqual(topicConfig(image), { 'retention.ms': '6' });
  assert.deepEqual(alter(image, topic(op('DELETE', 'retention.ms'), op('DELETE', 'no.such.key'))), [
    'OK',
  ]);
  assert.deepEqual(topicConfig(image), {});
});

test('lists start with what is in effect, and hold each part once', () => {
  const image = imageWithTopic();
  alter(image, topic(op('APPEND', 'cleanup.policy', 'compact')));
  assert.deepEqual(topicConfig(image), { 'cleanup.policy': 'delete,compact' });
  alter(image, topic(op('APPEND', 'cleanup.policy', 'compact')));
  alter(image, topic(op('SUBTRACT', 'cleanup.policy', 'delete,other')));
  assert.deepEqual(topicConfig(image), { 'cleanup.policy': 'compact' });
  alter(image, topic(op('SUBTRACT', 'cleanup.policy', 'compact')));
  assert.deepEqual(topicConfig(image), { 'cleanup.policy': '' });
});

test('a replacement takes away what it does not name', () => {
  const image = imageWithTopic();
  alter(image, topic(op('SET', 'retention.ms', '5'), op('SET', 'segment.ms', '6')));
  assert.deepEqual(alter(image, { ...topic(op('SET', 'segment.ms', '7')), replace: true }), ['OK']);
  assert.deepEqual(topicConfig(image), { 'segment.ms': '7' });
});

test('alterations of a topic are refused as Apache refuses them, and then none of them is made', () => {
  const cases: [ConfigAlteration, string][] = [
    [
      topic(op('SET', 'segment.ms', '9'), op('SET', 'retention.ms', 'abc')),
      'INVALID_CONFIG: Invalid value abc for configuration retention.ms: Not a number of type LONG',
    ],
    [
      topic(op('SET', 'no.such.key', '1')),
      'INVALID_CONFIG: Unknown topic config name: no.such.key',
    ],
    [
      topic(op('APPEND', 'retention.ms', '5')),
      "INVALID_CONFIG: Can't APPEND to key retention.ms because its type is not LIST.",
    ],
    [
      topic(op('SUBTRACT', 'retention.ms', '5')),
      "INVALID_CONFIG: Can't SUBTRACT to key retention.ms because its type is not LIST.",
    ],
    [
      topic(op('APPEND', 'no.such.key', '1')),
      "INVALID_CONFIG: Can't APPEND to key no.such.key because its type is not LIST.",
    ],
    [
      topic(op('APPEND', 'cleanup.policy', 'foo')),
      'INVALID_CONFIG: Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete',
    ],
    [
      topic(op('SET', 'min.compaction.lag.ms', '10'), op('SET', 'max.compaction.lag.ms', '5')),
      'INVALID_CONFIG: conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)',
    ],
    [
      topic(op('SET', 'retention.ms', '1'), op('SET', 'retention.ms', '2')),
      'INVALID_REQUEST: Error due to duplicate config keys',
    ],
    [
      topic(op('SET', 'retention.ms')),
      'INVALID_REQUEST: Null value not supported for : retention.ms',
    ],
    [{ ...topic(), name: 'nope' }, "UNKNOWN_TOPIC_OR_PARTITION: The topic 'nope' does not exist."],
    [{ ...topic(), name: '' }, 'INVALID_REQUEST: Default topic resources are not allowed.'],
  ];
  const image = imageWithTopic();
  for (const [alteration, refusal] of cases) assert.deepEqual(alter(image, alteration), [refusal]);
  assert.match(
    alter(image, { ...topic(), name: 'a b' })[0] ?? '',
    /^INVALID_TOPIC_EXCEPTION: Topic name is invalid: 'a b'/,
  );
  assert.deepEqual(topicConfig(image), {});
});

test('configs of one broker and of all brokers stand beside each other', () => {
  const image = imageWithTopic();
  const results = alter(
    image,
    broker('1', op('SET', 'log.retention.ms', '5')),
    broker('', op('SET', 'log.retention.ms', '6')),
  );
  assert.deepEqual(results, ['OK', 'OK']);
  assert.equal(image.brokerConfigs.get(1)?.values.get('log.retention.ms'), '5');
  assert.equal(image.defaultBrokerConfig.values.get('log.retention.ms'), '6');
  assert.deepEqual(alter(image, broker('', op('SET', 'some.plugin.key', '1'))), ['OK']);
});

test('alterations of brokers are refused as Apache refuses them', () => {
  const cases: [ConfigAlteration, string][] = [
    [
      broker('1', op('SET', 'log.retention.ms', 'abc')),
      'Invalid value abc for configuration log.retention.ms: Not a number of type LONG',
    ],
    [
      broker('', op('SET', 'log.retention.hours', '5')),
      'Cannot update these configs dynamically: [log.retention.hours]',
    ],
    [broker('1', op('SET', 'node.id', '3')), 'Cannot update these configs dynamically: [node.id]'],
    [
      broker('1', op('SET', 'log.roll.ms', '0')),
      'requirement failed: log.roll.ms must be greater than or equal to 1',
    ],
    [
      broker('', op('SET', 'log.retention.ms', '0')),
      'requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1',
    ],
    [
      broker('', op('SET', 'cordoned.log.dirs', 'x')),
      'Cannot update these configs at default cluster level, broker id must be specified: [cordoned.log.dirs]',
    ],
    [
      broker('', op('SET', 'listener.name.outside.ssl.keystore.location', 'x')),
      'Cannot update these configs at default cluster level, broker id must be specified: [listener.name.outside.ssl.keystore.location]',
    ],
    [
      broker('1', op('SET', 'ssl.keystore.password', 'x')),
      'These security configs can be dynamically updated only per-listener using the listener prefix: [ssl.keystore.password]',
    ],
    [
      broker('x', op('SET', 'log.retention.ms', '5')),
      'Unable to parse broker name as a base 10 number.',
    ],
    [broker('-1', op('SET', 'log.retention.ms', '5')), 'Invalid negative broker ID.'],
  ];
  const image = imageWithTopic();
  const ofAllListeners = op('SET', 'listener.name.outside.max.connections', '5');
  assert.deepEqual(alter(image, broker('', ofAllListeners)), ['OK']);
  for (const [alteration, message] of cases) {
    assert.deepEqual(alter(image, alteration), [`INVALID_REQUEST: ${message}`]);
  }
  assert.match(
    alter(image, broker('1', op('SET', 'max.connections.per.ip.overrides', 'h:x')))[0] ?? '',
    /^INVALID_REQUEST: .*address:count/,
  );
});

test('configs of groups keep to the bounds that the broker sets', () => {
  const image = imageWithTopic();
  const group = (key: string, value: string, name = 'g'): ConfigAlteration => ({
    scope: 'group',
    name,
    operations: [op('SET', key, value)],
  });
  assert.deepEqual(alter(image, group('consumer.session.timeout.ms', '46000')), ['OK']);
  assert.equal(image.groupConfigs.get('g')?.values.get('consumer.session.timeout.ms'), '46000');
  const cases: [ConfigAlteration, string][] = [
    [
      group('consumer.session.timeout.ms', 'abc'),
      'INVALID_CONFIG: Invalid value abc for configuration consumer.session.timeout.ms: Not a number of type INT',
    ],
    [
      group('consumer.session.timeout.ms', '1'),
      'INVALID_CONFIG: consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms',
    ],
    [
      group('consumer.session.timeout.ms', '60001'),
      'INVALID_CONFIG: consumer.session.timeout.ms must be less than or equal to group.consumer.max.session.timeout.ms',
    ],
    [group('nope', '1'), 'INVALID_CONFIG: Unknown group config name: nope'],
    [
      group('consumer.session.timeout.ms', '46000', ''),
      'INVALID_REQUEST: Default group resources are not allowed.',
    ],
  ];
  for (const [alteration, refusal] of cases) assert.deepEqual(alter(image, alteration), [refusal]);
});

test('a group whose members would be silent for longer than they may is refused', () => {
  const image = imageWithTopic();
  const settings = settingsOf({ 'group.consumer.min.session.timeout.ms': '4000' });
  const refusalOf = (...operations: readonly ConfigOperation[]): string | undefined => {
    const resources = [{ scope: 'group', name: 'g', operations } as const];
    return carryOut(image, alterConfigs(image, { resources, validateOnly: false }, settings))[0]
      ?.refusal?.message;
  };
  const session = 'consumer.session.timeout.ms';
  const heartbeat = 'consumer.heartbeat.interval.ms';
  const problem = `${session} must be greater than ${heartbeat}`;
  assert.equal(refusalOf(op('SET', session, '5000')), problem, 'the interval of all groups counts');
  assert.equal(refusalOf(op('SET', session, '5001')), undefined);
  assert.equal(refusalOf(op('SET', heartbeat, '6000')), problem, 'what the group has counts');
  assert.equal(refusalOf(op('SET', heartbeat, '6000'), op('SET', session, '6001')), undefined);
});

test('a streams group keeps no more standby replicas than the broker lets it', () => {
  const image = imageWithTopic();
  const key = 'streams.num.standby.replicas';
  const group = (value: string): ConfigAlteration => ({
    scope: 'group',
    name: 'g',
    operations: [op('SET', key, value)],
  });
  assert.deepEqual(alter(image, group('2')), ['OK']);
  assert.deepEqual(alter(image, group('3')), [
    `INVALID_CONFIG: ${key} must be less than or equal to group.streams.max.standby.replicas`,
  ]);
});

test('a resource that is named twice is refused, the others are altered', () => {
  const image = imageWithTopic();
  const results = alter(
    image,
    topic(op('SET', 'retention.ms', '1')),
    broker('1', op('SET', 'log.roll.ms', '7')),
    topic(op('SET', 'segment.ms', '1')),
  );
  assert.deepEqual(results, ['INVALID_REQUEST: Duplicate resource.', 'OK']);
  assert.deepEqual(topicConfig(image), {});
});

test('what is only validated is not altered', () => {
  const image = imageWithTopic();
  const command = { resources: [topic(op('SET', 'retention.ms', '1'))], validateOnly: true };
  const { changes, results } = alterConfigs(image, command, settingsOf());
  assert.deepEqual([changes.publish, results[0]?.refusal], [[], undefined]);
});
