import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configSources, noConfigLayers } from '../../src/config/config-layers.ts';
import type { ConfigLayers } from '../../src/config/config-layers.ts';
import {
  derivedDefaults,
  minInsyncReplicas,
  replicationFactorByDefault,
} from '../../src/config/derived-defaults.ts';
import {
  describeBrokerConfig,
  describeDefaultBrokerConfig,
  describeGroupConfig,
  describeTopicConfig,
} from '../../src/config/describe-config.ts';
import type { DescribedConfig } from '../../src/config/describe-config.ts';
import { infinite } from '../../src/config/log-config.ts';
import { resolveLogConfig } from '../../src/config/topic-config.ts';
import { must } from '../../src/util/assert.ts';

const none = new Map<string, string>();

function layers(values: {
  dynamicBroker?: Record<string, string>;
  dynamicDefault?: Record<string, string>;
  static?: Record<string, string>;
}): ConfigLayers {
  return {
    dynamicBroker: new Map(Object.entries(values.dynamicBroker ?? {})),
    dynamicDefault: new Map(Object.entries(values.dynamicDefault ?? {})),
    static: new Map(Object.entries(values.static ?? {})),
  };
}

function found(configs: readonly DescribedConfig[], name: string): DescribedConfig {
  return must(configs.find((config) => config.name === name));
}

test('without anything set a log has the defaults of Apache Kafka', () => {
  const config = resolveLogConfig(none, noConfigLayers);
  assert.equal(config.retentionMs, 604_800_000);
  assert.equal(config.retentionBytes, infinite);
  assert.equal(config.flushMessages, infinite);
  assert.equal(config.flushMs, infinite);
  assert.equal(config.maxCompactionLagMs, infinite);
  assert.equal(config.segmentMs, 604_800_000);
  assert.equal(config.minCleanableDirtyRatio, 0.5);
  assert.equal(config.cleanupPolicyDelete, true);
  assert.equal(config.cleanupPolicyCompact, false);
  assert.equal(config.batchValidation, 'header');
});

test("the topic's own value comes before all others", () => {
  const config = resolveLogConfig(
    new Map([['retention.ms', '5']]),
    layers({ dynamicBroker: { 'log.retention.ms': '6' } }),
  );
  assert.equal(config.retentionMs, 5);
});

test('log.retention.ms comes before minutes, and minutes before hours', () => {
  const hours = { 'log.retention.hours': '100' };
  assert.equal(resolveLogConfig(none, layers({ static: hours })).retentionMs, 360_000_000);
  const minutes = { ...hours, 'log.retention.minutes': '2' };
  assert.equal(resolveLogConfig(none, layers({ static: minutes })).retentionMs, 120_000);
  const ms = { ...minutes, 'log.retention.ms': '7' };
  assert.equal(resolveLogConfig(none, layers({ static: ms })).retentionMs, 7);
});

test('-1 hours, minutes and milliseconds of retention are all without end', () => {
  for (const key of ['log.retention.hours', 'log.retention.minutes', 'log.retention.ms']) {
    assert.equal(resolveLogConfig(none, layers({ static: { [key]: '-1' } })).retentionMs, infinite);
  }
});

test('a dynamic value of this broker comes before that of all brokers, and that before static ones', () => {
  const all = {
    dynamicBroker: { 'message.max.bytes': '1' },
    dynamicDefault: { 'message.max.bytes': '2' },
    static: { 'message.max.bytes': '3' },
  };
  assert.equal(resolveLogConfig(none, layers(all)).maxMessageBytes, 1);
  const { dynamicDefault, static: fixed } = all;
  assert.equal(
    resolveLogConfig(none, layers({ dynamicDefault, static: fixed })).maxMessageBytes,
    2,
  );
  assert.equal(resolveLogConfig(none, layers({ static: fixed })).maxMessageBytes, 3);
});

test('an empty cleanup policy deletes and compacts nothing', () => {
  const config = resolveLogConfig(new Map([['cleanup.policy', '']]), noConfigLayers);
  assert.deepEqual([config.cleanupPolicyDelete, config.cleanupPolicyCompact], [false, false]);
});

test('a described topic names for each config every value that was set, the one in effect first', () => {
  const configs = new Map([['retention.ms', '5']]);
  const set = layers({
    dynamicDefault: { 'log.retention.ms': '6' },
    static: { 'log.retention.hours': '1' },
  });
  const retention = found(describeTopicConfig(configs, set, derivedDefaults(1)), 'retention.ms');
  assert.equal(retention.value, '5');
  assert.equal(retention.source, configSources.DYNAMIC_TOPIC_CONFIG);
  assert.equal(retention.isDefault, false);
  assert.equal(retention.type, 5);
  assert.deepEqual(retention.synonyms, [
    { name: 'retention.ms', value: '5', source: configSources.DYNAMIC_TOPIC_CONFIG },
    { name: 'log.retention.ms', value: '6', source: configSources.DYNAMIC_DEFAULT_BROKER_CONFIG },
    { name: 'log.retention.hours', value: '1', source: configSources.STATIC_BROKER_CONFIG },
    { name: 'log.retention.hours', value: '168', source: configSources.DEFAULT_CONFIG },
  ]);
});

