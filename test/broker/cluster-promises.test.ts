/*
 * Goal: what a cluster promises its clients holds where brokers, machines and the store change under them.
 * Method: three brokers on simulated hosts with one metadata store; clients write and read through sockets.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRecords } from '../../src/broker/read-records.ts';
import { errorName } from '../../src/protocol/error-codes.ts';
import { fetchRequest, fetchResponse } from '../../src/protocol/messages/fetch.ts';
import {
  initProducerIdRequest,
  initProducerIdResponse,
} from '../../src/protocol/messages/init-producer-id.ts';
import { produceRequest, produceResponse } from '../../src/protocol/messages/produce.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { must } from '../../src/util/assert.ts';
import { readResponse, requestFrame } from './raw-connection.ts';
import { produceBody, simulationStartMs } from './requests.ts';
import type { SimulatedPeer } from './simulated-broker.ts';
import { SimulatedCluster } from './simulated-cluster.ts';

const topic = 'orders';
const nodeIds = [1, 2, 3];
const utf8 = new TextEncoder();

/** Values by offset, of the records that consumers of a broker read. */
async function visible(cluster: SimulatedCluster, nodeId: number): Promise<Map<number, string>> {
  const values = new Map<number, string>();
  const partition = cluster.partition(nodeId, topic);
  const reading = (async () => {
    const limits = { decompressedBytesMax: 1 << 20 };
    for await (const { offset, value } of readRecords(partition, 0, limits)) {
      values.set(offset, new TextDecoder().decode(value ?? undefined));
    }
  })();
  await cluster.complete(reading);
  return values;
}

/** Writes a record every few milliseconds until it is stopped; knows which were acknowledged. */
class Writer {
  readonly acknowledged = new Map<number, string>();
  readonly #cluster: SimulatedCluster;
  readonly #client: ReturnType<SimulatedCluster['client']>;
  readonly #producer: ReturnType<ReturnType<SimulatedCluster['client']>['producer']>;
  readonly #prefix: string;
  #count = 0;
  #stopped = false;

  constructor(cluster: SimulatedCluster, prefix: string) {
    this.#cluster = cluster;
    this.#client = cluster.client();
    this.#producer = this.#client.producer({ acks: 'all' });
    this.#prefix = prefix;
    this.#next();
  }

  #next(): void {
    if (this.#stopped) return;
    const value = `${this.#prefix}${this.#count++}`;
    this.#producer.send({ topic, partition: 0, value: utf8.encode(value) }).then(
      ({ offset }) => this.acknowledged.set(offset, value),
      () => {},
    );
    this.#cluster.simulation.after(5, () => this.#next());
  }

  stop(): void {
    this.#stopped = true;
    this.#client.close();
  }
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`with flush.messages=1 nothing acknowledged is lost when all lose power at once, seed ${seed}`, async () => {
    const cluster = await SimulatedCluster.start(3, { seed });
    await cluster.createTopic(topic, [1, 2, 3], { 'flush.messages': '1' });
    const { random } = cluster.simulation;
    const acknowledged = new Map<number, string>();
    for (let round = 0; round < 3; round++) {
      const writer = new Writer(cluster, `r${round}-`);
      await cluster.simulation.runFor(100 + random.below(300));
      for (const nodeId of nodeIds) cluster.powerLoss(nodeId);
      writer.stop();
      for (const [offset, value] of writer.acknowledged) acknowledged.set(offset, value);
      const first = random.below(3);
      const starts = nodeIds.map((_, i) => cluster.begin(must(nodeIds[(first + i) % 3])));
      await cluster.complete(Promise.all(starts));
      await cluster.until(() => cluster.partition(1, topic).state.isr.length === 3);
    }
    assert.ok(acknowledged.size > 10, `${acknowledged.size} were acknowledged`);
    const end = Math.max(...acknowledged.keys()) + 1;
    for (const nodeId of nodeIds) {
      await cluster.until(() => cluster.partition(nodeId, topic).highWatermark >= end);
      const values = await visible(cluster, nodeId);
      for (const [offset, value] of acknowledged) {
        assert.equal(values.get(offset), value, `at ${offset} of broker ${nodeId}`);
      }
    }
  });
}

/** Asks a broker for producer ids, all at once. */
function askForIds(peer: SimulatedPeer, count: number): void {
  const body = { transactionalId: null, transactionTimeoutMs: 1000 };
  for (let i = 0; i < count; i++) peer.write(requestFrame(initProducerIdRequest, 4, i, body));
}

async function idsOf(peer: SimulatedPeer, count: number): Promise<number[]> {
  await peer.receive(count);
  return peer.frames
    .map(({ frame }) => readResponse(initProducerIdResponse, 4, frame))
    .filter(({ errorCode }) => errorCode === 0)
    .map(({ producerId }) => producerId);
}

