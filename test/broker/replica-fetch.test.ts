/**
 * Goal: Fetch, ListOffsets and OffsetForLeaderEpoch answer followers, and consumers at followers, as Apache's broker
 * does.
 * Method: brokers on simulated hosts, which cannot reach each other so that nothing is replicated by itself, and a
 * test that fetches in the follower's name.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registrationChange } from '../../src/controller/registration-change.ts';
import { errorName } from '../../src/protocol/error-codes.ts';
import { apiVersionsRequest } from '../../src/protocol/messages/api-versions.ts';
import {
  fetchRequest,
  fetchResponse,
  type FetchResponse,
} from '../../src/protocol/messages/fetch.ts';
import {
  listOffsetsRequest,
  listOffsetsResponse,
} from '../../src/protocol/messages/list-offsets.ts';
import { produceRequest, produceResponse } from '../../src/protocol/messages/produce.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import { must } from '../../src/util/assert.ts';
import { readResponse, requestFrame } from './raw-connection.ts';
import { produceBody } from './requests.ts';
import { SimulatedCluster, type SimulatedClusterOptions } from './simulated-cluster.ts';

const topic = 'orders';

interface Asked {
  readonly replicaId?: number;
  readonly replicaEpoch?: number;
  readonly leaderEpoch?: number;
  readonly fetchOffset?: number;
  readonly lastFetchedEpoch?: number;
  readonly version?: number;
  readonly rackId?: string;
  readonly maxWaitMs?: number;
}

/** Two brokers and a topic of both, led by 1, with `count` records; broker 2 is cut off and still in sync. */
async function ledByOne(
  count: number,
  options: SimulatedClusterOptions = {},
): Promise<SimulatedCluster> {
  const cluster = await SimulatedCluster.start(2, options);
  await cluster.createTopic(topic, [1, 2]);
  cluster.simulation.cut('broker1', 'broker2');
  const peer = await cluster.connect(1);
  for (let i = 0; i < count; i++) {
    await peer.call(produceRequest, produceResponse, 9, produceBody(topic, [`r${i}`], { acks: 1 }));
  }
  peer.close();
  return cluster;
}

/** Of the registration of a broker, as broker 1 knows it; -1 where there is none. */
function epochOf(cluster: SimulatedCluster, nodeId: number): number {
  return cluster.broker(1).metadata.image.brokers.get(nodeId)?.epoch ?? -1;
}

function bodyOf(cluster: SimulatedCluster, asked: Asked) {
  const {
    replicaId = -1,
    replicaEpoch = epochOf(cluster, replicaId),
    leaderEpoch = 0,
    fetchOffset = 0,
  } = asked;
  const { lastFetchedEpoch = -1, version = 18, rackId = '', maxWaitMs = 0 } = asked;
  const { topicId } = cluster.partition(1, topic).log;
  const partition = {
    partition: 0,
    currentLeaderEpoch: leaderEpoch,
    fetchOffset,
    lastFetchedEpoch,
    partitionMaxBytes: 1 << 20,
  };
  return {
    ...(version >= 15 ? {} : { replicaId }),
    ...(replicaId < 0 || version < 15
      ? {}
      : { replicaState: { replicaId, replicaEpoch: BigInt(replicaEpoch) } }),
    maxWaitMs,
    minBytes: 1,
    maxBytes: 1 << 20,
    topics: [{ topic, topicId, partitions: [partition] }],
    forgottenTopicsData: [],
    rackId,
  };
}

type Answer = FetchResponse['responses'][number]['partitions'][number];

async function fetchAt(cluster: SimulatedCluster, nodeId: number, asked: Asked): Promise<Answer> {
  const peer = await cluster.connect(nodeId);
  const { version = 18 } = asked;
  const body = bodyOf(cluster, asked);
  const { responses } = await peer.call(fetchRequest, fetchResponse, version, body);
  peer.close();
  return must(responses[0]?.partitions[0]);
}

