/*
 * Goal: whoever has read what a broker by itself lost to power loss finds out, though other records have taken the
 * place of it: the leader's epoch is another.
 * Method: a broker with its journal on a simulated host. Records are written and not synced, and the power goes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
} from '../../src/protocol/messages/offset-for-leader-epoch.ts';
import type { PartitionImage } from '../../src/metadata/image.ts';
import { must } from '../../src/util/assert.ts';
import { SimulatedBroker } from './simulated-broker.ts';

const topic = 'orders';

function stateOf({ running }: SimulatedBroker, index: number): PartitionImage {
  return must(running.metadata.image.topicsByName.get(topic)?.partitions[index]);
}

async function write(broker: SimulatedBroker, values: readonly string[]): Promise<void> {
  const producer = broker.client().producer();
  for (const value of values) {
    const record = { topic, partition: 0, value: new TextEncoder().encode(value) };
    await broker.complete(producer.send(record));
  }
}

/** Where the leader's records of an epoch end, as a consumer asks that has read so far. */
async function endOfEpoch(broker: SimulatedBroker, leaderEpoch: number): Promise<number> {
  const peer = await broker.connect();
  const currentLeaderEpoch = stateOf(broker, 0).leaderEpoch;
  const answer = await peer.call(offsetForLeaderEpochRequest, offsetForLeaderEpochResponse, 4, {
    replicaId: -1,
    topics: [{ topic, partitions: [{ partition: 0, currentLeaderEpoch, leaderEpoch }] }],
  });
  return must(answer.topics[0]?.partitions[0]).endOffset;
}

test('a broker by itself leads in new epochs after power loss, so that readers see where the log was cut', async () => {
  const broker = await SimulatedBroker.start();
  await broker.createTopic(topic, { partitions: 150 });
  await write(broker, ['a', 'b', 'c', 'd']);
  const { leaderEpoch } = stateOf(broker, 0);
  await broker.restartAfter('powerLoss');
  assert.ok(stateOf(broker, 0).leaderEpoch > leaderEpoch);
  assert.ok(stateOf(broker, 149).leaderEpoch > leaderEpoch, 'more than one commit');
  assert.deepEqual([stateOf(broker, 0).leader, stateOf(broker, 0).isr], [1, [1]]);
  const cutAt = broker.running.partitions.get(topic, 0)?.log.logEndOffset;
  assert.ok(cutAt !== undefined && cutAt < 4, 'something was lost');
  await write(broker, ['v', 'w', 'x', 'y', 'z']);
  assert.equal(await endOfEpoch(broker, leaderEpoch), cutAt);
});

test('epochs that a start raises are all raised, also where its process ends in the midst of it', async () => {
  const broker = await SimulatedBroker.start();
  await broker.createTopic(topic, { partitions: 150 });
  await write(broker, ['a', 'b']);
  const { leaderEpoch } = stateOf(broker, 0);
  const { simulation } = broker;
  simulation.powerLoss('broker');
  const told = broker.log.length;
  const starting = broker.startOn(simulation.restart('broker'));
  starting.catch(() => {});
  await simulation.run(() => broker.log.slice(told).some(({ event }) => event === 'registered'));
  await broker.restartAfter('crash');
  for (const index of [0, 149]) assert.ok(stateOf(broker, index).leaderEpoch > leaderEpoch);
});

test('a broker by itself whose process ends leads on in its epochs: its machine has what was written', async () => {
  const broker = await SimulatedBroker.start();
  await broker.createTopic(topic);
  await write(broker, ['a', 'b']);
  const { leaderEpoch } = stateOf(broker, 0);
  await broker.restartAfter('crash');
  assert.equal(stateOf(broker, 0).leaderEpoch, leaderEpoch);
  await broker.restart();
  assert.equal(stateOf(broker, 0).leaderEpoch, leaderEpoch);
});
