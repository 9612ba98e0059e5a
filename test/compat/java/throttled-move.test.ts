/**
 * Goal: `kafka-reassign-partitions --throttle` moves a partition, and `--verify` takes the throttles away. That the
 * rate is kept to is for test/broker/replication-throttle.test.ts.
 * Method: three brokers in this process, and Apache's tool.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '../../../src/client/client.ts';
import { createCluster, type Cluster } from '../../../src/index.ts';
import { createNodeRuntime } from '../../../src/runtime/node/node-runtime.ts';
import { must } from '../../../src/util/assert.ts';
import { toolsFor } from './support/tools.ts';

const bytesPerSecond = 400_000;
const recordBytes = 100_000;
const recordCount = 30;

async function fill({ bootstrapServers }: Cluster): Promise<void> {
  const client = createClient({ bootstrapServers }, createNodeRuntime());
  const producer = client.producer({ acks: 'all' });
  for (let i = 0; i < recordCount; i++) {
    const value = new Uint8Array(recordBytes).fill(i);
    await producer.send({ topic: 'moved', partition: 0, value });
  }
  await producer.close();
  client.close();
}

test('kafka-reassign-partitions moves under a throttle, and takes it away when it has verified', async () => {
  await using cluster = await createCluster({ topics: { moved: { replicationFactor: 2 } } });
  await fill(cluster);
  const tools = toolsFor(cluster.bootstrapServers);
  const has = cluster.inSyncReplicas('moved');
  const target = must([1, 2, 3].find((nodeId) => !has.includes(nodeId)));
  const folder = mkdtempSync(join(tmpdir(), 'odradek-throttle-'));
  try {
    const path = join(folder, 'plan.json');
    const replicas = [target, must(has[0])];
    const partitions = [{ topic: 'moved', partition: 0, replicas }];
    writeFileSync(path, JSON.stringify({ version: 1, partitions }));
    const plan = ['--reassignment-json-file', path];
    const throttle = ['--execute', '--throttle', String(bytesPerSecond)];
    const begun = await tools.run('reassign-partitions', [...plan, ...throttle]);
    assert.match(begun, new RegExp(`inter-broker throttle limit was set to ${bytesPerSecond} B/s`));
    const topicConfig = ['--describe', '--entity-type', 'topics', '--entity-name', 'moved'];
    const set = await tools.run('configs', topicConfig);
    assert.match(set, new RegExp(`follower.replication.throttled.replicas=0:${target} `));
    for (;;) {
      const verified = await tools.run('reassign-partitions', [...plan, '--verify']);
      if (!verified.includes('is completed')) continue;
      assert.match(verified, /Clearing broker-level throttles on brokers 1,2,3/);
      assert.match(verified, /Clearing topic-level throttles on topic moved/);
      break;
    }
    assert.deepEqual(new Set(cluster.inSyncReplicas('moved')), new Set(replicas));
    assert.doesNotMatch(await tools.run('configs', topicConfig), /throttled/);
    const brokers = await tools.run('configs', ['--describe', '--entity-type', 'brokers']);
    assert.doesNotMatch(brokers, /throttled/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