/** The error, and the offsets that the batches end at. */
function told({ errorCode, records }: Answer): [string | undefined, number[]] {
  const { batches } = splitBatches(records ?? []);
  return [errorName(errorCode), batches.map(({ nextOffset }) => nextOffset)];
}

test('a follower reads up to the log’s end, a consumer up to the high watermark that it makes', async () => {
  const cluster = await ledByOne(3);
  assert.deepEqual(told(await fetchAt(cluster, 1, {})), ['NONE', []]);
  const first = await fetchAt(cluster, 1, { replicaId: 2 });
  assert.deepEqual(told(first), ['NONE', [1, 2, 3]]);
  assert.equal(first.highWatermark, 0);
  const second = await fetchAt(cluster, 1, { replicaId: 2, fetchOffset: 2, lastFetchedEpoch: 0 });
  assert.deepEqual([told(second), second.highWatermark], [['NONE', [3]], 2]);
  assert.deepEqual(told(await fetchAt(cluster, 1, {})), ['NONE', [1, 2]]);
});

test('who is no replica, or an earlier incarnation of one, is refused, and counts for nothing', async () => {
  const cluster = await ledByOne(1);
  const at = async (asked: Asked) =>
    told(await fetchAt(cluster, 1, { fetchOffset: 1, ...asked }))[0];
  assert.equal(await at({ replicaId: 9 }), 'UNKNOWN_LEADER_EPOCH');
  assert.equal(await at({ replicaId: 2, replicaEpoch: 0 }), 'NOT_LEADER_OR_FOLLOWER');
  assert.equal(await at({ replicaId: 2, leaderEpoch: 1 }), 'UNKNOWN_LEADER_EPOCH');
  assert.equal(cluster.partition(1, topic).highWatermark, 0);
  assert.equal(await at({ replicaId: 2 }), 'NONE');
  assert.equal(cluster.partition(1, topic).highWatermark, 1);
  await cluster.change(topic, 0, { leader: 1 });
  await cluster.until(() => cluster.partition(1, topic).leaderEpoch === 1);
  assert.equal(await at({ replicaId: 2 }), 'FENCED_LEADER_EPOCH');
});

test('a follower whose log parts from the leader’s is told where, and counts for nothing', async () => {
  const cluster = await ledByOne(3);
  await cluster.change(topic, 0, { leader: 1 });
  await cluster.change(topic, 0, { leader: 1 });
  await cluster.until(() => cluster.partition(1, topic).leaderEpoch === 2);
  const asked = { replicaId: 2, leaderEpoch: 2, fetchOffset: 5 };
  const behind = await fetchAt(cluster, 1, { ...asked, lastFetchedEpoch: 0 });
  assert.deepEqual(
    [told(behind), behind.divergingEpoch],
    [['NONE', []], { epoch: 0, endOffset: 3 }],
  );
  const between = await fetchAt(cluster, 1, { ...asked, lastFetchedEpoch: 1 });
  assert.deepEqual(between.divergingEpoch, { epoch: 0, endOffset: 3 });
  const unknown = await fetchAt(cluster, 1, { ...asked, fetchOffset: 9 });
  assert.deepEqual(told(unknown), ['OFFSET_OUT_OF_RANGE', []]);
  assert.equal(cluster.partition(1, topic).highWatermark, 0);
});

test('before its followers have fetched a new leader does not know the latest offset; followers may ask', async () => {
  const cluster = await ledByOne(3);
  const ask = async (replicaId: number, version: number) => {
    const peer = await cluster.connect(1);
    const partition = { partitionIndex: 0, timestamp: -1 };
    const { topics } = await peer.call(listOffsetsRequest, listOffsetsResponse, version, {
      replicaId,
      topics: [{ name: topic, partitions: [partition] }],
    });
    peer.close();
    const found = must(topics[0]?.partitions[0]);
    return [errorName(found.errorCode), found.offset];
  };
  assert.deepEqual(await ask(-1, 7), ['NONE', 0]);
  await cluster.change(topic, 0, { leader: 1 });
  await cluster.until(() => cluster.partition(1, topic).leaderEpoch === 1);
  assert.deepEqual(await ask(-1, 7), ['OFFSET_NOT_AVAILABLE', -1]);
  assert.deepEqual(await ask(-1, 4), ['LEADER_NOT_AVAILABLE', -1]);
  assert.deepEqual(await ask(2, 7), ['NONE', 3]);
});

