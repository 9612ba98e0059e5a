/**
 * Goal: settings over HTTP are what DescribeConfigs says, with what each would be without what was set; changes are
 * seen before they are done.
 * Method: a broker in memory whose retention is set in hours, and the API over real HTTP.
 */
import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Problem } from '../../src/admin/contract/session.ts';
import type { BrokerDetail, ConfigRow } from '../../src/admin/contract/topics.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import { type Broker, createBroker } from '../../src/index.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { api } from './http-client.ts';

let broker: Broker;
let client: Client;
let url: string;

before(async () => {
  const config = { 'log.retention.hours': 2, 'odradek.admin.token': 'secret' };
  broker = await createBroker({ storage: 'memory', console: { port: 0 }, config });
  url = broker.consoleUrl ?? '';
  client = createClient({ bootstrapServers: broker.bootstrapServers }, createNodeRuntime());
  await client.admin.createTopic({
    name: 'orders',
    partitions: 1,
    configs: { 'retention.ms': '5000' },
  });
});

after(async () => {
  client.close();
  await broker.stop();
});

async function ask<T>(status: number, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await api(url, method, path, body, { authorization: 'Bearer secret' });
  strictEqual(answer.status, status, JSON.stringify(answer.body));
  return answer.body as T;
}

async function rowOf(path: string, name: string): Promise<ConfigRow | undefined> {
  const rows = await ask<readonly ConfigRow[]>(200, 'GET', `/api/configs/${path}`);
  return rows.find((row) => row.name === name);
}

test('a value that a topic sets stands beside what it would inherit, in the same unit', async () => {
  const row = await rowOf('topics/orders', 'retention.ms');
  const { documentation, ...rest } = row ?? { documentation: null };
  deepStrictEqual(rest, {
    name: 'retention.ms',
    value: '5000',
    source: 'DYNAMIC_TOPIC_CONFIG',
    type: 'LONG',
    isReadOnly: false,
    isSensitive: false,
    inherited: '7200000',
  });
  ok((documentation ?? '').length > 20);
});

test('a value that nobody sets is what it inherits', async () => {
  const row = await rowOf('topics/orders', 'cleanup.policy');
  deepStrictEqual(
    [row?.value, row?.source, row?.inherited],
    ['delete', 'DEFAULT_CONFIG', 'delete'],
  );
});

test('of a filtered topic the filter can be changed, and nothing else', async () => {
  const configs = { 'odradek.source.topic': 'orders', 'odradek.filter': 'value.total > 5' };
  await client.admin.createTopic({ name: 'large', configs });
  const path = 'topics/large';
  strictEqual((await rowOf(path, 'odradek.filter'))?.isReadOnly, false);
  strictEqual((await rowOf(path, 'odradek.source.topic'))?.isReadOnly, true);
  strictEqual((await rowOf(path, 'retention.ms'))?.isReadOnly, true);
  const set = { 'odradek.filter': 'value.total > 9' };
  await ask(200, 'PATCH', `/api/configs/${path}`, { set });
  strictEqual((await rowOf(path, 'odradek.filter'))?.value, 'value.total > 9');
  await client.admin.deleteTopic('large');
});

test('a change of a topic is seen before it is done', async () => {
  const path = '/api/configs/topics/orders';
  const set = { 'segment.bytes': '2097152', 'retention.ms': null };
  const shown = (rows: readonly ConfigRow[]): unknown =>
    rows.map(({ name, value, source }) => [name, value, source]);
  const expected = [
    ['retention.ms', '7200000', 'STATIC_BROKER_CONFIG'],
    ['segment.bytes', '2097152', 'DYNAMIC_TOPIC_CONFIG'],
  ];
  deepStrictEqual(shown(await ask(200, 'PATCH', path, { set, dryRun: true })), expected);
  strictEqual((await rowOf('topics/orders', 'retention.ms'))?.value, '5000');
  deepStrictEqual(shown(await ask(200, 'PATCH', path, { set })), expected);
  const rows = await ask<readonly ConfigRow[]>(200, 'GET', path);
  deepStrictEqual(shown(rows.filter(({ name }) => name in set)), expected);
});

