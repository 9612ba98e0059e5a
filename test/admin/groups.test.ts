/**
 * Goal: groups over HTTP are what the command line shows and does, with refusals that say what to do.
 * Method: a broker in memory with a topic and groups; the API over real HTTP.
 */
import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Problem } from '../../src/admin/contract/session.ts';
import type { GroupDetail, GroupPage, OffsetReset } from '../../src/admin/contract/topics.ts';
import { type Client, createClient } from '../../src/client/client.ts';
import { type Broker, createBroker } from '../../src/index.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { api } from './http-client.ts';

let broker: Broker;
let client: Client;
let url: string;

before(async () => {
  broker = await createBroker({ storage: 'memory', console: { port: 0 } });
  url = broker.consoleUrl ?? '';
  client = createClient({ bootstrapServers: broker.bootstrapServers }, createNodeRuntime());
  await client.admin.createTopic({ name: 'orders', partitions: 2 });
  const producer = client.producer();
  for (let n = 0; n < 10; n++) {
    producer.enqueue({
      topic: 'orders',
      partition: n % 2,
      value: Buffer.from(String(n)),
      timestampMs: 1000 + n,
    });
  }
  await producer.close();
  await commit('billing', 1, 4);
  await commit('audit', 5, 5);
  await commit('mail/out', 0);
});

after(async () => {
  client.close();
  await broker.stop();
});

async function commit(groupId: string, ...offsets: readonly number[]): Promise<void> {
  await client.admin.alterGroupOffsets(
    groupId,
    offsets.map((offset, partition) => ({ topic: 'orders', partition, offset })),
  );
}

/** What is asked for, which must be answered with `status`. */
async function ask<T>(status: number, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await api(url, method, path, body);
  strictEqual(answer.status, status, JSON.stringify(answer.body));
  return answer.body as T;
}

const list = (query: string): Promise<GroupPage> =>
  ask<GroupPage>(200, 'GET', `/api/groups${query}`);

async function idsOf(query: string): Promise<readonly string[]> {
  return (await list(query)).groups.map(({ groupId }) => groupId);
}

test('the list has a line for each group, with what it has still to read', async () => {
  const page = await list('?query=bill');
  // The records are of 1970.
  ok((page.groups[0]?.lagSeconds ?? 0) > 1e9);
  const groups = page.groups.map((group) => ({ ...group, lagSeconds: null }));
  deepStrictEqual(
    { ...page, groups },
    {
      total: 3,
      matching: 1,
      offset: 0,
      groups: [
        {
          groupId: 'billing',
          type: 'classic',
          state: 'Empty',
          coordinatorId: broker.nodeId,
          members: 0,
          topics: ['orders'],
          lag: 5,
          lagSeconds: null,
          trend: 'unknown',
        },
      ],
    },
  );
});

test('the list is searched, ordered and cut into pages', async () => {
  deepStrictEqual(await idsOf(''), ['audit', 'billing', 'mail/out']);
  deepStrictEqual(await idsOf('?order=desc&limit=1&offset=1'), ['billing']);
  deepStrictEqual(await idsOf('?query=BILL'), ['billing']);
  deepStrictEqual(await idsOf('?query=*i*'), ['audit', 'billing', 'mail/out']);
  deepStrictEqual(await idsOf('?query=a*'), ['audit']);
  deepStrictEqual(await idsOf('?state=Stable'), []);
  deepStrictEqual(await idsOf('?limit=0'), []);
  const byLag = await list('?sort=lag&order=desc');
  deepStrictEqual(
    byLag.groups.map(({ groupId, lag }) => [groupId, lag]),
    [
      ['billing', 5],
      ['mail/out', 5],
      ['audit', 0],
    ],
  );
});

test('a query that makes no sense is refused by its parameter', async () => {
  for (const [query, field] of [
    ['?sort=age', 'sort'],
    ['?order=up', 'order'],
    ['?limit=1001', 'limit'],
    [`?query=${'*a'.repeat(200)}`, 'query'],
    ['?offset=-1', 'offset'],
  ]) {
    const { error } = await ask<Problem>(400, 'GET', `/api/groups${query}`);
    strictEqual(error.field, field);
  }
});

test('a group is shown with its members and each of its partitions', async (context) => {
  const reader = client.groupConsumer({
    groupId: 'readers',
    topics: ['orders'],
    from: { at: 'beginning' },
  });
  context.after(() => reader.close());
  const reading = reader.records();
  await reading.next();
  const shown = await ask<GroupDetail>(200, 'GET', '/api/groups/readers');
  deepStrictEqual(
    [shown.state, shown.protocolType, shown.members.length],
    ['Stable', 'consumer', 1],
  );
  deepStrictEqual(
    shown.members[0]?.partitions.map(({ partition }) => partition),
    [0, 1],
  );
  ok(shown.assignor.length > 0);
  const [row] = (await list('?query=readers')).groups;
  deepStrictEqual([row?.members, row?.topics], [1, ['orders']]);

  const { error } = await ask<Problem>(409, 'DELETE', '/api/groups/readers', {});
  strictEqual(error.code, 'NON_EMPTY_GROUP');
  match(error.message, /has 1 member \(.+ at .+\) and is Stable/);
  const reset = await ask<Problem>(409, 'POST', '/api/groups/readers/reset-offsets', {
    topic: 'orders',
    to: 'end',
  });
  strictEqual(reset.error.code, 'NON_EMPTY_GROUP');
});

