import { deepStrictEqual, match, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { adminBroker } from './admin-broker.ts';
import { EventReader } from './event-source.ts';
import { call } from './http-client.ts';

async function publish(url: string, topic: string, ...values: readonly unknown[]): Promise<void> {
  const body = values.map((value) => JSON.stringify({ value, partition: 0 })).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  const { status, text } = await call(url, `/topics/${topic}`, { method: 'POST', headers, body });
  strictEqual(status, 200, text);
}

const valueOf = ({ data }: { data: unknown }): unknown => (data as { value: unknown }).value;

test('a subscription is sent what comes, from the end on unless it says otherwise', async (context) => {
  const { url } = await adminBroker(context, { topics: { orders: 1 } });
  await publish(url, 'orders', 'before');
  const stream = await EventReader.open(`${url}/topics/orders/stream`);
  strictEqual(stream.status, 200);
  await publish(url, 'orders', 'after', '<script>', 'line\nbreak');
  deepStrictEqual((await stream.take(3)).map(valueOf), ['after', '<script>', 'line\nbreak']);
  stream.close();
  const all = await EventReader.open(`${url}/topics/orders/stream?from=beginning`);
  const [first] = await all.take(1);
  const { timestamp, ...rest } = (first?.data ?? {}) as Record<string, unknown>;
  strictEqual(typeof timestamp, 'number');
  deepStrictEqual(rest, { topic: 'orders', partition: 0, offset: 0, key: null, value: 'before' });
  strictEqual(first?.event, 'message');
  all.close();
  const last = await EventReader.open(`${url}/topics/orders/stream?from=last:1`);
  deepStrictEqual((await last.take(1)).map(valueOf), ['line\nbreak']);
  last.close();
});

test('who comes back goes on where it stopped, in each partition', async (context) => {
  const { url } = await adminBroker(context, { topics: { orders: 3 } });
  const post = (partition: number, value: string) =>
    call(url, `/topics/orders?partition=${partition}`, { method: 'POST', body: value });
  const path = `${url}/topics/orders/stream`;
  const first = await EventReader.open(path);
  await post(0, 'a0');
  await post(1, 'b0');
  strictEqual((await first.take(2)).length, 2);
  match(first.lastId, /^[\w-]{22}\/0:1,1:1,2:0$/);
  first.close();
  await post(2, 'c0');
  await post(0, 'a1');
  const second = await EventReader.open(path, { 'last-event-id': first.lastId });
  const missed = (await second.take(2)).map(valueOf);
  deepStrictEqual(
    missed.toSorted((a, b) => String(a).localeCompare(String(b))),
    ['a1', 'c0'],
  );
  second.close();
  const third = await EventReader.open(path, { 'last-event-id': second.lastId });
  await post(1, 'b1');
  deepStrictEqual((await third.take(1)).map(valueOf), ['b1']);
  third.close();
});

test('a filter is the same as everywhere, and what does not match is not sent again', async (context) => {
  const { url } = await adminBroker(context, { topics: { adverts: 1 } });
  const where = encodeURIComponent('value.player == "ViratKohli"');
  const path = `${url}/topics/adverts/stream?from=beginning&where=${where}`;
  await publish(
    url,
    'adverts',
    { player: 'other' },
    { player: 'ViratKohli', n: 1 },
    { player: 'x' },
  );
  const stream = await EventReader.open(path);
  deepStrictEqual((await stream.take(1)).map(valueOf), ['{"player":"ViratKohli","n":1}']);
  match(stream.lastId, /\/0:2$/);
  stream.close();
  const bad = await EventReader.open(`${url}/topics/adverts/stream?where=value.`);
  strictEqual(bad.status, 400);
  match(await bad.text(), /"code":"INVALID_FILTER".*"at":\{"offset":6,"line":1,"column":7\}/);
});

test('what cannot be subscribed to is an ordinary refusal', async (context) => {
  const { url } = await adminBroker(context, { topics: { orders: 1 } });
  for (const [path, status] of [
    ['/topics/absent/stream', 404],
    ['/topics/%2e%2e/stream', 404],
    ['/topics/orders/stream?from=somewhere', 400],
    ['/topics/orders/stream?partition=1', 400],
    ['/topics/orders/stream?isolation=none', 400],
  ] as const) {
    const answer = await call(url, path);
    strictEqual(answer.status, status, path);
    match(answer.text, /^\{"error":\{"code":/);
  }
});

test('a topic that is deleted ends its streams with the reason, and a new one of that name is read anew', async (context) => {
  const { broker, url } = await adminBroker(context, { topics: { orders: 1 } });
  await publish(url, 'orders', 'old');
  const stream = await EventReader.open(`${url}/topics/orders/stream?from=beginning`);
  await stream.take(1);
  const { createClient } = await import('../../src/client/client.ts');
  const { createNodeRuntime } = await import('../../src/runtime/node/node-runtime.ts');
  const client = createClient(
    { bootstrapServers: broker.bootstrapServers },
    createNodeRuntime({ unref: true }),
  );
  await client.admin.deleteTopic('orders');
  client.close();
  const [failed] = await stream.until('failed');
  strictEqual(failed?.event, 'failed');
  match(JSON.stringify(failed.data), /UNKNOWN_TOPIC_OR_PARTITION/);
  strictEqual(await stream.next(), undefined);
  await broker.createTopic('orders', { partitions: 1 });
  await publish(url, 'orders', 'new');
  const again = await EventReader.open(`${url}/topics/orders/stream`, {
    'last-event-id': stream.lastId,
  });
  deepStrictEqual((await again.take(1)).map(valueOf), ['new']);
  again.close();
});

test('streams are bounded, end with the broker, and hold no memory for who does not read', async (context) => {
  const { broker, url } = await adminBroker(context, {
    topics: { orders: 1 },
    config: { 'odradek.http.streams.max': 2, 'odradek.http.send.timeout.ms': 500 },
  });
  const idle = await EventReader.open(`${url}/topics/orders/stream`);
  const unread = await EventReader.open(`${url}/topics/orders/stream`);
  unread.pause();
  const third = await EventReader.open(`${url}/topics/orders/stream`);
  strictEqual(third.status, 503);
  match(await third.text(), /TOO_MANY_STREAMS/);
  const read = idle.take(16);
  // More than sockets take: the broker gives it up, and its place is free.
  const large = 'x'.repeat(900_000);
  for (let count = 0; count < 16; count++) {
    const options = { method: 'POST', body: large };
    strictEqual((await call(url, '/topics/orders', options)).status, 200);
  }
  for (;;) {
    const another = await EventReader.open(`${url}/topics/orders/stream`);
    another.close();
    if (another.status === 200) break;
  }
  strictEqual((await read).length, 16);
  await broker.stop();
  strictEqual(await idle.next().catch(() => undefined), undefined);
});
