/*
 * Goal: brokers are members of their cluster as long as they live, and no longer.
 * Method: brokers on simulated hosts with one metadata store; processes end, machines lose power, hosts and the
 * store are cut off, and what the image says and who leads is looked at in virtual time.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBroker, encodeValue, imageKeys } from '../../../src/metadata/image-keys.ts';
import type { BrokerImage, PartitionImage } from '../../../src/metadata/image.ts';
import type { StoreEntry } from '../../../src/metadata/store.ts';
import { errorName } from '../../../src/protocol/error-codes.ts';
import {
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '../../../src/protocol/messages/find-coordinator.ts';
import { heartbeatRequest, heartbeatResponse } from '../../../src/protocol/messages/heartbeat.ts';
import {
  listOffsetsRequest,
  listOffsetsResponse,
} from '../../../src/protocol/messages/list-offsets.ts';
import { metadataRequest, metadataResponse } from '../../../src/protocol/messages/metadata.ts';
import { produceRequest, produceResponse } from '../../../src/protocol/messages/produce.ts';
import { must } from '../../../src/util/assert.ts';
import { produce, produceBody, produceVersion } from '../requests.ts';
import { SimulatedCluster } from '../simulated-cluster.ts';

const topic = 'orders';

/** As broker `nodeId` sees it. */
function partitionAt(cluster: SimulatedCluster, nodeId: number, index = 0): PartitionImage {
  const { image } = cluster.broker(nodeId).metadata;
  return must(image.topicsByName.get(topic)?.partitions[index]);
}

function brokerAt(cluster: SimulatedCluster, nodeId: number, of: number): BrokerImage {
  return must(cluster.broker(nodeId).metadata.image.brokers.get(of));
}

function controllerAt(cluster: SimulatedCluster, nodeId: number): number {
  return cluster.broker(nodeId).metadata.image.controllerId;
}

/** Sets a topic's configs as AlterConfigs does. */
async function setConfig(
  cluster: SimulatedCluster,
  name: string,
  values: ReadonlyMap<string, string>,
  seenBy = 3,
): Promise<void> {
  const { id } = must(cluster.broker(seenBy).metadata.image.topicsByName.get(name));
  const change = {
    key: imageKeys.topicConfig(id),
    value: encodeValue({ values: Object.fromEntries(values) }),
  };
  await cluster.store.client('hand').commit([], [change]);
}

/** How long it takes until `holds`, in virtual milliseconds. */
async function timeUntil(cluster: SimulatedCluster, holds: () => boolean): Promise<number> {
  const fromMs = cluster.simulation.elapsedMs;
  await cluster.until(holds);
  return cluster.simulation.elapsedMs - fromMs;
}

async function threeBrokers(config: Readonly<Record<string, string>> = {}, partitions = 1) {
  const cluster = await SimulatedCluster.start(3, { config });
  await cluster.createTopic(topic, [1, 2, 3], {}, partitions);
  const all = Array.from({ length: partitions }, (_, i) => i);
  await cluster.until(() => all.every((i) => partitionAt(cluster, 1, i).isr.length === 3));
  return cluster;
}

function mayLead(cluster: SimulatedCluster, nodeId: number): boolean {
  return cluster.broker(nodeId).mayLead;
}

test('the first broker is elected the controller and admits itself and those that come', async () => {
  const cluster = await SimulatedCluster.start(3);
  const image = await cluster.image();
  assert.equal(image.controllerId, 1);
  for (const id of [1, 2, 3]) {
    const { fenced, live, stopping, hostName, epoch } = must(image.brokers.get(id));
    assert.deepEqual(
      { fenced, live, stopping, hostName },
      { fenced: false, live: true, stopping: false, hostName: `broker${id}` },
    );
    assert.ok(epoch > 0 && mayLead(cluster, id));
  }
});

test('brokers that all start at once become a cluster with one controller', async () => {
  const cluster = await SimulatedCluster.startTogether(3);
  const image = await cluster.image();
  assert.ok([1, 2, 3].includes(image.controllerId));
  assert.equal([...image.brokers.values()].filter(({ fenced }) => !fenced).length, 3);
});