test('no two producers get the same id, whichever brokers they ask and whatever the store answers', async () => {
  const store = { delayMsMax: 20, unknownPercent: 30, watchDelayMsMax: 50 };
  const cluster = await SimulatedCluster.start(3, { store });
  const ids: number[] = [];
  for (let round = 0; round < 3; round++) {
    const peers: SimulatedPeer[] = [];
    for (const nodeId of nodeIds) peers.push(await cluster.connect(nodeId));
    for (const peer of peers) askForIds(peer, 5);
    for (const peer of peers) ids.push(...(await idsOf(peer, 5)));
    // A new life begins another block.
    const nodeId = must(nodeIds[round]);
    cluster.crash(nodeId);
    await cluster.start(nodeId);
  }
  assert.ok(ids.length > 30, `${ids.length} ids`);
  assert.equal(new Set(ids).size, ids.length, ids.join(' '));
});

/** A batch of an idempotent producer. */
function idempotentBody(producerId: number, baseSequence: number, values: readonly string[]) {
  const records = values.map((value) => ({
    value: utf8.encode(value),
    timestamp: simulationStartMs,
  }));
  const { chunks } = buildBatch(records, { producerId, producerEpoch: 0, baseSequence });
  const partitionData = [{ index: 0, records: chunks }];
  return { acks: -1, timeoutMs: 30_000, topicData: [{ name: topic, partitionData }] };
}

async function produceIdempotently(
  peer: SimulatedPeer,
  baseSequence: number,
  values: readonly string[],
): Promise<[string | undefined, number]> {
  const body = idempotentBody(7, baseSequence, values);
  const { responses } = await peer.call(produceRequest, produceResponse, 9, body);
  const { errorCode, baseOffset } = must(responses[0]?.partitionResponses[0]);
  return [errorName(errorCode), baseOffset];
}

test('a new leader knows what idempotent producers have written to the one before', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2, 3]);
  const before = await cluster.connect(1);
  assert.deepEqual(await produceIdempotently(before, 0, ['a', 'b']), ['NONE', 0]);
  assert.deepEqual(await produceIdempotently(before, 2, ['c']), ['NONE', 2]);
  cluster.crash(1);
  await cluster.until(() => cluster.partition(2, topic).isLeader);
  const after = await cluster.connect(2);
  assert.deepEqual(await produceIdempotently(after, 2, ['c']), ['NONE', 2], 'it is there already');
  assert.deepEqual(await produceIdempotently(after, 5, ['f']), [
    'OUT_OF_ORDER_SEQUENCE_NUMBER',
    -1,
  ]);
  assert.deepEqual(await produceIdempotently(after, 3, ['d']), ['NONE', 3]);
});

test('a leader that has not heard yet that another leads acknowledges nothing', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2, 3]);
  const old = await cluster.connect(1);
  cluster.store.setReachable('broker1', false);
  await cluster.change(topic, 0, { leader: 2 });
  await cluster.until(() => cluster.partition(2, topic).isLeader);
  assert.ok(cluster.partition(1, topic).isLeader, 'it holds its lease');
  old.write(requestFrame(produceRequest, 9, 7, produceBody(topic, ['lost'])));
  await cluster.simulation.runFor(2000);
  assert.equal(old.frames.length, 0);
  const { responses } = await (
    await cluster.connect(2)
  ).call(produceRequest, produceResponse, 9, { ...produceBody(topic, ['x']), timeoutMs: 1000 });
  const code = must(responses[0]?.partitionResponses[0]).errorCode;
  assert.equal(errorName(code), 'REQUEST_TIMED_OUT', 'broker 1 is in sync, and copies nothing yet');
  cluster.store.setReachable('broker1', true);
  await old.receive(1);
  const told = readResponse(produceResponse, 9, must(old.frames[0]).frame);
  const { errorCode } = must(told.responses[0]?.partitionResponses[0]);
  assert.equal(errorName(errorCode), 'NOT_LEADER_OR_FOLLOWER');
  await cluster.until(() =>
    nodeIds.every((id) => cluster.partition(id, topic).highWatermark === 1),
  );
  for (const nodeId of nodeIds) {
    assert.deepEqual([...(await visible(cluster, nodeId)).values()], ['x'], `broker ${nodeId}`);
  }
});

