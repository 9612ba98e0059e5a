/**
 * Goal: clients that have the broker hold memory for them, and then neither send nor read, cannot keep others
 * waiting; slow ones that are honest are left alone while nobody waits.
 * Method: a broker on the simulated runtime with little memory, and clients that write and read as slowly as
 * they like, on its clock.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fetchRequest, fetchResponse } from '../../src/protocol/messages/fetch.ts';
import type { FileHandle, Runtime } from '../../src/runtime/runtime.ts';
import { must } from '../../src/util/assert.ts';
import { readResponse, requestFrame } from './raw-connection.ts';
import {
  baseOffsets,
  fetch,
  fetchAnswer,
  fetchFrame,
  fetchVersion,
  produce,
  produceAnswer,
  produceFrame,
  recordBytes,
  valueOf,
} from './requests.ts';
import { SimulatedBroker, type SimulatedPeer, type TestConfig } from './simulated-broker.ts';

const mib = 1024 * 1024;
const oneMib = { 'queued.max.request.bytes': mib, 'socket.request.max.bytes': mib };

/** A disk whose `.log` files are slow to read, so that they are read through the pool, where a test holds them. */
class SlowDisk {
  gate: Promise<void> | undefined;
  /** Reads that were held. */
  reads = 0;
  #lateMs = 0;

