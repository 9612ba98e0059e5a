/**
 * Goal: configurations that concern what is built act, also when they are changed at run time.
 * Method: a broker on the simulated runtime; each test sees what a topic does, changes one config through a
 * client, and sees what it does then.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConfigResource } from '../../src/client/admin-configs.ts';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import {
  createTopicsRequest,
  createTopicsResponse,
} from '../../src/protocol/messages/create-topics.ts';
import {
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '../../src/protocol/messages/delete-records.ts';
import {
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '../../src/protocol/messages/delete-topics.ts';
import { metadataRequest, metadataResponse } from '../../src/protocol/messages/metadata.ts';
import { produceRequest, produceResponse } from '../../src/protocol/messages/produce.ts';
import { zeroUuid } from '../../src/protocol/uuid.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { batchCrc } from '../../src/records/crc32c.ts';
import {
  type CompressionCodec,
  RecordBatch,
  recordBatchHeaderBytes,
  recordBatchLayout,
} from '../../src/records/record-batch.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import { totalBytes, writeInt32 } from '../../src/util/bytes.ts';
import { must } from '../../src/util/assert.ts';
import type { Log } from '../../src/storage/log.ts';
import { GatedDisk } from './gated-disk.ts';
import {
  fetch,
  produce,
  produceAnswer,
  produceFrame,
  simulationStartMs,
  valueOf,
} from './requests.ts';
import { SimulatedBroker, type SimulatedPeer, type TestConfig } from './simulated-broker.ts';

const kib = 1024;
const hourMs = 3_600_000;

interface Setting {
  readonly broker: SimulatedBroker;
  readonly peer: SimulatedPeer;
  readonly disk: GatedDisk;
  readonly log: () => Log;
  /** Sets a config of the topic `t`, or with `undefined` takes it back. */
  readonly set: (name: string, value: string | undefined) => Promise<void>;
  readonly setFor: (
    resource: ConfigResource,
    name: string,
    value: string | undefined,
  ) => Promise<void>;
}

/** A broker with a topic `t` of one partition. */
async function start(config: TestConfig = {}): Promise<Setting> {
  const disk = new GatedDisk();
  const broker = await SimulatedBroker.start({
    config: { 'log.retention.check.interval.ms': 1000, ...config },
    around: disk.around,
  });
  await broker.createTopic('t');
  const peer = await broker.connect();
  const { admin } = broker.client();
  const setFor: Setting['setFor'] = async (resource, name, value) => {
    const change =
      value === undefined
        ? ({ name, operation: 'delete' } as const)
        : ({ name, operation: 'set', value } as const);
    const altering = admin.incrementalAlterConfigs([{ resource, changes: [change] }]);
    const [outcome] = await broker.complete(altering);
    assert.ok(outcome !== undefined && !('error' in outcome), JSON.stringify(outcome));
  };
  return {
    broker,
    peer,
    disk,
    log: () => must(broker.running.partitions.get('t', 0)).log,
    set: (name, value) => setFor({ type: 'topic', name: 't' }, name, value),
    setFor,
  };
}

function segmentCount({ broker }: Setting): number {
  const { files } = broker.simulation.runtime('broker');
  return files.list('/data/t-0').filter((name) => name.endsWith('.log')).length;
}

/** Writes batches of 400 kB, with times a second apart. */
async function writeLarge({ peer }: Setting, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const timestamp = simulationStartMs + i * 1000;
    const { errorCode } = await produce(peer, 't', [valueOf('', 400 * kib)], { timestamp });
    assert.equal(errorCode, errorCodes.NONE);
  }
}

async function storedBatches({ peer }: Setting, offset: number): Promise<readonly RecordBatch[]> {
  const { records } = await fetch(peer, 't', offset);
  return splitBatches(records ?? []).batches;
}

