// Goal: Apache's tools see and administer a cluster of three: who leads, what is copied where, moves and throttles.
// Method: three processes that agree by an etcd, and the tools as their users call them; at last one of the three
// is killed while Apache's verifiable producer writes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { JavaProgram } from './support/java-program.ts';
import {
  clusterMissing,
  startOdradekCluster,
  type OdradekCluster,
} from './support/odradek-cluster.ts';
import { leaderOf, partitionsOf, valuesOf, writeValues } from './support/topic-records.ts';
import { toolsFor, type Tools } from './support/tools.ts';

const skip = clusterMissing;
const folder = mkdtempSync(join(tmpdir(), 'odradek-replicas-'));
let cluster: OdradekCluster;
let tools: Tools;

before(async () => {
  if (skip !== false) return;
  cluster = await startOdradekCluster();
  tools = toolsFor(cluster.bootstrapServers);
  const byHand = ['--replica-assignment', '1:2:3,2:3:1,3:1:2'];
  await tools.run('topics', ['--create', '--topic', 'orders', ...byHand]);
  const values = Array.from({ length: 3000 }, (_, i) => `order ${i}`);
  await writeValues(cluster.client, 'orders', values);
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  if (skip === false) await cluster.discard();
});

/** A plan as kafka-reassign-partitions reads it, for the first partition of `orders`. */
function plan(replicas: readonly number[]): string[] {
  const file = join(folder, `to-${replicas.join('-')}.json`);
  const partitions = [{ topic: 'orders', partition: 0, replicas }];
  writeFileSync(file, JSON.stringify({ version: 1, partitions }));
  return ['--reassignment-json-file', file];
}

test(
  'kafka-broker-api-versions, kafka-cluster and kafka-metadata-quorum find all three',
  { skip },
  async () => {
    const versions = await tools.run('broker-api-versions', []);
    const endpoints = await tools.run('cluster', ['list-endpoints']);
    const quorum = await tools.run('metadata-quorum', ['describe', '--status']);
    for (const id of [1, 2, 3]) {
      assert.match(versions, new RegExp(`id: ${id} rack: \\S+ isFenced: false`));
      assert.match(endpoints, new RegExp(`^${id} .*unfenced`, 'm'));
      assert.match(quorum, new RegExp(`CurrentVoters:.*"id": ${id}`));
    }
  },
);

test(
  'kafka-topics and kafka-log-dirs show who leads, and the same bytes with every replica',
  { skip },
  async () => {
    const described = await tools.run('topics', ['--describe', '--topic', 'orders']);
    assert.match(described, /Partition: 1\s+Leader: 2\s+Replicas: 2,3,1\s+Isr: 2,3,1/);
    const missing = ['--describe', '--under-replicated-partitions'];
    assert.doesNotMatch(await tools.run('topics', missing), /Topic: /);
    const output = await tools.run('log-dirs', ['--describe', '--topic-list', 'orders']);
    const json = output.split('\n').find((line) => line.startsWith('{')) ?? '{}';
    const { brokers } = JSON.parse(json) as {
      brokers: { logDirs: { partitions: { partition: string; size: number }[] }[] }[];
    };
    const sizes = brokers.map(({ logDirs }) =>
      (logDirs[0]?.partitions ?? [])
        .map(({ partition, size }) => `${partition} ${size}`)
        .toSorted(),
    );
    assert.equal(sizes.length, 3);
    assert.deepEqual(sizes[1], sizes[0]);
    assert.deepEqual(sizes[2], sizes[0]);
  },
);

test('kafka-replica-verification finds no replica behind', { skip }, async () => {
  const args = ['--broker-list', cluster.bootstrapServers, '--topics-include', 'orders'];
  const words = [...args, '--report-interval-ms', '500'];
  const verification = await JavaProgram.start('replica-verification', words);
  try {
    const report = /max lag is (\d+) for partition orders-\d at offset \d+ among 3 partitions/;
    await verification.until('it reports', () => report.test(verification.output()));
    assert.equal(report.exec(verification.output())?.[1], '0');
  } finally {
    await verification.kill();
  }
});

test(
  'kafka-reassign-partitions moves a replica under a throttle, which it takes away in the end',
  { skip },
  async () => {
    const execute = [...plan([3, 2]), '--execute', '--throttle', '50000000'];
    const begun = await tools.run('reassign-partitions', execute);
    assert.match(begun, /throttle limit was set to 50000000 B\/s/);
    for (let verified = ''; !/is completed/.test(verified);) {
      verified = await tools.run('reassign-partitions', [...plan([3, 2]), '--verify']);
    }
    assert.deepEqual((await partitionsOf(cluster.client, 'orders'))[0]?.replicas, [3, 2]);
    const configs = ['--describe', '--entity-type', 'brokers'];
    assert.doesNotMatch(await tools.run('configs', configs), /throttled/);
  },
);

test(
  'kafka-leader-election brings leadership back to the preferred replica',
  { skip },
  async () => {
    await tools.run('reassign-partitions', [...plan([2, 3]), '--execute']);
    const one = ['--topic', 'orders', '--partition', '0'];
    await tools.run('leader-election', ['--election-type', 'preferred', ...one]);
    assert.equal(await leaderOf(cluster.client, 'orders'), 2);
  },
);

test(
  'what kafka-verifiable-producer has acknowledged while a broker is killed is there',
  { skip },
  async () => {
    await tools.run('topics', ['--create', '--topic', 'numbers', '--partitions', '1']);
    const words = ['--bootstrap-server', cluster.bootstrapServers, '--topic', 'numbers'];
    const paced = [...words, '--max-messages', '5000', '--throughput', '1000'];
    const producer = await JavaProgram.start('verifiable-producer', paced);
    const acknowledged = (): string[] => {
      const found = producer.output().matchAll(/"producer_send_success".*"value":"(\d+)"/g);
      return Array.from(found, ([, value = '']) => value);
    };
    try {
      await producer.until('it writes', () => acknowledged().length > 0);
      await cluster.kill(await leaderOf(cluster.client, 'numbers'));
      const before = acknowledged().length;
      await producer.until('it is done', () => producer.output().includes('"tool_data"'));
      const there = new Set(await valuesOf(cluster.client, 'numbers'));
      // It sends nothing twice, so that what was under way may be missing.
      const lost = acknowledged().filter((value) => !there.has(value));
      assert.deepEqual(lost, []);
      assert.ok(acknowledged().length > before, 'it wrote on');
    } finally {
      await producer.kill();
    }
    const missing = await tools.run('topics', ['--describe', '--under-replicated-partitions']);
    assert.match(missing, /Topic: numbers\s+Partition: 0\s+Leader: [123]/);
    const unavailable = ['--describe', '--unavailable-partitions'];
    assert.doesNotMatch(await tools.run('topics', unavailable), /Topic: /);
  },
);
