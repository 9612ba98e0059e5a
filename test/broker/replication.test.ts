/**
 * Goal: the partitions of several brokers are replicas of each other.
 * Method: brokers on simulated hosts with one metadata store; clients write through sockets; who leads is
 * written into the store, and what each broker has in its log is compared.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRecords } from '../../src/broker/read-records.ts';
import { errorCodes, errorName } from '../../src/protocol/error-codes.ts';
import {
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '../../src/protocol/messages/delete-records.ts';
import {
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '../../src/protocol/messages/find-coordinator.ts';
import { produceRequest } from '../../src/protocol/messages/produce.ts';
import { must } from '../../src/util/assert.ts';
import { commit, committed } from './group-calls.ts';
import { requestFrame } from './raw-connection.ts';
import { produceAnswer, produceBody, produceVersion } from './requests.ts';
import { SimulatedCluster } from './simulated-cluster.ts';

const topic = 'orders';
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** What a broker's consumers can read of the topic. */
async function visible(cluster: SimulatedCluster, nodeId: number): Promise<string[]> {
  const values: string[] = [];
  const limits = { decompressedBytesMax: 1 << 20 };
  const reading = (async () => {
    for await (const { offset, value } of readRecords(
      cluster.partition(nodeId, topic),
      0,
      limits,
    )) {
      values.push(`${offset} ${text.decode(value ?? undefined)}`);
    }
  })();
  await cluster.complete(reading);
  return values;
}

/** Writes `count` records, one after the other; time goes by elsewhere. Answers the offsets. */
async function writing(
  cluster: SimulatedCluster,
  prefix: string,
  count: number,
): Promise<number[]> {
  const client = cluster.client();
  const producer = client.producer({ acks: 'all' });
  const offsets: number[] = [];
  for (let i = 0; i < count; i++) {
    const value = utf8.encode(`${prefix}${i}`);
    offsets.push((await producer.send({ topic, partition: 0, value })).offset);
  }
  await producer.close();
  client.close();
  return offsets;
}

/** The same, until it is done. */
function write(cluster: SimulatedCluster, prefix: string, count: number): Promise<number[]> {
  return cluster.complete(writing(cluster, prefix, count));
}

test('what is written with acks=all is on every replica, and visible on each', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2, 3], { 'min.insync.replicas': '2' });
  assert.deepEqual(await write(cluster, 'a', 5), [0, 1, 2, 3, 4]);
  for (const nodeId of [1, 2, 3]) {
    assert.equal(cluster.partition(nodeId, topic).log.logEndOffset, 5, `broker ${nodeId}`);
  }
  await cluster.until(() => [2, 3].every((id) => cluster.partition(id, topic).highWatermark === 5));
  const expected = ['0 a0', '1 a1', '2 a2', '3 a3', '4 a4'];
  for (const nodeId of [1, 2, 3]) assert.deepEqual(await visible(cluster, nodeId), expected);
});

test('a follower that cannot fetch leaves the in-sync set in time, and comes in again when it can', async () => {
  const config = { 'replica.lag.time.max.ms': 3000, 'replica.fetch.wait.max.ms': 500 };
  const cluster = await SimulatedCluster.start(3, { config });
  await cluster.createTopic(topic, [1, 2, 3], { 'min.insync.replicas': '2' });
  await write(cluster, 'a', 3);
  cluster.simulation.cut('broker1', 'broker3');
  const downAtMs = cluster.simulation.elapsedMs;
  const leader = cluster.partition(1, topic);
  const written = writing(cluster, 'b', 2);
  await cluster.until(() => leader.state.isr.length === 2);
  const tookMs = cluster.simulation.elapsedMs - downAtMs;
  assert.ok(tookMs > 1500 && tookMs < 4600, `shrunk after ${tookMs} ms`);
  assert.deepEqual(leader.state.isr, [1, 2]);
  assert.deepEqual(await cluster.complete(written), [3, 4]);

  cluster.simulation.heal('broker1', 'broker3');
  await cluster.until(() => leader.state.isr.length === 3);
  const returned = cluster.partition(3, topic);
  assert.equal(returned.log.logEndOffset, 5);
  await cluster.until(() => returned.highWatermark === 5);
  assert.deepEqual(await visible(cluster, 3), await visible(cluster, 1));
});

interface ProduceAtOptions {
  readonly acks?: -1 | 1;
  readonly timeoutMs?: number;
}

