/**
 * Goal: a filtered topic is read as a topic that has only what matches: its positions move over the rest, its
 * fetches wait as long as they should, and nothing is judged twice.
 * Method: a broker on the simulated runtime, and clients that write their requests frame by frame.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import { fetchRequest, fetchResponse } from '../../src/protocol/messages/fetch.ts';
import { readRecords } from '../../src/records/record-reader.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import { must } from '../../src/util/assert.ts';
import { readResponse, requestFrame } from './raw-connection.ts';
import {
  fetch,
  fetchAnswer,
  fetchFrame,
  fetchVersion,
  produce,
  recordBytes,
  valueOf,
  type FetchAnswer,
} from './requests.ts';
import { SimulatedBroker, type SimulatedPeer } from './simulated-broker.ts';

const hourMs = 3_600_000;
const wayMs = 30;

interface Scene {
  readonly broker: SimulatedBroker;
  readonly reader: SimulatedPeer;
  readonly writer: SimulatedPeer;
}

/** A broker with a topic `adverts`, and `kohli`, which shows those of its records whose value begins so. */
async function start(config: Record<string, string | number> = {}): Promise<Scene> {
  const broker = await SimulatedBroker.start({ config });
  await broker.createTopic('adverts');
  const configs = {
    'odradek.source.topic': 'adverts',
    'odradek.filter': 'value.startsWith("kohli")',
  };
  await broker.createTopic('kohli', { configs });
  return { broker, reader: await broker.connect('reader'), writer: await broker.connect('writer') };
}

interface Read {
  readonly offsets: number[];
  /** Where a client goes on. */
  readonly nextOffset: number | undefined;
}

/** What a client sees of an answer. */
function seen({ records }: Pick<FetchAnswer, 'records'>): Read {
  const { batches } = splitBatches(records ?? []);
  const offsets = batches
    .filter(({ isControl }) => !isControl)
    .flatMap((batch) => [...readRecords(batch, { maxBytes: 1 << 24 })].map(({ offset }) => offset));
  return { offsets, nextOffset: batches.at(-1)?.nextOffset };
}

function evaluated({ broker }: Pick<Scene, 'broker'>): number {
  const topic = must(broker.running.metadata.image.topicsByName.get('kohli'));
  return must(broker.running.topicFilters.of(topic)).filter.counters.evaluated;
}

function waiters({ broker }: Pick<Scene, 'broker'>): number {
  return must(broker.running.partitions.get('adverts', 0)).waitingFetches;
}

test('a fetch answers what matches, at its offsets, and passes over the rest', async () => {
  const scene = await start();
  const { reader, writer } = scene;
  await produce(writer, 'adverts', ['kohli', 'dhoni', 'kohli']);
  await produce(writer, 'adverts', ['dhoni', 'dhoni']);
  await produce(writer, 'adverts', ['kohli', 'kohli']);
  await produce(writer, 'adverts', ['dhoni']);
  const answer = await fetch(reader, 'kohli', 0);
  assert.equal(answer.errorCode, 0);
  assert.equal(answer.highWatermark, 8);
  assert.deepEqual(seen(answer), { offsets: [0, 2, 5, 6], nextOffset: 8 });
  assert.equal(waiters(scene), 0);
});

test('a fetch in the middle of a batch is not answered with what lies before it', async () => {
  const { reader, writer } = await start();
  await produce(writer, 'adverts', ['kohli', 'kohli', 'dhoni', 'dhoni']);
  assert.deepEqual(seen(await fetch(reader, 'kohli', 1)), { offsets: [0, 1], nextOffset: 4 });
  const answer = await fetch(reader, 'kohli', 2);
  assert.deepEqual(seen(answer), { offsets: [], nextOffset: 4 });
});

test('a waiting fetch is not ended by what does not match, and is by the first that does', async () => {
  const scene = await start();
  const { broker, reader, writer } = scene;
  reader.write(fetchFrame(1, 'kohli', 0, { maxWaitMs: hourMs }));
  for (let i = 0; i < 20; i++) await produce(writer, 'adverts', ['dhoni']);
  await broker.simulation.runFor(10_000);
  assert.equal(reader.frames.length, 0);
  assert.equal(waiters(scene), 1);
  const sentMs = broker.simulation.elapsedMs;
  await produce(writer, 'adverts', ['kohli']);
  await reader.receive(1);
  assert.ok(must(reader.frames[0]).atMs - sentMs < wayMs);
  assert.deepEqual(seen(fetchAnswer(must(reader.frames[0]).frame)), {
    offsets: [20],
    nextOffset: 21,
  });
  assert.equal(evaluated(scene), 21);
  assert.equal(waiters(scene), 0);
});

