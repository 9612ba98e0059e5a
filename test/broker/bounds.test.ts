/**
 * Goal: the bounds that an operator can set act as their keys say.
 * Method: a broker on the simulated runtime, whose writes to `.log` files are counted by how they are made and
 * may take time of its clock, and whose network counts what waits for a client.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import {
  describeConfigsRequest,
  describeConfigsResponse,
} from '../../src/protocol/messages/describe-configs.ts';
import type { FileHandle, Runtime } from '../../src/runtime/runtime.ts';
import { CountedNetwork } from './counted-network.ts';
import { fetchFrame, produce, valueOf } from './requests.ts';
import { SimulatedBroker, type TestConfig } from './simulated-broker.ts';

/** Counts the writes to `.log` files, each of which takes `writeMs`. */
class CountedWrites {
  blocking = 0;
  throughPool = 0;
  writeMs = 0;
  #lateMs = 0;

  readonly around = (runtime: Runtime): Runtime => {
    const { files, clock } = runtime;
    const open = (path: string, mode: 'read' | 'write' | 'create'): FileHandle => {
      const handle = files.open(path, mode);
      return path.endsWith('.log') ? this.#counted(handle) : handle;
    };
    return {
      ...runtime,
      files: { ...files, open },
      clock: {
        nowMs: () => clock.nowMs(),
        monotonicMs: () => clock.monotonicMs() + this.#lateMs,
      },
    };
  };

  #counted(handle: FileHandle): FileHandle {
    return {
      size: () => handle.size(),
      read: (target, position) => handle.read(target, position),
      readAsync: (target, position) => handle.readAsync(target, position),
      writev: (buffers, position) => {
        this.blocking++;
        this.#lateMs += this.writeMs;
        handle.writev(buffers, position);
      },
      writevAsync: (buffers, position) => {
        this.throughPool++;
        return handle.writevAsync(buffers, position);
      },
      truncate: (sizeBytes) => handle.truncate(sizeBytes),
      sync: () => handle.sync(),
      syncNow: () => handle.syncNow(),
      close: () => handle.close(),
    };
  }

  take(): { blocking: number; throughPool: number } {
    const { blocking, throughPool } = this;
    this.blocking = 0;
    this.throughPool = 0;
    return { blocking, throughPool };
  }
}

async function start(config: TestConfig) {
  const writes = new CountedWrites();
  const broker = await SimulatedBroker.start({ config, around: writes.around });
  await broker.createTopic('t');
  return { broker, writes, peer: await broker.connect() };
}

test('odradek.blocking.write.max.bytes: what is larger is written through the thread pool', async () => {
  const { writes, peer } = await start({ 'odradek.blocking.write.max.bytes': 1000 });
  await produce(peer, 't', [valueOf('small', 500)]);
  assert.deepEqual(writes.take(), { blocking: 1, throughPool: 0 });
  await produce(peer, 't', [valueOf('large', 1500)]);
  assert.deepEqual(writes.take(), { blocking: 0, throughPool: 1 });
});

describe('odradek.blocking.call.slow.ms', () => {
  for (const [slowMs, throughPool] of [
    [19, 1],
    [20, 0],
  ] as const) {
    test(`of ${slowMs}: a write of 20 ms makes the directory ${throughPool === 1 ? '' : 'not '}slow`, async () => {
      const { writes, peer } = await start({ 'odradek.blocking.call.slow.ms': slowMs });
      writes.writeMs = 20;
      await produce(peer, 't', ['first']);
      assert.deepEqual(writes.take(), { blocking: 1, throughPool: 0 });
      await produce(peer, 't', ['second']);
      assert.equal(writes.throughPool, throughPool);
    });
  }
});

test('odradek.send.buffer.bytes: a client for which so much waits is not read from', async () => {
  const network = new CountedNetwork();
  const broker = await SimulatedBroker.start({
    config: { 'odradek.send.buffer.bytes': 10_000 },
    around: network.around,
  });
  await broker.createTopic('t');
  await produce(await broker.connect(), 't', [valueOf('x', 4000)]);
  const lazy = await broker.connect('lazy');
  const counts = network.last();
  lazy.pause();
  for (let i = 0; i < 10; i++) lazy.write(fetchFrame(i, 't', 0));
  await broker.simulation.runFor(1000);
  assert.ok(counts.writtenBytes > 10_000 && counts.writtenBytes < 15_000, `${counts.writtenBytes}`);
  lazy.resume();
  await lazy.receive(10);
});

test('odradek.described.configs.max: what one request asks for beyond it is refused', async () => {
  const { peer } = await start({ 'odradek.described.configs.max': 40 });
  const resource = { resourceType: 2, resourceName: 't', configurationKeys: null };
  const request = { resources: [resource, resource, resource] };
  const { results } = await peer.call(describeConfigsRequest, describeConfigsResponse, 4, request);
  assert.deepEqual(
    results.map(({ errorCode }) => errorCode),
    [errorCodes.NONE, errorCodes.NONE, errorCodes.POLICY_VIOLATION],
  );
});
