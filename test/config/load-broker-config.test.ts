import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noConfigLayers } from '../../src/config/config-layers.ts';
import { environmentConfig, loadBrokerConfig } from '../../src/config/load-broker-config.ts';
import type { ConfigInput, ConfigOrigin } from '../../src/config/load-broker-config.ts';
import { resolveBrokerConfig } from '../../src/config/resolve-broker-config.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { infinite } from '../../src/config/log-config.ts';
import { parseJavaProperties } from '../../src/util/java-properties.ts';

function file(values: Record<string, ConfigInput>): ConfigOrigin {
  return { name: 'server.properties', unknownKeys: 'warn', values };
}

function options(values: Record<string, ConfigInput | undefined>): ConfigOrigin {
  return { name: 'the options', unknownKeys: 'refuse', values };
}

function resolved(values: Record<string, ConfigInput>) {
  const { values: loaded } = loadBrokerConfig([options(values)]);
  return resolveBrokerConfig({ ...noConfigLayers, static: loaded });
}

function refuses(act: () => unknown, key: string, expected: RegExp): void {
  assert.throws(act, (error) => {
    assert.ok(hasCode(error, 'INVALID_CONFIG'), String(error));
    assert.equal(error.details.key, key);
    assert.match(error.message, expected);
    return true;
  });
}

test('of a file, the environment and options the later wins', () => {
  const environment = environmentConfig({ KAFKA_NUM_PARTITIONS: '3', KAFKA_NODE_ID: '2' });
  const { values } = loadBrokerConfig([
    file({ 'num.partitions': '2', 'broker.rack': 'a' }),
    { name: 'the environment', unknownKeys: 'warn', values: environment },
    options({ 'num.partitions': 4, 'log.dirs': ['/a', '/b'], 'log.dir': undefined }),
  ]);
  assert.deepEqual(Object.fromEntries(values), {
    'num.partitions': '4',
    'broker.rack': 'a',
    'node.id': '2',
    'broker.id': '2',
    'log.dirs': '/a,/b',
  });
});

test("the environment is read as Apache's container image reads it", () => {
  const environment = {
    KAFKA_LOG_RETENTION_MS: '5',
    KAFKA_A__B___C: 'x',
    KAFKA_HEAP_OPTS: '-Xmx1g',
    PATH: '/bin',
    KAFKA_UNSET: undefined,
  };
  assert.deepEqual(environmentConfig(environment), { 'log.retention.ms': '5', 'a_b-c': 'x' });
});

test('a bad value is refused with its key, itself, what was expected, and where it stood', () => {
  refuses(
    () => loadBrokerConfig([file({ 'num.partitions': 'many' })]),
    'num.partitions',
    /^num\.partitions=many: expected a whole number of type INT \(from server\.properties\)$/,
  );
  refuses(
    () => loadBrokerConfig([options({ 'num.partitions': 0 })]),
    'num.partitions',
    /at least 1/,
  );
});

test('a bad value of a secret is not repeated', () => {
  const { values } = loadBrokerConfig([options({ 'ssl.key.password': 'secret' })]);
  assert.equal(values.get('ssl.key.password'), 'secret');
});

test('an unknown key in options is refused, with the key that was probably meant', () => {
  assert.throws(
    () => loadBrokerConfig([options({ 'num.partition': 3 })]),
    (error) => {
      assert.ok(hasCode(error, 'UNKNOWN_CONFIG'));
      assert.equal(error.details.nearest, 'num.partitions');
      assert.match(error.message, /did you mean num\.partitions\?/);
      return true;
    },
  );
});

test('an unknown key in a file is a warning, and stays', () => {
  const { warnings, values } = loadBrokerConfig([file({ 'num.partition': '3', 'my.plugin': 'x' })]);
  assert.deepEqual(warnings, [
    'num.partition in server.properties is no configuration key; did you mean num.partitions?',
    'my.plugin in server.properties is no configuration key',
  ]);
  assert.equal(values.get('my.plugin'), 'x');
});

test("a topic's key where a broker's belongs names the broker's", () => {
  const { warnings } = loadBrokerConfig([file({ 'retention.ms': '5' })]);
  assert.match(warnings[0] ?? '', /did you mean log\.retention\.ms\?/);
});

