/**
 * Goal: a fetch waits exactly as long as it should, and leaves nothing behind; sessions say what is new and
 * give every partition its turn.
 * Method: a broker on the simulated runtime, whose clock goes by only while something is waited for, and
 * clients that write their requests frame by frame.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import {
  deleteRecordsRequest,
  deleteRecordsResponse,
} from '../../src/protocol/messages/delete-records.ts';
import {
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '../../src/protocol/messages/delete-topics.ts';
import { fetchRequest, fetchResponse } from '../../src/protocol/messages/fetch.ts';
import { zeroUuid } from '../../src/protocol/uuid.ts';
import { must } from '../../src/util/assert.ts';
import { readResponse, requestFrame } from './raw-connection.ts';
import {
  baseOffsets,
  fetch,
  fetchAnswer,
  fetchFrame,
  fetchVersion,
  produce,
  produceFrame,
  recordBytes,
  valueOf,
} from './requests.ts';
import { SimulatedBroker, type SimulatedPeer } from './simulated-broker.ts';

const hourMs = 3_600_000;
/** Two slow packets and a tick of the timer wheel. */
const wayMs = 30;

/** A broker with a topic `t` of one partition, a reader and a writer. */
async function startWithTopic(
  options: { partitions?: number; config?: Record<string, string | number> } = {},
): Promise<{ broker: SimulatedBroker; reader: SimulatedPeer; writer: SimulatedPeer }> {
  const broker = await SimulatedBroker.start({ config: options.config ?? {} });
  await broker.createTopic('t', { partitions: options.partitions ?? 1 });
  const reader = await broker.connect('reader');
  const writer = await broker.connect('writer');
  return { broker, reader, writer };
}

async function deleteRecords(
  peer: SimulatedPeer,
  offset: number,
  partitionIndex = 0,
): Promise<void> {
  const topics = [{ name: 't', partitions: [{ partitionIndex, offset }] }];
  const request = { topics, timeoutMs: 1000 };
  const answer = await peer.call(deleteRecordsRequest, deleteRecordsResponse, 2, request);
  assert.equal(answer.topics[0]?.partitions[0]?.errorCode, errorCodes.NONE);
}

async function deleteTopic(peer: SimulatedPeer): Promise<void> {
  const request = { topics: [{ name: 't', topicId: zeroUuid }], timeoutMs: 1000 };
  const answer = await peer.call(deleteTopicsRequest, deleteTopicsResponse, 6, request);
  assert.equal(answer.responses[0]?.errorCode, errorCodes.NONE);
}

function waitersOf(broker: SimulatedBroker, partition = 0): number {
  return must(broker.running.partitions.get('t', partition)).waitingFetches;
}

test('a fetch waits until minBytes can be read, and gets all that is there then', async () => {
  const { broker, reader, writer } = await startWithTopic();
  reader.write(fetchFrame(1, 't', 0, { minBytes: 1000, maxWaitMs: hourMs }));
  await produce(writer, 't', [valueOf('a', 400)]);
  await produce(writer, 't', [valueOf('b', 400)]);
  await broker.simulation.runFor(1000);
  assert.equal(reader.frames.length, 0, 'there are 400 bytes less than wanted');
  assert.equal(waitersOf(broker), 1);
  const sentMs = broker.simulation.elapsedMs;
  writer.write(produceFrame(2, 't', [valueOf('c', 400)]));
  await reader.receive(1);
  const [received] = reader.frames;
  assert.ok(received !== undefined && received.atMs - sentMs < wayMs);
  assert.deepEqual(baseOffsets(fetchAnswer(must(reader.frames[0]).frame)), [0, 1, 2]);
  assert.equal(waitersOf(broker), 0);
});

