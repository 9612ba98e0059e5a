// Goal: MirrorMaker 2 keeps a second cluster in step with a cluster of three, as a second data centre would be.
// Method: its own program, at least once as it is by default. Topics with their partitions, configs and records
// are followed, and the offsets of groups by way of checkpoints, also when a broker is killed and it starts anew.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeProperties } from '../../../benchmarks/peers/properties.ts';
import { createClient, type Client } from '../../../src/client/client.ts';
import { createCluster, type Cluster } from '../../../src/index.ts';
import { createNodeRuntime } from '../../../src/runtime/node/node-runtime.ts';
import { must } from '../../../src/util/assert.ts';
import { JavaProgram } from './support/java-program.ts';
import {
  clusterMissing,
  startOdradekCluster,
  type OdradekCluster,
} from './support/odradek-cluster.ts';
import { leaderOf, partitionsOf, valuesOf, writeValues } from './support/topic-records.ts';

const folder = mkdtempSync(join(tmpdir(), 'odradek-mirror-'));
/** What the topic `orders` is called in the second cluster. */
const mirror = 'primary.orders';
/** The same of a filtered topic of it. */
const shownMirror = 'primary.orders-shown';
const written: string[] = [];
let primary: OdradekCluster;
let backup: Cluster;
let backupClient: Client;

before(async () => {
  if (clusterMissing !== false) return;
  primary = await startOdradekCluster();
  backup = await createCluster({ brokers: 3, storage: 'memory' });
  const { bootstrapServers } = backup;
  backupClient = createClient({ bootstrapServers }, createNodeRuntime());
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  if (clusterMissing !== false) return;
  backupClient.close();
  await backup.stop();
  await primary.discard();
});

function startMirrorMaker(): Promise<JavaProgram> {
  const settings = {
    clusters: 'primary,backup',
    'primary.bootstrap.servers': primary.bootstrapServers,
    'backup.bootstrap.servers': backup.bootstrapServers,
    'primary->backup.enabled': 'true',
    'primary->backup.topics': 'orders.*',
    'primary->backup.sync.group.offsets.enabled': 'true',
    // All is the default but for its pace.
    'primary->backup.offset.lag.max': 0,
    'primary->backup.emit.checkpoints.interval.seconds': 1,
    'primary->backup.sync.group.offsets.interval.seconds': 1,
    'primary->backup.refresh.groups.interval.seconds': 1,
    'primary->backup.refresh.topics.interval.seconds': 1,
    'primary->backup.sync.topic.configs.interval.seconds': 1,
    'offset.flush.interval.ms': 1000,
    'plugin.discovery': 'service_load',
  };
  const file = writeProperties(join(folder, 'mirror-maker.properties'), settings);
  return JavaProgram.start('connect-mirror-maker', [file]);
}

async function write(prefix: string): Promise<void> {
  const values = Array.from({ length: 300 }, (_, i) => `${prefix} ${i}`);
  await writeValues(primary.client, 'orders', values);
  written.push(...values);
}

/** Whether each value is there, at least once. */
async function isMirrored(): Promise<boolean> {
  const topics = await backupClient.admin.listTopics();
  if (!topics.some(({ name }) => name === mirror)) return false;
  const there = new Set(await valuesOf(backupClient, mirror));
  return written.every((value) => there.has(value));
}

async function endOf(client: Client, topic: string): Promise<number> {
  const query = { topic, partition: 0, timestampMs: -1 };
  const [found] = await client.admin.listOffsets([query]);
  return must(found).offset;
}

/** The group has read all that there is. */
async function commitEnd(): Promise<void> {
  const offset = await endOf(primary.client, 'orders');
  const at = { topic: 'orders', partition: 0, offset };
  await primary.client.admin.alterGroupOffsets('billing', [at]);
}

/** Whether the group has read all that there is in the second cluster, too. */
async function isEndTranslated(): Promise<boolean> {
  const offsets = await backupClient.admin.listGroupOffsets('billing');
  const found = offsets.find(({ topic, partition }) => topic === mirror && partition === 0);
  return found?.offset === (await endOf(backupClient, mirror));
}

async function configOf(client: Client, topic: string, name: string): Promise<string | undefined> {
  const [entries] = await client.admin.describeConfigs([{ type: 'topic', name: topic }]);
  assert.ok(entries !== undefined && 'value' in entries);
  return entries.value.find((entry) => entry.name === name)?.value ?? undefined;
}

async function changeTopic(): Promise<void> {
  const { admin } = primary.client;
  await admin.createPartitions([{ name: 'orders', count: 3 }]);
  const change = { name: 'retention.ms', operation: 'set', value: '3600000' } as const;
  const resource = { type: 'topic', name: 'orders' } as const;
  await admin.incrementalAlterConfigs([{ resource, changes: [change] }]);
}

test(
  'MirrorMaker 2 keeps topics, records and offsets of groups in step',
  { skip: clusterMissing },
  async () => {
    const configs = { 'retention.ms': '7200000', 'max.message.bytes': '2000000' };
    await primary.client.admin.createTopic({ name: 'orders', partitions: 2, configs });
    await write('first');
    // Is mirrored as a topic with what it shows, since to MirrorMaker it is a topic like others.
    const filter = { 'odradek.source.topic': 'orders', 'odradek.filter': 'value.endsWith("7")' };
    await primary.client.admin.createTopic({ name: 'orders-shown', configs: filter });
    await commitEnd();
    let mirrorMaker = await startMirrorMaker();
    try {
      await mirrorMaker.until('records are mirrored', isMirrored);
      await mirrorMaker.until('what a filtered topic shows is mirrored', async () => {
        const topics = await backupClient.admin.listTopics();
        if (!topics.some(({ name }) => name === shownMirror)) return false;
        const there = new Set(await valuesOf(backupClient, shownMirror));
        assert.ok([...there].every((value) => value.endsWith('7')));
        return there.size === 30;
      });
      assert.equal((await partitionsOf(backupClient, mirror)).length, 2);
      assert.equal(await configOf(backupClient, mirror, 'retention.ms'), '7200000');
      assert.equal(await configOf(backupClient, mirror, 'max.message.bytes'), '2000000');
      await mirrorMaker.until('offsets of the group are translated', isEndTranslated);

      await changeTopic();
      await mirrorMaker.until('partitions and configs are followed', async () => {
        const partitions = await partitionsOf(backupClient, mirror);
        const retention = await configOf(backupClient, mirror, 'retention.ms');
        return partitions.length === 3 && retention === '3600000';
      });

      await primary.kill(await leaderOf(primary.client, 'orders'));
      await write('with a broker gone');
      await mirrorMaker.until('records from the brokers that are left are mirrored', isMirrored);
      await mirrorMaker.stop();

      await write('while nobody mirrors');
      mirrorMaker = await startMirrorMaker();
      await mirrorMaker.until('it goes on where it was', isMirrored);
      await commitEnd();
      await mirrorMaker.until('offsets of the group are translated again', isEndTranslated);
      await mirrorMaker.stop();
    } finally {
      await mirrorMaker.kill();
    }
  },
);