describe('a topic config acts when it is changed at run time', () => {
  test('retention.ms: what is older goes, -1 keeps it', async () => {
    const setting = await start();
    const { broker, peer, log, set } = setting;
    await produce(peer, 't', ['old']);
    await broker.simulation.runFor(10 * hourMs);
    assert.equal(log().logStartOffset, 0);
    const later = await broker.connect('later');
    const timestamp = simulationStartMs + Math.floor(broker.simulation.elapsedMs);
    await set('retention.ms', `${hourMs}`);
    await broker.simulation.runFor(3000);
    assert.equal(log().logStartOffset, 1, 'the only segment went, and another one came');
    assert.equal((await produce(later, 't', ['new'], { timestamp })).baseOffset, 1);
    await broker.simulation.runFor(0.9 * hourMs);
    assert.equal(log().logStartOffset, 1);
    await set('retention.ms', '-1');
    await broker.simulation.runFor(5 * hourMs);
    assert.equal(log().logStartOffset, 1, '-1 keeps it for ever');
  });

  test('retention.bytes: the oldest segments of a larger log go', async () => {
    const setting = await start();
    const { broker, log, set } = setting;
    await set('segment.bytes', `${1024 * kib}`);
    await writeLarge(setting, 8);
    await broker.simulation.runFor(3000);
    assert.equal(log().logStartOffset, 0);
    await set('retention.bytes', `${1700 * kib}`);
    await broker.simulation.runFor(3000);
    assert.equal(log().logStartOffset, 2, 'of 3200 kB in four segments, the oldest was too much');
  });

  test('cleanup.policy: compact wants keys and deletes nothing by time', async () => {
    const setting = await start();
    const { broker, peer, log, set } = setting;
    await set('retention.ms', '1000');
    await set('cleanup.policy', 'compact');
    const withoutKey = await produce(peer, 't', ['no key']);
    assert.equal(withoutKey.errorCode, errorCodes.INVALID_RECORD);
    const { chunks } = buildBatch([
      { key: Buffer.from('k'), value: Buffer.from('v'), timestamp: simulationStartMs },
    ]);
    const partitionData = [{ index: 0, records: chunks }];
    const request = { acks: -1, timeoutMs: 1000, topicData: [{ name: 't', partitionData }] };
    const { responses } = await peer.call(produceRequest, produceResponse, 9, request);
    assert.equal(responses[0]?.partitionResponses[0]?.errorCode, errorCodes.NONE);
    await broker.simulation.runFor(60_000);
    assert.equal(log().logStartOffset, 0, 'time deletes nothing');
    const deleted = await peer.call(deleteRecordsRequest, deleteRecordsResponse, 2, {
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, offset: 1 }] }],
      timeoutMs: 1000,
    });
    const [partition] = must(deleted.topics[0]).partitions;
    assert.equal(partition?.errorCode, errorCodes.POLICY_VIOLATION);
    await set('cleanup.policy', 'delete');
    await broker.simulation.runFor(3000);
    assert.equal(log().logStartOffset, 1);
  });

  test('segment.bytes: a full segment is closed', async () => {
    const setting = await start();
    await writeLarge(setting, 4);
    assert.equal(segmentCount(setting), 1);
    await setting.set('segment.bytes', `${1024 * kib}`);
    await writeLarge(setting, 4);
    assert.equal(segmentCount(setting), 3);
    await setting.set('segment.bytes', undefined);
    await writeLarge(setting, 4);
    assert.equal(segmentCount(setting), 3);
  });

  test('segment.index.bytes: a segment whose index is full is closed', async () => {
    const setting = await start();
    await writeLarge(setting, 4);
    assert.equal(segmentCount(setting), 1);
    // Room for one entry of the offset index: the segment there is full, and each is with its second batch.
    await setting.set('segment.index.bytes', '12');
    await writeLarge(setting, 4);
    assert.equal(segmentCount(setting), 5);
    await setting.set('segment.index.bytes', undefined);
    await writeLarge(setting, 4);
    assert.equal(segmentCount(setting), 5);
  });

  test('segment.ms: an old segment is closed', async () => {
    const setting = await start();
    await writeLarge(setting, 4);
    assert.equal(segmentCount(setting), 1);
    await setting.set('segment.ms', '1500');
    const timestamp = simulationStartMs + 2000;
    await produce(setting.peer, 't', ['later'], { timestamp });
    assert.equal(segmentCount(setting), 2);
    await produce(setting.peer, 't', ['soon after'], { timestamp: timestamp + 1000 });
    assert.equal(segmentCount(setting), 2);
  });

  test('max.message.bytes: a larger batch is refused', async () => {
    const { peer, set } = await start();
    const send = async (): Promise<number> =>
      (await produce(peer, 't', [valueOf('x', 2000)])).errorCode;
    assert.equal(await send(), errorCodes.NONE);
    await set('max.message.bytes', '2000');
    assert.equal(await send(), errorCodes.MESSAGE_TOO_LARGE);
    await set('max.message.bytes', '3000');
    assert.equal(await send(), errorCodes.NONE);
  });

  test('message.timestamp.type: LogAppendTime stamps batches and is answered', async () => {
    const setting = await start();
    const { broker, peer, set } = setting;
    assert.equal((await produce(peer, 't', ['a'])).logAppendTimeMs, -1);
    await set('message.timestamp.type', 'LogAppendTime');
    await broker.simulation.runFor(5000);
    const { logAppendTimeMs } = await produce(peer, 't', ['b']);
    assert.ok(logAppendTimeMs >= simulationStartMs + 5000);
    const batches = await storedBatches(setting, 0);
    assert.deepEqual(
      batches.map(({ isLogAppendTime }) => isLogAppendTime),
      [false, true],
    );
    assert.equal(batches[1]?.maxTimestamp, logAppendTimeMs);
    await set('message.timestamp.type', 'CreateTime');
    assert.equal((await produce(peer, 't', ['c'])).logAppendTimeMs, -1);
  });

  test('message.timestamp.before.max.ms and message.timestamp.after.max.ms', async () => {
    const { peer, set } = await start();
    const send = async (byMs: number): Promise<number> =>
      (await produce(peer, 't', ['x'], { timestamp: simulationStartMs + byMs })).errorCode;
    assert.equal(await send(-10 * hourMs), errorCodes.NONE);
    assert.equal(await send(2 * hourMs), errorCodes.INVALID_TIMESTAMP);
    await set('message.timestamp.before.max.ms', `${hourMs}`);
    await set('message.timestamp.after.max.ms', `${3 * hourMs}`);
    assert.equal(await send(-10 * hourMs), errorCodes.INVALID_TIMESTAMP);
    assert.equal(await send(2 * hourMs), errorCodes.NONE);
  });

  test('compression.type: batches are stored as it says', async () => {
    const setting = await start();
    const { peer, set } = setting;
    const values = [valueOf('compresses well', 4000)];
    const stored: (CompressionCodec | undefined)[] = [];
    const types = ['producer', 'gzip', 'zstd', 'uncompressed', 'producer'] as const;
    for (const [i, type] of types.entries()) {
      await set('compression.type', type);
      const { baseOffset, errorCode } = await produce(peer, 't', values, { compression: 'gzip' });
      assert.deepEqual([errorCode, baseOffset], [errorCodes.NONE, i]);
      stored.push((await storedBatches(setting, i))[0]?.compression);
    }
    assert.deepEqual(stored, ['gzip', 'gzip', 'zstd', 'none', 'gzip']);
  });

  test('compression.lz4.level: batches are stored as hard as it says, for the topic and for all', async () => {
    const setting = await start();
    const { peer, set, setFor } = setting;
    // Phrases that come back often, each time a little other: what a longer search finds more of.
    const phrase = (i: number): string => `${(i * 7919) % 257}:${(i * i * 31) % 1009};`;
    const values = [Array.from({ length: 5000 }, (_, i) => phrase(i)).join('')];
    const sizes: number[] = [];
    const store = async (): Promise<number> => {
      const { errorCode } = await produce(peer, 't', values);
      assert.equal(errorCode, errorCodes.NONE);
      const batch = must((await storedBatches(setting, sizes.length))[0]);
      assert.equal(batch.compression, 'lz4');
      const size = totalBytes(batch.chunks);
      sizes.push(size);
      return size;
    };
    await set('compression.type', 'lz4');
    const byDefault = await store();
    await set('compression.lz4.level', '1');
    const atLevel1 = await store();
    await set('compression.lz4.level', '17');
    const atLevel17 = await store();
    assert.ok(atLevel17 < atLevel1 && atLevel1 < byDefault, sizes.join(', '));
    await set('compression.lz4.level', '9');
    assert.equal(await store(), byDefault);
    await set('compression.lz4.level', undefined);
    await setFor({ type: 'broker', name: '' }, 'compression.lz4.level', '17');
    assert.equal(await store(), atLevel17);
  });

  test('compression.type, with requests on their way: their order stays', async () => {
    const setting = await start();
    const { peer, set } = setting;
    await set('compression.type', 'zstd');
    for (let id = 0; id < 30; id++) {
      const compression = id % 3 === 0 ? ('zstd' as const) : ('none' as const);
      peer.write(produceFrame(id, 't', [valueOf(`${id}`, 500)], { compression, acks: 1 }));
    }
    await peer.receive(30);
    assert.deepEqual(
      peer.correlationIds,
      Array.from({ length: 30 }, (_, i) => i),
    );
    const offsets = peer.frames.map(({ frame }) => produceAnswer(frame).baseOffset);
    assert.deepEqual(
      offsets,
      Array.from({ length: 30 }, (_, i) => i),
    );
  });

  test('flush.messages: an acknowledgement waits for the fsync', async () => {
    const { peer, disk, set, broker } = await start();
    disk.shut();
    assert.equal((await produce(peer, 't', ['a'])).errorCode, errorCodes.NONE);
    disk.open();
    await set('flush.messages', '1');
    disk.shut();
    const before = peer.frames.length;
    peer.write(produceFrame(1, 't', ['b']));
    await broker.simulation.runFor(1000);
    assert.equal(peer.frames.length, before, 'it waits for the fsync');
    disk.open();
    await peer.receive(before + 1);
    await set('flush.messages', undefined);
    disk.shut();
    assert.equal((await produce(peer, 't', ['c'])).errorCode, errorCodes.NONE);
    disk.open();
  });

  test('flush.ms: the recovery point follows in time', async () => {
    const { broker, peer, log, set } = await start();
    await produce(peer, 't', ['a']);
    await broker.simulation.runFor(60_000);
    assert.equal(log().recoveryPoint, 0);
    await set('flush.ms', '5000');
    await produce(peer, 't', ['b']);
    await broker.simulation.runFor(7000);
    assert.equal(log().recoveryPoint, 2);
  });

  test('min.insync.replicas: never more than there are replicas, as Apache has it', async () => {
    const { peer, set } = await start();
    await set('min.insync.replicas', '2');
    assert.equal((await produce(peer, 't', ['a'], { acks: -1 })).errorCode, errorCodes.NONE);
    assert.equal((await produce(peer, 't', ['a'], { acks: 1 })).errorCode, errorCodes.NONE);
  });

  test('odradek.batch.validation: with records, a malformed record is refused', async () => {
    const { peer, set } = await start();
    /** A batch with a true CRC, in which a record says that it is longer than the batch. */
    const malformed = (): Uint8Array => {
      const { chunks } = buildBatch([{ value: Buffer.from('abc'), timestamp: simulationStartMs }]);
      const bytes = new Uint8Array(Buffer.concat(chunks));
      bytes[recordBatchHeaderBytes] = 0x7e;
      writeInt32(bytes, recordBatchLayout.crc, batchCrc(new RecordBatch([bytes])));
      return bytes;
    };
    const send = async (): Promise<number> => {
      const partitionData = [{ index: 0, records: [malformed()] }];
      const request = { acks: -1, timeoutMs: 1000, topicData: [{ name: 't', partitionData }] };
      const { responses } = await peer.call(produceRequest, produceResponse, 9, request);
      return must(responses[0]?.partitionResponses[0]).errorCode;
    };
    assert.equal(await send(), errorCodes.NONE, 'its header is in order');
    await set('odradek.batch.validation', 'records');
    assert.equal(await send(), errorCodes.INVALID_RECORD);
    await set('odradek.batch.validation', 'header');
    assert.equal(await send(), errorCodes.NONE);
  });

  test('file.delete.delay.ms: the files of a deleted topic stay so long', async () => {
    const setting = await start();
    const { broker, peer, set } = setting;
    await set('file.delete.delay.ms', '20000');
    await produce(peer, 't', ['a']);
    const { files } = broker.simulation.runtime('broker');
    const folders = (): string[] => files.list('/data').filter((name) => name.startsWith('t-0'));
    assert.deepEqual(folders(), ['t-0']);
    const request = { topics: [{ name: 't', topicId: zeroUuid }], timeoutMs: 1000 };
    await peer.call(deleteTopicsRequest, deleteTopicsResponse, 6, request);
    await broker.simulation.runFor(19_000);
    assert.equal(folders().length, 1);
    assert.match(must(folders()[0]), /-delete$/);
    await broker.simulation.runFor(5000);
    assert.deepEqual(folders(), []);
  });

  test('each of them, also after a restart', async () => {
    const { broker, set } = await start();
    await set('max.message.bytes', '2000');
    await set('message.timestamp.type', 'LogAppendTime');
    await broker.restart();
    const peer = await broker.connect();
    const tooLarge = await produce(peer, 't', [valueOf('x', 2000)]);
    assert.equal(tooLarge.errorCode, errorCodes.MESSAGE_TOO_LARGE);
    assert.ok((await produce(peer, 't', ['a'])).logAppendTimeMs > 0);
  });
});

