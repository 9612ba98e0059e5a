/**
 * Goal: an I/O error of a file that is read or removed on behalf of a client takes its log directory offline
 * and nothing else; what only looks like one, because the log went meanwhile or a client wrote broken records,
 * takes nothing offline; a defect stops the broker.
 * Method: a broker on the simulated runtime with two log directories, whose disk fails on request and whose
 * reads through the pool can be held back.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import {
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '../../src/protocol/messages/delete-records.ts';
import {
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '../../src/protocol/messages/delete-topics.ts';
import {
  listOffsetsRequest,
  listOffsetsResponse,
} from '../../src/protocol/messages/list-offsets.ts';
import { produceRequest, produceResponse } from '../../src/protocol/messages/produce.ts';
import { zeroUuid } from '../../src/protocol/uuid.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { batchCrc } from '../../src/records/crc32c.ts';
import {
  RecordBatch,
  recordBatchHeaderBytes,
  recordBatchLayout,
} from '../../src/records/record-batch.ts';
import type { FileHandle, Runtime } from '../../src/runtime/runtime.ts';
import { must } from '../../src/util/assert.ts';
import { writeInt32 } from '../../src/util/bytes.ts';
import { readResponse, requestFrame } from './raw-connection.ts';
import { fetch, produce, simulationStartMs, valueOf } from './requests.ts';
import { SimulatedBroker, type SimulatedPeer } from './simulated-broker.ts';

const mib = 1024 * 1024;
const listOffsetsVersion = 9;
const maxTimestamp = -3;

/** Holds reads of `.log` files through the pool back, or has each throw what a test wants. */
class ReadGate {
  /** Reads that wait. */
  waiting = 0;
  onRead: (() => Promise<void>) | undefined;

  readonly around = (runtime: Runtime): Runtime => {
    const { files } = runtime;
    const open = (path: string, mode: 'read' | 'write' | 'create'): FileHandle => {
      const handle = files.open(path, mode);
      return path.endsWith('.log') ? this.#gated(handle) : handle;
    };
    return { ...runtime, files: { ...files, open } };
  };

  #gated(handle: FileHandle): FileHandle {
    return {
      size: () => handle.size(),
      read: (target, position) => handle.read(target, position),
      readAsync: async (target, position) => {
        this.waiting++;
        // Begun before the wait, as a read of the system is: the file may be closed meanwhile.
        const read = handle.readAsync(target, position);
        await this.onRead?.();
        this.waiting--;
        return read;
      },
      writev: (buffers, position) => handle.writev(buffers, position),
      writevAsync: (buffers, position) => handle.writevAsync(buffers, position),
      truncate: (sizeBytes) => handle.truncate(sizeBytes),
      sync: () => handle.sync(),
      syncNow: () => handle.syncNow(),
      close: () => handle.close(),
    };
  }
}

interface Setting {
  readonly broker: SimulatedBroker;
  readonly peer: SimulatedPeer;
  readonly reads: ReadGate;
}

/** A broker with the topics `t` and `u`, of one partition each, in two directories. */
async function start(): Promise<Setting> {
  const reads = new ReadGate();
  const broker = await SimulatedBroker.start({
    directories: ['/data/a', '/data/b'],
    around: reads.around,
    config: { 'odradek.fetch.cache.bytes': 0 },
  });
  const configs = { 'segment.bytes': `${mib}`, 'file.delete.delay.ms': '0' };
  for (const topic of ['t', 'u']) await broker.createTopic(topic, { configs });
  return { broker, peer: await broker.connect(), reads };
}

function directoryOf({ broker }: Setting, topic: string): { path: string; online: boolean } {
  const log = must(broker.running.logManager.get(topic, 0));
  return broker.running.logManager.directoryOf(log);
}

function onlineOf({ broker }: Setting): boolean[] {
  return broker.running.logManager.directories().map(({ online }) => online);
}

function listOffsetsBody(topic: string, timestamp: number) {
  const partitions = [{ partitionIndex: 0, timestamp }];
  return { replicaId: -1, isolationLevel: 0, topics: [{ name: topic, partitions }] };
}

