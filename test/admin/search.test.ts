import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { RecordView, SearchDone, SearchProgress } from '../../src/admin/contract/messages.ts';
import { Prng } from '../../src/runtime/simulated/prng.ts';
import { propertySeeds } from '../client/property-seeds.ts';
import { adminBroker } from './admin-broker.ts';
import { EventReader } from './event-source.ts';
import { api, call } from './http-client.ts';

interface Found {
  readonly records: readonly RecordView[];
  readonly progress: readonly SearchProgress[];
  readonly done: SearchDone;
}

async function search(url: string, topic: string, query: string): Promise<Found> {
  const stream = await EventReader.open(`${url}/api/topics/${topic}/messages?${query}`);
  if (stream.status !== 200) throw new Error(`${stream.status}: ${await stream.text()}`);
  const events = await stream.until('done');
  stream.close();
  const of = (name: string): unknown[] =>
    events.filter(({ event }) => event === name).map(({ data }) => data);
  return {
    records: of('records').flat() as RecordView[],
    progress: of('progress') as SearchProgress[],
    done: events.at(-1)?.data as SearchDone,
  };
}

/** All pages of a search; `parameter` is that of the cursor. */
async function pages(url: string, query: string, parameter: string): Promise<RecordView[]> {
  const records: RecordView[] = [];
  let cursor = '';
  for (;;) {
    const found = await search(url, 'orders', `${query}${cursor}`);
    records.push(...found.records);
    if (found.done.next === null) {
      strictEqual(found.done.reason, 'end');
      return records;
    }
    strictEqual(found.done.reason, 'limit');
    cursor = `&${parameter}=${found.done.next}`;
  }
}

const place = ({ partition, offset }: { partition: number; offset: number }): string =>
  `${partition}:${offset}`;

interface Written {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly n: number;
}

/** Records with times that grow, over `partitions` as the seed has it; `n` counts them. */
async function written(
  url: string,
  { partitions, count, seed }: { partitions: number; count: number; seed: number },
): Promise<Written[]> {
  const random = new Prng(String(seed));
  let timestamp = 1_700_000_000_000;
  const records = Array.from({ length: count }, (_, n) => {
    timestamp += 1 + random.below(1000);
    return { partition: random.below(partitions), timestamp, n };
  });
  const body = records.map((record) =>
    JSON.stringify({ ...record, n: undefined, value: { n: record.n } }),
  );
  const answer = await call(url, '/topics/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: body.join('\n'),
  });
  const { results } = JSON.parse(answer.text) as {
    results: { partition: number; offset: number }[];
  };
  return records.map((record, index) => ({ ...record, offset: results[index]?.offset ?? -1 }));
}

async function orders(context: TestContext, partitions: number, count: number, seed = 1) {
  const { broker, url } = await adminBroker(context, { topics: { orders: partitions } });
  return { broker, url, records: await written(url, { partitions, count, seed }) };
}

for (const seed of propertySeeds()) {
  test(`newest first is by time across partitions, page by page, without loss or repetition (ODRADEK_SEED=${seed})`, async (context) => {
    const { url, records } = await orders(context, 5, 1000, seed);
    const expected = records.toReversed().map(place);
    for (const limit of [7, 100, 10_000]) {
      const found = await pages(url, `limit=${limit}`, 'before');
      deepStrictEqual(found.map(place), expected, `limit=${limit}`);
    }
    const sifted = records.filter(({ n }) => n % 97 === 0).toReversed();
    const where = encodeURIComponent('value.n % 97 == 0');
    const found = await pages(url, `limit=3&where=${where}`, 'before');
    deepStrictEqual(found.map(place), sifted.map(place));
    const two = records.filter(({ partition }) => partition % 2 === 1).toReversed();
    const some = await pages(url, 'limit=50&partition=1&partition=3', 'before');
    deepStrictEqual(some.map(place), two.map(place));
  });
}

