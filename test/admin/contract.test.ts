/**
 * Goal: whatever can be asked for over HTTP answers as the contract says, whichever broker of a cluster is asked.
 * Method: three brokers with topics, a filtered one, records, a group that reads and one that has gone; each route is
 * asked for at the brokers in turn, and what comes back is held to the types of the contract as they stand in the
 * sources. A route that is not asked for here fails the test.
 */
import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { routes } from '../../src/admin/routes/table.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import type { GroupConsumer } from '../../src/client/group/group-consumer.ts';
import { type Cluster, createCluster } from '../../src/index.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { ContractTypes } from './contract-types.ts';
import { EventReader } from './event-source.ts';
import { api, call } from './http-client.ts';

const types = new ContractTypes();
const asked = new Set<string>();
let cluster: Cluster;
let client: Client;
let reader: GroupConsumer;
let turn = 0;

before(async () => {
  cluster = await createCluster({ brokers: 3, storage: 'memory', console: { port: 0 } });
  client = createClient({ bootstrapServers: cluster.bootstrapServers }, createNodeRuntime());
  await client.admin.createTopic({ name: 'orders', partitions: 3, replicationFactor: 3 });
  const configs = { 'odradek.source.topic': 'orders', 'odradek.filter': 'value.total > 5' };
  await client.admin.createTopic({ name: 'large-orders', configs });
  const producer = client.producer();
  for (let n = 0; n < 30; n++) {
    const headers = [{ key: 'h', value: n % 2 === 0 ? null : Buffer.from([0xff]) }];
    const value = n === 0 ? null : Buffer.from(`{"total":${n}}`);
    producer.enqueue({ topic: 'orders', key: Buffer.from(`k${n}`), value, headers });
  }
  await producer.close();
  await client.admin.alterGroupOffsets('gone', [{ topic: 'orders', partition: 0, offset: 1 }]);
  reader = client.groupConsumer({
    groupId: 'readers',
    topics: ['orders'],
    from: { at: 'beginning' },
  });
  await reader.records().next();
});

after(async () => {
  await reader.close();
  client.close();
  await cluster.stop();
});

/** The console of the broker whose turn it is. */
function nextUrl(): string {
  const { brokers } = cluster;
  return brokers[turn++ % brokers.length]?.consoleUrl ?? '';
}

/** That a route was asked for. */
function note(method: string, path: string): void {
  const segments = (path.split('?')[0] ?? '').split('/');
  const found = routes.find((route) => {
    const pattern = route.path.split('/');
    const matches = pattern.every(
      (part, index) => part.startsWith(':') || part === segments[index],
    );
    return route.method === method && pattern.length === segments.length && matches;
  });
  if (found !== undefined) asked.add(`${method} ${found.path}`);
}

