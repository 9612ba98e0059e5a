// Goal: Apache's dump tool reads what our cleaner wrote, and Apache's client reads a compacted topic. Method: a
// broker in this process with a cleaner that does not wait, small segments, and keys that come again and again.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Producer } from '@platformatic/kafka';
import { runJavaTool } from '../../../benchmarks/peers/java-tools.ts';
import { type Broker, createBroker } from '../../../src/index.ts';
import { jarsFolder, toolsFor } from './support/tools.ts';

const keys = 300;
const rounds = 40;
const dataDir = mkdtempSync(join(tmpdir(), 'odradek-compaction-'));
const partitionFolder = join(dataDir, 'prices-0');
let readByClient: string[];

before(async () => {
  const broker = await createBroker({
    dataDir,
    config: { 'log.cleaner.backoff.ms': 50 },
  });
  await broker.createTopic('prices', {
    partitions: 1,
    config: {
      'cleanup.policy': 'compact',
      'segment.bytes': 1_048_576,
      'min.cleanable.dirty.ratio': 0.1,
      'index.interval.bytes': 4096,
    },
  });
  await fill(broker);
  await cleaned();
  const tools = toolsFor(broker.bootstrapServers);
  const from = ['--topic', 'prices', '--partition', '0', '--offset', 'earliest'];
  const shown = ['--property', 'print.key=true', '--timeout-ms', '5000'];
  const output = await tools.run('console-consumer', [...from, ...shown]);
  readByClient = output.split('\n').filter((line) => /^key-\d+\t/.test(line));
  await broker.stop();
});
after(() => rmSync(dataDir, { recursive: true, force: true }));

/** Every third key ends with a tombstone; values in two codecs. */
async function fill(broker: Broker): Promise<void> {
  const bootstrapBrokers = [broker.bootstrapServers];
  const producer = new Producer({ clientId: 'fill', bootstrapBrokers });
  for (let round = 0; round < rounds; round++) {
    const messages = Array.from({ length: keys }, (_, key) => {
      const isTombstone = round === rounds - 1 && key % 3 === 0;
      const value = Buffer.from(`value-${round}-`.padEnd(500, `${key}-${round}.`));
      return {
        topic: 'prices',
        partition: 0,
        key: Buffer.from(`key-${key}`),
        ...(isTombstone ? {} : { value }),
      };
    });
    await producer.send({ messages, compression: round % 2 === 0 ? 'none' : 'zstd' });
  }
  // What is in the active segment is not cleaned: fill it up with others.
  for (let i = 0; i < 3000; i++) {
    const [key, value] = [Buffer.from(`key-${1000 + (i % 5)}`), Buffer.alloc(1000, 'x')];
    await producer.send({ messages: [{ topic: 'prices', partition: 0, key, value }] });
  }
  await producer.close();
}

async function cleaned(): Promise<void> {
  const checkpoint = join(dataDir, 'cleaner-offset-checkpoint');
  for (let tries = 0; tries < 600; tries++) {
    const text = existsSync(checkpoint) ? readFileSync(checkpoint, 'utf8') : '';
    if (Number(/^prices 0 (\d+)$/m.exec(text)?.[1] ?? 0) > keys * rounds) return;
    await sleep(50);
  }
  assert.fail('the topic is not compacted in time');
}

async function dump(suffix: string, ...args: string[]): Promise<string> {
  const names = readdirSync(partitionFolder).filter((name) => name.endsWith(suffix));
  assert.ok(names.length > 0, `there are files that end in ${suffix}`);
  const files = names.map((name) => join(partitionFolder, name)).join();
  const words = ['--files', files, ...args];
  const { exitCode, output } = await runJavaTool(await jarsFolder(), 'dump-log', words);
  assert.equal(exitCode, 0, output);
  assert.doesNotMatch(output, /mismatch|out of order|error|exception/i);
  return output;
}

test('kafka-dump-log finds every batch of a compacted log valid, and the delete horizons', async () => {
  const output = await dump('.log', '--deep-iteration');
  const batches = [...output.matchAll(/^baseOffset: (\d+) lastOffset: (\d+) count: (\d+) .*$/gm)];
  assert.ok(batches.length > 0 && batches.every(([line]) => line.includes('isvalid: true')));
  assert.match(output, /deleteHorizonMs: OptionalLong\[\d+\]/);
  const counted = batches.reduce((sum, batch) => sum + Number(batch[3]), 0);
  assert.ok(counted < (keys * rounds) / 2, `${counted} records are left`);
  assert.ok(readdirSync(partitionFolder).every((name) => !/\.(cleaned|swap)$/.test(name)));
});

test('kafka-dump-log finds the indexes of a compacted log sane and in step with it', async () => {
  assert.match(await dump('.index', '--index-sanity-check'), /passed sanity check/);
  assert.match(await dump('.index', '--verify-index-only'), /Dumping /);
  assert.match(await dump('.timeindex', '--index-sanity-check'), /passed sanity check/);
  assert.match(await dump('.timeindex', '--verify-index-only'), /Dumping /);
});

test('the Java client reads the newest value of every key', () => {
  const newest = new Map(readByClient.map((line) => line.split('\t') as [string, string]));
  for (let key = 0; key < keys; key++) {
    const value = newest.get(`key-${key}`) ?? '';
    if (key % 3 === 0) assert.equal(value, 'null');
    else assert.ok(value.startsWith(`value-${rounds - 1}-`), `key-${key}: ${value.slice(0, 20)}`);
  }
});
