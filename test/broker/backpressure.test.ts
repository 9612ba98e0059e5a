/**
 * Goal: nothing that clients send, hold back or do not read makes the broker hold more than it was told to, nor
 * keeps others waiting without end; answers leave in the order of requests.
 * Method: a broker on the simulated runtime, whose clock goes by only while something is waited for; its
 * network counts what is read from each client and what is written to it, and its disk can be held back.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { metadataRequest } from '../../src/protocol/messages/metadata.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { must } from '../../src/util/assert.ts';
import { CountedNetwork } from './counted-network.ts';
import { GatedDisk } from './gated-disk.ts';
import { requestFrame } from './raw-connection.ts';
import {
  baseOffsets,
  fetchAnswer,
  fetchFrame,
  produce,
  produceAnswer,
  produceFrame,
  valueOf,
} from './requests.ts';
import { SimulatedBroker, type SimulatedPeer, type TestConfig } from './simulated-broker.ts';

const mib = 1024 * 1024;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Room for one large request. */
const oneMib = { 'queued.max.request.bytes': mib, 'socket.request.max.bytes': mib };

async function start(
  config: TestConfig = {},
): Promise<{ broker: SimulatedBroker; network: CountedNetwork; disk: GatedDisk }> {
  const network = new CountedNetwork();
  const disk = new GatedDisk();
  const around = (runtime: Runtime): Runtime => network.around(disk.around(runtime));
  return { broker: await SimulatedBroker.start({ config, around }), network, disk };
}

function metadataFrame(correlationId: number): Buffer {
  return requestFrame(metadataRequest, 9, correlationId, { topics: [] });
}

/** Bytes of a response to `metadataFrame`, its size counted. */
async function metadataAnswerBytes(peer: SimulatedPeer): Promise<number> {
  peer.write(metadataFrame(1));
  await peer.receive(peer.frames.length + 1);
  return 4 + must(peer.frames.at(-1)).frame.length;
}

describe('a client that does not read its answers', () => {
  test('is not read from either, while others are served; what it asked is answered once it reads', async () => {
    const { broker, network } = await start();
    await broker.createTopic('t');
    const writer = await broker.connect('writer');
    for (let i = 0; i < 8; i++) await produce(writer, 't', [valueOf(`${i}`, 16 * 1024)]);

    const lazy = await broker.connect('lazy');
    const counts = network.last();
    lazy.pause();
    const asked = 300;
    const frames = Array.from({ length: asked }, (_, i) =>
      fetchFrame(i, 't', 0, { maxBytes: 128 * 1024 }),
    );
    const askedBytes = frames.reduce((sum, { length }) => sum + length, 0);
    for (const frame of frames) lazy.write(frame);
    await broker.simulation.runFor(5000);
    assert.ok(counts.writtenBytes <= mib, `${counts.writtenBytes} bytes wait for it`);
    assert.ok(counts.readBytes < askedBytes / 2, `${counts.readBytes} of ${askedBytes} were read`);
    const { baseOffset } = await produce(writer, 't', ['still served']);
    assert.equal(baseOffset, 8);

    lazy.resume();
    await lazy.receive(asked);
    assert.deepEqual(
      lazy.correlationIds,
      frames.map((_, i) => i),
    );
  });

  test('is closed as idle in the end, and what it held is given back', async () => {
    const { broker, network } = await start();
    await broker.createTopic('t');
    const writer = await broker.connect('writer');
    for (let i = 0; i < 8; i++) await produce(writer, 't', [valueOf(`${i}`, 16 * 1024)]);
    writer.close();
    const lazy = await broker.connect('lazy');
    lazy.pause();
    for (let i = 0; i < 20; i++) lazy.write(fetchFrame(i, 't', 0, { maxBytes: 128 * 1024 }));
    await broker.simulation.runFor(11 * minuteMs);
    assert.ok(network.last().writtenBytes > 0);
    assert.deepEqual(broker.closedReasons, ['idle for 600000 ms']);
    assert.equal(broker.running.timersWaiting, 0);
  });
});

