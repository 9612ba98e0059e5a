/*
 * Goal: a follower back from power loss shows nobody what may have been cut off before it, until a leader has told
 * it what is in the log.
 * Method: a simulated cluster whose followers have written down how far everything is replicated; then only one of
 * them comes back, with what its disk has kept.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SimulatedCluster } from './simulated-cluster.ts';

const topic = 'orders';
const count = 20;

/** A cluster of three in which everything is replicated, and every broker has written that down. */
async function settled(seed: number): Promise<SimulatedCluster> {
  const cluster = await SimulatedCluster.start(3, { seed });
  await cluster.createTopic(topic, [1, 2, 3]);
  const producer = cluster.client().producer();
  for (let i = 0; i < count; i++) {
    const value = new TextEncoder().encode(String(i));
    await cluster.complete(producer.send({ topic, partition: 0, value }));
  }
  await cluster.until(() => cluster.partition(2, topic).log.highWatermark === count);
  // `replica.high.watermark.checkpoint.interval.ms`
  await cluster.simulation.runFor(6000);
  for (const nodeId of [1, 3]) cluster.crash(nodeId);
  return cluster;
}

test('a follower back from power loss trusts its high watermark no further than it had synced', async () => {
  let survived = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const cluster = await settled(seed);
    cluster.powerLoss(2);
    await cluster.start(2);
    const { log } = cluster.partition(2, topic);
    if (log.logEndOffset > 0) survived++;
    assert.equal(log.highWatermark, 0, `seed ${seed}`);
    await cluster.start(1);
    await cluster.until(() => cluster.partition(2, topic).log.highWatermark === count);
  }
  assert.ok(survived > 0, 'something was there that could have been shown');
});

test('a follower whose process was killed goes on from its high watermark', async () => {
  const cluster = await settled(1);
  cluster.crash(2);
  await cluster.start(2);
  assert.equal(cluster.partition(2, topic).log.highWatermark, count);
});
