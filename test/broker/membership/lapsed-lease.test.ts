/*
 * Goal: what happens while brokers have no lease by their own clocks is made up for when they have one again.
 * Method: the store is away for longer than a lease and has kept the leases all the same, as an etcd that elects a
 * leader does; what comes to pass just then is to be acted on, though nobody may act when it is told.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../../src/util/assert.ts';
import { SimulatedCluster } from '../simulated-cluster.ts';

const topic = 'orders';

/** The store answers nobody until all leases have lapsed by their holders' clocks; it ends none of them. */
async function outlive(cluster: SimulatedCluster, nodeIds: readonly number[]): Promise<void> {
  for (const nodeId of nodeIds) cluster.store.setReachable(`broker${nodeId}`, false);
  const isOver = (): boolean => nodeIds.every((nodeId) => !cluster.broker(nodeId).mayLead);
  while (!isOver()) {
    await cluster.simulation.runFor(1000);
    cluster.store.electLeader();
  }
}

function leaderAt(cluster: SimulatedCluster, nodeId: number): number {
  const { topicsByName } = cluster.broker(nodeId).metadata.image;
  return must(topicsByName.get(topic)?.partitions[0]).leader;
}

test('a broker that died while the controller had no lease by its clock is replaced', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [3, 1, 2]);
  await cluster.until(() => leaderAt(cluster, 1) === 3);
  await outlive(cluster, [1, 2]);
  cluster.crash(3);
  await cluster.takeLife(3);
  for (const nodeId of [1, 2]) cluster.store.setReachable(`broker${nodeId}`, true);
  await cluster.until(() => [1, 2].includes(leaderAt(cluster, 1)), 5000);
});

test('a controller that died while nobody had a lease by their clocks is replaced', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2, 3]);
  await cluster.until(() => leaderAt(cluster, 2) === 1);
  const { leaseId } = must(cluster.broker(2).metadata.image.brokers.get(1));
  await outlive(cluster, [1, 2, 3]);
  cluster.crash(1);
  cluster.store.revokeLease(leaseId);
  for (const nodeId of [2, 3]) cluster.store.setReachable(`broker${nodeId}`, true);
  await cluster.until(() => [2, 3].includes(leaderAt(cluster, 2)), 5000);
  assert.notEqual(cluster.broker(2).metadata.image.controllerId, 1);
});