test('a fetch for which nothing matches is answered when maxWait is over, and its position moves', async () => {
  const scene = await start();
  const { broker, reader, writer } = scene;
  for (let i = 0; i < 5; i++) await produce(writer, 'adverts', ['dhoni', 'dhoni']);
  for (const maxWaitMs of [1, 500, 300_000]) {
    const sentMs = broker.simulation.elapsedMs;
    const answer = await fetch(reader, 'kohli', 0, { maxWaitMs });
    assert.deepEqual(seen(answer), { offsets: [], nextOffset: 10 });
    const tookMs = must(reader.frames.at(-1)).atMs - sentMs;
    assert.ok(tookMs >= maxWaitMs && tookMs < maxWaitMs + wayMs, `${maxWaitMs}: ${tookMs}`);
  }
  assert.equal(evaluated(scene), 10);
  // At the end there is nothing to pass over.
  const sentMs = broker.simulation.elapsedMs;
  const atEnd = await fetch(reader, 'kohli', 10, { maxWaitMs: 1000 });
  assert.equal(recordBytes(atEnd), 0);
  assert.ok(must(reader.frames.at(-1)).atMs - sentMs >= 1000);
});

test('without any wait a fetch over a long stretch still moves on with every answer', async () => {
  const { reader, writer } = await start({ 'odradek.fetch.cache.bytes': 0 });
  for (let i = 0; i < 40; i++) await produce(writer, 'adverts', [valueOf('dhoni', 60_000)]);
  await produce(writer, 'adverts', ['kohli']);
  let position = 0;
  let fetches = 0;
  const found: number[] = [];
  while (position < 41) {
    const { offsets, nextOffset } = seen(await fetch(reader, 'kohli', position, { maxWaitMs: 0 }));
    assert.ok(nextOffset !== undefined && nextOffset > position, `stands at ${position}`);
    position = nextOffset;
    found.push(...offsets);
    fetches++;
  }
  assert.deepEqual(found, [40]);
  assert.ok(fetches < 41, 'a fetch passes over more than one batch');
});

test('a hundred readers cost one evaluation', async () => {
  const scene = await start();
  const { broker, writer } = scene;
  const readers: SimulatedPeer[] = [];
  for (let i = 0; i < 100; i++) readers.push(await broker.connect(`reader${i}`));
  for (const reader of readers) reader.write(fetchFrame(1, 'kohli', 0, { maxWaitMs: hourMs }));
  await broker.simulation.runFor(1000);
  await produce(writer, 'adverts', ['dhoni', 'kohli', 'dhoni']);
  for (const reader of readers) {
    await reader.receive(1);
    assert.deepEqual(seen(fetchAnswer(must(reader.frames[0]).frame)).offsets, [1]);
  }
  assert.equal(evaluated(scene), 3);
});

test('a fetch of a source and of two filtered topics of it gets all of them', async () => {
  const { broker, reader, writer } = await start();
  const configs = { 'odradek.source.topic': 'adverts', 'odradek.filter': 'value == "dhoni"' };
  await broker.createTopic('dhoni', { configs });
  const topics = ['kohli', 'adverts', 'dhoni'].map((topic) => ({
    topic,
    partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }],
  }));
  // More than the source alone has, so that it waits for all three.
  const body = { maxWaitMs: 5000, minBytes: 10_000, maxBytes: 1 << 20, topics };
  reader.write(requestFrame(fetchRequest, fetchVersion, 1, { ...body, forgottenTopicsData: [] }));
  await produce(writer, 'adverts', ['kohli', 'dhoni', 'gill']);
  await reader.receive(1);
  const answer = readResponse(fetchResponse, fetchVersion, must(reader.frames[0]).frame);
  const read = answer.responses.map(({ topic, partitions }) => [
    topic,
    seen(must(partitions[0])).offsets,
  ]);
  assert.deepEqual(Object.fromEntries(read), { kohli: [0], adverts: [0, 1, 2], dhoni: [1] });
});

test('what an answer has no room for is not passed over', async () => {
  const { broker, reader, writer } = await start();
  const configs = { 'odradek.source.topic': 'adverts', 'odradek.filter': 'value.startsWith("k")' };
  await broker.createTopic('again', { configs });
  for (const text of ['kohli', 'kohli']) await produce(writer, 'adverts', [valueOf(text, 300)]);
  await produce(writer, 'adverts', ['dhoni']);
  const topics = ['again', 'kohli'].map((topic) => ({
    topic,
    partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }],
  }));
  // Room for what the first shows, and for less than a batch of the second.
  const body = { maxWaitMs: 1000, minBytes: 2000, maxBytes: 1000, topics };
  reader.write(requestFrame(fetchRequest, fetchVersion, 1, { ...body, forgottenTopicsData: [] }));
  await reader.receive(1);
  const answer = readResponse(fetchResponse, fetchVersion, must(reader.frames[0]).frame);
  const [again, kohli] = answer.responses.map(({ partitions }) => seen(must(partitions[0])));
  assert.deepEqual(again, { offsets: [0, 1], nextOffset: 3 });
  assert.deepEqual(kohli, { offsets: [], nextOffset: undefined });
});

