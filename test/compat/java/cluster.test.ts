import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startOdradek, type OdradekProcess } from './support/odradek-process.ts';
import { toolsFor, type Tools } from './support/tools.ts';

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
  assert.match(await tools.run('features', ['describe']), /Feature: metadata\.version/);
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