describe('a broker config acts when it is changed at run time', () => {
  const everyBroker = { type: 'broker', name: '' } as const;
  const thisBroker = { type: 'broker', name: '1' } as const;

  test('message.max.bytes, for topics that do not say it themselves; what is nearer comes first', async () => {
    const { broker, peer, set, setFor } = await start();
    await broker.createTopic('other');
    const send = async (topic: string): Promise<number> =>
      (await produce(peer, topic, [valueOf('x', 2000)])).errorCode;
    await setFor(everyBroker, 'message.max.bytes', '2000');
    assert.equal(await send('t'), errorCodes.MESSAGE_TOO_LARGE);
    await set('max.message.bytes', '3000');
    assert.equal(await send('t'), errorCodes.NONE);
    assert.equal(await send('other'), errorCodes.MESSAGE_TOO_LARGE);
    await setFor(thisBroker, 'message.max.bytes', '4000');
    assert.equal(await send('other'), errorCodes.NONE);
    await setFor(thisBroker, 'message.max.bytes', undefined);
    assert.equal(await send('other'), errorCodes.MESSAGE_TOO_LARGE);
    await broker.restart();
    const again = await produce(await broker.connect(), 'other', [valueOf('x', 2000)]);
    assert.equal(again.errorCode, errorCodes.MESSAGE_TOO_LARGE);
  });

  test('log.retention.ms, for topics that do not say it themselves', async () => {
    const { broker, peer, log, setFor } = await start();
    await produce(peer, 't', ['old']);
    await broker.simulation.runFor(2 * hourMs);
    assert.equal(log().logStartOffset, 0);
    await setFor(everyBroker, 'log.retention.ms', `${hourMs}`);
    await broker.simulation.runFor(3000);
    assert.equal(log().logStartOffset, 1);
  });

  test('max.connections.per.ip: one more is refused from then on', async () => {
    const { broker, setFor } = await start();
    await setFor(everyBroker, 'max.connections.per.ip', '1');
    const first = await broker.connect('new');
    const second = await broker.connect('new');
    await second.closed();
    assert.equal(first.closedAtMs, undefined);
  });
});