test('with little memory for answers, many readers come to the end, one behind the other', async () => {
  const scene = await start({
    'odradek.queued.max.answer.bytes': 2000,
    'odradek.filter.cache.bytes': 0,
  });
  const { broker, writer } = scene;
  for (let i = 0; i < 20; i++) {
    await produce(writer, 'adverts', [valueOf(i % 2 === 0 ? 'kohli' : 'dhoni', 500)]);
  }
  const readers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => broker.connect(`reader${i}`)),
  );
  const positions = readers.map(() => 0);
  const read = readers.map((): number[] => []);
  for (let round = 0; positions.some((position) => position < 20); round++) {
    assert.ok(round < 60, `stand at ${positions.join(' ')}`);
    const asking = [...readers.entries()].filter(([i]) => (positions[i] ?? 0) < 20);
    for (const [i, reader] of asking) {
      reader.write(fetchFrame(round, 'kohli', positions[i] ?? 0, { maxWaitMs: 500 }));
    }
    for (const [i, reader] of asking) {
      await reader.receive(round + 1);
      const { offsets, nextOffset } = seen(fetchAnswer(must(reader.frames.at(-1)).frame));
      read[i]?.push(...offsets);
      positions[i] = nextOffset ?? positions[i] ?? 0;
    }
  }
  const even = Array.from({ length: 10 }, (_, i) => 2 * i);
  for (const offsets of read) assert.deepEqual(offsets, even);
  await broker.simulation.runFor(1000);
  assert.equal(broker.running.answerBytes, 0);
  assert.equal(waiters(scene), 0);
});

test('what a waiting fetch has gathered is given up when somebody else wants for the memory', async () => {
  const { broker, writer } = await start({ 'odradek.queued.max.answer.bytes': 3000 });
  const greedy = await Promise.all([1, 2, 3, 4, 5, 6].map((i) => broker.connect(`greedy${i}`)));
  for (let i = 0; i < 20; i++) await produce(writer, 'adverts', [valueOf('kohli', 500)]);
  // They would wait for an hour, with all the memory there is.
  for (const reader of greedy) {
    reader.write(fetchFrame(1, 'kohli', 0, { maxWaitMs: hourMs, minBytes: 1 << 30 }));
  }
  await broker.simulation.runFor(1000);
  assert.ok(greedy.every(({ frames }) => frames.length === 0));
  assert.ok(broker.running.answerBytes >= 3000);
  const other = await broker.connect('other');
  const sentMs = broker.simulation.elapsedMs;
  const answer = await fetch(other, 'adverts', 0, { maxWaitMs: 5000 });
  assert.ok(recordBytes(answer) > 0);
  assert.ok(must(other.frames.at(-1)).atMs - sentMs < 5 * wayMs);
  for (const reader of greedy) {
    await reader.receive(1);
    const { offsets } = seen(fetchAnswer(must(reader.frames[0]).frame));
    assert.ok(offsets.length > 0 && offsets.every((offset, i) => offset === i));
  }
});

test('a reader that goes while its fetch waits leaves nothing behind', async () => {
  const scene = await start();
  const { broker, reader, writer } = scene;
  reader.write(fetchFrame(1, 'kohli', 0, { maxWaitMs: hourMs, minBytes: 1000 }));
  await produce(writer, 'adverts', ['kohli']);
  await broker.simulation.runFor(1000);
  assert.equal(waiters(scene), 1);
  reader.close();
  await broker.simulation.runFor(1000);
  assert.equal(waiters(scene), 0);
  assert.equal(broker.running.answerBytes, 0);
});

test('who waits in a filtered topic that is deleted, or whose source is, is told so', async () => {
  for (const deleted of ['kohli', 'adverts']) {
    const { broker, reader } = await start();
    reader.write(fetchFrame(1, 'kohli', 0, { maxWaitMs: hourMs }));
    await broker.simulation.runFor(100);
    const client = broker.client();
    await broker.complete(client.admin.deleteTopic(deleted));
    client.close();
    await broker.simulation.runFor(1000);
    const answer = must(reader.frames[0]?.frame, deleted);
    assert.equal(fetchAnswer(answer).errorCode, errorCodes.UNKNOWN_TOPIC_OR_PARTITION, deleted);
  }
});