test('a follower’s wait ends when something more comes by its connection, a consumer’s does not', async () => {
  const cluster = await ledByOne(0);
  const peer = await cluster.connect(1);
  const { simulation } = cluster;
  for (const [replicaId, waits] of [
    [2, false],
    [-1, true],
  ] as const) {
    const before = peer.frames.length;
    const body = bodyOf(cluster, { replicaId, maxWaitMs: 10_000 });
    peer.write(requestFrame(fetchRequest, 18, 1, body));
    await simulation.runFor(500);
    assert.equal(peer.frames.length, before);
    const fromMs = simulation.elapsedMs;
    const quick = bodyOf(cluster, {});
    peer.write(requestFrame(fetchRequest, 18, 2, quick));
    await peer.receive(before + 2);
    assert.equal(simulation.elapsedMs - fromMs > 5000, waits);
  }
});

/** Three brokers, each in a rack of its own, whose consumers read by rack: a record is on all, led by 1. */
async function racked(): Promise<SimulatedCluster> {
  const config = {
    'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
  };
  const cluster = await SimulatedCluster.start(3, { config, rackOf: (id) => `rack${id}` });
  await cluster.createTopic(topic, [1, 2, 3]);
  const peer = await cluster.connect(1);
  await peer.call(produceRequest, produceResponse, 9, produceBody(topic, ['a']));
  await cluster.until(() => cluster.partition(3, topic).highWatermark === 1);
  peer.close();
  return cluster;
}

test('consumers read from a follower that they are sent to, by rack and as far as it has come', async () => {
  const cluster = await racked();
  const sent = await fetchAt(cluster, 1, { rackId: 'rack3' });
  assert.deepEqual([told(sent), sent.preferredReadReplica], [['NONE', []], 3]);
  for (const rackId of ['', 'rack1', 'nowhere']) {
    const own = await fetchAt(cluster, 1, { rackId });
    assert.deepEqual([told(own), own.preferredReadReplica], [['NONE', [1]], -1], rackId);
  }
  assert.deepEqual(told(await fetchAt(cluster, 3, { rackId: 'rack3' })), ['NONE', [1]]);
  // Its leader may have more: only that can say what is out of range.
  const beyond = await fetchAt(cluster, 3, { fetchOffset: 2 });
  assert.deepEqual(told(beyond), ['NOT_LEADER_OR_FOLLOWER', []]);
  const beyondAll = await fetchAt(cluster, 1, { fetchOffset: 2 });
  assert.deepEqual(told(beyondAll), ['OFFSET_OUT_OF_RANGE', []]);
  const old = await fetchAt(cluster, 3, { version: 10 });
  assert.deepEqual(told(old), ['NOT_LEADER_OR_FOLLOWER', []]);
  const stale = await fetchAt(cluster, 3, { leaderEpoch: 4 });
  assert.deepEqual(told(stale), ['UNKNOWN_LEADER_EPOCH', []]);
  const asFollower = await fetchAt(cluster, 3, { replicaId: 2 });
  assert.deepEqual(told(asFollower), ['NOT_LEADER_OR_FOLLOWER', []]);
});

test('a consumer is not sent to a follower that is gone, and reads from the leader again (KIP-392)', async () => {
  const cluster = await racked();
  const preferred = async (): Promise<readonly [number, boolean]> => {
    const { preferredReadReplica, records } = await fetchAt(cluster, 1, {
      leaderEpoch: -1,
      version: 16,
      rackId: 'rack3',
    });
    return [preferredReadReplica, (records ?? []).length > 0];
  };
  assert.deepEqual(await preferred(), [3, false]);
  cluster.crash(3);
  await cluster.until(() => cluster.partition(1, topic).state.isr.length === 2);
  assert.deepEqual(await preferred(), [-1, true]);
  await cluster.start(3);
  await cluster.until(() => cluster.partition(1, topic).state.isr.length === 3);
  assert.deepEqual(await preferred(), [3, false]);
});