const badChanges: readonly (readonly [string, unknown, number, RegExp])[] = [
  ['topics/orders', { set: {} }, 400, /one at least/],
  ['topics/orders', { set: [1] }, 400, /to be an object/],
  ['topics/orders', { set: { 'retention.ms': 5 } }, 400, /retention.ms is to be a text/],
  [
    'topics/orders',
    { set: { 'retention.sm': '5' } },
    400,
    /no key retention.sm; did you mean retention.ms/,
  ],
  ['topics/orders', { set: { 'retention.ms': 'long' } }, 400, /retention.ms/],
  ['topics/orders', { set: { 'retention.ms': '1' }, dry: true }, 400, /no field dry/],
  ['topics/nowhere', { set: { 'retention.ms': '1' } }, 404, /no topic nowhere/],
  ['brokers/77', { set: { 'log.retention.ms': '1' } }, 404, /no broker 77/],
  ['brokers/default', { set: { 'broker.id': '1' } }, 400, /broker.id/],
  ['groups/', { set: { 'consumer.session.timeout.ms': '50000' } }, 400, /not be empty/],
];

for (const [path, body, status, message] of badChanges) {
  test(`the change of ${path} to ${JSON.stringify(body)} is refused`, async () => {
    const { error } = await ask<Problem>(status, 'PATCH', `/api/configs/${path}`, body);
    match(error.message, message);
  });
}

test('of a broker every key is shown, and no secret', async () => {
  const path = `brokers/${broker.nodeId}`;
  const secret = await rowOf(path, 'odradek.admin.token');
  deepStrictEqual([secret?.value, secret?.isSensitive, secret?.inherited], [null, true, null]);
  const hours = await rowOf(path, 'log.retention.hours');
  deepStrictEqual([hours?.value, hours?.source], ['2', 'STATIC_BROKER_CONFIG']);
});

test('what can be set for all brokers is shown with what is, and what it would be else', async () => {
  const before = await rowOf('brokers/default', 'log.retention.ms');
  strictEqual(before?.source === 'DYNAMIC_DEFAULT_BROKER_CONFIG', false);
  strictEqual(await rowOf('brokers/default', 'broker.id'), undefined);
  const set = { 'log.retention.ms': '9000' };
  await ask(200, 'PATCH', '/api/configs/brokers/default', { set });
  const after = await rowOf('brokers/default', 'log.retention.ms');
  deepStrictEqual(
    [after?.value, after?.source, after?.inherited],
    ['9000', 'DYNAMIC_DEFAULT_BROKER_CONFIG', before?.value ?? null],
  );
  await ask(200, 'PATCH', '/api/configs/brokers/default', { set: { 'log.retention.ms': null } });
  deepStrictEqual(await rowOf('brokers/default', 'log.retention.ms'), before);
});

test('a group has settings of its own', async () => {
  const set = { 'consumer.session.timeout.ms': '50000' };
  await ask(200, 'PATCH', '/api/configs/groups/billing', { set });
  const row = await rowOf('groups/billing', 'consumer.session.timeout.ms');
  deepStrictEqual(
    [row?.value, row?.source, row?.inherited],
    ['50000', 'DYNAMIC_GROUP_CONFIG', '45000'],
  );
});

test('the form of a new topic has what it would be without a word', async () => {
  const rows = await ask<readonly ConfigRow[]>(200, 'GET', '/api/config-keys/topics');
  const values = new Map(rows.map(({ name, value }) => [name, value]));
  deepStrictEqual(
    [values.get('retention.ms'), values.get('min.insync.replicas'), values.get('cleanup.policy')],
    ['7200000', '1', 'delete'],
  );
  ok(rows.every(({ documentation }) => documentation !== null));
});

test('a broker is shown with its listeners; one that is none is 404', async () => {
  const all = await ask<readonly BrokerDetail[]>(200, 'GET', '/api/brokers');
  deepStrictEqual(
    all.map(({ nodeId, state }) => [nodeId, state]),
    [[broker.nodeId, 'up']],
  );
  const detail = await ask<BrokerDetail>(200, 'GET', `/api/brokers/${broker.nodeId}`);
  strictEqual(detail.isController, true);
  ok(detail.epoch >= 0);
  const [listener] = detail.listeners;
  strictEqual(`${listener?.host}:${listener?.port}`, broker.bootstrapServers);
  for (const id of ['77', '-1', 'x', '1e0', '%00']) {
    const { error } = await ask<Problem>(404, 'GET', `/api/brokers/${id}`);
    strictEqual(error.code, 'BROKER_ID_NOT_REGISTERED');
  }
});
