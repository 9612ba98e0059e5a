/*
 * Goal: a broker whose disk was replaced, or whose folder is a copy, is not taken for the one that had everything.
 * Method: brokers on simulated hosts; folders are lost while their brokers are down.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorName } from '../../../src/protocol/error-codes.ts';
import {
  electLeadersRequest,
  electLeadersResponse,
} from '../../../src/protocol/messages/elect-leaders.ts';
import { produceRequest, produceResponse } from '../../../src/protocol/messages/produce.ts';
import { must } from '../../../src/util/assert.ts';
import { produceBody } from '../requests.ts';
import { SimulatedCluster } from '../simulated-cluster.ts';

const topic = 'orders';

async function write(cluster: SimulatedCluster, nodeId: number, value: string): Promise<void> {
  const peer = await cluster.connect(nodeId);
  const { responses } = await peer.call(
    produceRequest,
    produceResponse,
    9,
    produceBody(topic, [value]),
  );
  assert.equal(errorName(must(responses[0]?.partitionResponses[0]).errorCode), 'NONE');
  peer.close();
}

function leaderAt(cluster: SimulatedCluster, nodeId: number): number {
  return must(cluster.broker(nodeId).metadata.image.topicsByName.get(topic)?.partitions[0]).leader;
}

test('the last known leader is not elected with a new, empty disk, over replicas that have records', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2, 3], { 'min.insync.replicas': '1' });
  await write(cluster, 1, 'a');
  for (const nodeId of [2, 3]) cluster.crash(nodeId);
  await cluster.until(() => cluster.partition(1, topic).state.isr.length === 1);
  cluster.crash(1);
  cluster.simulation.restart('broker1').files.removeTree('/data');
  cluster.simulation.crash('broker1');
  await cluster.startTogether([1, 2, 3]);
  await cluster.simulation.runFor(30_000);
  assert.equal(leaderAt(cluster, 2), -1, 'who can be elected is for a person to say');
  const peer = await cluster.connect(2);
  const topicPartitions = [{ topic, partitions: [0] }];
  const asked = { electionType: 1, topicPartitions, timeoutMs: 10_000 };
  await peer.call(electLeadersRequest, electLeadersResponse, 2, asked);
  await cluster.until(() => cluster.partition(2, topic).isLeader);
  await cluster.until(() => cluster.partition(2, topic).state.isr.length === 3);
  assert.equal(cluster.partition(1, topic).log.logEndOffset, 1, 'what the others had');
});

test('where the last known leader comes back with the disk that was missing, it is elected', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2, 3], { 'min.insync.replicas': '1' });
  for (const nodeId of [2, 3]) cluster.crash(nodeId);
  await cluster.until(() => cluster.partition(1, topic).state.isr.length === 1);
  await write(cluster, 1, 'a');
  cluster.crash(1);
  const { files } = cluster.simulation.restart('broker1');
  files.rename('/data', '/elsewhere');
  cluster.simulation.crash('broker1');
  await cluster.startTogether([1, 2, 3]);
  await cluster.simulation.runFor(30_000);
  assert.equal(leaderAt(cluster, 2), -1);
  cluster.crash(1);
  const again = cluster.simulation.restart('broker1').files;
  again.removeTree('/data');
  again.rename('/elsewhere', '/data');
  cluster.simulation.crash('broker1');
  await cluster.start(1);
  await cluster.until(() => cluster.partition(1, topic).state.isr.length === 3);
  for (const nodeId of [1, 2, 3]) {
    assert.equal(cluster.partition(nodeId, topic).log.logEndOffset, 1, `broker ${nodeId}`);
  }
});