test('a group that is not there is 404', async () => {
  for (const method of ['GET', 'DELETE']) {
    const { error } = await ask<Problem>(
      404,
      method,
      '/api/groups/nobody',
      method === 'GET' ? undefined : {},
    );
    strictEqual(error.code, 'GROUP_ID_NOT_FOUND');
  }
});

const resets: readonly (readonly [string, readonly (readonly [number | null, number])[]])[] = [
  [
    'beginning',
    [
      [1, 0],
      [4, 0],
    ],
  ],
  [
    'end',
    [
      [1, 5],
      [4, 5],
    ],
  ],
  [
    'offset:3',
    [
      [1, 3],
      [4, 3],
    ],
  ],
  [
    'offset:99',
    [
      [1, 5],
      [4, 5],
    ],
  ],
  [
    'last:2',
    [
      [1, 3],
      [4, 3],
    ],
  ],
  [
    'time:1006',
    [
      [1, 3],
      [4, 3],
    ],
  ],
  [
    'time:9000',
    [
      [1, 5],
      [4, 5],
    ],
  ],
  [
    'shift:-2',
    [
      [1, 0],
      [4, 2],
    ],
  ],
  [
    'shift:1',
    [
      [1, 2],
      [4, 5],
    ],
  ],
];

for (const [to, expected] of resets) {
  test(`a reset to ${to} is seen before it is done`, async () => {
    await commit('resetting', 1, 4);
    const path = '/api/groups/resetting/reset-offsets';
    const plan = await ask<readonly OffsetReset[]>(200, 'POST', path, {
      topic: 'orders',
      to,
      dryRun: true,
    });
    deepStrictEqual(
      plan,
      expected.map(([oldOffset, newOffset], partition) => ({
        topic: 'orders',
        partition,
        oldOffset,
        newOffset,
        highWatermark: 5,
      })),
    );
    const committed = async (): Promise<readonly number[]> =>
      (await client.admin.listGroupOffsets('resetting')).map(({ offset }) => offset);
    deepStrictEqual(await committed(), [1, 4]);
    deepStrictEqual(await ask(200, 'POST', path, { topic: 'orders', to }), plan);
    deepStrictEqual(
      await committed(),
      expected.map(([, newOffset]) => newOffset),
    );
  });
}

test('only the partitions that are named are reset, and a group that is not there comes to be', async () => {
  const path = '/api/groups/fresh%2Fone/reset-offsets';
  const body = { topic: 'orders', partitions: [1], to: 'last:1' };
  const [reset, more] = await ask<readonly OffsetReset[]>(200, 'POST', path, body);
  deepStrictEqual(
    [reset?.partition, reset?.oldOffset, reset?.newOffset, more],
    [1, null, 4, undefined],
  );
  const { offsets } = await ask<GroupDetail>(200, 'GET', '/api/groups/fresh%2Fone');
  deepStrictEqual(
    offsets.map(({ partition, committedOffset, lag }) => [partition, committedOffset, lag]),
    [[1, 4, 1]],
  );
  await ask(204, 'DELETE', '/api/groups/fresh%2Fone', {});
  await ask(404, 'GET', '/api/groups/fresh%2Fone');
});

const badResets: readonly (readonly [Readonly<Record<string, unknown>>, number, string])[] = [
  [{ topic: 'orders', to: 'soon' }, 400, 'to'],
  [{ topic: 'orders', to: 'shift:1.5' }, 400, 'to'],
  [{ topic: 'orders', to: 'offset:99999999999999999' }, 400, 'to'],
  [{ to: 'end' }, 400, 'topic'],
  [{ topic: 'orders', to: 'end', partitions: [2] }, 400, 'partitions'],
  [{ topic: 'orders', to: 'end', partitions: ['0'] }, 400, 'partitions'],
  [{ topic: 'orders', to: 'end', dryrun: true }, 400, 'dryrun'],
  [{ topic: 'orders', to: 'end', dryRun: 'yes' }, 400, 'dryRun'],
  [{ topic: 'orders', to: 'shift:1' }, 400, 'to'],
];

for (const [body, status, field] of badResets) {
  test(`a reset with ${JSON.stringify(body)} is refused, and nothing is committed`, async () => {
    const { error } = await ask<Problem>(
      status,
      'POST',
      '/api/groups/untouched/reset-offsets',
      body,
    );
    strictEqual(error.field, field, error.message);
    deepStrictEqual(await client.admin.listGroupOffsets('untouched'), []);
  });
}

test('a reset in a topic that is not there is 404', async () => {
  const body = { topic: 'nowhere', to: 'end' };
  const { error } = await ask<Problem>(404, 'POST', '/api/groups/untouched/reset-offsets', body);
  strictEqual(error.code, 'UNKNOWN_TOPIC_OR_PARTITION');
});
