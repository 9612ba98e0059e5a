/**
 * Goal: what the console draws comes over HTTP. Method: brokers that keep everything in memory, with real sockets.
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { History, Picture, Why } from '../../src/admin/contract/picture.ts';
import type { TopicDetail } from '../../src/admin/contract/topics.ts';
import { createClient } from '../../src/client/client.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { must } from '../../src/util/assert.ts';
import { adminBroker } from './admin-broker.ts';
import { EventReader } from './event-source.ts';
import { api, call } from './http-client.ts';

/** Pictures until one is like this. */
async function pictureThat(
  reader: EventReader,
  holds: (picture: Picture) => boolean,
): Promise<Picture> {
  for (;;) {
    const event = must(await reader.next(), 'the stream goes on');
    strictEqual(event.event, 'picture');
    if (holds(event.data as Picture)) return event.data as Picture;
  }
}

test('a picture comes at once, and shows what is written by clients and over HTTP', async (t) => {
  const { broker, url } = await adminBroker(t, { topics: { orders: 2, quiet: 1 } });
  const reader = await EventReader.open(`${url}/api/live?topics=quiet`);
  t.after(() => reader.close());
  const first = await pictureThat(reader, () => true);
  strictEqual(first.clusterId, broker.clusterId);
  strictEqual(first.nodeId, broker.nodeId);
  deepStrictEqual(
    first.brokers.map(({ state, reachable }) => [state, reachable]),
    [['up', true]],
  );
  ok(must(first.brokers[0]?.figures).rssBytes > 0);
  ok(must(first.brokers[0]?.figures).version !== '');
  const client = createClient(
    { bootstrapServers: broker.bootstrapServers, clientId: 'till' },
    createNodeRuntime(),
  );
  t.after(() => client.close());
  const producer = client.producer();
  const writing = { on: true };
  const written = (async () => {
    while (writing.on) {
      await producer.send({ topic: 'orders', partition: 1, value: Buffer.from('x') });
      await api(url, 'POST', '/topics/orders', { value: 'y' });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const picture = await pictureThat(
    reader,
    ({ producers, topics }) =>
      producers.length === 2 && (topics[0]?.partitions[1]?.messagesPerSecond ?? 0) > 0,
  );
  writing.on = false;
  await written;
  strictEqual(picture.topics[0]?.name, 'orders');
  const [http, till] = picture.producers.toSorted((a, b) => (a.address < b.address ? 1 : -1));
  strictEqual(http?.address, 'http');
  strictEqual(till?.clientId, 'till');
  ok(till.address.startsWith('127.0.0.1:'));
});

test('history, and what stands still, are asked for by name', async (t) => {
  const { broker, url } = await adminBroker(t, { topics: { orders: 1 } });
  const client = createClient({ bootstrapServers: broker.bootstrapServers }, createNodeRuntime());
  t.after(() => client.close());
  const producer = client.producer();
  for (let i = 0; i < 3; i++) await producer.send({ topic: 'orders', value: Buffer.from('x') });
  await client.admin.alterGroupOffsets('billing', [{ topic: 'orders', partition: 0, offset: 1 }]);
  const whys = (await api(url, 'GET', '/api/why/groups/billing')).body as Why[];
  deepStrictEqual(
    whys.map(({ sentence, severity }) => [sentence, severity]),
    [['Nothing is read by billing because it has no members.', 'stopped']],
  );
  deepStrictEqual(whys[0]?.evidence, [
    'It has committed offsets in 1 partition of orders.',
    '2 messages wait for it.',
  ]);
  deepStrictEqual((await api(url, 'GET', '/api/why/topics/orders')).body, []);
  strictEqual((await call(url, '/api/why/topics/none')).status, 404);
  strictEqual((await call(url, '/api/why/groups/none')).status, 404);
  const reader = await EventReader.open(`${url}/api/live`);
  t.after(() => reader.close());
  const picture = await pictureThat(reader, ({ groups }) => groups.length === 1);
  strictEqual(picture.groups[0]?.lag, 2);
  deepStrictEqual(picture.whys, whys);
  const history = (await api(url, 'GET', '/api/history?of=topic:orders')).body as History;
  deepStrictEqual(
    history.series.map(({ name, unit }) => `${name}, ${unit}`),
    ['messages in, messages/s', 'bytes in, bytes/s', 'size, bytes'],
  );
  ok(history.timesMs.length > 0);
  strictEqual(history.series[0]?.values.length, history.timesMs.length);
  for (const query of ['of=x', 'of=broker', 'fromMs=x', 'toMs=-1']) {
    strictEqual((await call(url, `/api/history?${query}`)).status, 400, query);
  }
});

test('a filter that fails on many records is told of', async (t) => {
  const { broker, url } = await adminBroker(t, { topics: { readings: 1 } });
  const client = createClient({ bootstrapServers: broker.bootstrapServers }, createNodeRuntime());
  t.after(() => client.close());
  const filter = 'value.sensor.celsius > 40';
  const configs = { 'odradek.source.topic': 'readings', 'odradek.filter': filter };
  await client.admin.createTopic({ name: 'hot', configs });
  const producer = client.producer();
  for (let n = 0; n < 30; n++) {
    const value = n < 10 ? '{"sensor": {"celsius": 50}}' : '{"celsius": 50}';
    await producer.send({ topic: 'readings', value: Buffer.from(value) });
  }
  const consumer = await client.consumer({
    ranges: [{ topic: 'hot', partition: 0, from: { at: 'beginning' }, until: { at: 'end' } }],
  });
  let read = 0;
  for await (const records of consumer.records()) read += records.length;
  strictEqual(read, 10);
  const whys = (await api(url, 'GET', '/api/why/topics/hot')).body as Why[];
  deepStrictEqual(
    whys.map(({ sentence }) => sentence),
    ['hot leaves out 20 of 30 records because its filter fails on them.'],
  );
  const { filterCounters } = (await api(url, 'GET', '/api/topics/hot')).body as TopicDetail;
  const counted = { evaluated: 30, matched: 10, failed: 20, overBudget: 0, unreadable: 0 };
  deepStrictEqual(filterCounters, counted);
  const { text } = await call(url, '/metrics');
  const of = 'odradek_filter_records_total{topic="hot",outcome=';
  ok(text.includes(`${of}"failed"} 20\n`) && text.includes(`${of}"unmatched"} 0\n`), text);
});

test('a group that has read a filtered topic to its end does not lag, though it has nothing to commit there', async (t) => {
  const { broker, url } = await adminBroker(t, { topics: { readings: 1 } });
  const client = createClient({ bootstrapServers: broker.bootstrapServers }, createNodeRuntime());
  t.after(() => client.close());
  const configs = { 'odradek.source.topic': 'readings', 'odradek.filter': 'value > 40' };
  await client.admin.createTopic({ name: 'hot', configs });
  const producer = client.producer();
  for (const value of ['50', ...Array.from({ length: 20 }, () => '1')]) {
    await producer.send({ topic: 'readings', value: Buffer.from(value) });
  }
  const offsets = [{ topic: 'hot', partition: 0, offset: 1 }];
  await client.admin.alterGroupOffsets('alarm', offsets);
  const consumer = client.groupConsumer({
    groupId: 'alarm',
    topics: ['hot'],
    autoCommitIntervalMs: 0,
  });
  // It waits for a match until its client is closed.
  const reading = consumer.records().next();
  reading.catch(() => {});
  const reader = await EventReader.open(`${url}/api/live`);
  t.after(() => reader.close());
  const { groups } = await pictureThat(
    reader,
    ({ groups: [alarm] }) => alarm?.state === 'Stable' && alarm.lag === 0,
  );
  strictEqual(groups[0]?.offsets[0]?.committedOffset, 1);
  strictEqual(groups[0]?.offsets[0]?.highWatermark, 21);
  await consumer.close();
});

test('a client that goes is shown nothing any more, and a stop ends the stream', async (t) => {
  const { broker, url } = await adminBroker(t);
  const gone = await EventReader.open(`${url}/api/live`);
  await gone.next();
  gone.close();
  const reader = await EventReader.open(`${url}/api/live`);
  await reader.next();
  const ended = (async () => {
    try {
      while ((await reader.next()) !== undefined);
    } catch {
      // Broken off.
    }
  })();
  await broker.stop();
  await ended;
});
