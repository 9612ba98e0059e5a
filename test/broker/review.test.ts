/**
 * Goal: what a client can do that strains the broker's bookkeeping hurts neither the broker nor others.
 * Method: brokers without sockets, or on the simulated runtime with a disk that is slow or fails.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeConfigsRequest } from '../../src/protocol/messages/describe-configs.ts';
import {
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '../../src/protocol/messages/delete-topics.ts';
import { describeProducersRequest } from '../../src/protocol/messages/describe-producers.ts';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import { metadataRequest } from '../../src/protocol/messages/metadata.ts';
import { zeroUuid } from '../../src/protocol/uuid.ts';
import type { Connection, FileHandle, Runtime } from '../../src/runtime/runtime.ts';
import { must } from '../../src/util/assert.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { OdradekError } from '../../src/util/odradek-error.ts';
import { GatedDisk } from './gated-disk.ts';
import { startLooplessBroker, turns } from './loopless-broker.ts';
import { requestFrame } from './raw-connection.ts';
import { fetchAnswer, fetchFrame, produce, produceFrame, valueOf } from './requests.ts';
import { SimulatedBroker } from './simulated-broker.ts';

const mib = 1024 * 1024;
const oneMib = { 'queued.max.request.bytes': mib, 'socket.request.max.bytes': mib };

const metadataFrame = (id: number): Buffer => requestFrame(metadataRequest, 12, id, { topics: [] });

/** Runs the file operations of `.log` or index files through `wrap`. */
function around(
  ending: string,
  wrap: (handle: FileHandle) => Partial<FileHandle>,
): (runtime: Runtime) => Runtime {
  return (runtime) => {
    const { files } = runtime;
    const open = (path: string, mode: 'read' | 'write' | 'create'): FileHandle => {
      const handle = files.open(path, mode);
      if (!path.endsWith(ending)) return handle;
      return {
        size: () => handle.size(),
        read: (target, position) => handle.read(target, position),
        readAsync: (target, position) => handle.readAsync(target, position),
        writev: (buffers, position) => handle.writev(buffers, position),
        writevAsync: (buffers, position) => handle.writevAsync(buffers, position),
        truncate: (sizeBytes) => handle.truncate(sizeBytes),
        sync: () => handle.sync(),
        syncNow: () => handle.syncNow(),
        close: () => handle.close(),
        ...wrap(handle),
      };
    };
    return { ...runtime, files: { ...files, open } };
  };
}

test('thousands of connections that wait for room are let in when it comes, without a defect', async () => {
  const { broker, connect } = await startLooplessBroker(oneMib, silentLogger);
  const large = connect();
  const size = Buffer.alloc(4);
  size.writeInt32BE(mib);
  large.receive(size);
  const waiting = Array.from({ length: 5000 }, () => connect());
  for (const [id, connection] of waiting.entries()) connection.receive(metadataFrame(id));
  large.close();
  await turns();
  assert.equal(broker.isStopping, false);
  assert.ok(waiting.every(({ written }) => written.length > 0));
  assert.equal(broker.requestBytes, 0);
  await broker.stop();
});

test('what acks=0 sends is bounded too while the disk is slow, and holds up no answer', async () => {
  const gate = Promise.withResolvers<void>();
  const broker = await SimulatedBroker.start({
    config: { 'queued.max.request.bytes': 4 * mib, 'socket.request.max.bytes': 4 * mib },
    around: around('.log', (handle) => ({
      writevAsync: async (buffers, position) => {
        await gate.promise;
        await handle.writevAsync(buffers, position);
      },
    })),
  });
  await broker.createTopic('t', { configs: { 'max.message.bytes': `${4 * mib}` } });
  const peer = await broker.connect();
  peer.write(produceFrame(0, 't', [valueOf('large', 1.5 * mib)], { acks: 0 }), metadataFrame(1));
  await peer.receive(1);
  for (let id = 2; id < 20; id++) {
    peer.write(produceFrame(id, 't', [valueOf('x', 900_000)], { acks: 0 }));
  }
  await broker.simulation.runFor(1000);
  const { log } = must(broker.running.partitions.get('t', 0));
  assert.ok(log.logEndOffset <= 4, `${log.logEndOffset} batches wait to be written`);
  gate.resolve();
  await broker.simulation.runFor(10_000);
  assert.equal(log.writtenEndOffset, 19);
  assert.equal(broker.running.requestBytes, 0);
  assert.deepEqual(broker.closedReasons, []);
});

describe('a file that cannot be read', () => {
  test('while a fetch waits for minBytes takes the log directory offline, not the broker', async () => {
    let fails = false;
    const broker = await SimulatedBroker.start({
      around: around('.index', (handle) => ({
        read: (target, position) => {
          if (fails) {
            throw new OdradekError('the disk is broken', {
              code: 'IO_ERROR',
              path: 'index',
              operation: 'read',
            });
          }
          return handle.read(target, position);
        },
      })),
      config: { 'odradek.fetch.cache.bytes': 0 },
    });
    await broker.createTopic('t', { configs: { 'segment.bytes': `${mib}` } });
    const peer = await broker.connect();
    for (let i = 0; i < 8; i++) await produce(peer, 't', [valueOf(`${i}`, 300_000)]);
    await broker.restart();
    const again = await broker.connect();
    const reader = await broker.connect('reader');
    reader.write(
      fetchFrame(1, 't', 1, { minBytes: 100 * mib, maxBytes: 200 * mib, maxWaitMs: 60_000 }),
    );
    await broker.simulation.runFor(1000);
    fails = true;
    again.write(produceFrame(1, 't', ['more']));
    await broker.simulation.runFor(1000);
    assert.equal(broker.running.isStopping, false);
    fails = false;
    await reader.receive(1);
    assert.ok(fetchAnswer(must(reader.frames[0]).frame).errorCode >= 0);
  });
});

