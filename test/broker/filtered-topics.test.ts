/**
 * Goal: a filtered topic is in every API as a topic that cannot be written to, on each broker of a cluster, and through
 * changes of leaders.
 * Method: brokers on simulated hosts, our own client, and requests frame by frame.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeValue, imageKeys } from '../../src/metadata/image-keys.ts';
import { errorName } from '../../src/protocol/error-codes.ts';
import {
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '../../src/protocol/messages/delete-records.ts';
import {
  describeLogDirsRequest,
  describeLogDirsResponse,
} from '../../src/protocol/messages/describe-log-dirs.ts';
import { fetchRequest, fetchResponse } from '../../src/protocol/messages/fetch.ts';
import {
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
} from '../../src/protocol/messages/offset-for-leader-epoch.ts';
import { produceRequest, produceResponse } from '../../src/protocol/messages/produce.ts';
import { readRecords } from '../../src/records/record-reader.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import { offsetSpecs } from '../../src/client/list-offsets.ts';
import { must } from '../../src/util/assert.ts';
import { produceBody } from './requests.ts';
import { SimulatedCluster, type SimulatedClusterOptions } from './simulated-cluster.ts';

const source = 'adverts';
const filtered = 'kohli';
const configs = { 'odradek.source.topic': source, 'odradek.filter': 'value == "kohli"' };

/** Three brokers, the source on all of them led by 1, and a filtered topic of it. */
async function start(options: SimulatedClusterOptions = {}): Promise<SimulatedCluster> {
  const cluster = await SimulatedCluster.start(3, options);
  await cluster.createTopic(source, [1, 2, 3]);
  const client = cluster.client();
  await cluster.complete(client.admin.createTopic({ name: filtered, configs }));
  client.close();
  return cluster;
}

async function write(cluster: SimulatedCluster, ...values: string[]): Promise<void> {
  const client = cluster.client();
  const producer = client.producer({ acks: 'all' });
  for (const text of values) {
    const value = new TextEncoder().encode(text);
    await cluster.complete(producer.send({ topic: source, partition: 0, value }));
  }
  await cluster.complete(producer.close());
  client.close();
}

/** Offsets that a consumer of the filtered topic reads. */
async function read(cluster: SimulatedCluster): Promise<number[]> {
  const client = cluster.client();
  const offsets: number[] = [];
  const reading = (async () => {
    const consumer = await client.consumer({
      ranges: [{ topic: filtered, partition: 0, from: { at: 'beginning' }, until: { at: 'end' } }],
    });
    for await (const records of consumer.records()) {
      offsets.push(...records.map(({ offset }) => offset));
    }
  })();
  await cluster.complete(reading);
  client.close();
  return offsets;
}

interface Asked {
  readonly replicaId?: number;
  readonly rackId?: string;
}

/** What a broker answers who fetches the filtered topic by its id from the beginning. */
async function fetchAt(cluster: SimulatedCluster, nodeId: number, asked: Asked = {}) {
  const { replicaId = -1, rackId = '' } = asked;
  const topicId = must(cluster.broker(1).metadata.image.topicsByName.get(filtered)).id;
  const partition = {
    partition: 0,
    currentLeaderEpoch: -1,
    fetchOffset: 0,
    lastFetchedEpoch: -1,
    partitionMaxBytes: 1 << 20,
  };
  const peer = await cluster.connect(nodeId);
  const { responses } = await peer.call(fetchRequest, fetchResponse, 13, {
    replicaId,
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1 << 20,
    topics: [{ topic: '', topicId, partitions: [partition] }],
    forgottenTopicsData: [],
    rackId,
  });
  peer.close();
  const answer = must(responses[0]?.partitions[0]);
  const { batches } = splitBatches(answer.records ?? []);
  const records = batches
    .filter(({ isControl }) => !isControl)
    .flatMap((batch) => [...readRecords(batch, { maxBytes: 1 << 20 })]);
  return {
    error: errorName(answer.errorCode),
    offsets: records.map(({ offset }) => offset),
    preferredReadReplica: answer.preferredReadReplica,
  };
}

test('it is led by who leads its source, and read through a change of leaders', async () => {
  const cluster = await start();
  await write(cluster, 'dhoni', 'kohli', 'dhoni', 'kohli');
  assert.deepEqual(await read(cluster), [1, 3]);
  await cluster.change(source, 0, { leader: 2 });
  await cluster.until(() => cluster.partition(2, source).isLeader);
  await write(cluster, 'kohli', 'dhoni');
  assert.deepEqual(await read(cluster), [1, 3, 4]);
  for (const nodeId of [1, 3]) {
    await cluster.until(() => cluster.partition(nodeId, source).leaderId === 2);
    assert.deepEqual(await fetchAt(cluster, nodeId), {
      error: 'NONE',
      offsets: [1, 3, 4],
      preferredReadReplica: -1,
    });
  }
});

