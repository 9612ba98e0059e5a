import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runJavaTool } from '../../../benchmarks/peers/java-tools.ts';
import { startOdradek, type OdradekProcess } from './support/odradek-process.ts';
import { jarsFolder, toolsFor, type Tools } from './support/tools.ts';

let odradek: OdradekProcess;
let tools: Tools;

before(async () => {
  odradek = await startOdradek();
  tools = toolsFor(odradek.bootstrapServer);
});
after(() => odradek.discard());

test('kafka-broker-api-versions finds every API that it needs to talk to a broker', async () => {
  const versions = await tools.run('broker-api-versions', []);
  assert.match(versions, /Produce\(0\): 0 to 13 \[usable: 13\]/);
  assert.match(versions, /Fetch\(1\): 4 to 18 \[usable: 18\]/);
  assert.match(versions, /ApiVersions\(18\): 0 to \d+/);
});

test('kafka-cluster and kafka-features show the id of the cluster and its features', async () => {
  assert.match(await tools.run('cluster', ['cluster-id']), /Cluster ID: [\w-]{22}/);
  const features = await tools.run('features', ['describe']);
  const line = (name: string, min: string, max: string): RegExp =>
    new RegExp(
      `^Feature: ${name}\\s+SupportedMinVersion: ${min}\\s+SupportedMaxVersion: ${max}\\s+FinalizedVersionLevel: ${max}\\s`,
      'm',
    );
  assert.match(features, line('metadata.version', '3.3-IV3', '4.3-IV0'));
  assert.match(features, line('group.version', '[01]', '1'));
  assert.match(features, line('eligible.leader.replicas.version', '[01]', '1'));
});

test('kafka-cluster lists the broker, and is refused one that is not registered', async () => {
  const endpoints = await tools.run('cluster', ['list-endpoints']);
  assert.match(endpoints, /^1 +127\.0\.0\.1 +\d+ .*unfenced +broker/m);
  // It prints what went wrong, and ends well all the same.
  const { output } = await runJavaTool(await jarsFolder(), 'cluster', [
    'unregister',
    '--bootstrap-server',
    odradek.bootstrapServer,
    '--id',
    '7',
  ]);
  assert.match(output, /BrokerIdNotRegisteredException: Broker ID 7 is not currently registered/);
});

test('kafka-features judges levels as Apache does', async () => {
  const same = await tools.run('features', ['upgrade', '--feature', 'metadata.version=30']);
  assert.match(same, /metadata\.version was upgraded to 30/);
  const group = await tools.run('features', ['upgrade', '--feature', 'group.version=1']);
  assert.match(group, /group\.version was upgraded to 1/);
  const higher = await tools.refused('features', ['upgrade', '--feature', 'group.version=2']);
  assert.match(higher, /Local controller 1 only supports versions [01]-1/);
  const lower = await tools.refused('features', ['downgrade', '--feature', 'metadata.version=29']);
  assert.match(lower, /Unsupported metadata\.version downgrade from 30 to 29/);
  const unknown = await tools.refused('features', ['upgrade', '--feature', 'nobody.version=1']);
  assert.match(unknown, /does not support this feature|Unsupported feature|nobody\.version/);
});

