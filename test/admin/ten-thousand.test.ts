/**
 * Goal: with ten thousand topics and ten thousand groups, whatever the page asks for costs the brokers a number of
 * requests that can be counted on the fingers for every thousand of them, and none for what is not shown.
 * Method: a broker in memory that has so many, and a count of the requests behind each answer.
 */
import { ok, strictEqual } from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import type { GroupPage, TopicPage } from '../../src/admin/contract/topics.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import { BrokerConnection } from '../../src/client/connection.ts';
import { type Broker, createBroker } from '../../src/index.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { api } from './http-client.ts';

const count = 10_000;
const atOnce = 1000;
const nameOf = (kind: string, n: number): string => `${kind}-${String(n).padStart(5, '0')}`;

let broker: Broker;
let client: Client;

before(async () => {
  broker = await createBroker({ storage: 'memory', console: { port: 0 } });
  client = createClient({ bootstrapServers: broker.bootstrapServers }, createNodeRuntime());
  for (let first = 0; first < count; first += atOnce) {
    const numbers = Array.from({ length: atOnce }, (_, index) => first + index);
    await client.admin.createTopics(
      numbers.map((n) => ({ name: nameOf('topic', n), partitions: 1 })),
    );
    await Promise.all(
      numbers.map((n) =>
        client.admin.alterGroupOffsets(nameOf('group', n), [
          { topic: nameOf('topic', n), partition: 0, offset: 0 },
        ]),
      ),
    );
  }
});

after(async () => {
  client.close();
  await broker.stop();
});

/** What a path is answered with, and how many requests to brokers were made for it. */
async function asked<T>(path: string): Promise<{ readonly body: T; readonly requests: number }> {
  const { mock: requests } = mock.method(BrokerConnection.prototype, 'request');
  try {
    const { status, body } = await api(broker.consoleUrl ?? '', 'GET', path);
    strictEqual(status, 200, JSON.stringify(body));
    return { body: body as T, requests: requests.callCount() };
  } finally {
    requests.restore();
  }
}

/** What is asked of brokers for a page, and of all for each thousand. */
const forPage = 10;
const forAll = forPage + (6 * count) / atOnce;

for (const [query, first, bound] of [
  ['', 0, forPage],
  ['?offset=9900', 9900, forPage],
  ['?query=topic-077', 7700, forPage],
  ['?query=*777', 777, forPage],
  ['?sort=size&order=desc', undefined, forAll],
  ['?sort=messages', undefined, forAll],
] as const) {
  test(`the list of topics with ${query || 'nothing said'} makes at most ${bound} requests`, async () => {
    const { body, requests } = await asked<TopicPage>(`/api/topics${query}`);
    strictEqual(body.total, count);
    ok(body.topics.length > 0);
    if (first !== undefined) strictEqual(body.topics[0]?.name, nameOf('topic', first));
    strictEqual(body.topics[0]?.messages, 0);
    ok(requests <= bound, `${requests} requests`);
  });
}

for (const [query, first, bound] of [
  ['', 0, forPage],
  ['?offset=9900', 9900, forPage],
  ['?query=group-077', 7700, forPage],
  ['?state=Empty&order=desc', 9999, forPage],
  ['?sort=lag&order=desc', undefined, forAll],
  ['?sort=members', undefined, forAll],
] as const) {
  test(`the list of groups with ${query || 'nothing said'} makes at most ${bound} requests`, async () => {
    const { body, requests } = await asked<GroupPage>(`/api/groups${query}`);
    strictEqual(body.total, count);
    ok(body.groups.length > 0);
    if (first !== undefined) strictEqual(body.groups[0]?.groupId, nameOf('group', first));
    strictEqual(body.groups[0]?.lag, 0);
    ok(requests <= bound, `${requests} requests`);
  });
}

test('one topic and one group are shown with few requests, whatever else there is', async () => {
  const topic = await asked(`/api/topics/${nameOf('topic', 7)}`);
  ok(topic.requests <= forAll, `${topic.requests} requests`);
  const group = await asked(`/api/groups/${nameOf('group', 7)}`);
  ok(group.requests <= forPage, `${group.requests} requests`);
});
