// Goal: Odradek takes over a folder that Apache Kafka wrote, with its topics, ids and records. Method:
// Apache writes, once stopped in order and once killed; Odradek starts on a copy of each folder, and Apache's
// tools read everything back from it.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { startApacheKafka } from '../../../benchmarks/peers/apache-kafka.ts';
import { startOdradek } from './support/odradek-process.ts';
import { jarsFolder, sumOfOffsets, toolsFor, type Tools } from './support/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'odradek-adoption-'));
const cleanCopy = join(folder, 'clean');
const killedCopy = join(folder, 'killed');
let topicIds: ReadonlyMap<string, string>;

before(
  async () => {
    const options = { jars: await jarsFolder(), folder: join(folder, 'apache'), nodes: 1 } as const;
    const first = await startApacheKafka(options);
    await writeWith(first.bootstrapServers);
    topicIds = await topicIdsOf(toolsFor(first.bootstrapServers));
    await first.stop();
    cpSync(first.logDirs[0] ?? '', cleanCopy, { recursive: true });
    const second = await startApacheKafka(options);
    await produceNumbers(toolsFor(second.bootstrapServers), 'more');
    await second.kill();
    cpSync(second.logDirs[0] ?? '', killedCopy, { recursive: true });
  },
  { timeout: 240_000 },
);
after(() => rmSync(folder, { recursive: true, force: true }));

const numbers = 3000;
/** Named after the protocols that they were read with. */
const groups = ['classic', 'consumer'];

async function produceNumbers(tools: Tools, topic: string): Promise<void> {
  await tools.run('verifiable-producer', ['--topic', topic, '--max-messages', String(numbers)]);
}

/** Several partitions, numbers in order, a transaction of each outcome, and offsets of a group. */
async function writeWith(bootstrapServers: string): Promise<void> {
  const tools = toolsFor(bootstrapServers);
  await tools.run('topics', ['--create', '--topic', 'numbers', '--partitions', '1']);
  await tools.run('topics', ['--create', '--topic', 'more', '--partitions', '3']);
  await produceNumbers(tools, 'numbers');
  const kafka = new Kafka({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    transactionalId: 'adopted',
    maxInFlightRequests: 1,
    idempotent: true,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await kafka.admin().createTopics({ topics: [{ topic: 'paid', numPartitions: 1 }] });
  await producer.connect();
  for (const outcome of ['kept', 'dropped', 'kept'] as const) {
    const transaction = await producer.transaction();
    await transaction.send({ topic: 'paid', messages: [{ value: outcome }] });
    await (outcome === 'kept' ? transaction.commit() : transaction.abort());
  }
  await producer.disconnect();
  for (const group of groups) {
    const until = ['--max-messages', '10', '--timeout-ms', '30000', '--group', group];
    const property = ['--command-property', `group.protocol=${group}`];
    const words = ['--topic', 'numbers', '--from-beginning', ...until, ...property];
    await tools.run('console-consumer', words);
  }
}

async function topicIdsOf(tools: Tools): Promise<ReadonlyMap<string, string>> {
  const described = await tools.run('topics', ['--describe']);
  const found = described.matchAll(/^Topic: (\S+)\s+TopicId: (\S+)/gm);
  return new Map(Array.from(found, ([, name = '', id = '']) => [name, id]));
}

async function readPartition(tools: Tools, topic: string, ...args: string[]): Promise<string[]> {
  const from = ['--topic', topic, '--partition', '0', '--offset', 'earliest'];
  const output = await tools.run('console-consumer', [...from, '--timeout-ms', '5000', ...args]);
  return output.split('\n').filter((line) => /^(?:\d+|kept|dropped)$/.test(line));
}

async function judgeAdopted(dataDir: string): Promise<void> {
  const odradek = await startOdradek(dataDir);
  try {
    const tools = toolsFor(odradek.bootstrapServer);
    const ids = await topicIdsOf(tools);
    for (const name of ['numbers', 'more', 'paid', '__consumer_offsets', '__transaction_state']) {
      assert.equal(ids.get(name), topicIds.get(name), `${name} keeps its id`);
    }
    const all = ['--max-messages', String(numbers)];
    const expected = Array.from({ length: numbers }, (_, i) => String(i));
    assert.deepEqual(await readPartition(tools, 'numbers', ...all), expected);
    const committed = ['--isolation-level', 'read_committed', '--max-messages', '2'];
    assert.deepEqual(await readPartition(tools, 'paid', ...committed), ['kept', 'kept']);
    await judgeConfigs(tools);
    await judgeGroups(tools);
    await tools.run('console-producer', ['--topic', 'numbers'], { input: '3000\n' });
    const last = await tools.run('get-offsets', ['--topic', 'numbers', '--time', 'latest']);
    assert.match(last, /^numbers:0:3001$/m);
    assert.match(odradek.output(), /numbers/, 'it says which topics it adopted');
  } finally {
    await odradek.stop();
  }
}

/** Groups of both protocols have the offsets that they had committed. */
async function judgeGroups(tools: Tools): Promise<void> {
  for (const group of groups) {
    const described = await tools.run('consumer-groups', ['--describe', '--group', group]);
    assert.match(described, new RegExp(`^${group}\\s+numbers\\s+0\\s+10\\s`, 'm'));
  }
}

async function judgeConfigs(tools: Tools): Promise<void> {
  const adopted = await tools.run('configs', ['--describe', '--entity-type', 'topics']);
  for (const name of ['numbers', 'more', 'paid']) {
    const [, configs = ''] = adopted.split(`Dynamic configs for topic ${name} are:`);
    const [ofTopic = ''] = configs.split('Dynamic configs for topic');
    assert.match(ofTopic, /retention\.ms=-1/);
    assert.match(ofTopic, /retention\.bytes=-1/);
  }
  const [, ofOffsets = ''] = adopted.split('topic __consumer_offsets are:');
  assert.match(ofOffsets.split('Dynamic configs')[0] ?? '', /cleanup\.policy=compact/);
}

test('a folder that Apache Kafka stopped in order is adopted with all its records', async () => {
  await judgeAdopted(cleanCopy);
});

test('a folder of an Apache Kafka that was killed is adopted with all its records', async () => {
  await judgeAdopted(killedCopy);
  const odradek = await startOdradek(killedCopy);
  const more = await toolsFor(odradek.bootstrapServer).run('get-offsets', ['--topic', 'more']);
  assert.equal(sumOfOffsets(more), numbers);
  await odradek.stop();
});