test('a killed leader is replaced at once, and its process when it starts again', async () => {
  const cluster = await threeBrokers();
  await cluster.change(topic, 0, { leader: 2 });
  await cluster.until(() => partitionAt(cluster, 2).leader === 2);
  cluster.crash(2);
  const tookMs = await timeUntil(cluster, () => partitionAt(cluster, 3).leader !== 2);
  assert.ok(tookMs < 200, `another leader after ${tookMs} ms`);
  const { isr, leader } = partitionAt(cluster, 3);
  assert.deepEqual([isr, leader], [[1, 3], 1]);
  assert.equal(brokerAt(cluster, 3, 2).live, false);
  const before = brokerAt(cluster, 3, 2).epoch;
  await cluster.start(2);
  assert.ok(brokerAt(cluster, 2, 2).epoch > before && mayLead(cluster, 2));
  await cluster.until(() => partitionAt(cluster, 3).isr.length === 3);
});

test('a killed controller is replaced at once, as the leader too', async () => {
  const cluster = await threeBrokers();
  assert.deepEqual([controllerAt(cluster, 2), partitionAt(cluster, 2).leader], [1, 1]);
  cluster.crash(1);
  const tookMs = await timeUntil(cluster, () => partitionAt(cluster, 2).leader > 1);
  assert.ok(tookMs < 200, `another leader after ${tookMs} ms`);
  assert.ok(controllerAt(cluster, 2) > 1);
  await cluster.start(1);
  assert.equal(brokerAt(cluster, 1, 1).uncleanShutdown, false);
});

test('what a killed broker led takes writes again at once, however many partitions that were', async () => {
  const all = [0, 1, 2, 3];
  const cluster = await threeBrokers({}, all.length);
  const fromMs = cluster.simulation.elapsedMs;
  cluster.crash(1);
  const leaderOf = (index: number): number => partitionAt(cluster, 3, index).leader;
  await cluster.until(() => all.every((index) => leaderOf(index) > 1));
  for (const partition of all.toReversed()) {
    const peer = await cluster.connect(leaderOf(partition));
    const { errorCode } = await produce(peer, topic, ['a'], { partition });
    assert.equal(errorName(errorCode), 'NONE');
    peer.close();
  }
  const tookMs = cluster.simulation.elapsedMs - fromMs;
  assert.ok(tookMs < 200, `writes after ${tookMs} ms`);
});

test('two of three that are killed at once are both found, and the third leads what it may', async () => {
  const cluster = await threeBrokers();
  cluster.crash(1);
  cluster.crash(2);
  await cluster.until(() => partitionAt(cluster, 3).leader === 3);
  const { isr, elr } = partitionAt(cluster, 3);
  // One may have been taken out before the other, while there were two.
  assert.deepEqual(isr, [3]);
  assert.ok(elr.length > 0 && !elr.includes(3));
  const { brokers } = cluster.broker(3).metadata.image;
  assert.deepEqual([brokers.get(1)?.live, brokers.get(2)?.live], [false, false]);
});

test('a broker that starts again before anybody found it dead takes its own place', async () => {
  const cluster = await threeBrokers();
  const { epoch } = brokerAt(cluster, 2, 1);
  cluster.crash(1);
  await cluster.start(1);
  await cluster.until(
    () => partitionAt(cluster, 2).leader > 0 && partitionAt(cluster, 2).isr.length === 3,
  );
  assert.ok(brokerAt(cluster, 2, 1).epoch > epoch);
  assert.ok(partitionAt(cluster, 2).leaderEpoch > 0, 'nobody takes the old leadership for the new');
});

test('all that are killed at once and start again lead and are in sync again', async () => {
  const cluster = await threeBrokers({}, 20);
  for (const id of [1, 2, 3]) cluster.crash(id);
  await cluster.startTogether([1, 2, 3]);
  const all = Array.from({ length: 20 }, (_, i) => i);
  await cluster.until(() =>
    all.every((i) => {
      const { leader, isr } = partitionAt(cluster, 1, i);
      return leader > 0 && isr.length === 3;
    }),
  );
});

test('a broker that is cut off from the others and not from the store keeps what it leads', async () => {
  const cluster = await threeBrokers();
  for (const other of [2, 3]) cluster.simulation.cut('broker1', `broker${other}`);
  await cluster.simulation.runFor(20_000);
  assert.deepEqual([partitionAt(cluster, 2).leader, mayLead(cluster, 1)], [1, true]);
  assert.equal(brokerAt(cluster, 2, 1).live, true);
});