/** Asks, and holds the answer to `type` where it is one of the contract. */
async function ask(
  status: number,
  method: string,
  path: string,
  options: { readonly type?: string; readonly body?: unknown } = {},
): Promise<unknown> {
  note(method, path);
  const answer = await api(nextUrl(), method, path, options.body);
  strictEqual(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  if (options.type !== undefined) {
    deepStrictEqual(types.problems(answer.body, options.type), [], `${method} ${path}`);
  }
  return answer.body;
}

/** Reads events up to `last`, each of which is of the type that its name has in `typesByEvent`. */
async function watch(
  path: string,
  last: string,
  typesByEvent: Readonly<Record<string, string>>,
): Promise<void> {
  note('GET', path);
  const events = await EventReader.open(`${nextUrl()}${path}`);
  try {
    strictEqual(events.status, 200);
    const seen = await events.until(last);
    strictEqual(seen.at(-1)?.event, last, JSON.stringify(seen.at(-1)));
    for (const { event, data } of seen) {
      const type = typesByEvent[event];
      deepStrictEqual(
        type === undefined ? [] : types.problems(data, type),
        [],
        `${path}: ${event}`,
      );
    }
  } finally {
    events.close();
  }
}

test('what is not as the contract says is found', () => {
  const good = { topic: 't', partition: 0, oldOffset: null, newOffset: 1, highWatermark: 1 };
  deepStrictEqual(types.problems([good], 'OffsetReset[]'), []);
  const { topic: _, ...bad } = { ...good, oldOffset: '7', lag: 3 };
  deepStrictEqual(types.problems([bad], 'OffsetReset[]'), [
    '[0].topic is missing',
    '[0].oldOffset: "7" is no number',
    '[0].lag is not in the contract',
  ]);
  const session = { mode: 'half' };
  match(types.problems(session, 'Session').join(), /Session.mode: "half" is not "full"/);
});

const problem = { type: 'Problem' } as const;

test('who looks, and whether all is well', async () => {
  await ask(200, 'GET', '/health');
  await ask(200, 'GET', '/ready');
  note('GET', '/metrics');
  match((await call(nextUrl(), '/metrics')).text, /^# HELP /);
  await ask(200, 'GET', '/api/session', { type: 'Session' });
  await ask(401, 'POST', '/api/session', { ...problem, body: { password: 'any' } });
  await ask(204, 'DELETE', '/api/session');
  await ask(404, 'GET', '/api/nothing', problem);
});

test('lists of topics are pages of rows, sorted or not', async () => {
  await ask(200, 'GET', '/api/topics', { type: 'TopicPage' });
  await ask(200, 'GET', '/api/topics?internal=true&sort=size&order=desc', { type: 'TopicPage' });
  await ask(200, 'GET', '/api/topics/orders', { type: 'TopicDetail' });
  await ask(200, 'GET', '/api/topics/large-orders', { type: 'TopicDetail' });
  await ask(404, 'GET', '/api/topics/nowhere', problem);
  const body = { name: 'made', partitions: 2, configs: { 'cleanup.policy': 'compact' } };
  await ask(200, 'POST', '/api/topics', { body: { ...body, dryRun: true } });
  deepStrictEqual(await ask(201, 'POST', '/api/topics', { body }), { name: 'made' });
  await ask(409, 'POST', '/api/topics', { ...problem, body });
  await ask(200, 'POST', '/api/topics/made/partitions', { body: { count: 3 } });
  const before = [{ partition: 0, offset: -1 }];
  await ask(200, 'POST', '/api/topics/orders/delete-records', { body: { before } });
  await ask(409, 'DELETE', '/api/topics/orders', { ...problem, body: {} });
  await ask(204, 'DELETE', '/api/topics/made', { body: {} });
});

test('messages, in every order, one of them, and those that are to come', async () => {
  const byEvent = { records: 'RecordView[]', progress: 'SearchProgress', done: 'SearchDone' };
  for (const query of ['', '?order=offset&limit=3', '?order=partition&where=key=="k7"']) {
    await watch(`/api/topics/orders/messages${query}`, 'done', byEvent);
  }
  await watch('/api/topics/large-orders/messages', 'done', byEvent);
  await watch('/api/topics/orders/messages?follow=true&from=last:1', 'records', byEvent);
  const partition = (
    await client.admin.listOffsets([{ topic: 'orders', partition: 1, timestampMs: -1 }])
  )[0];
  const last = `/api/topics/orders/messages/1/${(partition?.offset ?? 0) - 1}`;
  await ask(200, 'GET', last, { type: 'RecordView' });
  await ask(404, 'GET', '/api/topics/orders/messages/1/999', problem);
  const records = [
    { key: 'a', value: null },
    { valueBase64: '/w==', headers: [{ key: 'h' }] },
  ];
  await ask(200, 'POST', '/api/topics/orders/messages', {
    type: 'PublishResult',
    body: { records },
  });
  const places = [{ partition: 1, offset: (partition?.offset ?? 0) - 1 }];
  const resent = { records: places, to: 'orders', keepPartition: true };
  await ask(200, 'POST', '/api/topics/orders/resend', { type: 'PublishResult', body: resent });
  await ask(200, 'POST', '/api/filter', { body: { filter: 'value.total > 5' } });
  await ask(400, 'POST', '/api/filter', { ...problem, body: { filter: 'value.total >' } });
});

test('records that go in and out by themselves and as files', async () => {
  await ask(200, 'POST', '/topics/orders', { body: { value: { total: 7 } } });
  await watch('/topics/orders/stream?from=last:1', 'message', {});
  note('GET', '/api/topics/orders/export');
  const { status, body } = await call(nextUrl(), '/api/topics/orders/export');
  strictEqual(status, 200);
  note('POST', '/api/topics/orders/import');
  const headers = { 'odradek-console': '1', 'content-type': 'application/x-ndjson' };
  const path = '/api/topics/orders/import?repartition=true';
  const imported = await call(nextUrl(), path, { method: 'POST', headers, body });
  deepStrictEqual(types.problems(JSON.parse(imported.text), 'ImportResult'), []);
  const bad = await call(nextUrl(), path, { method: 'POST', headers, body: 'x' });
  deepStrictEqual(types.problems(JSON.parse(bad.text), 'ImportResult'), []);
});

test('lists of groups are pages of rows, by name, lag, members and pattern', async () => {
  for (const query of ['', '?sort=lag&order=desc', '?sort=members', '?query=read*&state=Stable']) {
    await ask(200, 'GET', `/api/groups${query}`, { type: 'GroupPage' });
  }
  await ask(200, 'GET', '/api/groups/readers', { type: 'GroupDetail' });
  await ask(200, 'GET', '/api/groups/gone', { type: 'GroupDetail' });
  await ask(404, 'GET', '/api/groups/nobody', problem);
  const body = { topic: 'orders', to: 'end' };
  const path = '/api/groups/gone/reset-offsets';
  await ask(200, 'POST', path, { type: 'OffsetReset[]', body: { ...body, dryRun: true } });
  await ask(200, 'POST', path, { type: 'OffsetReset[]', body });
  await ask(409, 'POST', '/api/groups/readers/reset-offsets', { ...problem, body });
  await ask(204, 'DELETE', '/api/groups/gone', { body: {} });
});

test('brokers and settings', async () => {
  await ask(200, 'GET', '/api/brokers', { type: 'BrokerFigures[]' });
  for (const { nodeId } of cluster.brokers) {
    await ask(200, 'GET', `/api/brokers/${nodeId}`, { type: 'BrokerDetail' });
  }
  const changes: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['topics/orders', { 'retention.ms': '100000' }],
    ['brokers/2', { 'log.cleaner.threads': '2' }],
    ['brokers/default', { 'log.retention.ms': '100000' }],
    ['groups/readers', { 'consumer.session.timeout.ms': '50000' }],
  ];
  for (const [path, set] of changes) {
    await ask(200, 'GET', `/api/configs/${path}`, { type: 'ConfigRow[]' });
    await ask(200, 'PATCH', `/api/configs/${path}`, { type: 'ConfigRow[]', body: { set } });
  }
  const wrong = { set: { 'retention.sm': '1' } };
  await ask(400, 'PATCH', '/api/configs/topics/orders', { ...problem, body: wrong });
  await ask(200, 'GET', '/api/config-keys/topics', { type: 'ConfigRow[]' });
});

test('the living picture, why something stands still, and how it went', async () => {
  await watch('/api/live?topics=orders&groups=readers', 'picture', { picture: 'Picture' });
  await ask(200, 'GET', '/api/why/topics/orders', { type: 'Why[]' });
  await ask(200, 'GET', '/api/why/groups/readers', { type: 'Why[]' });
  for (const subject of ['cluster', 'broker:1', 'topic:orders', 'group:readers']) {
    await ask(200, 'GET', `/api/history?of=${subject}`, { type: 'History' });
  }
  await ask(400, 'GET', '/api/history?of=everything', problem);
});

test('nothing else can be asked for', () => {
  deepStrictEqual(
    routes.map(({ method, path }) => `${method} ${path}`).filter((route) => !asked.has(route)),
    [],
  );
});