/** Sends one batch to a broker; what is answered comes as time goes by. */
async function sendTo(
  cluster: SimulatedCluster,
  nodeId: number,
  value: string,
  { acks = -1, timeoutMs = 30_000 }: ProduceAtOptions = {},
): Promise<{ answer: () => Promise<string> }> {
  const peer = await cluster.connect(nodeId);
  const body = { ...produceBody(topic, [value], { acks }), timeoutMs };
  peer.write(requestFrame(produceRequest, produceVersion, 1, body));
  const answer = async (): Promise<string> => {
    await cluster.until(() => peer.frames.length > 0);
    peer.close();
    const { errorCode } = produceAnswer(must(peer.frames[0]).frame);
    return must(errorName(errorCode));
  };
  return { answer };
}

/** What producing one batch at a broker is answered. */
async function produceAt(...sent: Parameters<typeof sendTo>): Promise<string> {
  return (await sendTo(...sent)).answer();
}

test('with too few in sync acks=all is refused, and what was appended before is told so', async () => {
  const config = { 'replica.lag.time.max.ms': 3000 };
  const cluster = await SimulatedCluster.start(2, { config });
  await cluster.createTopic(topic, [1, 2], { 'min.insync.replicas': '2' });
  await write(cluster, 'a', 1);
  const leader = cluster.partition(1, topic);
  cluster.crash(2);
  assert.equal(await produceAt(cluster, 1, 'b'), 'NOT_ENOUGH_REPLICAS_AFTER_APPEND');
  assert.equal(await produceAt(cluster, 1, 'c'), 'NOT_ENOUGH_REPLICAS');
  assert.equal(await produceAt(cluster, 1, 'd', { acks: 1 }), 'NONE');
  assert.equal(leader.highWatermark, 1);
  assert.equal(leader.log.logEndOffset, 3);
  assert.deepEqual([leader.state.isr, leader.state.elr], [[1], [2]]);

  await cluster.start(2);
  await cluster.until(() => leader.highWatermark === 3);
  assert.deepEqual([leader.state.isr, leader.state.elr], [[1, 2], []]);
  assert.deepEqual(await visible(cluster, 1), ['0 a0', '1 b', '2 d']);
});

test('a write that no follower copies in time is answered REQUEST_TIMED_OUT', async () => {
  const cluster = await SimulatedCluster.start(2);
  await cluster.createTopic(topic, [1, 2], { 'min.insync.replicas': '2' });
  await write(cluster, 'a', 1);
  cluster.simulation.cut('broker1', 'broker2');
  const fromMs = cluster.simulation.elapsedMs;
  assert.equal(await produceAt(cluster, 1, 'b', { timeoutMs: 700 }), 'REQUEST_TIMED_OUT');
  const tookMs = cluster.simulation.elapsedMs - fromMs;
  assert.ok(tookMs >= 700 && tookMs < 720, `after ${tookMs} ms`);
});

test('who does not lead any more takes no writes, tells those that wait so, and cuts what nobody has', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2, 3], { 'min.insync.replicas': '2' });
  await write(cluster, 'a', 3);
  const { simulation } = cluster;
  // Nobody copies what the old leader takes from now on.
  for (const other of [2, 3]) simulation.cut('broker1', `broker${other}`);
  const stuck = await sendTo(cluster, 1, 'lost');
  await cluster.until(() => cluster.partition(1, topic).log.logEndOffset === 4);
  await cluster.change(topic, 0, { leader: 2 });
  assert.equal(await stuck.answer(), 'NOT_LEADER_OR_FOLLOWER');
  assert.equal(await produceAt(cluster, 1, 'no'), 'NOT_LEADER_OR_FOLLOWER');
  const fenced = await produceAt(cluster, 2, 'b', { timeoutMs: 1000 });
  assert.equal(fenced, 'REQUEST_TIMED_OUT', '1 is in sync still and cannot be reached');

  for (const other of [2, 3]) simulation.heal('broker1', `broker${other}`);
  const isEqual = (): boolean =>
    [1, 2, 3].every((id) => cluster.partition(id, topic).highWatermark === 4);
  await cluster.until(isEqual);
  const expected = ['0 a0', '1 a1', '2 a2', '3 b'];
  for (const nodeId of [1, 2, 3]) assert.deepEqual(await visible(cluster, nodeId), expected);
  const cut = cluster.log.find(({ event }) => event === 'a log was truncated');
  assert.deepEqual([cut?.nodeId, cut?.fields['fromOffset'], cut?.fields['toOffset']], [1, 4, 3]);
});