test('a leader without the store for 5 s leads on; for longer, it stops before another is elected', async () => {
  const cluster = await threeBrokers();
  cluster.store.setReachable('broker1', false);
  await cluster.simulation.runFor(5000);
  assert.equal(mayLead(cluster, 1), true);
  cluster.store.setReachable('broker1', true);
  await cluster.simulation.runFor(9000);
  assert.deepEqual([mayLead(cluster, 1), partitionAt(cluster, 2).leader], [true, 1]);

  cluster.store.setReachable('broker1', false);
  await cluster.until(() => {
    const isReplaced = partitionAt(cluster, 2).leader !== 1;
    assert.ok(!isReplaced || !mayLead(cluster, 1), 'two lead at a time');
    return isReplaced;
  });
  const { epoch } = brokerAt(cluster, 2, 1);
  cluster.store.setReachable('broker1', true);
  await cluster.until(() => mayLead(cluster, 1) && brokerAt(cluster, 1, 1).epoch > epoch);
  await cluster.until(() => partitionAt(cluster, 2).isr.length === 3);
});

test('a broker whose lease has lapsed answers neither as a leader nor as a coordinator', async () => {
  const cluster = await threeBrokers();
  await cluster.createTopic('__consumer_offsets', [1, 2, 3]);
  const peer = await cluster.connect(1);
  const answers = async (): Promise<unknown[]> => {
    const heartbeat = { groupId: 'g', generationId: 1, memberId: 'm' };
    const { errorCode } = await peer.call(heartbeatRequest, heartbeatResponse, 4, heartbeat);
    const partition = { partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 };
    const offsets = { replicaId: -1, topics: [{ name: topic, partitions: [partition] }] };
    const { topics } = await peer.call(listOffsetsRequest, listOffsetsResponse, 7, offsets);
    const body = { ...produceBody(topic, ['x'], { acks: 1 }), timeoutMs: 1000 };
    const { responses } = await peer.call(produceRequest, produceResponse, produceVersion, body);
    const codes = [
      errorCode,
      topics[0]?.partitions[0]?.errorCode,
      responses[0]?.partitionResponses[0]?.errorCode,
    ];
    return codes.map((code) => errorName(code ?? -1));
  };
  assert.deepEqual(await answers(), ['UNKNOWN_MEMBER_ID', 'NONE', 'NONE']);
  cluster.store.setReachable('broker1', false);
  await cluster.until(() => !mayLead(cluster, 1));
  const refused = ['NOT_COORDINATOR', 'NOT_LEADER_OR_FOLLOWER', 'NOT_LEADER_OR_FOLLOWER'];
  assert.deepEqual(await answers(), refused);
});

test('a broker whose lease has lapsed sends clients to the others, until it has registered again', async () => {
  const cluster = await threeBrokers();
  await cluster.createTopic('__consumer_offsets', [1, 2, 3]);
  const peer = await cluster.connect(1);
  const named = async () => {
    const question = { topics: [{ name: topic }], allowAutoTopicCreation: false };
    const answer = await peer.call(metadataRequest, metadataResponse, 12, question);
    const { leaderId } = must(answer.topics[0]?.partitions[0]);
    const ask = { key: 'g', keyType: 0 };
    const { nodeId } = await peer.call(findCoordinatorRequest, findCoordinatorResponse, 3, ask);
    const brokers = answer.brokers.map((broker) => broker.nodeId);
    return { brokers, leaderId, coordinator: nodeId };
  };
  assert.deepEqual(await named(), { brokers: [1, 2, 3], leaderId: 1, coordinator: 1 });
  cluster.store.setReachable('broker1', false);
  await cluster.until(() => !mayLead(cluster, 1));
  // Nobody has been elected yet, and it has not heard of anything.
  assert.equal(partitionAt(cluster, 2).leader, 1);
  assert.deepEqual(await named(), { brokers: [1, 2, 3], leaderId: 2, coordinator: 2 });

  const body = { ...produceBody(topic, ['x'], { acks: 1 }), timeoutMs: 1000 };
  const { responses } = await peer.call(produceRequest, produceResponse, produceVersion, body);
  assert.equal(responses[0]?.partitionResponses[0]?.currentLeader.leaderId, -1);

  await cluster.until(() => partitionAt(cluster, 2).leader === 2);
  cluster.store.setReachable('broker1', true);
  await cluster.until(() => mayLead(cluster, 1) && partitionAt(cluster, 1).leader === 2);
  assert.deepEqual(await named(), { brokers: [1, 2, 3], leaderId: 2, coordinator: 2 });
});