describe('a static broker config acts', () => {
  async function askFor(peer: SimulatedPeer, name: string) {
    const request = { topics: [{ name }], allowAutoTopicCreation: true };
    return must((await peer.call(metadataRequest, metadataResponse, 9, request)).topics[0]);
  }

  async function create(peer: SimulatedPeer, numPartitions: number, replicationFactor: number) {
    const topics = [
      { name: 'new', numPartitions, replicationFactor, assignments: [], configs: [] },
    ];
    const request = { topics, timeoutMs: 1000 };
    return must((await peer.call(createTopicsRequest, createTopicsResponse, 7, request)).topics[0]);
  }

  test('auto.create.topics.enable and num.partitions', async () => {
    const { peer } = await start({ 'num.partitions': 4 });
    const made = await askFor(peer, 'asked-for');
    assert.deepEqual([made.errorCode, made.partitions.length], [errorCodes.NONE, 4]);
    const { errorCode } = await produce(peer, 'asked-for', ['a'], { partition: 3 });
    assert.equal(errorCode, errorCodes.NONE);
    const created = await create(peer, -1, -1);
    assert.deepEqual([created.numPartitions, created.replicationFactor], [4, 1]);
    const { peer: other } = await start({ 'auto.create.topics.enable': false });
    const missing = await askFor(other, 'asked-for');
    assert.equal(missing.errorCode, errorCodes.UNKNOWN_TOPIC_OR_PARTITION);
  });

  test('default.replication.factor: a topic that does not say it asks for so many brokers', async () => {
    const broker = await SimulatedBroker.start({ config: { 'default.replication.factor': 2 } });
    const peer = await broker.connect();
    const byDefault = await create(peer, 1, -1);
    assert.equal(byDefault.errorCode, errorCodes.INVALID_REPLICATION_FACTOR, 'there is one broker');
    assert.equal((await create(peer, 1, 1)).errorCode, errorCodes.NONE);
  });

  test('delete.topic.enable: without it, topics stay', async () => {
    const { peer } = await start({ 'delete.topic.enable': false });
    const request = { topics: [{ name: 't', topicId: zeroUuid }], timeoutMs: 1000 };
    const { responses } = await peer.call(deleteTopicsRequest, deleteTopicsResponse, 6, request);
    assert.equal(responses[0]?.errorCode, errorCodes.TOPIC_DELETION_DISABLED);
    assert.equal((await produce(peer, 't', ['a'])).errorCode, errorCodes.NONE);
  });
});