test('wall clocks that jump take no leadership away, and give none', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2, 3], {
    'message.timestamp.after.max.ms': String(2 ** 52),
  });
  const peer = await cluster.connect(1);
  const hour = 3_600_000;
  for (const [nodeId, byMs] of [
    [1, hour],
    [2, -hour],
    [1, -24 * hour],
    [3, 1000 * hour],
  ] as const) {
    cluster.simulation.shiftClock(`broker${nodeId}`, byMs);
    const { responses } = await peer.call(
      produceRequest,
      produceResponse,
      9,
      produceBody(topic, ['x']),
    );
    assert.equal(errorName(must(responses[0]?.partitionResponses[0]).errorCode), 'NONE');
    await cluster.simulation.runFor(20_000);
  }
  const { leader, leaderEpoch, isr } = cluster.partition(1, topic).state;
  assert.deepEqual([leader, leaderEpoch, isr], [1, 0, nodeIds]);
  cluster.store.setReachable('broker1', false);
  await cluster.simulation.runFor(9000);
  assert.equal(cluster.partition(1, topic).isLeader, false, 'its lease is over by any clock');
});

function fetchBody(topicId: string) {
  const partition = {
    partition: 0,
    currentLeaderEpoch: -1,
    fetchOffset: 0,
    partitionMaxBytes: 1 << 20,
  };
  return {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 1 << 20,
    topics: [{ topicId, partitions: [partition] }],
  };
}

test('who asks a broker that leads no more is told who does, and where (KIP-951)', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2, 3]);
  const peer = await cluster.connect(1);
  await cluster.change(topic, 0, { leader: 2 });
  await cluster.until(() => cluster.partition(1, topic).leaderId === 2);
  const { leaderEpoch, log } = cluster.partition(1, topic);
  const leader = { leaderId: 2, leaderEpoch };
  const node = { nodeId: 2, host: 'broker2', port: 9092, rack: null };
  const produced = await peer.call(produceRequest, produceResponse, 10, produceBody(topic, ['x']));
  const written = must(produced.responses[0]?.partitionResponses[0]);
  assert.equal(errorName(written.errorCode), 'NOT_LEADER_OR_FOLLOWER');
  assert.deepEqual(written.currentLeader, leader);
  assert.deepEqual(
    produced.nodeEndpoints.find(({ nodeId }) => nodeId === 2),
    node,
  );
  // As one who reads from leaders alone: an epoch of before is fenced.
  const body = fetchBody(log.topicId);
  must(body.topics[0]?.partitions[0]).currentLeaderEpoch = leaderEpoch - 1;
  const fetched = await peer.call(fetchRequest, fetchResponse, 16, body);
  const read = must(fetched.responses[0]?.partitions[0]);
  assert.equal(errorName(read.errorCode), 'FENCED_LEADER_EPOCH');
  assert.deepEqual(read.currentLeader, leader);
  assert.deepEqual(
    fetched.nodeEndpoints.find(({ nodeId }) => nodeId === 2),
    node,
  );
});

test('followers go on in new sessions where their leader is back as another process, and nothing is lost', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2, 3]);
  const writer = new Writer(cluster, 'a');
  for (let round = 0; round < 4; round++) {
    await cluster.simulation.runFor(200);
    cluster.crash(1);
    await cluster.start(1);
    await cluster.until(() => cluster.partition(2, topic).state.isr.length === 3);
  }
  const before = writer.acknowledged.size;
  await cluster.until(() => writer.acknowledged.size > before + 10);
  writer.stop();
  await cluster.until(() =>
    [2, 3].every(
      (id) => cluster.partition(id, topic).highWatermark > Math.max(...writer.acknowledged.keys()),
    ),
  );
  for (const nodeId of nodeIds) {
    const values = await visible(cluster, nodeId);
    for (const [offset, value] of writer.acknowledged) assert.equal(values.get(offset), value);
    assert.equal(new Set(values.values()).size, values.size, 'nothing is there twice');
  }
});

test('a broker whose watch was compacted away takes a topic that was made anew for another', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2, 3]);
  const peer = await cluster.connect(1);
  await peer.call(produceRequest, produceResponse, 9, produceBody(topic, ['old', 'older']));
  await cluster.until(() => cluster.partition(3, topic).log.logEndOffset === 2);
  cluster.store.setReachable('broker3', false);
  const client = cluster.client();
  await cluster.complete(client.admin.deleteTopics([topic]));
  client.close();
  await cluster.createTopic(topic, [1, 2, 3]);
  const body = produceBody(topic, ['new'], { acks: 1 });
  const { responses } = await peer.call(produceRequest, produceResponse, 9, body);
  assert.equal(errorName(must(responses[0]?.partitionResponses[0]).errorCode), 'NONE');
  cluster.store.compact();
  cluster.store.setReachable('broker3', true);
  const { topicId } = cluster.partition(1, topic).log;
  await cluster.until(() => cluster.broker(3).partitions.getById(topicId, 0) !== undefined);
  await cluster.until(() => cluster.partition(3, topic).highWatermark === 1);
  assert.deepEqual([...(await visible(cluster, 3)).values()], ['new']);
});