test('minBytes is counted over all partitions of a fetch', async () => {
  const { broker, reader, writer } = await startWithTopic({ partitions: 3 });
  const partitions = [0, 1, 2].map((partition) => ({
    partition,
    fetchOffset: 0,
    partitionMaxBytes: 1 << 20,
  }));
  const request = { maxWaitMs: hourMs, minBytes: 1000, topics: [{ topic: 't', partitions }] };
  reader.write(
    requestFrame(fetchRequest, fetchVersion, 1, { ...request, forgottenTopicsData: [] }),
  );
  for (const partition of [0, 1]) await produce(writer, 't', [valueOf('a', 400)], { partition });
  await broker.simulation.runFor(1000);
  assert.equal(reader.frames.length, 0);
  await produce(writer, 't', [valueOf('a', 400)], { partition: 2 });
  await reader.receive(1);
  const answer = readResponse(fetchResponse, fetchVersion, must(reader.frames[0]).frame);
  const read = must(answer.responses[0]).partitions.map((partition) => baseOffsets(partition));
  assert.deepEqual(read, [[0], [0], [0]]);
  for (const partition of [0, 1, 2]) assert.equal(waitersOf(broker, partition), 0);
});

test('a fetch without enough data is answered when maxWait is over: not before, and not much later', async () => {
  const { broker, reader, writer } = await startWithTopic();
  await produce(writer, 't', ['a']);
  for (const maxWaitMs of [1, 50, 500, 5000, 300_000, 0.9 * hourMs]) {
    const sentMs = broker.simulation.elapsedMs;
    const { errorCode, highWatermark, records } = await fetch(reader, 't', 1, { maxWaitMs });
    assert.deepEqual({ errorCode, highWatermark }, { errorCode: 0, highWatermark: 1 });
    assert.equal(recordBytes({ records }), 0);
    const tookMs = must(reader.frames.at(-1)).atMs - sentMs;
    assert.ok(tookMs >= maxWaitMs && tookMs < maxWaitMs + wayMs, `${maxWaitMs}: ${tookMs}`);
  }
  assert.equal(waitersOf(broker), 0);
});

test('with maxWait over, a fetch gets what there is, though it is less than minBytes', async () => {
  const { reader, writer } = await startWithTopic();
  await produce(writer, 't', ['a']);
  const answer = await fetch(reader, 't', 0, { minBytes: 100_000, maxWaitMs: 1000 });
  assert.deepEqual(baseOffsets(answer), [0]);
});

test('a fetch of what does not exist, or lies out of range, is answered at once', async () => {
  const { broker, reader } = await startWithTopic();
  const unknown = await fetch(reader, 'nowhere', 0, { maxWaitMs: hourMs });
  assert.equal(unknown.errorCode, errorCodes.UNKNOWN_TOPIC_OR_PARTITION);
  const beyond = await fetch(reader, 't', 7, { maxWaitMs: hourMs });
  assert.equal(beyond.errorCode, errorCodes.OFFSET_OUT_OF_RANGE);
  assert.ok(broker.simulation.elapsedMs < 10_000);
});

test('a waiting fetch ends with UNKNOWN_TOPIC_OR_PARTITION when its topic is deleted', async () => {
  const { broker, reader, writer } = await startWithTopic();
  reader.write(fetchFrame(1, 't', 0, { maxWaitMs: hourMs }));
  await broker.simulation.runFor(100);
  const partition = must(broker.running.partitions.get('t', 0));
  assert.equal(partition.waitingFetches, 1);
  await deleteTopic(writer);
  await reader.receive(1);
  assert.ok(broker.simulation.elapsedMs < 10_000);
  const { errorCode, highWatermark } = fetchAnswer(must(reader.frames[0]).frame);
  assert.equal(errorCode, errorCodes.UNKNOWN_TOPIC_OR_PARTITION);
  assert.equal(highWatermark, -1);
  assert.equal(partition.waitingFetches, 0);
});

test('a fetch by id that waits ends with UNKNOWN_TOPIC_ID when its topic is deleted', async () => {
  const { broker, reader, writer } = await startWithTopic();
  const topicId = must(broker.running.metadata.image.topicsByName.get('t')).id;
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }];
  const topics = [{ topicId, partitions }];
  const request = { maxWaitMs: hourMs, minBytes: 1, topics, forgottenTopicsData: [] };
  reader.write(requestFrame(fetchRequest, 13, 1, request));
  await broker.simulation.runFor(100);
  await deleteTopic(writer);
  await reader.receive(1);
  const answer = readResponse(fetchResponse, 13, must(reader.frames[0]).frame);
  assert.equal(answer.responses[0]?.partitions[0]?.errorCode, errorCodes.UNKNOWN_TOPIC_ID);
});