describe('queued.max.request.bytes', () => {
  /** Three connections: the first has begun a request of 900 kB, and the others want to write more. */
  async function startCrowded() {
    const { broker, network, disk } = await start(oneMib);
    await broker.createTopic('t');
    const slow = await broker.connect('slow');
    const large = produceFrame(1, 't', [valueOf('large', 900_000)]);
    slow.write(large.subarray(0, 450_000));
    await broker.simulation.runFor(100);
    return { broker, network, disk, slow, rest: large.subarray(450_000) };
  }

  test('a frame is reserved whole before its body is read; others wait in order', async () => {
    const { broker, network, slow, rest } = await startCrowded();
    const second = await broker.connect('second');
    const counts = network.last();
    const frame = produceFrame(2, 't', [valueOf('second', 300_000)]);
    // Its size alone goes ahead, so that what is read of the body can be told.
    second.write(frame.subarray(0, 4));
    await broker.simulation.runFor(100);
    second.write(frame.subarray(4));
    await broker.simulation.runFor(100);
    const third = await broker.connect('third');
    third.write(metadataFrame(3));
    await broker.simulation.runFor(5000);
    assert.equal(counts.readBytes, 4, 'the body of a frame without room is not read');
    assert.equal(second.frames.length, 0);
    assert.equal(third.frames.length, 0, 'a small frame that would fit does not pass');

    slow.write(rest);
    await slow.receive(1);
    await second.receive(1);
    await third.receive(1);
    assert.equal(produceAnswer(must(slow.frames[0]).frame).baseOffset, 0);
    assert.equal(produceAnswer(must(second.frames[0]).frame).baseOffset, 1);
  });

  test('frames of which two are too many are let in one by one', async () => {
    const { broker } = await start({
      'queued.max.request.bytes': 600_000,
      'socket.request.max.bytes': 600_000,
    });
    await broker.createTopic('t');
    const peers = [await broker.connect('a'), await broker.connect('b'), await broker.connect('c')];
    for (const peer of peers) peer.write(produceFrame(1, 't', [valueOf('x', 500_000)]));
    for (const peer of peers) await peer.receive(1);
    const offsets = peers.map(({ frames }) => produceAnswer(must(frames[0]).frame).baseOffset);
    assert.deepEqual(
      offsets.toSorted((a, b) => a - b),
      [0, 1, 2],
    );
  });

  test('a connection that goes while it waits, or while it is read, gives its room to the next', async () => {
    const { broker, slow } = await startCrowded();
    const second = await broker.connect('second');
    second.write(produceFrame(2, 't', [valueOf('second', 300_000)]));
    const third = await broker.connect('third');
    third.write(produceFrame(3, 't', [valueOf('third', 300_000)]));
    await broker.simulation.runFor(100);
    slow.close();
    await second.receive(1);
    await third.receive(1);
    assert.equal(broker.running.requestBytes, 0);
  });

  test('a request keeps its room until it is answered', async () => {
    const { broker, disk } = await start(oneMib);
    await broker.createTopic('t', { configs: { 'flush.messages': '1' } });
    const first = await broker.connect('first');
    disk.shut();
    first.write(produceFrame(1, 't', [valueOf('first', 900_000)]));
    const second = await broker.connect('second');
    await broker.simulation.runFor(100);
    second.write(produceFrame(2, 't', [valueOf('second', 900_000)], { acks: 0 }));
    await broker.simulation.runFor(1000);
    const { log } = must(broker.running.partitions.get('t', 0));
    assert.equal(log.logEndOffset, 1, 'the second was not read');
    disk.open();
    await first.receive(1);
    await broker.simulation.runFor(1000);
    assert.equal(log.logEndOffset, 2);
    assert.equal(broker.running.requestBytes, 0);
  });

  test('who waits for room is not idle', async () => {
    const { broker, disk } = await start({
      ...oneMib,
      'connections.max.idle.ms': 2000,
    });
    await broker.createTopic('t', { configs: { 'flush.messages': '1' } });
    const first = await broker.connect('first');
    disk.shut();
    first.write(produceFrame(1, 't', [valueOf('first', 900_000)]));
    await broker.simulation.runFor(100);
    const second = await broker.connect('second');
    second.write(produceFrame(2, 't', [valueOf('second', 900_000)]));
    await broker.simulation.runFor(10_000);
    disk.open();
    await second.receive(1);
    assert.deepEqual(broker.closedReasons, []);
  });
});

