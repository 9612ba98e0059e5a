/*
 * Goal: a partition that moves under a throttle takes no more than its rate, on either side, and nothing else is
 * slower for it.
 * Method: brokers on simulated hosts; a partition of 3 MB is moved, and its log on the new broker looked at in
 * virtual time, while another topic is written with acks=all.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valueOf } from '../../src/client/admin-items.ts';
import type { Client } from '../../src/client/client.ts';
import { must } from '../../src/util/assert.ts';
import { SimulatedCluster } from './simulated-cluster.ts';

const mebibyte = 1 << 20;
const bytesPerSecond = 100_000;
const recordBytes = 20_000;
const recordCount = 150;

async function setConfig(
  cluster: SimulatedCluster,
  client: Client,
  type: 'topic' | 'broker',
  name: string,
  values: Readonly<Record<string, string | number>>,
): Promise<void> {
  const changes = Object.entries(values).map(([key, value]) => ({
    name: key,
    operation: 'set' as const,
    value: String(value),
  }));
  const altered = [{ resource: { type, name }, changes }];
  const [outcome] = await cluster.complete(client.admin.incrementalAlterConfigs(altered));
  valueOf(must(outcome));
}

/** Three brokers; 3 MB in `moved`, which 1 and 2 have, and a topic that all have. */
async function clusterWithLoad() {
  const cluster = await SimulatedCluster.start(3, {
    config: { 'replica.fetch.max.bytes': mebibyte },
  });
  await cluster.createTopic('moved', [1, 2]);
  await cluster.createTopic('quick', [1, 2, 3], { 'min.insync.replicas': '3' });
  const client = cluster.client();
  const producer = client.producer({ acks: 'all' });
  for (let i = 0; i < recordCount; i++) {
    const value = new Uint8Array(recordBytes).fill(i);
    await cluster.complete(producer.send({ topic: 'moved', partition: 0, value }));
  }
  await cluster.until(() => cluster.partition(1, 'quick').state.isr.length === 3);
  return { cluster, client, producer };
}

for (const side of ['leader', 'follower'] as const) {
  test(`a move under the ${side}'s throttle keeps to its rate, and others do not wait for it`, async () => {
    const { cluster, client, producer } = await clusterWithLoad();
    const throttled = side === 'leader' ? ['0:1', '0:2'] : ['0:3'];
    await setConfig(cluster, client, 'topic', 'moved', {
      [`${side}.replication.throttled.replicas`]: throttled.join(),
    });
    for (const name of side === 'leader' ? ['1', '2'] : ['3']) {
      await setConfig(cluster, client, 'broker', name, {
        [`${side}.replication.throttled.rate`]: bytesPerSecond,
      });
    }
    const moves = [{ topic: 'moved', partition: 0, replicas: [3, 1] }];
    const [outcome] = await cluster.complete(client.admin.alterReassignments(moves));
    valueOf(must(outcome));
    const beganMs = cluster.simulation.elapsedMs;
    const copied = (): number => cluster.partition(3, 'moved').log.writtenEndOffset * recordBytes;
    const burstBytes = side === 'leader' ? 2 * bytesPerSecond + recordBytes : 1.1 * mebibyte;
    while (copied() < recordCount * recordBytes) {
      await cluster.simulation.runFor(250);
      const passedMs = cluster.simulation.elapsedMs - beganMs;
      const allowed = (bytesPerSecond * passedMs) / 1000 + burstBytes;
      assert.ok(copied() <= allowed, `${copied()} bytes in ${passedMs} ms, ${allowed} allowed`);
      const sentMs = cluster.simulation.elapsedMs;
      const value = new Uint8Array(10);
      await cluster.complete(producer.send({ topic: 'quick', partition: 0, value }));
      assert.ok(cluster.simulation.elapsedMs - sentMs < 50, 'a write waits for the throttle');
    }
    const tookMs = cluster.simulation.elapsedMs - beganMs;
    const leastMs = ((recordCount * recordBytes - burstBytes) / bytesPerSecond) * 1000;
    assert.ok(tookMs >= leastMs && tookMs < 1.25 * leastMs + 2000, `${tookMs} ms`);
    await cluster.until(() => cluster.partition(3, 'moved').state.replicas.join() === '3,1');
  });
}

test('who is in sync is not throttled, and a throttle that is taken away holds nobody back any more', async () => {
  const { cluster, client, producer } = await clusterWithLoad();
  const rates = {
    'leader.replication.throttled.rate': 1,
    'follower.replication.throttled.rate': 1,
  };
  for (const name of ['moved', 'quick']) {
    await setConfig(cluster, client, 'topic', name, {
      'leader.replication.throttled.replicas': '*',
      'follower.replication.throttled.replicas': '*',
    });
  }
  await setConfig(cluster, client, 'broker', '', rates);
  const beganMs = cluster.simulation.elapsedMs;
  for (let i = 0; i < 10; i++) {
    const value = new Uint8Array(recordBytes);
    await cluster.complete(producer.send({ topic: 'quick', partition: 0, value }));
  }
  assert.ok(cluster.simulation.elapsedMs - beganMs < 500, 'in sync');

  const moves = [{ topic: 'moved', partition: 0, replicas: [3, 1] }];
  await cluster.complete(client.admin.alterReassignments(moves));
  await cluster.simulation.runFor(60_000);
  const moved = cluster.partition(3, 'moved');
  assert.ok(moved.log.writtenEndOffset < 10, 'nearly nothing is copied');
  await setConfig(cluster, client, 'broker', '', {
    'leader.replication.throttled.rate': 2 ** 40,
    'follower.replication.throttled.rate': 2 ** 40,
  });
  const freedMs = cluster.simulation.elapsedMs;
  await cluster.until(() => moved.state.replicas.join() === '3,1');
  assert.ok(cluster.simulation.elapsedMs - freedMs < 5000);
});