test('a fetch that waits for more than there is learns that DeleteRecords overtook it', async () => {
  const { broker, reader, writer } = await startWithTopic();
  await produce(writer, 't', ['a']);
  await produce(writer, 't', ['b']);
  reader.write(fetchFrame(1, 't', 0, { minBytes: 100_000, maxWaitMs: 5000 }));
  await broker.simulation.runFor(100);
  await deleteRecords(writer, 1);
  await reader.receive(1);
  const { errorCode, records } = fetchAnswer(must(reader.frames[0]).frame);
  assert.equal(errorCode, errorCodes.OFFSET_OUT_OF_RANGE);
  assert.equal(recordBytes({ records }), 0);
});

test('when the connection closes, nothing of its fetch stays behind', async () => {
  const { broker, reader, writer } = await startWithTopic();
  const before = broker.running.timersWaiting;
  reader.write(fetchFrame(1, 't', 0, { maxWaitMs: hourMs }));
  await broker.simulation.runFor(100);
  assert.equal(waitersOf(broker), 1);
  assert.equal(broker.running.timersWaiting, before + 1);
  reader.close();
  await broker.simulation.runFor(100);
  assert.equal(waitersOf(broker), 0);
  // The watchdog of the connection has gone with it.
  assert.equal(broker.running.timersWaiting, before - 1);
  writer.close();
  await broker.simulation.runFor(100);
  assert.equal(broker.running.timersWaiting, 0);
});

test('a thousand fetches that wait in turn leave nothing behind', async () => {
  const { broker, reader, writer } = await startWithTopic();
  const before = broker.running.timersWaiting;
  for (let offset = 0; offset < 1000; offset++) {
    reader.write(fetchFrame(offset, 't', offset, { maxWaitMs: hourMs }));
    writer.write(produceFrame(offset, 't', ['a'], { acks: 1 }));
    await reader.receive(offset + 1);
  }
  await writer.receive(1000);
  assert.equal(waitersOf(broker), 0);
  assert.equal(broker.running.timersWaiting, before);
});

test('a stopping broker answers the fetches that wait', async () => {
  const { broker, reader } = await startWithTopic();
  reader.write(fetchFrame(1, 't', 0, { maxWaitMs: hourMs }));
  await broker.simulation.runFor(100);
  const stopMs = broker.simulation.elapsedMs;
  await broker.complete(broker.running.stop());
  await reader.receive(1);
  assert.equal(fetchAnswer(must(reader.frames[0]).frame).errorCode, errorCodes.NONE);
  assert.ok(broker.simulation.elapsedMs - stopMs < 1000);
});

test('the first batch is given whole, however small the limits; more only as they allow', async () => {
  const { reader, writer } = await startWithTopic();
  for (let i = 0; i < 5; i++) await produce(writer, 't', [valueOf(`${i}`, 1000)]);
  assert.deepEqual(baseOffsets(await fetch(reader, 't', 0, { maxBytes: 1 })), [0]);
  assert.deepEqual(baseOffsets(await fetch(reader, 't', 1, { maxBytes: 2500 })), [1, 2]);
  assert.deepEqual(baseOffsets(await fetch(reader, 't', 2)), [2, 3, 4]);
});

test('what is read from files is what is read from memory', async () => {
  const read: Buffer[] = [];
  for (const cacheBytes of [0, 1 << 20]) {
    const config = { 'odradek.fetch.cache.bytes': cacheBytes };
    const { reader, writer } = await startWithTopic({ config });
    for (let i = 0; i < 20; i++) await produce(writer, 't', [valueOf(`${i}`, i * 100)]);
    const { records } = await fetch(reader, 't', 3);
    read.push(Buffer.concat(records ?? []));
  }
  assert.ok(must(read[0]).length > 10_000);
  assert.deepEqual(read[0], read[1]);
});

interface SessionFetch {
  readonly sessionId?: number;
  readonly sessionEpoch: number;
  /** Partition and offset of each that is asked for. */
  readonly partitions?: readonly (readonly [partition: number, offset: number])[];
  readonly forget?: readonly number[];
  readonly maxBytes?: number;
  readonly maxWaitMs?: number;
}