test('a consumer is sent to the follower in its rack, which shows the same (KIP-392)', async () => {
  const cluster = await start({
    config: {
      'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
    },
    rackOf: (nodeId) => `rack${nodeId}`,
  });
  await write(cluster, 'dhoni', 'kohli');
  await cluster.until(() => cluster.partition(3, source).highWatermark === 2);
  const sent = await fetchAt(cluster, 1, { rackId: 'rack3' });
  assert.deepEqual([sent.preferredReadReplica, sent.offsets], [3, []]);
  assert.deepEqual((await fetchAt(cluster, 3, { rackId: 'rack3' })).offsets, [1]);
});

test('nobody follows it', async () => {
  const cluster = await start();
  await write(cluster, 'kohli');
  assert.equal((await fetchAt(cluster, 1, { replicaId: 2 })).error, 'NOT_LEADER_OR_FOLLOWER');
});

test('a write to it is refused, by the name of the source', async () => {
  const cluster = await start();
  const peer = await cluster.connect(1);
  const body = produceBody(filtered, ['kohli'], { acks: 1 });
  const { responses } = await peer.call(produceRequest, produceResponse, 9, body);
  const { errorCode, errorMessage } = must(responses[0]?.partitionResponses[0]);
  assert.equal(errorName(errorCode), 'POLICY_VIOLATION');
  assert.equal(errorMessage, "Topic 'kohli' is a filtered topic of 'adverts': write to 'adverts'.");
  assert.equal(cluster.partition(1, source).log.logEndOffset, 0);
});

test('its offsets and epochs are those of the source; its records are not its own to delete', async () => {
  const cluster = await start();
  await write(cluster, 'dhoni', 'kohli', 'dhoni');
  const client = cluster.client();
  const at = async (timestampMs: number) => {
    const asked = [{ topic: filtered, partition: 0, timestampMs }];
    return (await cluster.complete(client.admin.listOffsets(asked)))[0]?.offset;
  };
  assert.equal(await at(offsetSpecs.earliest), 0);
  assert.equal(await at(offsetSpecs.latest), 3);
  // Of what is shown from there on, the first record that matches.
  assert.equal(await at(0), 0);
  client.close();

  const peer = await cluster.connect(1);
  const epochs = await peer.call(offsetForLeaderEpochRequest, offsetForLeaderEpochResponse, 4, {
    replicaId: -1,
    topics: [
      { topic: filtered, partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0 }] },
    ],
  });
  assert.equal(epochs.topics[0]?.partitions[0]?.endOffset, 3);
  const deleted = await peer.call(deleteRecordsRequest, deleteRecordsResponse, 2, {
    topics: [{ name: filtered, partitions: [{ partitionIndex: 0, offset: 1 }] }],
    timeoutMs: 1000,
  });
  const { errorCode } = must(deleted.topics[0]?.partitions[0]);
  assert.equal(errorName(errorCode), 'POLICY_VIOLATION');
  const dirs = await peer.call(describeLogDirsRequest, describeLogDirsResponse, 4, {
    topics: null,
  });
  assert.deepEqual(
    dirs.results.flatMap(({ topics }) => topics.map(({ name }) => name)),
    [source],
  );
});

test('it is described with the configs of its source, which cannot be changed there', async () => {
  const cluster = await start();
  const client = cluster.client();
  const resource = { type: 'topic', name: source } as const;
  const change = { name: 'retention.ms', operation: 'set' as const, value: '77' };
  await cluster.complete(client.admin.incrementalAlterConfigs([{ resource, changes: [change] }]));
  const [outcome] = await cluster.complete(
    client.admin.describeConfigs([{ type: 'topic', name: filtered }]),
  );
  assert.ok(outcome !== undefined && 'value' in outcome);
  const shown = (name: string) => {
    const { value, isReadOnly } = must(outcome.value.find((entry) => entry.name === name));
    return [value, isReadOnly];
  };
  assert.deepEqual(shown('retention.ms'), ['77', true]);
  assert.deepEqual(shown('odradek.source.topic'), [source, true]);
  // Also what can be: MirrorMaker is to leave it out.
  assert.deepEqual(shown('odradek.filter'), [configs['odradek.filter'], true]);
  client.close();
});