test('a group’s coordinator moves with its partition, and has every commit', async () => {
  const config = { 'offsets.topic.num.partitions': 1, 'offsets.topic.replication.factor': 3 };
  const cluster = await SimulatedCluster.start(3, { config });
  await cluster.createTopic(topic, [1, 2, 3]);
  const leaderOfGroups = async (): Promise<number> => {
    const image = await cluster.image();
    return image.topicsByName.get('__consumer_offsets')?.partitions[0]?.leader ?? -1;
  };
  const first = await cluster.connect(1);
  const asked = { keyType: 0, coordinatorKeys: ['group'] };
  await first.call(findCoordinatorRequest, findCoordinatorResponse, 4, asked);
  await cluster.until(
    () => cluster.broker(1).partitions.get('__consumer_offsets', 0) !== undefined,
  );
  let coordinator = await leaderOfGroups();
  for (let offset = 10; offset <= 12; offset++) {
    const peer = await cluster.connect(coordinator);
    assert.equal(await commit(peer, 'group', topic, offset), 0);
    const next = (coordinator % 3) + 1;
    await cluster.change('__consumer_offsets', 0, { leader: next });
    const led = cluster.partition(next, '__consumer_offsets');
    await cluster.until(() => led.isLeader && !led.isHighWatermarkBehind);
    await cluster.until(() => !cluster.partition(coordinator, '__consumer_offsets').isLeader);
    assert.deepEqual(await committed(peer, 'group', topic), {
      errorCode: errorCodes.NOT_COORDINATOR,
    });
    coordinator = next;
    const peerOfNext = await cluster.connect(coordinator);
    let found = await committed(peerOfNext, 'group', topic);
    while (typeof found !== 'number') {
      assert.equal(found.errorCode, errorCodes.COORDINATOR_LOAD_IN_PROGRESS);
      await cluster.simulation.runFor(10);
      found = await committed(peerOfNext, 'group', topic);
    }
    assert.equal(found, offset);
  }
});

test('records are deleted when no live replica shows them any more', async () => {
  const config = { 'replica.lag.time.max.ms': 60_000 };
  const cluster = await SimulatedCluster.start(3, { config });
  await cluster.createTopic(topic, [1, 2, 3], { 'min.insync.replicas': '2' });
  await write(cluster, 'a', 4);
  const peer = await cluster.connect(1);
  const deleteBefore = async (offset: number, timeoutMs: number): Promise<unknown[]> => {
    const topics = [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }];
    const body = { topics, timeoutMs };
    const answer = await peer.call(deleteRecordsRequest, deleteRecordsResponse, 2, body);
    const { errorCode, lowWatermark } = must(answer.topics[0]?.partitions[0]);
    return [errorName(errorCode), lowWatermark];
  };
  assert.deepEqual(await deleteBefore(2, 30_000), ['NONE', 2]);
  for (const nodeId of [1, 2, 3]) {
    assert.equal(cluster.partition(nodeId, topic).log.logStartOffset, 2, `broker ${nodeId}`);
  }
  cluster.simulation.cut('broker1', 'broker3');
  assert.deepEqual(await deleteBefore(3, 1000), ['REQUEST_TIMED_OUT', 2]);
  cluster.crash(3);
  await cluster.fence(3);
  await cluster.until(() => cluster.broker(1).metadata.image.brokers.get(3)?.fenced === true);
  assert.deepEqual(await deleteBefore(3, 1000), ['NONE', 3]);
});

test('a disk that fails takes only its partitions: others lead them at once, and do not wait for it', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2, 3], { 'min.insync.replicas': '2' });
  await cluster.createTopic('followed', [2, 1, 3], { 'min.insync.replicas': '2' });
  await write(cluster, 'a', 3);
  const failing = cluster.simulation.disk('broker1');
  failing.inject({ operation: 'write', path: topic, times: 1, code: 'IO_ERROR' });
  const failed = await sendTo(cluster, 1, 'b');
  const fromMs = cluster.simulation.elapsedMs;
  await cluster.until(() => cluster.partition(2, topic).isLeader);
  await cluster.until(() => cluster.partition(2, 'followed').state.isr.length === 2);
  assert.ok(cluster.simulation.elapsedMs - fromMs < 500);
  assert.equal(await failed.answer(), 'KAFKA_STORAGE_ERROR');
  for (const name of [topic, 'followed']) {
    const { leader, isr, elr } = cluster.partition(2, name).state;
    assert.deepEqual([leader, isr, elr], [2, [2, 3], []], name);
  }
  assert.equal(await produceAt(cluster, 2, 'c'), 'NONE');
  assert.equal(await produceAt(cluster, 1, 'd'), 'KAFKA_STORAGE_ERROR');
  // Nor does anybody take it back in as one that has everything.
  await cluster.simulation.runFor(60_000);
  assert.ok(!cluster.log.some(({ event }) => event === 'an in-sync set has grown'));
  assert.deepEqual(await visible(cluster, 2), ['0 a0', '1 a1', '2 a2', '3 c']);
});