test('a broker whose registration is taken away registers anew, as does one whose lease is ended', async () => {
  const cluster = await threeBrokers();
  const own = cluster.store.client('hand');
  const { epoch, leaseId } = brokerAt(cluster, 2, 2);
  await cluster.complete(own.revoke(leaseId));
  await cluster.until(() => brokerAt(cluster, 3, 2).epoch > epoch && mayLead(cluster, 2));
  const second = brokerAt(cluster, 3, 2).epoch;
  await cluster.complete(own.commit([], [{ key: imageKeys.broker(2), value: null }]));
  await cluster.until(() => (cluster.broker(3).metadata.image.brokers.get(2)?.epoch ?? 0) > second);
  await cluster.until(() => mayLead(cluster, 2));
});

test('another machine with a node id that is there waits until the lease of the process there ends', async () => {
  const cluster = await threeBrokers();
  const { epoch } = brokerAt(cluster, 1, 2);
  let isIn = false;
  const other = cluster.beginOn(cluster.simulation.runtime('other'), 2, 'other').then(() => {
    isIn = true;
  });
  await cluster.simulation.runFor(20_000);
  assert.deepEqual(
    [isIn, brokerAt(cluster, 1, 2).epoch, mayLead(cluster, 2)],
    [false, epoch, true],
  );
  const said = cluster.log.filter(({ event }) =>
    event.startsWith('another process has this node id'),
  );
  assert.ok(said.length > 0 && said.length < 5, `said ${said.length} times`);
  const hasty = { 'initial.broker.registration.timeout.ms': 3000 };
  const impatient = cluster.beginOn(cluster.simulation.runtime('hasty'), 2, 'hasty', hasty);
  await assert.rejects(cluster.complete(impatient), { code: 'TIMED_OUT' });
  cluster.crash(2);
  await cluster.complete(other);
  const { hostName, uncleanShutdown, fenced } = brokerAt(cluster, 1, 2);
  assert.deepEqual([hostName, uncleanShutdown, fenced], ['other', false, false]);
  assert.ok(!partitionAt(cluster, 1).isr.includes(2), 'it has nothing of what was there');
});

test('a broker that stops in order hands over what it leads first, within 200 ms, and returns clean', async () => {
  const cluster = await threeBrokers({}, 30);
  const epochs = new Set<boolean>();
  const stopping = cluster.broker(1).stop();
  const tookMs = await timeUntil(cluster, () => {
    epochs.add(brokerAt(cluster, 2, 1).stopping);
    return partitionAt(cluster, 2, 29).leader !== 1;
  });
  assert.ok(tookMs < 200, `handed over after ${tookMs} ms`);
  assert.ok(epochs.has(true));
  await cluster.complete(stopping);
  assert.equal(brokerAt(cluster, 2, 1).live, false);
  assert.deepEqual(partitionAt(cluster, 2).isr, [2, 3]);
  assert.equal(controllerAt(cluster, 2) > 1, true);
  cluster.simulation.powerLoss('broker1');
  await cluster.start(1);
  assert.equal(brokerAt(cluster, 1, 1).uncleanShutdown, false);
  await cluster.until(() => partitionAt(cluster, 2).isr.length === 3);
});

test('a broker that has announced its stop and hears nothing of the store any more stops all the same', async () => {
  const cluster = await SimulatedCluster.start(3, { store: { watchDelayMsMax: 500 } });
  await cluster.createTopic(topic, [1, 2, 3]);
  const stopping = cluster.broker(1).stop();
  const key = imageKeys.broker(1);
  const announces = ({ value }: StoreEntry): boolean => decodeBroker(key, value).stopping;
  await cluster.until(() => cluster.store.readNow(key).entries.some(announces));
  // The answer to the commit comes at once, the watch would tell of it later.
  await cluster.simulation.runFor(1);
  assert.equal(brokerAt(cluster, 1, 1).stopping, false);
  cluster.store.setReachable('broker1', false);
  const fromMs = cluster.simulation.elapsedMs;
  await cluster.complete(stopping);
  const tookMs = cluster.simulation.elapsedMs - fromMs;
  assert.ok(tookMs < 30_000, `stopped after ${tookMs} ms`);
});

