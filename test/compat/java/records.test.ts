import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startOdradek, type OdradekProcess } from './support/odradek-process.ts';
import { sumOfOffsets, toolsFor, type Tools } from './support/tools.ts';

let odradek: OdradekProcess;
let tools: Tools;

before(async () => {
  odradek = await startOdradek();
  tools = toolsFor(odradek.bootstrapServer);
});
after(() => odradek.discard());

const oneRecordEach = [
  '--reader-property',
  'parse.key=true',
  '--reader-property',
  'key.separator=:',
];

test('kafka-console-consumer reads by partition what kafka-console-producer wrote', async () => {
  await tools.run('topics', ['--create', '--topic', 'keyed', '--partitions', '1']);
  await tools.run('console-producer', ['--topic', 'keyed', ...oneRecordEach], {
    input: 'ann:tea\nbob:coffee\nann:cake\n',
  });
  const from = ['--topic', 'keyed', '--partition', '0', '--offset', 'earliest'];
  const until = ['--max-messages', '3', '--timeout-ms', '30000'];
  const keys = [
    '--formatter-property',
    'print.key=true',
    '--formatter-property',
    'key.separator=:',
  ];
  const read = await tools.run('console-consumer', [...from, ...until, ...keys]);
  assert.deepEqual(read.match(/^\w+:\w+$/gm), ['ann:tea', 'bob:coffee', 'ann:cake']);
});

test('kafka-get-offsets knows the first, the last, the newest and one by its time', async () => {
  await tools.run('topics', ['--create', '--topic', 'timed', '--partitions', '1']);
  const beforeMs = Date.now();
  await tools.run('console-producer', ['--topic', 'timed'], { input: 'one\ntwo\nthree\n' });
  const offsetAt = async (time: string) =>
    tools.run('get-offsets', ['--topic', 'timed', '--time', time]);
  assert.match(await offsetAt('earliest'), /^timed:0:0$/m);
  assert.match(await offsetAt('latest'), /^timed:0:3$/m);
  assert.match(await offsetAt('max-timestamp'), /^timed:0:[0-2]$/m);
  assert.match(await offsetAt(String(beforeMs)), /^timed:0:0$/m);
});

test('kafka-verifiable-producer has all of 10,000 records acknowledged, and kafka-delete-records removes some', async (t) => {
  await tools.run('topics', ['--create', '--topic', 'counted', '--partitions', '1']);
  const count = ['--max-messages', '10000', '--acks', '-1', '--repeating-keys', '10'];
  const produced = await tools.run('verifiable-producer', ['--topic', 'counted', ...count]);
  assert.match(produced, /"name":"tool_data".*"acked":10000\b/);
  const folder = mkdtempSync(join(tmpdir(), 'odradek-delete-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'offsets.json');
  const partitions = [{ topic: 'counted', partition: 0, offset: 100 }];
  writeFileSync(file, JSON.stringify({ partitions, version: 1 }));
  const deleted = await tools.run('delete-records', ['--offset-json-file', file]);
  assert.match(deleted, /low_watermark: 100/);
  const first = await tools.run('get-offsets', ['--topic', 'counted', '--time', 'earliest']);
  assert.match(first, /^counted:0:100$/m);
});

for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
  test(`kafka-producer-perf-test writes idempotently with compression.type=${codec}, and it is read back`, async () => {
    const topic = `perf-${codec}`;
    await tools.run('topics', ['--create', '--topic', topic, '--partitions', '1']);
    const load = ['--num-records', '20000', '--record-size', '100', '--throughput', '-1'];
    const settings = ['--command-property', 'acks=all', `compression.type=${codec}`];
    await tools.run('producer-perf-test', ['--topic', topic, ...load, ...settings]);
    const last = await tools.run('get-offsets', ['--topic', topic, '--time', 'latest']);
    assert.equal(sumOfOffsets(last), 20_000);
    const from = ['--topic', topic, '--partition', '0', '--offset', 'earliest'];
    const until = ['--max-messages', '20000', '--timeout-ms', '30000'];
    const read = await tools.run('console-consumer', [...from, ...until]);
    assert.match(read, /Processed a total of 20000 messages/);
  });
}

test('the Java client reads batches that the broker has compressed at each kind of lz4 level', async () => {
  const words = ['view', 'click', 'purchase', 'logout'];
  const lines = Array.from({ length: 3000 }, (_, i) =>
    JSON.stringify({ id: i, kind: words[(i * i) % 4], user: `user-${(i * 7919) % 101}` }),
  );
  const payload = join(mkdtempSync(join(tmpdir(), 'odradek-lz4-')), 'lines.txt');
  writeFileSync(payload, `${lines.join('\n')}\n`);
  for (const level of ['1', '9', '17']) {
    const topic = `lz4-${level}`;
    const configs = ['compression.type=lz4', `compression.lz4.level=${level}`];
    const settings = configs.flatMap((config) => ['--config', config]);
    await tools.run('topics', ['--create', '--topic', topic, '--partitions', '1', ...settings]);
    // Batches of several blocks.
    const load = ['--num-records', '10000', '--throughput', '-1', '--payload-file', payload];
    const large = ['--command-property', 'batch.size=300000', 'linger.ms=200'];
    await tools.run('producer-perf-test', ['--topic', topic, ...load, ...large]);
    const from = ['--topic', topic, '--partition', '0', '--offset', 'earliest'];
    const until = ['--max-messages', '10000', '--timeout-ms', '30000'];
    const read = (await tools.run('console-consumer', [...from, ...until])).match(/^\{.*\}$/gm);
    const sent = new Set(lines);
    assert.equal(read?.filter((line) => sent.has(line)).length, 10_000);
  }
});