test('a follower that comes to a new epoch in its session is told the high watermark once more', async () => {
  const cluster = await SimulatedCluster.start(2);
  await cluster.createTopic(topic, [1, 2]);
  await cluster.complete(cluster.client().producer().send({ topic, partition: 0, value: null }));
  await cluster.until(() => cluster.partition(1, topic).log.highWatermark === 1);
  cluster.simulation.cut('broker1', 'broker2');
  const follower = await cluster.connect(1);
  const fetch = async (sessionId: number, sessionEpoch: number) => {
    const { leaderEpoch } = cluster.partition(1, topic);
    const body = bodyOf(cluster, { replicaId: 2, leaderEpoch, fetchOffset: 1 });
    return follower.call(fetchRequest, fetchResponse, 18, { ...body, sessionId, sessionEpoch });
  };
  const highWatermarks = ({ responses }: Awaited<ReturnType<typeof fetch>>): number[] =>
    responses.flatMap(({ partitions }) => partitions.map(({ highWatermark }) => highWatermark));
  const first = await fetch(0, 0);
  assert.deepEqual(highWatermarks(first), [1]);
  assert.deepEqual(highWatermarks(await fetch(first.sessionId, 1)), [], 'it knows');
  // The leader stays; what the follower was told in the epoch before it may have had to drop.
  await cluster.change(topic, 0, { leader: 1 });
  await cluster.until(() => cluster.partition(1, topic).leaderEpoch > 0);
  assert.deepEqual(highWatermarks(await fetch(first.sessionId, 2)), [1]);
});

test('a follower’s session is answered with what has changed, of whichever of its partitions', async () => {
  const cluster = await SimulatedCluster.start(2);
  await cluster.createTopic(topic, [1, 2], {}, 3);
  cluster.simulation.cut('broker1', 'broker2');
  const writer = await cluster.connect(1);
  const produce = async (partition: number): Promise<void> => {
    const body = produceBody(topic, ['x'], { acks: 1, partition });
    await writer.call(produceRequest, produceResponse, 9, body);
  };
  const { topicId } = cluster.partition(1, topic).log;
  const follower = await cluster.connect(1);
  let replicaEpoch = BigInt(epochOf(cluster, 2));
  let epoch = 0;
  let sessionId = 0;
  /** Sends the next fetch of the session. */
  const send = (
    offsets: Readonly<Record<number, number>>,
    forgotten: readonly number[] = [],
  ): void => {
    const partitions = Object.entries(offsets).map(([partition, fetchOffset]) => ({
      partition: Number(partition),
      currentLeaderEpoch: 0,
      fetchOffset,
      partitionMaxBytes: 1 << 20,
    }));
    const forgottenTopicsData = forgotten.length === 0 ? [] : [{ topicId, partitions: forgotten }];
    const body = {
      replicaState: { replicaId: 2, replicaEpoch },
      maxWaitMs: 60_000,
      minBytes: 1,
      maxBytes: 1 << 20,
      sessionId,
      sessionEpoch: epoch++,
      topics: partitions.length === 0 ? [] : [{ topicId, partitions }],
      forgottenTopicsData,
    };
    follower.write(requestFrame(fetchRequest, 18, epoch, body));
  };
  /** Which partitions the next answer has, with the number of their batches and the high watermark. */
  let taken = 0;
  const answered = async (): Promise<number[][]> => {
    await cluster.until(() => follower.frames.length > taken);
    const answer = readResponse(fetchResponse, 18, must(follower.frames[taken++]).frame);
    sessionId = answer.sessionId;
    const told = answer.responses.flatMap(({ partitions }) =>
      partitions.map(({ partitionIndex, records, highWatermark }) => [
        partitionIndex,
        splitBatches(records ?? []).batches.length,
        highWatermark,
      ]),
    );
    return told.toSorted(([a = 0], [b = 0]) => a - b);
  };
  const waits = async (): Promise<void> => {
    await cluster.simulation.runFor(5000);
    assert.equal(follower.frames.length, taken, 'it waits');
  };

  send({ 0: 0, 1: 0, 2: 0 });
  await waits();
  await produce(1);
  assert.deepEqual(await answered(), [
    [0, 0, 0],
    [1, 1, 0],
    [2, 0, 0],
  ]);
  send({ 1: 1 });
  await waits();
  await produce(2);
  assert.deepEqual(await answered(), [
    [1, 0, 1],
    [2, 1, 0],
  ]);
  await produce(0);
  await produce(1);
  send({ 2: 1 }, [1]);
  assert.deepEqual(await answered(), [
    [0, 1, 0],
    [2, 0, 1],
  ]);
  // What was sent and is not asked for again is sent again, as the follower may not have it.
  send({});
  assert.deepEqual(await answered(), [[0, 1, 0]]);
  send({ 0: 1 });
  await waits();
  await produce(1);
  await waits();
  await cluster.change(topic, 2, { leader: 2 });
  const [moved] = await answered();
  assert.equal(moved?.[0], 0, 'its high watermark');
  // It registers anew, and goes on.
  replicaEpoch += 1n;
  send({ 0: 1 }, [2]);
  await cluster.simulation.runFor(100);
  const followers = [...must(cluster.partition(1, topic, 0).leaderState).followers()];
  assert.deepEqual(
    followers.map(({ brokerEpoch }) => brokerEpoch),
    [Number(replicaEpoch)],
  );
});