describe('a body that stands still', () => {
  test('closes its connection after 30 s, and lets in who waits for its room', async () => {
    const { broker } = await start(oneMib);
    await broker.createTopic('t');
    const stalled = await broker.connect('stalled');
    stalled.write(produceFrame(1, 't', [valueOf('large', 900_000)]).subarray(0, 450_000));
    await broker.simulation.runFor(1000);
    const beganMs = broker.simulation.elapsedMs - 1000;
    const next = await broker.connect('next');
    next.write(produceFrame(2, 't', [valueOf('next', 300_000)]));
    const closedMs = await stalled.closed();
    assert.ok(closedMs - beganMs >= 30_000 && closedMs - beganMs < 31_100, `${closedMs - beganMs}`);
    await next.receive(1);
    assert.ok(broker.simulation.elapsedMs - closedMs < 1000);
    assert.deepEqual(broker.closedReasons, ["a request's body stood still for 30000 ms"]);
  });

  test('does not when it only comes slowly', async () => {
    const { broker } = await start();
    await broker.createTopic('t');
    const slow = await broker.connect('slow');
    const frame = produceFrame(1, 't', ['slowly does it']);
    for (let at = 0; at < frame.length; at += 20) {
      slow.write(frame.subarray(at, at + 20));
      await broker.simulation.runFor(29_000);
    }
    await slow.receive(1);
    assert.deepEqual(broker.closedReasons, []);
  });

  test('does so also behind requests that were whole', async () => {
    const { broker } = await start();
    const peer = await broker.connect();
    await metadataAnswerBytes(peer);
    await broker.simulation.runFor(10_000);
    peer.write(metadataFrame(2), metadataFrame(3).subarray(0, 9));
    await peer.receive(2);
    const waitedFromMs = broker.simulation.elapsedMs;
    const tookMs = (await peer.closed()) - waitedFromMs;
    assert.ok(tookMs > 29_900 && tookMs < 31_100, `${tookMs}`);
  });
});

describe('connections.max.idle.ms', () => {
  test('closes a connection that nobody uses, and none that is used', async () => {
    const { broker } = await start();
    const quiet = await broker.connect('quiet');
    const used = await broker.connect('used');
    const openedMs = broker.simulation.elapsedMs;
    for (let i = 0; i < 3; i++) {
      await broker.simulation.runFor(5 * minuteMs);
      await metadataAnswerBytes(used);
    }
    const idleMs = must(quiet.closedAtMs) - openedMs;
    assert.ok(idleMs >= 10 * minuteMs - 10 && idleMs < 10 * minuteMs + 1100, `${idleMs}`);
    assert.equal(used.closedAtMs, undefined);
    assert.deepEqual(broker.closedReasons, ['idle for 600000 ms']);
  });

  test('counts from the answer: a long poll is not idle', async () => {
    const { broker } = await start({ 'connections.max.idle.ms': 10_000 });
    await broker.createTopic('t');
    const peer = await broker.connect();
    peer.write(fetchFrame(1, 't', 0, { maxWaitMs: 35_000 }));
    await peer.receive(1);
    const answeredMs = broker.simulation.elapsedMs;
    const idleMs = (await peer.closed()) - answeredMs;
    assert.ok(idleMs >= 9_990 && idleMs < 11_100, `${idleMs}`);
  });

  test('when it is negative, connections stay', async () => {
    const { broker } = await start({ 'connections.max.idle.ms': -1 });
    const peer = await broker.connect();
    await broker.simulation.runFor(5 * hourMs);
    await metadataAnswerBytes(peer);
    // A body that stands still is another matter.
    peer.write(metadataFrame(2).subarray(0, 9));
    await peer.closed();
    assert.deepEqual(broker.closedReasons, ["a request's body stood still for 30000 ms"]);
  });
});