test("Apache's own keys without meaning here are accepted and named", () => {
  const properties = parseJavaProperties(
    [
      'process.roles=broker,controller',
      'controller.quorum.voters=1@localhost:9093',
      'num.io.threads=8',
      'transaction.state.log.replication.factor=1',
      'listener.name.outside.ssl.keystore.location=/x',
      'num.partitions = 2',
    ].join('\n'),
  );
  const loaded = loadBrokerConfig([
    { name: 'server.properties', unknownKeys: 'refuse', values: properties },
  ]);
  assert.deepEqual(loaded.ignored, ['controller.quorum.voters', 'num.io.threads', 'process.roles']);
  assert.deepEqual(loaded.later, [
    'listener.name.outside.ssl.keystore.location',
    'transaction.state.log.replication.factor',
  ]);
});

test('demands that Kafka makes of values together are made here too', () => {
  refuses(
    () => loadBrokerConfig([options({ 'log.retention.ms': 0 })]),
    'log.retention.ms',
    /unlimited \(-1\)/,
  );
  refuses(() => loadBrokerConfig([options({ 'log.roll.ms': 0 })]), 'log.roll.ms', /or equal to 1/);
  assert.ok(loadBrokerConfig([options({ 'log.retention.hours': -1 })]));
});

test('an empty configuration resolves to the defaults', () => {
  const config = resolved({});
  assert.equal(config.nodeId, 1);
  assert.equal(config.logDirs, undefined);
  assert.equal(config.queuedMaxRequestBytes, 256 * 1024 * 1024);
  assert.equal(config.connectionsMaxIdleMs, 600_000);
  assert.equal(config.listeners[0]?.port, 9092);
  assert.equal(config.interBrokerListenerName, 'PLAINTEXT');
});

test('values without bound resolve to infinite', () => {
  const config = resolved({ 'queued.max.request.bytes': -1, 'connections.max.idle.ms': -1 });
  assert.equal(config.queuedMaxRequestBytes, infinite);
  assert.equal(config.connectionsMaxIdleMs, infinite);
});

test('log.dirs comes before log.dir, and each directory only once', () => {
  assert.deepEqual(resolved({ 'log.dirs': '/a, /b', 'log.dir': '/c' }).logDirs, ['/a', '/b']);
  assert.deepEqual(resolved({ 'log.dir': '/c' }).logDirs, ['/c']);
  refuses(() => resolved({ 'log.dirs': '/a,/a' }), 'log.dirs', /only once/);
  refuses(() => resolved({ 'log.dirs': '/a,,/b' }), 'log.dirs', /directories/);
});

test('broker.id is the older name of node.id, and must not say otherwise', () => {
  assert.equal(resolved({ 'broker.id': 7 }).nodeId, 7);
  const values = (given: Record<string, number>): Record<string, string> =>
    Object.fromEntries(loadBrokerConfig([options(given)]).values);
  assert.deepEqual(values({ 'broker.id': 7 }), { 'broker.id': '7', 'node.id': '7' });
  assert.deepEqual(values({ 'node.id': 7 }), { 'broker.id': '7', 'node.id': '7' });
  assert.deepEqual(values({ 'broker.id': -1 }), { 'broker.id': '-1' });
  assert.equal(resolved({ 'broker.id': 7, 'node.id': 7 }).nodeId, 7);
  refuses(() => resolved({ 'broker.id': 7, 'node.id': 8 }), 'broker.id', /same as node\.id/);
});

test('bounds by address are pairs; an address of IPv6 keeps its colons', () => {
  const text = '127.0.0.1:5, [::1]:6,host:0';
  const { maxConnectionsPerIpOverrides } = resolved({ 'max.connections.per.ip.overrides': text });
  assert.deepEqual(Object.fromEntries(maxConnectionsPerIpOverrides), {
    '127.0.0.1': 5,
    '::1': 6,
    host: 0,
  });
  const key = 'max.connections.per.ip.overrides';
  for (const bad of ['127.0.0.1', '127.0.0.1:x', ':5', '127.0.0.1:-1']) {
    refuses(() => resolved({ [key]: bad }), key, /address:count/);
  }
});

test('values that contradict each other are refused', () => {
  refuses(
    () => resolved({ 'queued.max.request.bytes': 1000 }),
    'queued.max.request.bytes',
    /at least socket\.request\.max\.bytes/,
  );
  refuses(() => resolved({ 'max.connections.per.ip': 0 }), 'max.connections.per.ip', /at least 1/);
});

test('a segment size that __consumer_offsets could not be made with is refused', () => {
  const key = 'offsets.topic.segment.bytes';
  refuses(
    () => resolved({ [key]: 1_048_575 }),
    key,
    /^offsets\.topic\.segment\.bytes=1048575: expected at least 1048576, the least segment\.bytes of a topic$/,
  );
  assert.equal(resolved({ [key]: 1_048_576 }).offsetsTopicSegmentBytes, 1_048_576);
});