test('a broker back from power loss is in no in-sync or eligible set when it is admitted', async () => {
  const cluster = await threeBrokers();
  const { leaderEpoch } = partitionAt(cluster, 2);
  const epoch = brokerAt(cluster, 2, 1).epoch;
  cluster.powerLoss(1);
  let wasUnclean = false;
  const starting = cluster.begin(1);
  await cluster.until(() => {
    const { brokers } = cluster.broker(2).metadata.image;
    const back = must(brokers.get(1));
    wasUnclean ||= back.uncleanShutdown;
    if (back.epoch === epoch || back.fenced) return false;
    const { leader, isr, elr } = partitionAt(cluster, 2);
    assert.ok(leader !== 1 && !isr.includes(1) && !elr.includes(1));
    return true;
  });
  await cluster.complete(starting);
  assert.ok(wasUnclean && partitionAt(cluster, 2).leaderEpoch > leaderEpoch);
  await cluster.until(() => partitionAt(cluster, 2).isr.length === 3);
});

test('where only an unclean returner was in sync, it leads again as the last known leader, in a new epoch', async () => {
  const cluster = await SimulatedCluster.start(2);
  await cluster.createTopic(topic, [1]);
  const { leaderEpoch } = partitionAt(cluster, 2);
  cluster.powerLoss(1);
  await cluster.start(1);
  await cluster.until(() => partitionAt(cluster, 2).leader === 1);
  assert.ok(partitionAt(cluster, 2).leaderEpoch > leaderEpoch);
});

test('leadership comes back to preferred leaders by itself', async () => {
  const cluster = await threeBrokers({ 'leader.imbalance.check.interval.seconds': '1' }, 150);
  cluster.crash(1);
  await cluster.until(() => partitionAt(cluster, 2, 149).leader !== 1);
  await cluster.start(1);
  const all = Array.from({ length: 150 }, (_, i) => i);
  await cluster.until(() => all.every((i) => partitionAt(cluster, 2, i).leader === 1));
});

test('a partition without a leader gets an unclean one once its topic allows it', async () => {
  const cluster = await threeBrokers();
  await cluster.createTopic('few', [1, 2], { 'min.insync.replicas': '1' });
  const few = (): PartitionImage => {
    const { image } = cluster.broker(3).metadata;
    return must(image.topicsByName.get('few')?.partitions[0]);
  };
  await cluster.until(() => few().isr.length === 2);
  cluster.crash(2);
  await cluster.until(() => few().isr.length === 1);
  cluster.crash(1);
  await cluster.until(() => few().leader === -1);
  await cluster.start(2);
  assert.equal(few().leader, -1);
  const config = new Map([['unclean.leader.election.enable', 'true']]);
  await cluster.complete(setConfig(cluster, 'few', config));
  await cluster.until(() => few().leader === 2);
});

test('what is acknowledged after min.insync.replicas was lowered is not lost to who was eligible before', async () => {
  const cluster = await threeBrokers();
  await cluster.until(() => mayLead(cluster, 1) && partitionAt(cluster, 1).isr.length === 3);
  for (const nodeId of [2, 3]) cluster.crash(nodeId);
  await cluster.until(() => partitionAt(cluster, 1).isr.length === 1);
  assert.equal(partitionAt(cluster, 1).elr.length, 1);
  const producer = cluster.client().producer({ acks: 'all' });
  const sent = producer.send({ topic, partition: 0, value: new Uint8Array(10) });
  await cluster.simulation.runFor(3000);
  await cluster.complete(setConfig(cluster, topic, new Map([['min.insync.replicas', '1']]), 1));
  assert.equal((await cluster.complete(sent)).offset, 0);
  assert.deepEqual(partitionAt(cluster, 1).elr, []);
  cluster.crash(1);
  await cluster.startTogether([2, 3]);
  await cluster.simulation.runFor(20_000);
  assert.equal(partitionAt(cluster, 2).leader, -1, 'neither of them has it');
  await cluster.start(1);
  await cluster.until(() => partitionAt(cluster, 1).isr.length === 3);
  assert.equal(cluster.partition(3, topic).log.logEndOffset, 1);
});

test('a partition moves to other brokers as it is asked to', async () => {
  const cluster = await SimulatedCluster.start(3);
  await cluster.createTopic(topic, [1, 2]);
  await cluster.until(() => partitionAt(cluster, 3).isr.length === 2);
  await cluster.change(topic, 0, {
    replicas: [3, 2, 1],
    addingReplicas: [3],
    removingReplicas: [1],
  });
  await cluster.until(() => partitionAt(cluster, 3).replicas.length === 2);
  const { replicas, isr, leader, addingReplicas } = partitionAt(cluster, 3);
  assert.deepEqual(
    [replicas, new Set(isr), leader, addingReplicas],
    [[3, 2], new Set([2, 3]), 3, []],
  );
});