  readonly around = (runtime: Runtime): Runtime => {
    const { files, clock } = runtime;
    const open = (path: string, mode: 'read' | 'write' | 'create'): FileHandle => {
      const handle = files.open(path, mode);
      return path.endsWith('.log') ? this.#slow(handle) : handle;
    };
    return {
      ...runtime,
      files: { ...files, open },
      clock: { nowMs: () => clock.nowMs(), monotonicMs: () => clock.monotonicMs() + this.#lateMs },
    };
  };

  #slow(handle: FileHandle): FileHandle {
    return {
      size: () => handle.size(),
      read: (target, position) => {
        this.#lateMs += 10;
        return handle.read(target, position);
      },
      readAsync: async (target, position) => {
        if (this.gate !== undefined) this.reads++;
        await this.gate;
        return handle.readAsync(target, position);
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

async function start(config: TestConfig = {}): Promise<SimulatedBroker> {
  const broker = await SimulatedBroker.start({ config });
  await broker.createTopic('t');
  return broker;
}

/** Writes `frame` from `at` on, `pieceBytes` every `everyMs`, until `isOver`. */
async function drip(
  broker: SimulatedBroker,
  peers: readonly SimulatedPeer[],
  frame: Uint8Array,
  options: { at: number; pieceBytes: number; everyMs: number; isOver: () => boolean },
): Promise<void> {
  const { at, pieceBytes, everyMs, isOver } = options;
  for (let from = at; from < frame.length && !isOver(); from += pieceBytes) {
    for (const peer of peers) peer.write(frame.subarray(from, from + pieceBytes));
    await broker.simulation.runFor(everyMs);
  }
}

describe('a body that comes too slowly while others wait for memory', () => {
  test('closes its connection: three that drip a byte every 2 s hold up nobody for long', async () => {
    const broker = await start(oneMib);
    const frame = produceFrame(1, 't', [valueOf('x', 340_000)]);
    const drippers: SimulatedPeer[] = [];
    for (const name of ['a', 'b', 'c']) drippers.push(await broker.connect(name));
    for (const dripper of drippers) dripper.write(frame.subarray(0, 100));
    await broker.simulation.runFor(1000);
    assert.ok(broker.running.requestBytes > 0.9 * mib);
    const victim = await broker.connect('victim');
    victim.write(produceFrame(2, 't', [valueOf('victim', 300_000)]));
    const waitedFromMs = broker.simulation.elapsedMs;
    await drip(broker, drippers, frame, {
      at: 100,
      pieceBytes: 1,
      everyMs: 2000,
      isOver: () => victim.frames.length > 0,
    });
    const { atMs, frame: answer } = must(victim.frames[0]);
    assert.equal(produceAnswer(answer).baseOffset, 0);
    assert.ok(atMs - waitedFromMs < 8000, `${atMs - waitedFromMs}`);
    const [reason] = broker.closedReasons;
    assert.match(
      must(reason),
      /^a request's body came too slowly while others waited for its memory: \d\d of 340\d\d\d bytes in \d+ ms$/,
    );
    // One is closed to make room; the others are as soon as it is theirs that is waited for.
    assert.equal(broker.closedReasons.length, 1);
  });

  test('is left alone while nobody waits, however slow it is', async () => {
    const broker = await start(oneMib);
    const slow = await broker.connect('slow');
    const frame = produceFrame(1, 't', [valueOf('x', 900_000)]);
    slow.write(frame.subarray(0, 10));
    await drip(broker, [slow], frame, {
      at: 10,
      pieceBytes: 30_000,
      everyMs: 25_000,
      isOver: () => false,
    });
    await slow.receive(1);
    assert.deepEqual(broker.closedReasons, []);
  });

  test('is left alone when it comes so fast that all of it is there in a minute', async () => {
    const broker = await start(oneMib);
    const slow = await broker.connect('slow');
    const frame = produceFrame(1, 't', [valueOf('x', 900_000)]);
    slow.write(frame.subarray(0, 10));
    await broker.simulation.runFor(100);
    const other = await broker.connect('other');
    other.write(produceFrame(2, 't', [valueOf('other', 300_000)]));
    await drip(broker, [slow], frame, {
      at: 10,
      pieceBytes: 18_000,
      everyMs: 1000,
      isOver: () => false,
    });
    await slow.receive(1);
    await other.receive(1);
    assert.deepEqual(broker.closedReasons, []);
  });

  test('acts as odradek.request.body.contended.timeout.ms and odradek.request.body.grace.ms say', async () => {
    const broker = await start({
      ...oneMib,
      'odradek.request.body.contended.timeout.ms': 2000,
      'odradek.request.body.grace.ms': 0,
    });
    const slow = await broker.connect('slow');
    const frame = produceFrame(1, 't', [valueOf('x', 900_000)]);
    slow.write(frame.subarray(0, 10));
    const other = await broker.connect('other');
    await broker.simulation.runFor(100);
    other.write(produceFrame(2, 't', [valueOf('other', 300_000)]));
    await drip(broker, [slow], frame, {
      at: 10,
      pieceBytes: 200_000,
      everyMs: 1000,
      isOver: () => false,
    });
    await other.receive(1);
    assert.equal(broker.closedReasons.length, 1);
    assert.equal(slow.frames.length, 0);
  });

  test('also where the broker does not read it on, because the client does not read its answers', async () => {
    const broker = await start({ ...oneMib, 'odradek.send.buffer.bytes': 1 });
    const silent = await broker.connect('silent');
    silent.pause();
    const frame = produceFrame(2, 't', [valueOf('x', 900_000)]);
    silent.write(produceFrame(1, 't', ['a']), frame.subarray(0, 500_000));
    await broker.simulation.runFor(100);
    const other = await broker.connect('other');
    other.write(produceFrame(3, 't', [valueOf('other', 300_000)]));
    await other.receive(1);
    assert.ok(broker.simulation.elapsedMs < 70_000, `${broker.simulation.elapsedMs}`);
    assert.equal(broker.closedReasons.length, 1);
  });
});

describe('a long poll whose request takes much memory', () => {
  /** A fetch of `bytes`, most of it topics that are not there to be forgotten. */
  function largeFetch(bytes: number, maxWaitMs: number): Buffer {
    const partitions = Array.from({ length: Math.floor(bytes / 4) }, (_, i) => i);
    return requestFrame(fetchRequest, fetchVersion, 1, {
      maxWaitMs,
      minBytes: 1,
      maxBytes: mib,
      topics: [
        { topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: mib }] },
      ],
      forgottenTopicsData: [{ topic: 't', partitions }],
    });
  }

  test('is answered with what there is when others wait for that memory', async () => {
    const broker = await start(oneMib);
    const poller = await broker.connect('poller');
    poller.write(largeFetch(900_000, 2_000_000_000));
    await broker.simulation.runFor(10_000);
    assert.equal(poller.frames.length, 0, 'nobody waits');
    const other = await broker.connect('other');
    other.write(produceFrame(2, 't', [valueOf('other', 300_000)]));
    const waitedFromMs = broker.simulation.elapsedMs;
    await other.receive(1);
    assert.ok(broker.simulation.elapsedMs - waitedFromMs < 3000);
    await poller.receive(1);
    const { responses } = readResponse(fetchResponse, fetchVersion, must(poller.frames[0]).frame);
    assert.equal(responses.length, 1);
    assert.deepEqual(broker.closedReasons, []);
  });
});

/** Room for two answers of the size that most of these tests ask for. */
const smallAnswers = { 'odradek.queued.max.answer.bytes': 2 * mib };

describe('answers that are not read', () => {
  /** Sixteen batches of 64 kB each in `t`, and `count` clients that ask for all and read nothing. */
  async function startUnread(count: number, config: TestConfig = {}) {
    const broker = await start({ ...smallAnswers, ...config });
    const writer = await broker.connect('writer');
    for (let i = 0; i < 16; i++) await produce(writer, 't', [valueOf(`${i}`, 64_000)]);
    const lazy: SimulatedPeer[] = [];
    for (let i = 0; i < count; i++) lazy.push(await broker.connect(`lazy${i}`));
    for (const peer of lazy) {
      peer.pause();
      peer.write(fetchFrame(1, 't', 0, { maxBytes: mib }));
    }
    await broker.simulation.runFor(100);
    return { broker, lazy, reader: await broker.connect('reader'), writer };
  }

  for (const [where, config] of [
    ['memory', {}],
    ['files', { 'odradek.fetch.cache.bytes': 0 }],
  ] as const) {
    test(`from ${where}: all of them together take no more than odradek.queued.max.answer.bytes and a batch`, async () => {
      const { broker, lazy } = await startUnread(40, config);
      const heldBytes = broker.running.answerBytes;
      assert.ok(heldBytes > 1.5 * mib && heldBytes < 2 * mib + 2 * 65_000, `${heldBytes}`);
      for (const peer of lazy) peer.resume();
      for (const peer of lazy) await peer.receive(1);
      await broker.simulation.runFor(1000);
      assert.equal(broker.running.answerBytes, 0);
    });
  }

  test('count while they are read from a slow disk', async () => {
    const disk = new SlowDisk();
    const broker = await SimulatedBroker.start({
      config: { ...smallAnswers, 'odradek.fetch.cache.bytes': 0 },
      around: disk.around,
    });
    await broker.createTopic('t');
    const writer = await broker.connect('writer');
    for (let i = 0; i < 16; i++) await produce(writer, 't', [valueOf(`${i}`, 64_000)]);
    await fetch(writer, 't', 0);
    const gate = Promise.withResolvers<void>();
    disk.gate = gate.promise;
    const readers: SimulatedPeer[] = [];
    for (let i = 0; i < 20; i++) readers.push(await broker.connect(`reader${i}`));
    for (const reader of readers) {
      reader.write(fetchFrame(1, 't', 0, { maxBytes: mib, maxWaitMs: 60_000 }));
    }
    await broker.simulation.runFor(5000);
    assert.ok(disk.reads > 0 && disk.reads <= 3, `${disk.reads} reads are under way`);
    assert.ok(broker.running.answerBytes <= 3 * mib, `${broker.running.answerBytes}`);
    disk.gate = undefined;
    gate.resolve();
    for (const reader of readers) {
      await reader.receive(1);
      assert.ok(recordBytes(fetchAnswer(must(reader.frames[0]).frame)) > 0);
    }
    await broker.simulation.runFor(1000);
    assert.equal(broker.running.answerBytes, 0);
  });

  test('the fuller it is, the smaller answers become, but never less than a batch', async () => {
    const { broker, lazy } = await startUnread(40);
    for (const peer of lazy) peer.resume();
    for (const peer of lazy) await peer.receive(1);
    const sizes = lazy.map(({ frames }) => recordBytes(fetchAnswer(must(frames[0]).frame)));
    const batchBytes = Math.min(...sizes);
    const batches = sizes.map((size) => size / batchBytes).toSorted((x, y) => y - x);
    assert.deepEqual(batches.slice(0, 7), [8, 6, 4, 3, 2, 2, 1]);
    await broker.simulation.runFor(1000);
  });

  test('close their connections when others wait for the memory, which are then answered', async () => {
    const { broker, reader } = await startUnread(40);
    reader.write(fetchFrame(1, 't', 0, { maxWaitMs: 60_000 }));
    const waitedFromMs = broker.simulation.elapsedMs;
    await reader.receive(1);
    const tookMs = must(reader.frames[0]).atMs - waitedFromMs;
    assert.ok(tookMs > 25_000 && tookMs < 32_000, `${tookMs}`);
    assert.equal(baseOffsets(fetchAnswer(must(reader.frames[0]).frame))[0], 0);
    assert.ok(broker.closedReasons.length > 0);
    for (const reason of broker.closedReasons) {
      assert.equal(
        reason,
        'an answer was not read for 30000 ms while others waited for its memory',
      );
    }
  });

  test('stay while nobody waits', async () => {
    const { broker, lazy, reader } = await startUnread(1);
    await broker.simulation.runFor(5 * 60_000);
    assert.deepEqual(baseOffsets(await fetch(reader, 't', 15)), [15]);
    must(lazy[0]).resume();
    await must(lazy[0]).receive(1);
    assert.deepEqual(broker.closedReasons, []);
  });

  test('a fetch that finds no room gets no records when maxWait is over, and a second at the least', async () => {
    const { broker, reader } = await startUnread(40);
    for (const [maxWaitMs, least] of [
      [0, 1000],
      [5000, 5000],
    ] as const) {
      const sentMs = broker.simulation.elapsedMs;
      const answer = await fetch(reader, 't', 0, { maxWaitMs });
      assert.equal(answer.errorCode, 0);
      assert.equal(answer.highWatermark, 16);
      assert.equal(recordBytes(answer), 0);
      const tookMs = must(reader.frames.at(-1)).atMs - sentMs;
      assert.ok(tookMs >= least && tookMs < least + 50, `${tookMs}`);
    }
    // What has nothing to read needs no room.
    const sentMs = broker.simulation.elapsedMs;
    await fetch(reader, 't', 16);
    assert.ok(broker.simulation.elapsedMs - sentMs < 50);
  });

  for (const [what, leave] of [
    ['that is read at last', (peer: SimulatedPeer) => peer.resume()],
    ['whose client goes', (peer: SimulatedPeer) => peer.close()],
  ] as const) {
    test(`an answer ${what} makes room for those who wait`, async () => {
      const { broker, lazy, reader } = await startUnread(40);
      await broker.simulation.runFor(2000);
      reader.write(fetchFrame(1, 't', 0, { maxWaitMs: 60_000 }));
      await broker.simulation.runFor(1000);
      assert.equal(reader.frames.length, 0);
      for (const peer of lazy) leave(peer);
      await broker.simulation.runFor(100);
      assert.equal(baseOffsets(fetchAnswer(must(reader.frames[0]).frame))[0], 0);
      assert.deepEqual(broker.closedReasons, []);
    });
  }

  test('a client that goes while its fetch waits for room leaves nothing behind', async () => {
    const { broker, lazy, reader } = await startUnread(40);
    reader.write(fetchFrame(1, 't', 0, { maxWaitMs: 60_000 }));
    await broker.simulation.runFor(1000);
    reader.close();
    for (const peer of lazy) peer.close();
    await broker.simulation.runFor(2000);
    assert.equal(broker.running.answerBytes, 0);
    assert.equal(broker.running.requestBytes, 0);
  });

  test('close their connection also while they stand behind others that are not read', async () => {
    const broker = await start({
      'odradek.queued.max.answer.bytes': 10_000,
      'odradek.send.buffer.bytes': 1,
    });
    const writer = await broker.connect('writer');
    const lazy = await broker.connect('lazy');
    lazy.pause();
    lazy.write(produceFrame(1, 't', ['a']), fetchFrame(2, 't', 1, { maxWaitMs: 600_000 }));
    await broker.simulation.runFor(1000);
    await produce(writer, 't', [valueOf('b', 20_000)]);
    await broker.simulation.runFor(100);
    assert.ok(broker.running.answerBytes > 20_000);
    const sentMs = broker.simulation.elapsedMs;
    const answer = await fetch(writer, 't', 1, { maxWaitMs: 60_000 });
    assert.deepEqual(baseOffsets(answer), [1]);
    assert.ok(must(writer.frames.at(-1)).atMs - sentMs < 32_000);
    assert.equal(broker.closedReasons.length, 1);
  });

  test('one answer is always let in, however small the bound is', async () => {
    const broker = await start({ 'odradek.queued.max.answer.bytes': 1 });
    const peer = await broker.connect();
    for (let i = 0; i < 3; i++) await produce(peer, 't', [valueOf(`${i}`, 10_000)]);
    for (let i = 0; i < 3; i++) assert.deepEqual(baseOffsets(await fetch(peer, 't', i)), [i]);
    await broker.simulation.runFor(100);
    assert.equal(broker.running.answerBytes, 0);
  });
});