test('a follower’s fetch does not wait where something more came together with it', async () => {
  const cluster = await ledByOne(0);
  const follower = await cluster.connect(1);
  const body = bodyOf(cluster, { replicaId: 2, maxWaitMs: 60_000 });
  const versions = { clientSoftwareName: 'follower', clientSoftwareVersion: '1' };
  const frames = [
    requestFrame(fetchRequest, 18, 1, body),
    requestFrame(apiVersionsRequest, 3, 2, versions),
  ];
  follower.write(Buffer.concat(frames));
  await cluster.simulation.runFor(100);
  assert.equal(follower.frames.length, 2, 'both are answered');
});

/** Writes into the registration of broker 2 whether it is about to stop. */
async function setStopping(cluster: SimulatedCluster, stopping: boolean): Promise<void> {
  const own = must((await cluster.image()).brokers.get(2));
  const { key, value } = registrationChange(own, { stopping });
  assert.equal(await cluster.commit([], [{ key, value }]), 'committed');
}

for (const [session, sessionEpoch] of [
  ['in a session', 0],
  ['without a session', -1],
] as const)
  test(`a follower that may come in sync while its fetch waits comes in at once, ${session}`, async () => {
    const cluster = await ledByOne(0);
    const isrAtLeader = (): readonly number[] => cluster.partition(1, topic).state.isr;
    await setStopping(cluster, true);
    await cluster.until(() => isrAtLeader().length === 1);
    const peer = await cluster.connect(1);
    const { leaderEpoch } = cluster.partition(1, topic);
    const body = bodyOf(cluster, { replicaId: 2, leaderEpoch, maxWaitMs: 20_000 });
    peer.write(requestFrame(fetchRequest, 18, 1, { ...body, sessionEpoch }));
    const { waitingFetches } = cluster.partition(1, topic);
    await cluster.until(() => cluster.partition(1, topic).waitingFetches > waitingFetches);
    await setStopping(cluster, false);
    const before = cluster.simulation.elapsedMs;
    await cluster.until(() => isrAtLeader().length === 2);
    assert.ok(cluster.simulation.elapsedMs - before < 1000);
    peer.close();
  });