async function listOffset({ peer }: Setting, topic: string, timestamp: number) {
  const body = listOffsetsBody(topic, timestamp);
  const { topics } = await peer.call(
    listOffsetsRequest,
    listOffsetsResponse,
    listOffsetsVersion,
    body,
  );
  return must(topics[0]?.partitions[0]);
}

/** Three segments of three batches each. */
async function fill({ peer }: Setting, topic: string): Promise<void> {
  for (let i = 0; i < 9; i++) {
    const timestamp = simulationStartMs + i;
    await produce(peer, topic, [valueOf(`${i}`, 300_000)], { timestamp });
  }
}

async function assertServed({ broker, peer }: Setting, topic: string): Promise<void> {
  assert.equal(broker.running.isStopping, false);
  assert.equal((await produce(peer, topic, ['more'])).errorCode, errorCodes.NONE);
  assert.equal((await fetch(peer, topic, 0)).errorCode, errorCodes.NONE);
}

describe('ListOffsets', () => {
  for (const [what, timestamp] of [
    ['by time', simulationStartMs + 2],
    ['of the largest timestamp', maxTimestamp],
  ] as const) {
    test(`${what}: a file that cannot be read takes its log directory offline, and nothing else`, async () => {
      const setting = await start();
      for (const topic of ['t', 'u']) await fill(setting, topic);
      const { path } = directoryOf(setting, 't');
      setting.broker.simulation
        .disk('broker')
        .inject({ operation: 'read', path: `${path}/t-0`, code: 'IO_ERROR' });
      const answer = await listOffset(setting, 't', timestamp);
      assert.equal(answer.errorCode, errorCodes.KAFKA_STORAGE_ERROR);
      assert.equal(answer.offset, -1);
      await setting.broker.simulation.runFor(100);
      assert.equal(directoryOf(setting, 't').online, false);
      assert.equal(onlineOf(setting).filter((online) => online).length, 1);
      const again = await listOffset(setting, 't', timestamp);
      assert.equal(again.errorCode, errorCodes.KAFKA_STORAGE_ERROR);
      await assertServed(setting, 'u');
    });
  }

  test('of a topic that is deleted while its file is read answers as for one that is not there', async () => {
    const setting = await start();
    const { broker, reads } = setting;
    await fill(setting, 't');
    const gate = Promise.withResolvers<void>();
    reads.onRead = () => gate.promise;
    const asking = await broker.connect('asking');
    asking.write(
      requestFrame(
        listOffsetsRequest,
        listOffsetsVersion,
        1,
        listOffsetsBody('t', simulationStartMs + 4),
      ),
    );
    await broker.simulation.run(() => reads.waiting > 0);
    const request = { topics: [{ name: 't', topicId: zeroUuid }], timeoutMs: 1000 };
    await setting.peer.call(deleteTopicsRequest, deleteTopicsResponse, 6, request);
    await broker.simulation.runFor(1000);
    gate.resolve();
    await asking.receive(1);
    const { topics } = readResponse(
      listOffsetsResponse,
      listOffsetsVersion,
      must(asking.frames[0]).frame,
    );
    const { errorCode } = must(topics[0]?.partitions[0]);
    assert.equal(errorCode, errorCodes.UNKNOWN_TOPIC_OR_PARTITION);
    await broker.simulation.runFor(100);
    assert.deepEqual(onlineOf(setting), [true, true]);
  });

  test('whose segment is deleted while it is read goes on with the next', async () => {
    const setting = await start();
    const { broker, reads } = setting;
    await fill(setting, 't');
    const gate = Promise.withResolvers<void>();
    reads.onRead = () => gate.promise;
    const asking = await broker.connect('asking');
    asking.write(
      requestFrame(
        listOffsetsRequest,
        listOffsetsVersion,
        1,
        listOffsetsBody('t', simulationStartMs + 1),
      ),
    );
    await broker.simulation.run(() => reads.waiting > 0);
    must(broker.running.logManager.get('t', 0)).advanceLogStartOffset(5);
    await broker.simulation.runFor(1000);
    gate.resolve();
    await asking.receive(1);
    const { topics } = readResponse(
      listOffsetsResponse,
      listOffsetsVersion,
      must(asking.frames[0]).frame,
    );
    const { errorCode, offset } = must(topics[0]?.partitions[0]);
    assert.deepEqual({ errorCode, offset }, { errorCode: errorCodes.NONE, offset: 5 });
    assert.deepEqual(onlineOf(setting), [true, true]);
  });

  test('in a batch whose records a client has broken gets INVALID_RECORD, and the directory stays', async () => {
    const setting = await start();
    const { chunks } = buildBatch([
      { value: Buffer.from('abc'), timestamp: simulationStartMs },
      { value: Buffer.from('abc'), timestamp: simulationStartMs + 9 },
    ]);
    const bytes = new Uint8Array(Buffer.concat(chunks));
    bytes[recordBatchHeaderBytes] = 0x7e;
    writeInt32(bytes, recordBatchLayout.crc, batchCrc(new RecordBatch([bytes])));
    const topicData = [{ name: 't', partitionData: [{ index: 0, records: [bytes] }] }];
    const request = { acks: -1, timeoutMs: 1000, topicData };
    await setting.peer.call(produceRequest, produceResponse, 9, request);
    const answer = await listOffset(setting, 't', simulationStartMs + 5);
    assert.equal(answer.errorCode, errorCodes.INVALID_RECORD);
    await setting.broker.simulation.runFor(100);
    assert.deepEqual(onlineOf(setting), [true, true]);
    await assertServed(setting, 't');
  });

  test('in which a defect shows stops the broker, and takes no directory offline', async () => {
    const setting = await start();
    await fill(setting, 't');
    setting.reads.onRead = () => Promise.reject(new TypeError('a defect'));
    const body = listOffsetsBody('t', simulationStartMs + 2);
    setting.peer.write(requestFrame(listOffsetsRequest, listOffsetsVersion, 1, body));
    await assert.rejects(setting.broker.complete(setting.broker.running.closed), /a defect/);
    assert.equal(setting.broker.running.isStopping, true);
    assert.deepEqual(onlineOf(setting), [true, true]);
  });
});