test('a client that does not read is closed as idle, though answers to it came when its output was full', async () => {
  const disk = new GatedDisk();
  const broker = await SimulatedBroker.start({
    around: (runtime) => disk.around(withFullOutputs(runtime)),
  });
  await broker.createTopic('slow', { configs: { 'flush.messages': '1' } });
  await broker.createTopic('quick');
  const peer = await broker.connect();
  disk.shut();
  peer.write(produceFrame(1, 'quick', ['a']), produceFrame(2, 'slow', ['b']));
  await broker.simulation.runFor(1000);
  disk.open();
  await broker.simulation.runFor(11 * 60_000);
  assert.deepEqual(broker.closedReasons, ['idle for 600000 ms']);
  assert.equal(broker.running.timersWaiting, 0);
});

/** A network on which every write finds the output full, and no client ever reads. */
function withFullOutputs(runtime: Runtime): Runtime {
  const { network } = runtime;
  return {
    ...runtime,
    network: {
      ...network,
      listen: (options, onConnection) =>
        network.listen(options, (inner) =>
          onConnection({
            remoteHost: inner.remoteHost,
            remotePort: inner.remotePort,
            localHost: inner.localHost,
            localPort: inner.localPort,
            start: (handler) => inner.start(handler),
            write: () => false,
            pause: () => inner.pause(),
            resume: () => inner.resume(),
            end: () => inner.end(),
            destroy: () => inner.destroy(),
          }),
        ),
    },
  };
}

test('a small request does not make an answer of gigabytes', async () => {
  const { broker, connect } = await startLooplessBroker({}, silentLogger);
  const connection = connect();
  const resources = Array.from({ length: 50_000 }, () => ({
    resourceType: 4,
    resourceName: '1',
    configurationKeys: null,
  }));
  const request = { resources, includeSynonyms: true, includeDocumentation: true };
  connection.receive(requestFrame(describeConfigsRequest, 4, 1, request));
  await turns();
  const bytes = connection.written.reduce((sum, { length }) => sum + length, 0);
  assert.ok(bytes > 0 && bytes < 512 * mib, `${bytes} bytes for a request of 400 kB`);
  assert.equal(broker.isStopping, false);
  await broker.stop();
});

test('a topic made anew while its old log was in a failed directory does not keep the broker from starting', async () => {
  const broker = await SimulatedBroker.start({ directories: ['/data', '/more'] });
  await broker.createTopic('t', { partitions: 2 });
  const peer = await broker.connect();
  broker.simulation.disk('broker').inject({ operation: 'write', path: '/more', code: 'IO_ERROR' });
  for (const partition of [0, 1]) await produce(peer, 't', ['old'], { partition });
  await broker.simulation.runFor(1000);
  const request = { topics: [{ name: 't', topicId: zeroUuid }], timeoutMs: 1000 };
  await peer.call(deleteTopicsRequest, deleteTopicsResponse, 6, request);
  await broker.createTopic('t', { partitions: 2 });
  for (const partition of [0, 1]) {
    assert.equal((await produce(peer, 't', ['new'], { partition })).errorCode, errorCodes.NONE);
  }
  await broker.restart();
  const again = await broker.connect();
  for (const partition of [0, 1]) {
    assert.equal((await produce(again, 't', ['newer'], { partition })).baseOffset, 1);
  }
});

test('a partition whose producers are asked for many times is answered once', async () => {
  const { broker, connect } = await startLooplessBroker({}, silentLogger);
  const connection = connect();
  const topics = [{ name: 't', partitionIndexes: Array.from({ length: 100_000 }, () => 0) }];
  connection.receive(requestFrame(describeProducersRequest, 0, 1, { topics }));
  await turns();
  const bytes = connection.written.reduce((sum, { length }) => sum + length, 0);
  assert.ok(bytes > 0 && bytes < 1000, `${bytes} bytes`);
  await broker.stop();
});

test('a start that a defect ended has given everything back when it rejects', async () => {
  const good = await SimulatedBroker.start();
  await good.complete(good.running.stop());
  const runtime = good.simulation.runtime('broker');
  const { network } = runtime;
  const broken: Runtime = {
    ...runtime,
    network: {
      ...network,
      listen: async (options, onConnection) => {
        const listener = await network.listen(options, onConnection);
        // Nobody's connection: to let it in is a defect.
        onConnection({ destroy: () => {} } as Connection);
        return listener;
      },
    },
  };
  await assert.rejects(good.complete(good.startOn(broken)), TypeError);
  const again = await good.complete(good.startOn(runtime));
  assert.equal(again.isStopping, false);
  await good.complete(again.stop());
});

test('acks=0 whose write fails closes its connection once what was asked before is answered', async () => {
  const broker = await SimulatedBroker.start();
  await broker.createTopic('t');
  const peer = await broker.connect();
  broker.simulation.disk('broker').inject({
    operation: 'write',
    path: '/data/t-0',
    code: 'DISK_FULL',
  });
  peer.write(metadataFrame(1), produceFrame(2, 't', ['lost'], { acks: 0 }));
  await peer.closed();
  assert.deepEqual(peer.correlationIds, [1]);
  assert.deepEqual(broker.closedReasons, ['produce with acks=0 failed with KAFKA_STORAGE_ERROR']);
  assert.equal(broker.running.requestBytes, 0);
});