test('synonyms begin with the main broker key; what is in effect is told without them too', () => {
  const set = layers({ static: { 'log.retention.hours': '1' } });
  const retention = found(describeTopicConfig(none, set, derivedDefaults(1)), 'retention.ms');
  assert.deepEqual(
    [retention.value, retention.source, retention.synonyms],
    ['3600000', configSources.STATIC_BROKER_CONFIG, []],
  );
  const broker = describeBrokerConfig(set, derivedDefaults(1));
  const synonymsOf = (key: string): string[] =>
    found(broker, key).synonyms.map(({ name, value }) => `${name}=${value}`);
  assert.deepEqual(synonymsOf('log.retention.ms'), []);
  assert.deepEqual(synonymsOf('log.retention.hours'), [
    'log.retention.hours=1',
    'log.retention.hours=168',
  ]);
});

test('a described topic has every key, each with a value, a type and documentation', () => {
  const described = describeTopicConfig(none, noConfigLayers, derivedDefaults(1));
  assert.equal(described.length, 34);
  for (const config of described) {
    assert.notEqual(config.value, null, config.name);
    assert.ok(config.isDefault && !config.readOnly && !config.sensitive, config.name);
    assert.ok(config.type >= 1 && config.documentation !== '', config.name);
  }
});

test('a described list is shown without blanks, and without a value as the empty text', () => {
  const configs = new Map([['cleanup.policy', ' compact , delete ']]);
  const described = describeTopicConfig(configs, noConfigLayers, derivedDefaults(1));
  assert.equal(found(described, 'cleanup.policy').value, 'compact,delete');
  assert.equal(found(described, 'leader.replication.throttled.replicas').value, '');
});

test('a described broker hides secrets, and what it does not know', () => {
  const set = layers({
    dynamicBroker: { 'plugin.setting': 'x' },
    static: { 'ssl.keystore.password': 'hunter2', 'another.setting': 'y', 'node.id': '7' },
  });
  const described = describeBrokerConfig(set, derivedDefaults(1));
  const password = found(described, 'ssl.keystore.password');
  assert.deepEqual([password.value, password.sensitive], [null, true]);
  assert.ok(!JSON.stringify(described).includes('hunter2'));
  const unknown = found(described, 'another.setting');
  assert.deepEqual([unknown.value, unknown.readOnly, unknown.type], [null, true, 0]);
  assert.equal(found(described, 'plugin.setting').readOnly, false);
  const nodeId = found(described, 'node.id');
  assert.deepEqual([nodeId.value, nodeId.readOnly], ['7', true]);
});

test('the defaults of all brokers describe only what was set', () => {
  const described = describeDefaultBrokerConfig(layers({ dynamicDefault: { 'log.roll.ms': '9' } }));
  assert.deepEqual(
    described.map(({ name, value, source }) => [name, value, source]),
    [['log.roll.ms', '9', configSources.DYNAMIC_DEFAULT_BROKER_CONFIG]],
  );
});

test("a group has what it does not set from the broker's key of that name", () => {
  const set = layers({ static: { 'group.consumer.session.timeout.ms': '50000' } });
  const described = describeGroupConfig(new Map([['consumer.heartbeat.interval.ms', '6000']]), set);
  const timeout = found(described, 'consumer.session.timeout.ms');
  assert.deepEqual([timeout.value, timeout.source], ['50000', configSources.STATIC_BROKER_CONFIG]);
  assert.deepEqual(
    timeout.synonyms.map(({ name, value }) => [name, value]),
    [
      ['group.consumer.session.timeout.ms', '50000'],
      ['group.consumer.session.timeout.ms', '45000'],
    ],
  );
  const interval = found(described, 'consumer.heartbeat.interval.ms');
  assert.deepEqual([interval.value, interval.source], ['6000', configSources.GROUP_CONFIG]);
});

test('min.insync.replicas is 2 of three or more replicas unless it is set, and never more than there are', () => {
  const unset = [1, 2, 3, 4, 9].map((replicas) => minInsyncReplicas(undefined, replicas));
  assert.deepEqual(unset, [1, 1, 2, 2, 2]);
  assert.deepEqual(
    [1, 2, 3, 4].map((replicas) => minInsyncReplicas(3, replicas)),
    [1, 2, 3, 3],
  );
  assert.equal(minInsyncReplicas(1, 3), 1);
});

test('default.replication.factor is 3 unless it is set, or as many as there are brokers', () => {
  const unset = [0, 1, 2, 3, 4].map((brokers) => replicationFactorByDefault(undefined, brokers));
  assert.deepEqual(unset, [1, 1, 2, 3, 3]);
  assert.equal(replicationFactorByDefault(2, 5), 2);
});

test('a described topic tells the min.insync.replicas that acts, and what was set as it was set', () => {
  const key = 'min.insync.replicas';
  const described = (replicas: number, set: ConfigLayers): DescribedConfig =>
    found(describeTopicConfig(none, set, derivedDefaults(replicas)), key);
  for (const [replicas, value] of [
    [1, '1'],
    [2, '1'],
    [3, '2'],
  ] as const) {
    const config = described(replicas, noConfigLayers);
    assert.deepEqual([config.value, config.source], [value, configSources.DEFAULT_CONFIG]);
    assert.deepEqual(config.synonyms, [{ name: key, value, source: configSources.DEFAULT_CONFIG }]);
  }
  const set = described(3, layers({ dynamicDefault: { [key]: '7' } }));
  assert.equal(set.value, '7');
  assert.deepEqual(
    set.synonyms.map(({ value }) => value),
    ['7', '2'],
  );
});

test('a described broker tells how many replicas a topic gets that is made now', () => {
  const described = describeBrokerConfig(noConfigLayers, derivedDefaults(3));
  assert.equal(found(described, 'default.replication.factor').value, '3');
  assert.equal(found(described, 'min.insync.replicas').value, '2');
});