async function sessionFetch(peer: SimulatedPeer, asked: SessionFetch) {
  const partitions = (asked.partitions ?? []).map(([partition, fetchOffset]) => ({
    partition,
    fetchOffset,
    partitionMaxBytes: 1 << 20,
  }));
  const answer = await peer.call(fetchRequest, fetchResponse, fetchVersion, {
    maxWaitMs: asked.maxWaitMs ?? 0,
    minBytes: 1,
    maxBytes: asked.maxBytes ?? 1 << 20,
    sessionId: asked.sessionId ?? 0,
    sessionEpoch: asked.sessionEpoch,
    topics: partitions.length === 0 ? [] : [{ topic: 't', partitions }],
    forgottenTopicsData:
      asked.forget === undefined ? [] : [{ topic: 't', partitions: [...asked.forget] }],
  });
  const found = answer.responses.flatMap(({ partitions: answered }) => answered);
  return {
    errorCode: answer.errorCode,
    sessionId: answer.sessionId,
    found,
    indexes: found.map(({ partitionIndex }) => partitionIndex),
  };
}

test('a session answers only what is new: records, a high watermark, a log start, an error', async () => {
  const { reader, writer } = await startWithTopic({ partitions: 3 });
  await produce(writer, 't', ['a'], { partition: 1 });
  const full = await sessionFetch(reader, {
    sessionEpoch: 0,
    partitions: [
      [0, 0],
      [1, 0],
      [2, 0],
    ],
  });
  assert.ok(full.sessionId > 0);
  assert.deepEqual(full.indexes, [0, 1, 2], 'the first answer names all');
  const { sessionId } = full;

  const moved = await sessionFetch(reader, { sessionId, sessionEpoch: 1, partitions: [[1, 1]] });
  assert.deepEqual(moved.indexes, [], 'nothing has changed');
  assert.equal(moved.sessionId, sessionId);

  await produce(writer, 't', ['b'], { partition: 2 });
  const news = await sessionFetch(reader, { sessionId, sessionEpoch: 2 });
  assert.deepEqual(news.indexes, [2]);
  assert.deepEqual(baseOffsets(must(news.found[0])), [0]);
  const repeated = await sessionFetch(reader, { sessionId, sessionEpoch: 3 });
  assert.deepEqual(repeated.indexes, [2], 'the reader has not moved on: its records come again');

  await deleteRecords(writer, 1, 1);
  const start = await sessionFetch(reader, { sessionId, sessionEpoch: 4, partitions: [[2, 1]] });
  assert.deepEqual(start.indexes, [1]);
  assert.equal(start.found[0]?.logStartOffset, 1);

  for (const sessionEpoch of [5, 6]) {
    const behind = await sessionFetch(reader, { sessionId, sessionEpoch, partitions: [[1, 9]] });
    assert.deepEqual(behind.indexes, [1], 'an error is told every time');
    assert.equal(behind.found[0]?.errorCode, errorCodes.OFFSET_OUT_OF_RANGE);
  }
  const healed = await sessionFetch(reader, { sessionId, sessionEpoch: 7, partitions: [[1, 1]] });
  assert.deepEqual(healed.indexes, [1], 'that the error has gone is news too');
  assert.equal(healed.found[0]?.errorCode, errorCodes.NONE);

  await produce(writer, 't', ['c'], { partition: 0 });
  const without = await sessionFetch(reader, { sessionId, sessionEpoch: 8, forget: [0] });
  assert.deepEqual(without.indexes, [], 'a partition that was forgotten is not read');
});

test('an incremental fetch that waits is answered with the partition that got records', async () => {
  const { broker, reader, writer } = await startWithTopic({ partitions: 2 });
  const asked = [
    [0, 0],
    [1, 0],
  ] as const;
  const { sessionId } = await sessionFetch(reader, { sessionEpoch: 0, partitions: asked });
  const waiting = sessionFetch(reader, { sessionId, sessionEpoch: 1, maxWaitMs: hourMs });
  writer.write(produceFrame(1, 't', ['a'], { partition: 1 }));
  const { indexes } = await waiting;
  assert.deepEqual(indexes, [1]);
  assert.ok(broker.simulation.elapsedMs < 10_000);
});