describe('bounds of connections', () => {
  async function isServed(broker: SimulatedBroker, peer: SimulatedPeer): Promise<boolean> {
    const before = peer.frames.length;
    peer.write(metadataFrame(1));
    await broker.simulation.run(() => peer.frames.length > before || peer.closedAtMs !== undefined);
    return peer.frames.length > before;
  }

  test('max.connections refuses one more, until one has gone', async () => {
    const { broker } = await start({ 'max.connections': 2 });
    const first = await broker.connect('a');
    const second = await broker.connect('b');
    const third = await broker.connect('c');
    assert.deepEqual(
      [
        await isServed(broker, first),
        await isServed(broker, second),
        await isServed(broker, third),
      ],
      [true, true, false],
    );
    first.close();
    await broker.simulation.runFor(100);
    assert.equal(await isServed(broker, await broker.connect('c')), true);
  });

  test('max.connections.per.ip and its overrides bound those of one address', async () => {
    const { broker } = await start({
      'max.connections.per.ip': 1,
      'max.connections.per.ip.overrides': 'friend:3',
    });
    const served: boolean[] = [];
    for (const host of ['a', 'a', 'b', 'friend', 'friend', 'friend', 'friend']) {
      served.push(await isServed(broker, await broker.connect(host)));
    }
    assert.deepEqual(served, [true, false, true, true, true, true, false]);
    const refusals = broker.log.filter(({ event }) => event === 'refused a connection');
    assert.deepEqual(
      refusals.map(({ fields }) => fields['reason']),
      ['max.connections.per.ip', 'max.connections.per.ip'],
    );
  });
});

describe('answers', () => {
  test('leave in the order of requests, though acks=1 finishes before the acks=all in front of it', async () => {
    const { broker, disk } = await start();
    await broker.createTopic('slow', { configs: { 'flush.messages': '1' } });
    await broker.createTopic('quick');
    const peer = await broker.connect();
    disk.shut();
    peer.write(
      produceFrame(1, 'slow', ['a'], { acks: -1 }),
      produceFrame(2, 'quick', ['b'], { acks: 1 }),
      produceFrame(3, 'quick', ['c'], { acks: 0 }),
      produceFrame(4, 'quick', ['d'], { acks: -1 }),
      metadataFrame(5),
    );
    await broker.simulation.runFor(1000);
    assert.equal(must(broker.running.partitions.get('quick', 0)).highWatermark, 3);
    assert.equal(disk.waiting, 1);
    assert.equal(peer.frames.length, 0, 'nothing passes the first');
    disk.open();
    await peer.receive(4);
    assert.deepEqual(peer.correlationIds, [1, 2, 4, 5]);
  });

  test('are never held up by acks=0, whose write waits for the disk', async () => {
    const { broker, disk } = await start();
    await broker.createTopic('slow', { configs: { 'flush.messages': '1' } });
    const peer = await broker.connect();
    disk.shut();
    peer.write(produceFrame(1, 'slow', ['a'], { acks: 0 }), metadataFrame(2));
    await peer.receive(1);
    assert.deepEqual(peer.correlationIds, [2]);
    assert.equal(must(broker.running.partitions.get('slow', 0)).highWatermark, 0);
    disk.open();
  });

  test('readers see nothing that is not acknowledged', async () => {
    const { broker, disk } = await start();
    await broker.createTopic('slow', { configs: { 'flush.messages': '1' } });
    const peer = await broker.connect();
    const reader = await broker.connect('reader');
    disk.shut();
    peer.write(produceFrame(1, 'slow', ['a'], { acks: 1 }));
    reader.write(fetchFrame(1, 'slow', 0, { maxWaitMs: hourMs }));
    await broker.simulation.runFor(1000);
    assert.deepEqual([peer.frames.length, reader.frames.length], [0, 0]);
    disk.open();
    await peer.receive(1);
    await reader.receive(1);
    assert.deepEqual(baseOffsets(fetchAnswer(must(reader.frames[0]).frame)), [0]);
  });

  test('of many connections, hundreds of them late, each come to the right one in order', async () => {
    const { broker, disk } = await start({ 'odradek.connection.requests.max': 8 });
    await broker.createTopic('slow', { configs: { 'flush.messages': '1' } });
    await broker.createTopic('quick');
    const peers: SimulatedPeer[] = [];
    for (let i = 0; i < 20; i++) peers.push(await broker.connect(`c${i}`));
    disk.shut();
    for (const peer of peers) {
      for (let id = 0; id < 30; id++) {
        peer.write(produceFrame(id, id % 3 === 0 ? 'slow' : 'quick', [`${id}`], { acks: 1 }));
      }
    }
    await broker.simulation.runFor(100);
    const { log } = must(broker.running.partitions.get('slow', 0));
    assert.ok(log.logEndOffset <= 20 * 3, 'no connection has more than 8 requests under way');
    disk.open();
    for (const peer of peers) {
      await peer.receive(30);
      assert.deepEqual(
        peer.correlationIds,
        Array.from({ length: 30 }, (_, i) => i),
      );
    }
  });
});
