/**
 * Goal: partitions by the hundred are made without holding up the broker, and come to what the image says by then.
 * Method: a simulated broker, looked at after each event.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPartition } from '../../src/apis/find-partition.ts';
import { encodePartition, imageKeys } from '../../src/metadata/image-keys.ts';
import { must } from '../../src/util/assert.ts';
import { SimulatedBroker } from './simulated-broker.ts';

const count = 600;

const newTopic = (name: string) => ({
  name,
  numPartitions: count,
  replicationFactor: -1,
  assignments: [],
  configs: [],
});

/** A broker whose turns of the event loop take so long that requests come between them. */
function startWithSlowTurns(): Promise<SimulatedBroker> {
  return SimulatedBroker.start({
    around: (runtime) => {
      const { timers } = runtime;
      const atTurnEnd = (callback: () => void): void => void timers.setTimer(5, callback);
      return { ...runtime, timers: { ...timers, atTurnEnd } };
    },
  });
}

/** Begins to make a topic of many partitions, up to when the image has it. */
async function beginTopic(
  broker: SimulatedBroker,
  name: string,
): Promise<{ made: Promise<unknown> }> {
  const made = broker.running.createTopics([newTopic(name)]);
  const { metadata } = broker.running;
  await broker.simulation.run(() => metadata.image.topicsByName.has(name));
  return { made };
}

function partitionsOf({ running }: SimulatedBroker, topic: string): number {
  return [...running.partitions.all()].filter((partition) => partition.topic === topic).length;
}

test('many partitions are made a few a turn, and clients come again meanwhile', async () => {
  const broker = await SimulatedBroker.start();
  const { made } = await beginTopic(broker, 'many');
  const { partitions, metadata } = broker.running;
  assert.ok(partitionsOf(broker, 'many') < count / 2);
  assert.ok(partitions.revision < metadata.image.revision);
  const { id } = must(metadata.image.topicsByName.get('many'));
  assert.ok(partitions.isComing(id, count - 1));
  const services = { partitions, nodeId: 1, image: () => metadata.image };
  assert.equal(findPartition(services, 'many', count - 1), 'NOT_LEADER_OR_FOLLOWER');
  const before = partitions.revision;
  await broker.complete(made);
  assert.equal(partitionsOf(broker, 'many'), count);
  assert.equal(partitions.revision, metadata.image.revision);
  assert.ok(partitions.revision > before);
  assert.ok(!partitions.isComing(id, count - 1));
  assert.equal(findPartition(services, 'many', count - 1), partitions.get('many', count - 1));
});

test('a topic that is deleted before its partitions are made leaves nothing, and its name is free', async () => {
  const broker = await startWithSlowTurns();
  const { made } = await beginTopic(broker, 'many');
  const client = broker.client();
  await broker.complete(client.admin.deleteTopics(['many']));
  assert.ok(broker.running.partitions.revision < broker.running.metadata.image.revision);
  await broker.complete(made);
  assert.equal(partitionsOf(broker, 'many'), 0);
  await broker.complete(broker.running.createTopics([newTopic('many')]));
  const { id } = must(broker.running.metadata.image.topicsByName.get('many'));
  const logs = [...broker.running.logManager.logs()].filter(({ topic }) => topic === 'many');
  assert.equal(logs.length, count);
  assert.ok(logs.every(({ topicId }) => topicId === id));
  client.close();
});

test('a broker that stops in the midst of deleting a topic finds none of its logs again', async () => {
  const broker = await SimulatedBroker.start();
  await broker.createTopic('many', { partitions: count });
  const client = broker.client();
  const deleted = client.admin.deleteTopics(['many']);
  const { metadata, logManager } = broker.running;
  await broker.simulation.run(() => !metadata.image.topicsByName.has('many'));
  assert.ok([...logManager.logs()].length > count / 2);
  deleted.catch(() => {});
  client.close();
  await broker.restart();
  assert.deepEqual([...broker.running.logManager.logs()], []);
  assert.deepEqual(
    broker.log.filter(({ event }) => event.includes('set aside')),
    [],
  );
});

test('a broker that starts has all of its partitions before it serves', async () => {
  const broker = await SimulatedBroker.start();
  await broker.createTopic('many', { partitions: count });
  await broker.restart();
  assert.equal(partitionsOf(broker, 'many'), count);
});

test('a partition that changes before it is made is made as it is by then', async () => {
  const broker = await startWithSlowTurns();
  const { made } = await beginTopic(broker, 'many');
  const { metadata, partitions } = broker.running;
  const { id, partitions: states } = must(metadata.image.topicsByName.get('many'));
  const before = must(states[count - 1]);
  const key = imageKeys.partition(id, count - 1);
  const value = encodePartition({ ...before, leaderEpoch: before.leaderEpoch + 1 });
  const compares = [{ key, revision: before.revision }];
  await broker.complete(metadata.commit(compares, [{ key, value }]));
  assert.ok(partitions.isComing(id, count - 1));
  await broker.complete(made);
  const partition = must(partitions.get('many', count - 1));
  assert.equal(partition.leaderEpoch, before.leaderEpoch + 1);
  assert.ok(partition.isLeader);
});