for (const seed of propertySeeds()) {
  test(`from old to new is merged by time, or strictly by offset, page by page (ODRADEK_SEED=${seed})`, async (context) => {
    const { url, records } = await orders(context, 4, 500, seed);
    const merged = await pages(url, 'order=offset&limit=60', 'from');
    deepStrictEqual(merged.map(place), records.map(place));
    const strict = await pages(url, 'order=partition&limit=60', 'from');
    const byOffset = records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
    deepStrictEqual(strict.map(place), byOffset.map(place));
    const [, second] = records;
    const since = await search(
      url,
      'orders',
      `order=offset&from=time:${second?.timestamp}&limit=500`,
    );
    deepStrictEqual(since.records.map(place), records.slice(1).map(place));
    const range = await search(url, 'orders', 'order=offset&from=offset:2&until=offset:4');
    deepStrictEqual(
      range.records.every(({ offset }) => offset === 2 || offset === 3),
      true,
    );
    strictEqual(range.records.length, 8);
  });
}

test('a search says how far it is, and what it did not understand', async (context) => {
  const { url } = await orders(context, 2, 300);
  const where = encodeURIComponent('value.absent > 1');
  for (const order of ['newest', 'offset', 'partition']) {
    const { records, progress, done } = await search(
      url,
      'orders',
      `order=${order}&where=${where}`,
    );
    deepStrictEqual(records, []);
    ok(progress.length > 0);
    deepStrictEqual(
      [done.reason, done.scanned, done.toScan, done.matched, done.failed],
      ['end', 300, 300, 0, 300],
      order,
    );
    ok(done.scannedBytes > 0);
  }
});

test('long values are shown in part, and whole where one is asked for', async (context) => {
  const { url } = await adminBroker(context, { topics: { orders: 1 } });
  const value = `${'x'.repeat(16_383)}é and more`;
  const records = [{ value, key: '<script>' }, { valueBase64: '/w==' }, { value: null }];
  const published = await api(url, 'POST', '/api/topics/orders/messages', { records });
  strictEqual(published.status, 200);
  const { records: shown } = await search(url, 'orders', 'order=offset');
  const sizeBytes = Buffer.byteLength(value);
  deepStrictEqual(shown[0]?.value, { text: 'x'.repeat(16_383), sizeBytes, cut: true });
  deepStrictEqual(shown[0].key, { text: '<script>', sizeBytes: 8 });
  deepStrictEqual(shown[1]?.value, { base64: '/w==', sizeBytes: 1 });
  strictEqual(shown[2]?.value, null);
  const whole = await api(url, 'GET', '/api/topics/orders/messages/0/0');
  deepStrictEqual((whole.body as RecordView).value, { text: value, sizeBytes });
  for (const [path, status] of [
    ['0/3', 404],
    ['1/0', 404],
    ['0/x', 400],
    ['0/99999999999999999', 400],
  ] as const) {
    strictEqual(
      (await api(url, 'GET', `/api/topics/orders/messages/${path}`)).status,
      status,
      path,
    );
  }
});

test('a live tail begins at the end and has what comes, sifted', async (context) => {
  const { url } = await orders(context, 2, 10);
  const where = encodeURIComponent('value.startsWith("a")');
  const path = `${url}/api/topics/orders/messages?follow=true&where=${where}`;
  const stream = await EventReader.open(path);
  const [begun] = await stream.until('progress');
  strictEqual((begun?.data as SearchProgress | undefined)?.toScan, null);
  for (const value of ['a1', 'b1', 'a2']) {
    await api(url, 'POST', '/api/topics/orders/messages', { records: [{ value }] });
  }
  const values: (string | undefined)[] = [];
  while (values.length < 2) {
    const event = await stream.next();
    if (event?.event !== 'records') continue;
    values.push(...(event.data as RecordView[]).map(({ value }) => value?.text));
  }
  deepStrictEqual(
    values.toSorted((a, b) => String(a).localeCompare(String(b))),
    ['a1', 'a2'],
  );
  stream.close();
});

