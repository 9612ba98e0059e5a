import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { TopicDetail, TopicPage } from '../../src/admin/contract/topics.ts';
import { adminBroker } from './admin-broker.ts';
import { api } from './http-client.ts';

async function list(url: string, query = ''): Promise<TopicPage> {
  const { status, body } = await api(url, 'GET', `/api/topics?${query}`);
  strictEqual(status, 200);
  return body as TopicPage;
}

async function detail(url: string, name: string): Promise<TopicDetail> {
  const { status, body } = await api(url, 'GET', `/api/topics/${name}`);
  strictEqual(status, 200);
  return body as TopicDetail;
}

const names = ({ topics }: TopicPage): string[] => topics.map(({ name }) => name);

const codeOf = ({ body }: { body: unknown }): string =>
  (body as { error: { code: string } }).error.code;

test('a topic is made, described, given partitions and deleted', async (context) => {
  const { url } = await adminBroker(context);
  const topic = { name: 'orders', partitions: 2, configs: { 'cleanup.policy': 'compact' } };
  const tried = await api(url, 'POST', '/api/topics', { ...topic, dryRun: true });
  deepStrictEqual([tried.status, tried.body], [200, { name: 'orders' }]);
  strictEqual((await api(url, 'GET', '/api/topics/orders')).status, 404);
  const made = await api(url, 'POST', '/api/topics', topic);
  deepStrictEqual([made.status, made.body], [201, { name: 'orders' }]);
  const again = await api(url, 'POST', '/api/topics', topic);
  deepStrictEqual([again.status, codeOf(again)], [409, 'TOPIC_ALREADY_EXISTS']);
  const { partitions, replicationFactor, cleanupPolicy, configs, partitionFigures, filtered } =
    await detail(url, 'orders');
  deepStrictEqual(
    [partitions, replicationFactor, cleanupPolicy, filtered],
    [2, 1, 'compact', null],
  );
  strictEqual(partitionFigures.length, 2);
  const policy = configs.find(({ name }) => name === 'cleanup.policy');
  deepStrictEqual([policy?.value, policy?.inherited], ['compact', 'delete']);
  const more = await api(url, 'POST', '/api/topics/orders/partitions', { count: 5 });
  strictEqual(more.status, 200);
  strictEqual((await detail(url, 'orders')).partitions, 5);
  const fewer = await api(url, 'POST', '/api/topics/orders/partitions', { count: 3 });
  deepStrictEqual([fewer.status, codeOf(fewer)], [400, 'INVALID_PARTITIONS']);
  strictEqual((await api(url, 'DELETE', '/api/topics/orders', {})).status, 204);
  const gone = await api(url, 'DELETE', '/api/topics/orders', {});
  deepStrictEqual([gone.status, codeOf(gone)], [404, 'UNKNOWN_TOPIC_OR_PARTITION']);
});

test('a source is deleted together with its filtered topics, and only where they are named', async (context) => {
  const { url } = await adminBroker(context, { topics: { adverts: 3 } });
  const configs = { 'odradek.source.topic': 'adverts', 'odradek.filter': 'value.player == "x"' };
  strictEqual((await api(url, 'POST', '/api/topics', { name: 'of-x', configs })).status, 201);
  const bad = { ...configs, 'odradek.filter': 'value.' };
  const refused = await api(url, 'POST', '/api/topics', { name: 'of-y', configs: bad });
  strictEqual(refused.status, 400);
  match(JSON.stringify(refused.body), /line 1, column 7/);
  deepStrictEqual((await detail(url, 'adverts')).filteredTopics, ['of-x']);
  const shown = await detail(url, 'of-x');
  deepStrictEqual(shown.filtered, { sourceTopic: 'adverts', filter: 'value.player == "x"' });
  strictEqual(shown.partitions, 3);
  const records = [{ value: 'x' }];
  const published = await api(url, 'POST', '/api/topics/of-x/messages', { records });
  match(JSON.stringify(published.body), /POLICY_VIOLATION.*adverts/);
  const kept = await api(url, 'DELETE', '/api/topics/adverts', {});
  deepStrictEqual([kept.status, codeOf(kept)], [409, 'HAS_FILTERED_TOPICS']);
  const body = { alsoDeletes: ['of-x'] };
  strictEqual((await api(url, 'DELETE', '/api/topics/adverts', body)).status, 204);
  deepStrictEqual(names(await list(url)), []);
});

