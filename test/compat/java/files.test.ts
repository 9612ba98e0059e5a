// Goal: Apache's dump tool reads what Odradek wrote to disk, without complaint. Method: small segments and
// indexes, so that there are several of each; the broker is stopped, so that it has written all of it.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runJavaTool } from '../../../benchmarks/peers/java-tools.ts';
import { startOdradek, type OdradekProcess } from './support/odradek-process.ts';
import { jarsFolder, toolsFor } from './support/tools.ts';

const records = 20_000;
let odradek: OdradekProcess;
let partitionFolder: string;

before(async () => {
  odradek = await startOdradek();
  const tools = toolsFor(odradek.bootstrapServer);
  const small = ['--config', 'segment.bytes=1048576', '--config', 'index.interval.bytes=4096'];
  await tools.run('topics', ['--create', '--topic', 'dumped', '--partitions', '1', ...small]);
  const load = ['--num-records', String(records), '--record-size', '200', '--throughput', '-1'];
  const settings = ['--command-property', 'acks=all', 'batch.size=8192'];
  await tools.run('producer-perf-test', ['--topic', 'dumped', ...load, ...settings]);
  await odradek.stop();
  partitionFolder = join(odradek.dataDir, 'dumped-0');
});
after(() => odradek.discard());

function filesEndingIn(suffix: string): string {
  const names = readdirSync(partitionFolder).filter((name) => name.endsWith(suffix));
  assert.ok(names.length > 0, `there are files that end in ${suffix}`);
  return names.map((name) => join(partitionFolder, name)).join();
}

async function dump(suffix: string, ...args: string[]): Promise<string> {
  const words = ['--files', filesEndingIn(suffix), ...args];
  const { exitCode, output } = await runJavaTool(await jarsFolder(), 'dump-log', words);
  assert.equal(exitCode, 0, output);
  // "-1 is followed by" is what it says of the first offset of each segment but the first.
  const complaints = /mismatch|out of order|^\s+\d+ is followed by|error|exception/i;
  assert.deepEqual(
    output.split('\n').filter((line) => complaints.test(line)),
    [],
  );
  return output;
}

test('kafka-dump-log reads every batch of every segment and finds it valid', async () => {
  const output = await dump('.log', '--deep-iteration');
  const batches = [...output.matchAll(/^baseOffset: (\d+) lastOffset: (\d+) count: (\d+) .*$/gm)];
  const counted = batches.reduce((sum, batch) => sum + Number(batch[3]), 0);
  assert.equal(counted, records);
  assert.ok(batches.every(([line]) => line.includes('isvalid: true')));
  assert.ok(output.split('Dumping ').length > 4, 'there are several segments');
});

test('kafka-dump-log finds offset and time indexes sane and in step with their segments', async () => {
  assert.match(await dump('.index', '--index-sanity-check'), /passed sanity check/);
  assert.match(await dump('.index', '--verify-index-only'), /Dumping /);
  assert.match(await dump('.timeindex', '--index-sanity-check'), /passed sanity check/);
  assert.match(await dump('.timeindex', '--verify-index-only'), /Dumping /);
});

test('kafka-dump-log reads the snapshots of producers', async () => {
  const output = await dump('.snapshot');
  assert.match(output, /producerId: \d+ producerEpoch: 0/);
});
