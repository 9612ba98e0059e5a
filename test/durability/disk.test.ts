/**
 * Goal: what a disk can do to a broker costs what it must and nothing else. A full disk fails writes until there
 * is room; an error takes one log directory away; no two brokers share a folder.
 * Method: a broker on the simulated runtime, whose disk is made to fail.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { metadataPrefix } from '../../src/metadata/image-keys.ts';
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
import {
  describeLogDirsRequest,
  describeLogDirsResponse,
} from '../../src/protocol/messages/describe-log-dirs.ts';
import {
  initProducerIdRequest,
  initProducerIdResponse,
} from '../../src/protocol/messages/init-producer-id.ts';
import { metadataRequest, metadataResponse } from '../../src/protocol/messages/metadata.ts';
import { zeroUuid } from '../../src/protocol/uuid.ts';
import type { SimulatedDisk } from '../../src/runtime/simulated/simulated-disk.ts';
import { must } from '../../src/util/assert.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { baseOffsets, fetch, produce, valueOf } from '../broker/requests.ts';
import {
  SimulatedBroker,
  type SimulatedPeer,
  type TestConfig,
} from '../broker/simulated-broker.ts';

const kib = 1024;

/** Leaves room for `bytes` more. */
function leaveRoom(disk: SimulatedDisk, bytes: number): void {
  disk.setCapacity(1e12);
  disk.setCapacity(1e12 - disk.budget.leftBytes + bytes);
}