describe('DeleteRecords', () => {
  test('whose files cannot be removed takes the log directory offline and answers KAFKA_STORAGE_ERROR', async () => {
    const setting = await start();
    for (const topic of ['t', 'u']) await fill(setting, topic);
    const { path } = directoryOf(setting, 't');
    setting.broker.simulation
      .disk('broker')
      .inject({ operation: 'remove', path: `${path}/t-0`, code: 'IO_ERROR' });
    const topics = [{ name: 't', partitions: [{ partitionIndex: 0, offset: 8 }] }];
    const answer = await setting.peer.call(deleteRecordsRequest, deleteRecordsResponse, 2, {
      topics,
      timeoutMs: 1000,
    });
    const { errorCode, lowWatermark } = must(answer.topics[0]?.partitions[0]);
    assert.deepEqual(
      { errorCode, lowWatermark },
      { errorCode: errorCodes.KAFKA_STORAGE_ERROR, lowWatermark: -1 },
    );
    await setting.broker.simulation.runFor(100);
    assert.equal(directoryOf(setting, 't').online, false);
    assert.deepEqual(setting.broker.closedReasons, []);
    await assertServed(setting, 'u');
  });

  test('goes on while the disk is so full that a file cannot even be renamed', async () => {
    const setting = await start();
    await setting.broker.createTopic('full', { configs: { 'segment.bytes': `${mib}` } });
    await fill(setting, 'full');
    setting.broker.simulation
      .disk('broker')
      .inject({ operation: 'rename', path: 'full-0', code: 'DISK_FULL', times: Infinity });
    const topics = [{ name: 'full', partitions: [{ partitionIndex: 0, offset: 8 }] }];
    const answer = await setting.peer.call(deleteRecordsRequest, deleteRecordsResponse, 2, {
      topics,
      timeoutMs: 1000,
    });
    const { errorCode, lowWatermark } = must(answer.topics[0]?.partitions[0]);
    assert.deepEqual({ errorCode, lowWatermark }, { errorCode: errorCodes.NONE, lowWatermark: 8 });
    await setting.broker.simulation.runFor(1000);
    assert.deepEqual(onlineOf(setting), [true, true]);
    const { directory } = must(setting.broker.running.logManager.get('full', 0));
    const { files } = setting.broker.simulation.runtime('broker');
    const names = files.list(directory).filter((name) => name.endsWith('.log'));
    assert.equal(names.length, 1, 'the old segments are gone');
  });
});