test('what cannot be searched is refused before the search begins', async (context) => {
  const { url } = await adminBroker(context, { topics: { orders: 1 } });
  for (const [query, status] of [
    ['limit=0', 400],
    ['limit=10001', 400],
    ['order=random', 400],
    ['before=x', 400],
    ['from=yesterday', 400],
    ['where=value..', 400],
    ['partition=5', 400],
  ] as const) {
    strictEqual((await call(url, `/api/topics/orders/messages?${query}`)).status, status, query);
  }
  strictEqual((await call(url, '/api/topics/absent/messages')).status, 404);
  strictEqual((await search(url, 'orders', '')).done.reason, 'end');
});

test('a filter is checked, with the place of its mistake', async (context) => {
  const { url } = await adminBroker(context);
  const good = await api(url, 'POST', '/api/filter', { filter: 'value.a == 1' });
  deepStrictEqual([good.status, good.body], [200, { ok: true }]);
  const bad = await api(url, 'POST', '/api/filter', { filter: 'value.a ==\n  )' });
  strictEqual(bad.status, 400);
  const { error } = bad.body as { error: { code: string; at: unknown } };
  deepStrictEqual([error.code, error.at], ['INVALID_FILTER', { offset: 13, line: 2, column: 3 }]);
});

test('chosen records are sent again, keys, headers and all', async (context) => {
  const { broker, url } = await adminBroker(context, { topics: { orders: 2, copies: 3 } });
  const records = [
    { partition: 0, key: 'a', value: '1', timestamp: 1000, headers: [{ key: 'h', value: 'x' }] },
    { partition: 0, valueBase64: '/w==' },
    { partition: 1, key: 'c', value: null },
  ];
  await api(url, 'POST', '/api/topics/orders/messages', { records });
  const resent = await api(url, 'POST', '/api/topics/orders/resend', {
    records: [
      { partition: 0, offset: 0 },
      { partition: 0, offset: 1 },
      { partition: 0, offset: 9 },
      { partition: 1, offset: 0 },
    ],
    to: 'copies',
    keepPartition: true,
    keepTimestamp: true,
  });
  strictEqual(resent.status, 200);
  const { results } = resent.body as { results: { offset?: number; error?: { code: string } }[] };
  deepStrictEqual(
    results.map(({ offset, error }) => offset ?? error?.code),
    [0, 1, 'OFFSET_OUT_OF_RANGE', 0],
  );
  const strip = ({ topic: _topic, ...rest }: { topic: string }) => rest;
  deepStrictEqual(
    (await broker.records('copies')).map(strip),
    (await broker.records('orders')).map(strip),
  );
  for (const body of [
    { records: [{ partition: 0, offset: 0 }], to: 'absent' },
    { records: [], to: 'copies' },
    { records: [{ partition: 7, offset: 0 }], to: 'copies' },
    { records: [{ partition: 0, offset: 0 }], to: 'copies', keepPartitions: true },
  ]) {
    const { status } = await api(url, 'POST', '/api/topics/orders/resend', body);
    match(String(status), /^40[04]$/);
  }
});

test('searches are bounded, and one that its client leaves makes room', async (context) => {
  const { url } = await adminBroker(context, {
    topics: { orders: 1 },
    config: { 'odradek.http.searches.max': 1 },
  });
  // More than sockets take, so that it goes on until it is read.
  const value = 'x'.repeat(16_000);
  const headers = ['a', 'b', 'c', 'd'].map((key) => ({ key, value }));
  const records = Array.from({ length: 50 }, () => ({ value, headers }));
  for (let round = 0; round < 4; round++) {
    await api(url, 'POST', '/api/topics/orders/messages', { records });
  }
  const path = `${url}/api/topics/orders/messages?order=offset`;
  const unread = await EventReader.open(`${path}&limit=200`);
  unread.pause();
  const refused = await EventReader.open(path);
  deepStrictEqual([refused.status, /TOO_MANY_SEARCHES/.test(await refused.text())], [503, true]);
  // A live tail is no search through what there is.
  const live = await EventReader.open(`${path}&follow=true`);
  strictEqual(live.status, 200);
  live.close();
  unread.close();
  for (;;) {
    const again = await EventReader.open(path);
    again.close();
    if (again.status === 200) break;
  }
});