test('the list is sorted, sifted and paged', async (context) => {
  const { url } = await adminBroker(context, {
    topics: { alpha: 1, beta: 3, gamma: 2, 'beta-2': 1 },
  });
  const records = [{ value: 'x' }, { value: 'y' }];
  await api(url, 'POST', '/api/topics/gamma/messages', { records });
  await api(url, 'POST', '/api/topics/alpha/messages', { records: records.slice(1) });
  deepStrictEqual(names(await list(url)), ['alpha', 'beta', 'beta-2', 'gamma']);
  const page = await list(url, 'limit=2&offset=1&order=desc');
  deepStrictEqual([names(page), page.total, page.offset], [['beta-2', 'beta'], 4, 1]);
  const found = await list(url, 'query=BETA');
  deepStrictEqual([names(found), found.total, found.matching], [['beta', 'beta-2'], 4, 2]);
  deepStrictEqual(names(await list(url, 'sort=partitions&order=desc&limit=2')), ['beta', 'gamma']);
  for (;;) {
    const counted = await list(url, 'sort=messages&order=desc');
    if (counted.topics[0]?.messages !== 2) continue;
    deepStrictEqual(names(counted).slice(0, 2), ['gamma', 'alpha']);
    ok((counted.topics[0].sizeBytes ?? 0) > 0);
    break;
  }
  strictEqual((await api(url, 'GET', '/api/topics?sort=colour')).status, 400);
  strictEqual((await api(url, 'GET', '/api/topics?limit=-1')).status, 400);
});

test('records are deleted from the front of a partition', async (context) => {
  const { url } = await adminBroker(context, { topics: { orders: 2 } });
  const records = ['a', 'b', 'c'].map((value) => ({ value, partition: 0 }));
  await api(url, 'POST', '/api/topics/orders/messages', { records });
  const path = '/api/topics/orders/delete-records';
  const some = await api(url, 'POST', path, {
    before: [
      { partition: 0, offset: 2 },
      { partition: 1, offset: -1 },
    ],
  });
  deepStrictEqual(some.body, {
    results: [
      { partition: 0, logStartOffset: 2 },
      { partition: 1, logStartOffset: 0 },
    ],
  });
  const beyond = await api(url, 'POST', path, { before: [{ partition: 0, offset: 9 }] });
  deepStrictEqual([beyond.status, codeOf(beyond)], [400, 'OFFSET_OUT_OF_RANGE']);
});

test('what is misspelt, or of another type, changes nothing', async (context) => {
  const { url } = await adminBroker(context, { topics: { orders: 1 } });
  for (const [path, body] of [
    ['/api/topics', {}],
    ['/api/topics', { name: '../x' }],
    ['/api/topics', { name: 'x', partitions: '2' }],
    ['/api/topics', { name: 'x', dryrun: true }],
    ['/api/topics', { name: 'x', configs: { 'retention.ms': 5 } }],
    ['/api/topics', { name: 'x', configs: { 'retention.mss': '5' } }],
    ['/api/topics', []],
    ['/api/topics/orders/partitions', { count: 1e99 }],
    ['/api/topics/orders/delete-records', { before: [null] }],
    ['/api/topics/orders/delete-records', { before: [{ partition: 0 }] }],
    ['/api/topics/orders/messages', { records: [{ value: { a: 1 } }] }],
    ['/api/topics/orders/messages', { records: 'x' }],
  ] as const) {
    const { status } = await api(url, 'POST', path, body);
    strictEqual(status, 400, JSON.stringify(body));
  }
  deepStrictEqual(names(await list(url)), ['orders']);
});

test('read-only is read-only, and checks of filters are reading', async (context) => {
  const { url } = await adminBroker(context, {
    console: { port: 0, readOnly: true },
    topics: { orders: 1 },
  });
  for (const [method, path] of [
    ['POST', '/api/topics'],
    ['DELETE', '/api/topics/orders'],
    ['POST', '/api/topics/orders/messages'],
    ['POST', '/api/topics/orders/resend'],
    ['POST', '/api/topics/orders/delete-records'],
    ['POST', '/api/topics/orders/partitions'],
  ] as const) {
    const refused = await api(url, method, path, {});
    deepStrictEqual([refused.status, codeOf(refused)], [403, 'READ_ONLY'], path);
  }
  strictEqual((await api(url, 'POST', '/api/filter', { filter: 'true' })).status, 200);
  strictEqual((await list(url)).total, 1);
});
