/**
 * Goal: thousands of groups are looked at with a handful of requests, by the same client that looks at one.
 * Method: a cluster of three in memory, groups that have committed something, and a count of the requests.
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { valueOf } from '../../../src/client/admin-items.ts';
import { type Client, createClient } from '../../../src/client/client.ts';
import { BrokerConnection } from '../../../src/client/connection.ts';
import { offsetSpecs } from '../../../src/client/list-offsets.ts';
import { type Cluster, createCluster } from '../../../src/index.ts';
import { createNodeRuntime } from '../../../src/runtime/node/node-runtime.ts';

const groupIds = Array.from({ length: 1500 }, (_, index) => `group-${index}`);
let cluster: Cluster;
let client: Client;

before(async () => {
  cluster = await createCluster({ brokers: 3, storage: 'memory' });
  client = createClient({ bootstrapServers: cluster.bootstrapServers }, createNodeRuntime());
  await client.admin.createTopic({ name: 'read', partitions: 3 });
  await Promise.all(
    groupIds.map((groupId, index) =>
      client.admin.alterGroupOffsets(groupId, [
        { topic: 'read', partition: index % 3, offset: 0, metadata: groupId },
      ]),
    ),
  );
});

after(async () => {
  client.close();
  await cluster.stop();
});

/** How many requests `work` makes, by a client that knows nothing yet. */
async function requestsOf(work: (fresh: Client) => Promise<void>): Promise<number> {
  const fresh = createClient({ bootstrapServers: cluster.bootstrapServers }, createNodeRuntime());
  const { mock: calls } = mock.method(BrokerConnection.prototype, 'request');
  try {
    await work(fresh);
    return calls.callCount();
  } finally {
    calls.restore();
    fresh.close();
  }
}

test('the coordinators of many groups, their members and their offsets are asked for together', async () => {
  const requests = await requestsOf(async (fresh) => {
    const described = await fresh.admin.describeGroups(groupIds, { timeoutMs: 0 });
    deepStrictEqual(
      described.map((outcome) => valueOf(outcome).groupId),
      groupIds,
    );
    const offsets = await fresh.admin.listOffsetsOfGroups(groupIds);
    deepStrictEqual(
      offsets.map((outcome) => valueOf(outcome)[0]?.metadata),
      groupIds,
    );
  });
  ok(requests <= 20, `${requests} requests`);
});

test('one that is not there is told beside the others, which are all the same', async () => {
  const [first, missing] = await client.admin.describeGroups(['group-0', 'nowhere'], {
    timeoutMs: 0,
  });
  strictEqual(first !== undefined && valueOf(first).state, 'Empty');
  strictEqual(missing !== undefined && 'error' in missing && missing.error.code, 'UNKNOWN_GROUP');
  const [, none] = await client.admin.listOffsetsOfGroups(['group-0', 'nowhere']);
  deepStrictEqual(none, { value: [] });
});

test('a broker that is away leaves its partitions unknown and its groups to others, and nobody waits for it', async () => {
  const fresh = createClient({ bootstrapServers: cluster.bootstrapServers }, createNodeRuntime());
  const old = await fresh.cluster.metadata(['read']);
  const leaders = old.topics[0]?.partitions.map(({ leaderId }) => leaderId) ?? [];
  const dead = leaders[0] ?? -1;
  await cluster.kill(dead);
  const queries = leaders.map((_, partition) => ({
    topic: 'read',
    partition,
    timestampMs: offsetSpecs.latest,
  }));
  const found = await fresh.admin.tryListOffsets(queries);
  deepStrictEqual(
    found.map((end) => end?.offset),
    leaders.map((leader) => (leader === dead ? undefined : 0)),
  );
  // As the cluster was when the list was begun.
  mock.method(fresh.cluster, 'metadata', () => Promise.resolve(old), { times: 1 });
  const listed = await fresh.admin.listGroups();
  strictEqual(
    listed.find(({ coordinatorId }) => coordinatorId === dead),
    undefined,
  );
  fresh.close();
});