async function createTopic(peer: SimulatedPeer, name: string): Promise<number> {
  const topics = [{ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
  const request = { topics, timeoutMs: 1000 };
  const answer = await peer.call(createTopicsRequest, createTopicsResponse, 7, request);
  return must(answer.topics[0]).errorCode;
}

async function deleteRecords(peer: SimulatedPeer, name: string, offset: number): Promise<number> {
  const topics = [{ name, partitions: [{ partitionIndex: 0, offset }] }];
  const request = { topics, timeoutMs: 1000 };
  const answer = await peer.call(deleteRecordsRequest, deleteRecordsResponse, 2, request);
  return must(answer.topics[0]?.partitions[0]).errorCode;
}

/** Every batch of a partition, read in small pieces. */
async function readAll(peer: SimulatedPeer, topic: string, fromOffset = 0): Promise<number[]> {
  const offsets: number[] = [];
  for (let next = fromOffset; ;) {
    const answer = await fetch(peer, topic, next, { maxBytes: 64 * kib });
    assert.equal(answer.errorCode, errorCodes.NONE);
    const found = baseOffsets(answer);
    if (found.length === 0) return offsets;
    offsets.push(...found);
    next = must(found.at(-1)) + 1;
  }
}

/** Writes records of 10 kB until one is refused; answers how many were taken. */
async function writeUntilFull(peer: SimulatedPeer, topic: string): Promise<number> {
  for (let count = 0; ; count++) {
    const { errorCode } = await produce(peer, topic, [valueOf(`${count}`, 10 * kib)]);
    if (errorCode === errorCodes.NONE) continue;
    assert.equal(errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    return count;
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

describe('a full disk', () => {
  async function startFull(
    options: { config?: TestConfig; configs?: Record<string, string> } = {},
  ) {
    const broker = await SimulatedBroker.start({ config: options.config ?? {} });
    await broker.createTopic('t', { configs: options.configs ?? {} });
    const peer = await broker.connect();
    const disk = broker.simulation.disk('broker');
    leaveRoom(disk, 500 * kib);
    const count = await writeUntilFull(peer, 't');
    assert.ok(count > 30, `${count} records fit`);
    return { broker, peer, disk, count };
  }

  test('fails writes with KAFKA_STORAGE_ERROR while reads go on; with room, writes go on where they ended', async () => {
    const { broker, peer, disk, count } = await startFull();
    assert.deepEqual(await readAll(peer, 't'), range(0, count));
    for (const acks of [1, -1] as const) {
      const refused = await produce(peer, 't', [valueOf('x', 70 * kib)], { acks });
      assert.equal(refused.errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    }
    leaveRoom(disk, 200 * kib);
    assert.equal((await produce(peer, 't', ['again'])).baseOffset, count);
    disk.setCapacity(Number.POSITIVE_INFINITY);
    for (let i = 1; i < 20; i++) {
      assert.equal((await produce(peer, 't', [valueOf('', 10 * kib)])).baseOffset, count + i);
    }
    await broker.restart();
    const again = await broker.connect();
    assert.deepEqual(await readAll(again, 't'), range(0, count + 20));
  });

  test('the same after a crash in the midst of it: nothing that was acknowledged is lost, nothing torn', async () => {
    const { broker, disk, count } = await startFull();
    broker.simulation.crash('broker');
    const running = await broker.complete(broker.startOn(broker.simulation.restart('broker')));
    const peer = await broker.connect();
    assert.deepEqual(await readAll(peer, 't'), range(0, count));
    const refused = await produce(peer, 't', [valueOf('x', 70 * kib)]);
    assert.equal(refused.errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    disk.setCapacity(Number.POSITIVE_INFINITY);
    assert.equal((await produce(peer, 't', ['again'])).baseOffset, count);
    await broker.complete(running.stop());
  });

  test('DeleteRecords goes on, and gives the room back of which it has need', async () => {
    const configs = { 'file.delete.delay.ms': '1000', 'segment.bytes': `${1024 * kib}` };
    const broker = await SimulatedBroker.start();
    await broker.createTopic('t', { configs });
    const peer = await broker.connect();
    const disk = broker.simulation.disk('broker');
    leaveRoom(disk, 3000 * kib);
    const count = await writeUntilFull(peer, 't');
    assert.equal(await deleteRecords(peer, 't', -1), errorCodes.NONE);
    assert.deepEqual(await readAll(peer, 't', count), []);
    await broker.simulation.runFor(3000);
    assert.equal((await produce(peer, 't', ['again'])).baseOffset, count);
    const more = await writeUntilFull(peer, 't');
    assert.ok(more > 100, `${more} records fit where the deleted ones were`);
  });

  test('retention goes on, and gives the room back of which it has need', async () => {
    const hourMs = 3_600_000;
    const { broker, peer, count } = await startFull({
      config: { 'log.retention.check.interval.ms': 60_000 },
      configs: { 'retention.ms': `${hourMs}`, 'file.delete.delay.ms': '1000' },
    });
    await broker.simulation.runFor(2 * hourMs);
    const again = await broker.connect('later');
    const { log } = must(broker.running.partitions.get('t', 0));
    assert.equal(log.logStartOffset, count, 'all that is old has gone');
    assert.equal((await produce(again, 't', ['again'])).baseOffset, count);
    peer.close();
  });

  test('refuses what changes metadata with KAFKA_STORAGE_ERROR, until there is room', async () => {
    const broker = await SimulatedBroker.start();
    await broker.createTopic('t');
    const peer = await broker.connect();
    const disk = broker.simulation.disk('broker');
    leaveRoom(disk, 0);
    // What the journal's file has allotted beyond its end holds some commits yet.
    let made = 0;
    let errorCode = 0;
    for (; errorCode === 0 && made < 1000; made++) errorCode = await createTopic(peer, `t${made}`);
    assert.equal(errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    // And then some that are smaller than any that is asked for below.
    const least = [{ key: `${metadataPrefix}x`, value: new Uint8Array() }];
    const fill = async (): Promise<void> => {
      for (;;) await broker.running.metadata.commit([], least);
    };
    await assert.rejects(broker.complete(fill()), { code: 'DISK_FULL' });
    const deletion = { topics: [{ name: 't', topicId: zeroUuid }], timeoutMs: 1000 };
    const deleted = await peer.call(deleteTopicsRequest, deleteTopicsResponse, 6, deletion);
    assert.equal(deleted.responses[0]?.errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    const asked = { topics: [{ name: 'automatic' }], allowAutoTopicCreation: true };
    const metadata = await peer.call(metadataRequest, metadataResponse, 9, asked);
    assert.equal(metadata.topics[0]?.errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    const identity = { transactionalId: null, transactionTimeoutMs: 0 };
    const init = await peer.call(initProducerIdRequest, initProducerIdResponse, 4, identity);
    assert.equal(init.errorCode, errorCodes.COORDINATOR_LOAD_IN_PROGRESS);

    disk.setCapacity(Number.POSITIVE_INFINITY);
    assert.equal(await createTopic(peer, 'later'), errorCodes.NONE);
    assert.equal((await produce(peer, 'later', ['a'])).errorCode, errorCodes.NONE);
    const { producerId } = await peer.call(
      initProducerIdRequest,
      initProducerIdResponse,
      4,
      identity,
    );
    assert.ok(producerId >= 0);
    await broker.restart();
    const names = [...broker.running.metadata.image.topicsByName.keys()];
    assert.equal(names.length, made - 1 + 2, 'those that were refused are not there');
    assert.ok(names.includes('t') && names.includes('later'));
  });

  test('a partition whose log found no room when it was created comes into being once there is', async () => {
    const broker = await SimulatedBroker.start();
    const peer = await broker.connect();
    const disk = broker.simulation.disk('broker');
    const takeBack = disk.inject({
      path: 'late-0',
      operation: 'write',
      code: 'DISK_FULL',
      times: Number.POSITIVE_INFINITY,
    });
    assert.equal(await createTopic(peer, 'late'), errorCodes.NONE);
    const refused = await produce(peer, 'late', ['a']);
    assert.equal(refused.errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    takeBack();
    await broker.simulation.runFor(15_000);
    const taken = await produce(peer, 'late', ['a']);
    assert.deepEqual([taken.errorCode, taken.baseOffset], [errorCodes.NONE, 0]);
  });
});

describe('an I/O error', () => {
  /** Partitions 0 and 2 are in /data, 1 and 3 in /other. */
  async function startOnTwo(config: TestConfig = {}, configs: Record<string, string> = {}) {
    const broker = await SimulatedBroker.start({ config, directories: ['/data', '/other'] });
    await broker.createTopic('t', { partitions: 4, configs });
    const directory = (index: number): string => {
      const { log } = must(broker.running.partitions.get('t', index));
      return broker.running.logManager.directoryOf(log).path;
    };
    assert.deepEqual(range(0, 4).map(directory), ['/data', '/other', '/data', '/other']);
    const peer = await broker.connect();
    for (const partition of range(0, 4)) await produce(peer, 't', ['first'], { partition });
    return { broker, peer, disk: broker.simulation.disk('broker') };
  }

  /** The partitions in /other are refused everything, those in /data are as before; the broker says so. */
  async function assertOnlyOtherIsOffline(
    broker: SimulatedBroker,
    peer: SimulatedPeer,
  ): Promise<void> {
    for (const partition of range(0, 4)) {
      const expected = partition % 2 === 0 ? errorCodes.NONE : errorCodes.KAFKA_STORAGE_ERROR;
      const written = await produce(peer, 't', ['more'], { partition });
      assert.equal(written.errorCode, expected, `produce to ${partition}`);
      const read = await fetch(peer, 't', 0, { partition, maxWaitMs: 60_000 });
      assert.equal(read.errorCode, expected, `fetch of ${partition}`);
    }
    const { results } = await peer.call(describeLogDirsRequest, describeLogDirsResponse, 4, {
      topics: null,
    });
    const states = results.map(({ logDir, errorCode }) => [logDir, errorCode]);
    assert.deepEqual(states, [
      ['/data', errorCodes.NONE],
      ['/other', errorCodes.KAFKA_STORAGE_ERROR],
    ]);
    const offline = broker.log.filter(({ event }) => event === 'log directory is offline');
    assert.deepEqual([...new Set(offline.map(({ fields }) => fields['path']))], ['/other']);
  }

  /** It was the disk's fault, and the disk is well again: all that was acknowledged is there. */
  async function assertComesBack(
    broker: SimulatedBroker,
    acknowledged: readonly number[],
  ): Promise<void> {
    await broker.restart();
    const peer = await broker.connect();
    for (const partition of range(0, 4)) {
      const found = baseOffsets(await fetch(peer, 't', 0, { partition }));
      assert.ok(found.length >= must(acknowledged[partition]), `${partition}: ${found.length}`);
      assert.equal((await produce(peer, 't', ['new'], { partition })).baseOffset, found.length);
    }
  }

  test('in a write takes that log directory offline, and nothing else', async () => {
    const { broker, peer, disk } = await startOnTwo();
    const reader = await broker.connect('reader');
    const waiting = fetch(reader, 't', 1, { partition: 3, maxWaitMs: 3_000_000 });
    disk.inject({ operation: 'write', path: '/other/t-1', code: 'IO_ERROR' });
    const { errorCode } = await produce(peer, 't', ['lost'], { partition: 1 });
    assert.equal(errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    assert.equal((await waiting).errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    await assertOnlyOtherIsOffline(broker, peer);
    await assertComesBack(broker, [2, 1, 2, 1]);
  });

  test('in an fsync that acks wait for takes it offline; the records are not acknowledged', async () => {
    const { broker, peer, disk } = await startOnTwo({}, { 'flush.messages': '1' });
    disk.inject({ operation: 'sync', path: '/other/t-3', code: 'IO_ERROR' });
    const { errorCode } = await produce(peer, 't', ['lost'], { partition: 3 });
    assert.equal(errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    await assertOnlyOtherIsOffline(broker, peer);
    await assertComesBack(broker, [2, 1, 2, 1]);
  });

  test('in an fsync in the background takes it offline', async () => {
    const { broker, peer, disk } = await startOnTwo({}, { 'flush.ms': '5000' });
    disk.inject({ operation: 'sync', path: '/other/t-1', code: 'IO_ERROR' });
    await produce(peer, 't', ['more'], { partition: 1 });
    await broker.simulation.runFor(30_000);
    await assertOnlyOtherIsOffline(broker, peer);
    await assertComesBack(broker, [2, 2, 2, 1]);
  });

  test('in a read takes it offline', async () => {
    const { broker, peer, disk } = await startOnTwo({ 'odradek.fetch.cache.bytes': 0 });
    disk.inject({ operation: 'read', path: '/other/t-1', code: 'IO_ERROR' });
    const { errorCode } = await fetch(peer, 't', 0, { partition: 1 });
    assert.equal(errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    await broker.simulation.runFor(100);
    await assertOnlyOtherIsOffline(broker, peer);
    await assertComesBack(broker, [2, 1, 2, 1]);
  });

  test('at start takes it offline; nothing is made anew in its place', async () => {
    const { broker, disk } = await startOnTwo();
    const times = Number.POSITIVE_INFINITY;
    const takeBack = disk.inject({ path: '/other', code: 'IO_ERROR', times });
    await broker.restart();
    await assertOnlyOtherIsOffline(broker, await broker.connect());
    takeBack();
    await assertComesBack(broker, [2, 1, 2, 1]);
  });

  test('in a checkpoint takes it offline', async () => {
    const { broker, peer, disk } = await startOnTwo();
    disk.inject({ operation: 'write', path: '/other/replication-offset', code: 'IO_ERROR' });
    await broker.simulation.runFor(30_000);
    await assertOnlyOtherIsOffline(broker, peer);
  });

  test('in the metadata journal stops changes of metadata, and nothing else', async () => {
    const { broker, peer, disk } = await startOnTwo();
    disk.inject({ operation: 'sync', path: 'metadata', code: 'IO_ERROR' });
    for (let tries = 0; tries < 2; tries++) {
      assert.equal(await createTopic(peer, `new${tries}`), errorCodes.KAFKA_STORAGE_ERROR);
    }
    for (const partition of range(0, 4)) {
      const { errorCode } = await produce(peer, 't', ['more'], { partition });
      assert.equal(errorCode, errorCodes.NONE);
    }
    await assertComesBack(broker, [2, 2, 2, 2]);
  });

  test('in every directory leaves a broker that lives, refuses, and stops in order', async () => {
    const { broker, peer, disk } = await startOnTwo();
    const times = Number.POSITIVE_INFINITY;
    const takeBack = disk.inject({ operation: 'write', path: '/t-', code: 'IO_ERROR', times });
    for (const partition of range(0, 4)) {
      const { errorCode } = await produce(peer, 't', ['lost'], { partition });
      assert.equal(errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    }
    assert.notEqual(await createTopic(peer, 'new'), undefined);
    takeBack();
    await assertComesBack(broker, [1, 1, 1, 1]);
  });
});

test('a second broker never opens a folder that one has: DATA_DIR_LOCKED, with who has it', async () => {
  const broker = await SimulatedBroker.start();
  await broker.createTopic('t');
  const second = broker.startOn(broker.simulation.runtime('broker'));
  await assert.rejects(broker.complete(second), (error) => {
    assert.ok(hasCode(error, 'DATA_DIR_LOCKED'));
    assert.equal(error.details.path, '/data');
    assert.equal(error.details.holder, 'the broker on broker');
    return true;
  });
  const peer = await broker.connect();
  assert.equal((await produce(peer, 't', ['a'])).errorCode, errorCodes.NONE);
  await broker.restart();
});