test('a filter that is changed is what is read by from then on', async () => {
  const cluster = await start();
  await write(cluster, 'dhoni', 'kohli', 'dhoni');
  assert.deepEqual(await read(cluster), [1]);
  const client = cluster.client();
  const change = { name: 'odradek.filter', operation: 'set' as const, value: 'value == "dhoni"' };
  const changes = [{ resource: { type: 'topic', name: filtered } as const, changes: [change] }];
  const [outcome] = await cluster.complete(client.admin.incrementalAlterConfigs(changes));
  assert.ok(outcome !== undefined && 'value' in outcome);
  client.close();
  const image = (): string | undefined =>
    cluster.broker(1).metadata.image.topicsByName.get(filtered)?.filtered?.filter;
  await cluster.until(() => image() === change.value);
  assert.deepEqual(await read(cluster), [0, 2]);
});

test('a filter that this version does not know is no answer, and no harm', async () => {
  const cluster = await start();
  await write(cluster, 'kohli');
  const { id } = must(cluster.broker(1).metadata.image.topicsByName.get(filtered));
  const values = { ...configs, 'odradek.filter': 'value.aMacroOfTheFuture()' };
  await cluster.commit([], [{ key: imageKeys.topicConfig(id), value: encodeValue({ values }) }]);
  await cluster.simulation.runFor(1000);
  assert.equal((await fetchAt(cluster, 1)).error, 'UNKNOWN_SERVER_ERROR');
  assert.ok(cluster.log.some(({ event }) => event === 'a filtered topic cannot be read'));
});

test('a group commits offsets of its own there, and they go with the topic', async () => {
  const cluster = await start({ config: { 'offsets.topic.num.partitions': 1 } });
  await write(cluster, 'dhoni', 'kohli');
  const client = cluster.client();
  const consumer = client.groupConsumer({
    groupId: 'g',
    topics: [filtered],
    from: { at: 'beginning' },
    until: { at: 'end' },
  });
  const reading = (async () => {
    const offsets: number[] = [];
    for await (const records of consumer.records()) {
      offsets.push(...records.map(({ offset }) => offset));
      consumer.processed(records);
    }
    return offsets;
  })();
  assert.deepEqual(await cluster.complete(reading), [1]);
  await cluster.complete(consumer.close());
  const committed = async () =>
    (await cluster.complete(client.admin.listGroupOffsets('g'))).map(
      ({ topic, offset }) => `${topic}@${offset}`,
    );
  assert.deepEqual(await committed(), ['kohli@2']);
  await cluster.complete(client.admin.deleteTopic(filtered));
  await cluster.simulation.runFor(2000);
  assert.deepEqual(await committed(), []);
  assert.equal(cluster.partition(1, source).log.logEndOffset, 2);
  client.close();
});

for (const protocol of ['classic', 'consumer'] as const) {
  test(`a group of the ${protocol} protocol gets the partitions that its source gains`, async () => {
    const cluster = await start({ config: { 'offsets.topic.num.partitions': 1 } });
    const client = cluster.client();
    const consumer = client.groupConsumer({
      groupId: 'g',
      // By whatever names there are: a filtered topic is one of them.
      topics: (name) => name.startsWith('ko'),
      protocol,
      from: { at: 'beginning' },
      topicsRefreshMs: 1000,
    });
    const read: string[] = [];
    const reading = (async () => {
      for await (const records of consumer.records()) {
        for (const { topic, partition, offset } of records) {
          read.push(`${topic}-${partition}@${offset}`);
        }
        consumer.processed(records);
      }
    })();
    await write(cluster, 'dhoni', 'kohli');
    await cluster.until(() => read.length === 1);
    const grow = [{ name: source, count: 2 }];
    await cluster.complete(client.admin.createPartitions(grow));
    const producer = client.producer();
    const value = new TextEncoder().encode('kohli');
    await cluster.complete(producer.send({ topic: source, partition: 1, value }));
    await cluster.until(() => read.length === 2);
    assert.deepEqual(read, ['kohli-0@1', 'kohli-1@0']);
    await cluster.complete(producer.close());
    consumer.stop();
    await cluster.complete(reading);
    client.close();
  });
}

test('it is there after all brokers were away, and its source’s logs are not taken for its own', async () => {
  const cluster = await start();
  await write(cluster, 'kohli', 'dhoni');
  for (const nodeId of [1, 2, 3]) cluster.crash(nodeId);
  await cluster.startTogether([1, 2, 3]);
  await cluster.until(() => cluster.partition(1, source).leaderId > 0);
  await write(cluster, 'kohli');
  assert.deepEqual(await read(cluster), [0, 2]);
});