test('a session serves its partitions in turn, so that none starves behind another', async () => {
  const { reader, writer } = await startWithTopic({ partitions: 4 });
  const offsets = [0, 0, 0, 0];
  for (const partition of [0, 1, 2, 3]) {
    for (let i = 0; i < 10; i++) await produce(writer, 't', [valueOf(`${i}`, 900)], { partition });
  }
  const opened = await sessionFetch(reader, {
    sessionEpoch: 0,
    partitions: offsets.map((offset, partition) => [partition, offset] as const),
    maxBytes: 1000,
  });
  const { sessionId } = opened;
  let { found } = opened;
  const served: number[] = [];
  for (let sessionEpoch = 1; sessionEpoch <= 24; sessionEpoch++) {
    const moved: (readonly [number, number])[] = [];
    for (const partition of found) {
      const batches = baseOffsets(partition);
      if (batches.length === 0) continue;
      served.push(partition.partitionIndex);
      const next = must(batches.at(-1)) + 1;
      offsets[partition.partitionIndex] = next;
      moved.push([partition.partitionIndex, next]);
    }
    const asked = { sessionId, sessionEpoch, partitions: moved, maxBytes: 1000 };
    ({ found } = await sessionFetch(reader, asked));
  }
  assert.equal(served.length, 24, 'each answer has one batch');
  for (let round = 0; round < 6; round++) {
    const inRound = served.slice(round * 4, round * 4 + 4);
    assert.deepEqual(
      inRound.toSorted((a, b) => a - b),
      [0, 1, 2, 3],
      `round ${round}: ${inRound.join(' ')}`,
    );
  }
});

test('a session of another epoch, or that nobody has, is refused; a full fetch opens a new one', async () => {
  const { reader } = await startWithTopic();
  const opened = await sessionFetch(reader, { sessionEpoch: 0, partitions: [[0, 0]] });
  const wrong = await sessionFetch(reader, { sessionId: opened.sessionId, sessionEpoch: 5 });
  assert.equal(wrong.errorCode, errorCodes.INVALID_FETCH_SESSION_EPOCH);
  const unknown = await sessionFetch(reader, { sessionId: 1, sessionEpoch: 1 });
  assert.equal(unknown.errorCode, errorCodes.FETCH_SESSION_ID_NOT_FOUND);
  const closing = { sessionId: opened.sessionId, sessionEpoch: -1 };
  const closed = await sessionFetch(reader, { ...closing, partitions: [[0, 0]] });
  assert.deepEqual([closed.errorCode, closed.sessionId], [errorCodes.NONE, 0]);
  const gone = await sessionFetch(reader, { sessionId: opened.sessionId, sessionEpoch: 1 });
  assert.equal(gone.errorCode, errorCodes.FETCH_SESSION_ID_NOT_FOUND);
});

test('a session goes on when a topic in it is deleted, with an error for it in every answer', async () => {
  const { broker, reader, writer } = await startWithTopic();
  await broker.createTopic('other');
  const topics = ['t', 'other'].map((topic) => ({
    topic,
    partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }],
  }));
  const request = { maxWaitMs: 0, minBytes: 1, forgottenTopicsData: [] };
  const { sessionId } = await reader.call(fetchRequest, fetchResponse, fetchVersion, {
    ...request,
    sessionId: 0,
    sessionEpoch: 0,
    topics,
  });
  await deleteTopic(writer);
  for (const sessionEpoch of [1, 2]) {
    const asked = { ...request, sessionId, sessionEpoch, topics: [] };
    const answer = await reader.call(fetchRequest, fetchResponse, fetchVersion, asked);
    assert.equal(answer.errorCode, errorCodes.NONE);
    assert.deepEqual(
      answer.responses.map(({ topic }) => topic),
      ['t'],
    );
    const [partition] = must(answer.responses[0]).partitions;
    assert.equal(partition?.errorCode, errorCodes.UNKNOWN_TOPIC_OR_PARTITION);
  }
});
