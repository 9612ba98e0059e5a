// Goal: Kafka Streams runs unmodified on a cluster of three. Method: the word count among its examples, at least
// once as it is by default. It makes its topics for repartitioning and for changes, goes on when a broker is
// killed, and has its counts again when it starts without what it kept on disk.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeProperties } from '../../../benchmarks/peers/properties.ts';
import { valueOf } from '../../../src/client/admin-items.ts';
import { must } from '../../../src/util/assert.ts';
import { JavaProgram } from './support/java-program.ts';
import {
  clusterMissing,
  startOdradekCluster,
  type OdradekCluster,
} from './support/odradek-cluster.ts';
import { leaderOf, partitionsOf, recordsOf, writeValues } from './support/topic-records.ts';
import { toolsFor } from './support/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'odradek-streams-'));
const [input, output] = ['streams-plaintext-input', 'streams-wordcount-output'];
const store = 'streams-wordcount-KSTREAM-AGGREGATE-STATE-STORE-0000000003';
const words = ['all', 'streams', 'lead', 'to', 'kafka'];
let cluster: OdradekCluster;
let linesWritten = 0;

before(async () => {
  if (clusterMissing !== false) return;
  cluster = await startOdradekCluster();
  const { admin } = cluster.client;
  await admin.createTopic({ name: input, partitions: 3 });
  await admin.createTopic({
    name: output,
    partitions: 3,
    configs: { 'cleanup.policy': 'compact' },
  });
});
after(async () => {
  if (clusterMissing === false) await cluster.discard();
  rmSync(folder, { recursive: true, force: true });
});

/** The example, with a folder of its own for what it keeps. */
function startWordCount(state: string): Promise<JavaProgram> {
  const settings = {
    'bootstrap.servers': cluster.bootstrapServers,
    'state.dir': join(folder, state),
    'num.stream.threads': 2,
    'commit.interval.ms': 1000,
  };
  const file = writeProperties(join(folder, `${state}.properties`), settings);
  return JavaProgram.start('word-count-demo', [file]);
}

async function write(): Promise<void> {
  const lines = Array.from({ length: 200 }, () => words.join(' '));
  await writeValues(cluster.client, input, lines);
  linesWritten += lines.length;
}

/** The last count of each word. */
async function counts(): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const { key, value } of await recordsOf(cluster.client, output)) {
    const word = Buffer.from(must(key)).toString();
    found.set(word, Number(Buffer.from(must(value)).readBigInt64BE()));
  }
  return found;
}

/** Whether each word has been counted as often as it was written. At least: what was not committed comes again. */
async function areCounted(): Promise<boolean> {
  const found = await counts();
  return words.every((word) => (found.get(word) ?? 0) >= linesWritten);
}

test(
  'a word count of Kafka Streams counts on, whatever is lost',
  { skip: clusterMissing },
  async () => {
    await write();
    let wordCount = await startWordCount('first');
    try {
      await wordCount.until('all words are counted', areCounted);
      assert.deepEqual(await counts(), new Map(words.map((word) => [word, linesWritten])));
      for (const [topic, policy] of [
        [`${store}-changelog`, 'compact'],
        [`${store}-repartition`, 'delete'],
      ] as const) {
        const partitions = await partitionsOf(cluster.client, topic);
        assert.deepEqual(
          partitions.map(({ replicas }) => replicas.length),
          [3, 3, 3],
        );
        const resource = { type: 'topic', name: topic } as const;
        const [described] = await cluster.client.admin.describeConfigs([resource]);
        const config = valueOf(must(described)).find(({ name }) => name === 'cleanup.policy');
        assert.equal(config?.value, policy);
      }

      await cluster.kill(await leaderOf(cluster.client, `${store}-changelog`));
      await write();
      await wordCount.until('it counts on with the brokers that are left', areCounted);
      await wordCount.stop();

      await write();
      wordCount = await startWordCount('second');
      await wordCount.until('it counts on from what the changelog has', areCounted);
      await wordCount.stop();
    } finally {
      await wordCount.kill();
    }

    const reset = ['--application-id', 'streams-wordcount', '--input-topics', input, '--force'];
    await toolsFor(cluster.bootstrapServers).run('streams-application-reset', reset);
    const left = (await cluster.client.admin.listTopics()).map(({ name }) => name);
    assert.deepEqual(left, ['__consumer_offsets', input, output]);
  },
);