test('kafka-metadata-quorum shows the broker as leader and voter', async () => {
  const status = await tools.run('metadata-quorum', ['describe', '--status']);
  assert.match(status, /LeaderId: +1\n/);
  assert.match(status, /CurrentVoters: +\[\{"id": 1, "directoryId": "[\w-]{22}"/);
  const replication = await tools.run('metadata-quorum', ['describe', '--replication']);
  assert.match(replication, /^1\s+[\w-]{22}\s+\d+\s+0\s+\d+\s+\d+\s+Leader/m);
});

test('kafka-leader-election finds that the one broker leads what it leads', async () => {
  await tools.run('topics', ['--create', '--topic', 'led', '--partitions', '2']);
  await tools.run('leader-election', ['--election-type', 'preferred', '--all-topic-partitions']);
  const one = ['--election-type', 'unclean', '--topic', 'led', '--partition', '1'];
  assert.match(
    await tools.run('leader-election', one),
    /Valid replica already elected for partitions led-1/,
  );
  const missing = ['--election-type', 'preferred', '--topic', 'led', '--partition', '7'];
  assert.match(await tools.refused('leader-election', missing), /No such partition as led-7/);
});

test('kafka-reassign-partitions proposes, begins, verifies, lists and cancels', async () => {
  await tools.run('topics', ['--create', '--topic', 'moved', '--partitions', '2']);
  const folder = mkdtempSync(join(tmpdir(), 'odradek-reassign-'));
  try {
    const file = (name: string, content: object): string => {
      const path = join(folder, name);
      writeFileSync(path, JSON.stringify(content));
      return path;
    };
    const topics = file('topics.json', { version: 1, topics: [{ topic: 'moved' }] });
    const proposed = await tools.run('reassign-partitions', [
      '--topics-to-move-json-file',
      topics,
      '--broker-list',
      '1',
      '--generate',
    ]);
    assert.match(proposed, /Proposed[^\n]*\n.*"topic":"moved","partition":1,"replicas":\[1\]/);
    const to = (replicas: readonly number[]): string[] => [
      '--reassignment-json-file',
      file('plan.json', { version: 1, partitions: [{ topic: 'moved', partition: 0, replicas }] }),
    ];
    const here = to([1]);
    const begun = await tools.run('reassign-partitions', [...here, '--execute']);
    assert.match(begun, /Successfully started partition reassignment for moved-0/);
    const verified = await tools.run('reassign-partitions', [...here, '--verify']);
    assert.match(verified, /Reassignment of partition moved-0 is completed/);
    const list = await tools.run('reassign-partitions', ['--list']);
    assert.match(list, /No partition reassignments found/);
    const cancelled = await tools.run('reassign-partitions', [...here, '--cancel']);
    assert.match(cancelled, /None of the specified partition reassignments are active/);
    const elsewhere = await tools.refused('reassign-partitions', [...to([7]), '--execute']);
    assert.match(elsewhere, /Unknown broker id 7|no such broker is registered/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('kafka-log-dirs shows the size of each partition', async () => {
  await tools.run('topics', ['--create', '--topic', 'sized', '--partitions', '2']);
  await tools.run('console-producer', ['--topic', 'sized'], { input: 'some bytes\n' });
  const output = await tools.run('log-dirs', ['--describe', '--topic-list', 'sized']);
  const json = output.split('\n').find((line) => line.startsWith('{')) ?? '{}';
  const { brokers } = JSON.parse(json) as {
    brokers: { logDirs: { error: unknown; partitions: { partition: string; size: number }[] }[] }[];
  };
  const partitions = brokers[0]?.logDirs[0]?.partitions ?? [];
  assert.deepEqual(partitions.map(({ partition }) => partition).toSorted(), ['sized-0', 'sized-1']);
  assert.ok(partitions.some(({ size }) => size > 0));
});

test('kafka-client-compatibility-test finds what a broker of today has', async () => {
  await tools.run('topics', ['--create', '--topic', 'compatible', '--partitions', '1']);
  const expected = {
    'num-cluster-nodes': 1,
    topic: 'compatible',
    'offsets-for-times-supported': 'True',
    'cluster-id-supported': 'True',
    'expect-record-too-large-exception': 'False',
    'create-topics-supported': 'True',
    'describe-acls-supported': 'True',
    'describe-configs-supported': 'True',
    'idempotent-producer-supported': 'True',
  };
  const args = Object.entries(expected).flatMap(([key, value]) => [`--${key}`, String(value)]);
  assert.match(await tools.run('client-compatibility-test', args), /success/i);
});
