/**
 * Goal: a broker whose file descriptors are used up refuses what needs one, and nothing is offline for it: it
 * goes on by itself when there are some again.
 * Method: on the simulated runtime, opens fail for a while, in the midst of all that a broker does; then a real
 * broker under `ulimit -n`, which many connections fill up.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createClient } from '../../src/client/client.ts';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { must } from '../../src/util/assert.ts';
import {
  baseOffsets,
  fetch,
  produce,
  produceAnswer,
  produceFrame,
  valueOf,
} from '../broker/requests.ts';
import { SimulatedBroker } from '../broker/simulated-broker.ts';
import { startBrokerProcess } from './broker-process.ts';

/** Until what it answers is called, nothing can be opened. */
function starve(broker: SimulatedBroker, path = '/data'): () => void {
  const disk = broker.simulation.disk('broker');
  const ends = (['open', 'sync directory', 'list', 'lock'] as const).map((operation) =>
    disk.inject({ operation, path, times: Infinity, code: 'TOO_MANY_OPEN_FILES' }),
  );
  return () => {
    for (const end of ends) end();
  };
}

function isOnline({ running }: SimulatedBroker): boolean {
  return running.logManager.directories().every(({ online }) => online);
}

const skip = process.platform === 'win32' && 'there is no ulimit';

describe('without descriptors', () => {
  test('writes that need one are refused, reads answered, and writes go on when there are some', async () => {
    const broker = await SimulatedBroker.start();
    // Each batch ends a segment: the next one's files are to be made.
    await broker.createTopic('t', { configs: { 'segment.bytes': '1048576' } });
    const peer = await broker.connect();
    const large = valueOf('x', 700_000);
    assert.equal((await produce(peer, 't', [large])).errorCode, errorCodes.NONE);
    const feed = starve(broker);
    for (let i = 0; i < 3; i++) {
      assert.equal((await produce(peer, 't', [large])).errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    }
    assert.deepEqual(baseOffsets(await fetch(peer, 't', 0)), [0]);
    // Checkpoints and flushes of two minutes find none either.
    await broker.simulation.runFor(120_000);
    assert.ok(isOnline(broker));
    feed();
    const written = await produce(peer, 't', ['after']);
    assert.deepEqual([written.errorCode, written.baseOffset], [errorCodes.NONE, 1]);
    assert.deepEqual(baseOffsets(await fetch(peer, 't', 1)), [1]);
    await broker.simulation.runFor(120_000);
    await broker.restart();
    assert.deepEqual(baseOffsets(await fetch(await broker.connect(), 't', 0)), [0, 1]);
  });

  test('with flush.messages, what waits for its flush is acknowledged once that succeeds, and more is refused', async () => {
    const broker = await SimulatedBroker.start();
    await broker.createTopic('t', { configs: { 'flush.messages': '1' } });
    const peer = await broker.connect();
    const feed = starve(broker, 'leader-epoch-checkpoint');
    peer.write(produceFrame(1, 't', ['waits']));
    await broker.simulation.runFor(3000);
    assert.equal(peer.frames.length, 0);
    const more = await broker.connect();
    const refused = await produce(more, 't', ['more']);
    assert.equal(refused.errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    feed();
    await peer.receive(1);
    assert.equal(produceAnswer(must(peer.frames[0]).frame).errorCode, errorCodes.NONE);
    assert.equal((await produce(more, 't', ['more'])).errorCode, errorCodes.NONE);
    assert.ok(isOnline(broker));
  });

  test('a topic that is created meanwhile gets its partition later, and nothing is set aside', async () => {
    const broker = await SimulatedBroker.start();
    const peer = await broker.connect();
    const feed = starve(broker, '/data/late-0');
    const takeBack = broker.simulation.disk('broker').inject({
      operation: 'remove',
      path: '/data/late-0',
      times: Infinity,
      code: 'TOO_MANY_OPEN_FILES',
    });
    await broker.createTopic('late');
    assert.equal((await produce(peer, 'late', ['a'])).errorCode, errorCodes.KAFKA_STORAGE_ERROR);
    await broker.simulation.runFor(10_000);
    feed();
    takeBack();
    await broker.simulation.runFor(5000);
    assert.equal((await produce(peer, 'late', ['a'])).errorCode, errorCodes.NONE);
    assert.ok(isOnline(broker));
    const names = broker.simulation.runtime('broker').files.list('/data');
    assert.deepEqual(
      names.filter((name) => name.startsWith('late')),
      ['late-0'],
    );
  });

  test('segments and topics that are deleted meanwhile are gone later', async () => {
    const broker = await SimulatedBroker.start();
    const configs = { 'segment.bytes': '1048576', 'file.delete.delay.ms': '0' };
    for (const topic of ['t', 'u']) await broker.createTopic(topic, { configs });
    const peer = await broker.connect();
    for (let i = 0; i < 4; i++) await produce(peer, 't', [valueOf('x', 700_000)]);
    const log = must(broker.running.logManager.get('t', 0));
    const feed = starve(broker);
    log.advanceLogStartOffset(3);
    broker.running.logManager.delete('u', 0);
    await broker.simulation.runFor(10_000);
    feed();
    await broker.simulation.runFor(5000);
    assert.ok(isOnline(broker));
    const { files } = broker.simulation.runtime('broker');
    assert.deepEqual(
      files.list('/data/t-0').filter((name) => name.endsWith('.log')),
      ['00000000000000000003.log'],
    );
    assert.ok(!files.list('/data').some((name) => name.startsWith('u-0')));
  });
});

test(
  'connections that use up the descriptors of a broker take nothing offline',
  { skip },
  async () => {
    const openFilesMax = 400;
    const partitions = 50;
    // A temporary folder of the broker's own would never be flushed.
    const folder = mkdtempSync(join(tmpdir(), 'odradek-descriptors-'));
    const broker = await startBrokerProcess({ folder, openFilesMax });
    const { network, clock, timers, random, background } = createNodeRuntime();
    const client = createClient(
      { bootstrapServers: broker.address, operationTimeoutMs: 5000 },
      { network, clock, timers, random },
    );
    const producer = client.producer({ acks: 'all', deliveryTimeoutMs: 5000 });
    // So much that each write is flushed in the background, with all that is opened for that.
    const value = Buffer.alloc(300_000);
    const writeAll = (): Promise<unknown> =>
      Promise.all(
        Array.from({ length: partitions }, (_, partition) =>
          producer.send({ topic: 't', partition, value }),
        ),
      );
    const sockets: Socket[] = [];
    try {
      await client.admin.createTopics([{ name: 't', partitions }]);
      await writeAll();
      const [host = '', port = ''] = broker.address.split(':');
      for (let i = 0; i < openFilesMax + 100; i++) sockets.push(connect(Number(port), host));
      for (const socket of sockets) socket.on('error', () => {});
      await Promise.all(
        sockets.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])),
      );
      // Whatever becomes of these.
      for (let round = 0; round < 3; round++) await Promise.allSettled([writeAll()]);
      for (const socket of sockets) socket.destroy();
      await writeAll();
      const described = await client.admin.describeLogDirs();
      assert.ok(described.every(({ errorCode }) => errorCode === 0));
    } finally {
      for (const socket of sockets) socket.destroy();
      producer.closeNow();
      client.close();
      await background.close();
      await broker.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
