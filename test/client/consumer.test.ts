import { deepStrictEqual, match, rejects, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Client } from '../../src/client/client.ts';
import type { ConsumedRecord } from '../../src/client/client-records.ts';
import type { Consumer, ConsumerOptions } from '../../src/client/consumer.ts';
import type { LogPosition, PartitionRange } from '../../src/client/start-positions.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { buildEndTxnMarker } from '../../src/records/control-batch.ts';
import { compressionCodecs, recordBatchHeaderBytes } from '../../src/records/record-batch.ts';
import type { Runtime, Timers } from '../../src/runtime/runtime.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import type { FakeBroker, FakeRequest } from './fake-broker.ts';
import { propertySeeds } from './property-seeds.ts';
import { bytesOf, simulatedClient, type SimulatedClient, textOf } from './simulated-client.ts';

const beginning: LogPosition = { at: 'beginning' };
const end: LogPosition = { at: 'end' };

function write(
  broker: FakeBroker,
  values: readonly string[],
  options: { partition?: number; timestamp?: number; producerId?: number } = {},
): void {
  const { partition = 0, timestamp = 1, producerId } = options;
  const records = values.map((value) => ({ value: bytesOf(value), timestamp }));
  const transaction =
    producerId === undefined
      ? {}
      : { producerId, producerEpoch: 0, baseSequence: 0, transactional: true };
  broker.append(buildBatch(records, transaction), 't', partition);
}

function all(partitions: number, range: Partial<PartitionRange> = {}): PartitionRange[] {
  return Array.from({ length: partitions }, (_, partition) => ({
    topic: 't',
    partition,
    from: beginning,
    until: end,
    ...range,
  }));
}

async function readAll(consumer: Consumer): Promise<ConsumedRecord[]> {
  const records: ConsumedRecord[] = [];
  for await (const batch of consumer.records()) records.push(...batch);
  return records;
}

async function read(
  { client, complete }: SimulatedClient,
  options: ConsumerOptions,
): Promise<ConsumedRecord[]> {
  return complete(client.consumer(options).then(readAll));
}

const valuesOf = (records: readonly ConsumedRecord[]): string[] =>
  records.map(({ value }) => textOf(value));

test('everything is read once, in order, and reading ends', async () => {
  const world = await simulatedClient();
  for (let i = 0; i < 10; i++) write(world.broker, [`${2 * i}`, `${2 * i + 1}`]);
  const records = await read(world, { ranges: all(1) });
  deepStrictEqual(
    records.map(({ offset, value }) => [offset, textOf(value)]),
    Array.from({ length: 20 }, (_, index) => [index, String(index)]),
  );
});

test('an empty topic ends at once', async () => {
  const world = await simulatedClient();
  deepStrictEqual(await read(world, { ranges: all(1) }), []);
  strictEqual(world.broker.requestsOf('Fetch').length, 0);
});

test('every codec is read', async () => {
  const world = await simulatedClient();
  for (const compression of compressionCodecs) {
    world.broker.append(buildBatch([{ value: bytesOf(compression) }], { compression }), 't');
  }
  deepStrictEqual(valuesOf(await read(world, { ranges: all(1) })), [...compressionCodecs]);
});

const positions: readonly (readonly [string, LogPosition, readonly string[]])[] = [
  ['an offset in the middle of a batch', { at: 'offset', offset: 3 }, ['d', 'e', 'f']],
  ['a number before the end', { at: 'beforeEnd', count: 2 }, ['e', 'f']],
  [
    'more than there are before the end',
    { at: 'beforeEnd', count: 20 },
    ['a', 'b', 'c', 'd', 'e', 'f'],
  ],
  ['a time', { at: 'time', timestampMs: 20 }, ['c', 'd', 'e', 'f']],
  ['a time after the last record', { at: 'time', timestampMs: 99 }, []],
  ['the end', end, []],
];

for (const [name, from, expected] of positions) {
  test(`reading begins at ${name}`, async () => {
    const world = await simulatedClient();
    for (const [index, values] of [
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ].entries()) {
      write(world.broker, values, { timestamp: 10 * (index + 1) });
    }
    deepStrictEqual(valuesOf(await read(world, { ranges: all(1, { from }) })), expected);
  });
}

test('reading stops before an offset, also in the middle of a batch', async () => {
  const world = await simulatedClient();
  write(world.broker, ['a', 'b', 'c']);
  const until: LogPosition = { at: 'offset', offset: 2 };
  deepStrictEqual(valuesOf(await read(world, { ranges: all(1, { until }) })), ['a', 'b']);
});

test('an end behind the log is the log’s own, unless it is waited for', async () => {
  const world = await simulatedClient();
  write(world.broker, ['a']);
  const until: LogPosition = { at: 'offset', offset: 2 };
  deepStrictEqual(valuesOf(await read(world, { ranges: all(1, { until }) })), ['a']);
  world.simulation.after(3000, () => write(world.broker, ['b', 'c']));
  const waiting = { ranges: all(1, { until }), waitsForEnd: true };
  deepStrictEqual(valuesOf(await read(world, waiting)), ['a', 'b']);
});

test('what is written later is read by whoever follows', async () => {
  const world = await simulatedClient();
  write(world.broker, ['old']);
  const ranges = all(1, { from: end, until: undefined });
  const consumer = await world.complete(world.client.consumer({ ranges }));
  strictEqual(consumer.offsetCount, undefined);
  const records = consumer.records();
  world.simulation.after(1000, () => write(world.broker, ['new']));
  const { value } = await world.complete(records.next());
  deepStrictEqual(valuesOf(value ?? []), ['new']);
  const next = records.next();
  consumer.close();
  strictEqual((await world.complete(next)).done, true);
});

test('merged by time, records of several partitions come in the order of their times', async () => {
  const world = await simulatedClient({ t: 3 });
  for (let i = 0; i < 30; i++) {
    write(world.broker, [String(i)], { partition: (i * 7) % 3, timestamp: 100 + i });
  }
  const records = await read(world, { ranges: all(3), mergeByTime: true });
  deepStrictEqual(
    valuesOf(records),
    Array.from({ length: 30 }, (_, index) => String(index)),
  );
});

test('merging by time never reorders a partition and never loses a record', async () => {
  const logs = fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 12 }), {
    minLength: 1,
    maxLength: 5,
  });
  const property = fc.asyncProperty(logs, async (partitions) => {
    const world = await simulatedClient({ t: partitions.length });
    for (const [partition, timestamps] of partitions.entries()) {
      for (const timestamp of timestamps) write(world.broker, ['x'], { partition, timestamp });
    }
    const records = await read(world, { ranges: all(partitions.length), mergeByTime: true });
    for (const [partition, timestamps] of partitions.entries()) {
      const own = records.filter((record) => record.partition === partition);
      deepStrictEqual(
        own.map(({ timestampMs }) => timestampMs),
        timestamps,
      );
    }
    if (partitions.every((timestamps) => isSorted(timestamps))) {
      strictEqual(isSorted(records.map(({ timestampMs }) => timestampMs)), true);
    }
  });
  for (const seed of propertySeeds()) await fc.assert(property, { seed, numRuns: 40 });
});

function isSorted(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || (values[index - 1] as number) <= value);
}

test('one partition that is slow to answer holds up nobody when order does not matter', async () => {
  const world = await simulatedClient({ t: 2 });
  write(world.broker, ['here'], { partition: 1 });
  const ranges = all(2, { until: undefined });
  const consumer = await world.complete(world.client.consumer({ ranges, mergeByTime: true }));
  const { value } = await world.complete(consumer.records().next());
  deepStrictEqual(valuesOf(value ?? []), ['here']);
});

test('control batches are never handed out', async () => {
  const world = await simulatedClient();
  write(world.broker, ['a'], { producerId: 5 });
  appendMarker(world.broker, 5, 'COMMIT');
  const records = await read(world, { ranges: all(1) });
  deepStrictEqual(valuesOf(records), ['a']);
});

function appendMarker(broker: FakeBroker, producerId: number, result: 'COMMIT' | 'ABORT'): void {
  const marker = { producerId, producerEpoch: 0, result, coordinatorEpoch: 0, timestamp: 1 };
  broker.append(buildEndTxnMarker(marker), 't');
}

test('read_committed hides aborted transactions, and only those', async () => {
  const world = await simulatedClient();
  const { broker } = world;
  write(broker, ['plain']);
  write(broker, ['aborted of 5'], { producerId: 5 });
  write(broker, ['committed of 6'], { producerId: 6 });
  appendMarker(broker, 6, 'COMMIT');
  appendMarker(broker, 5, 'ABORT');
  write(broker, ['later of 5'], { producerId: 5 });
  appendMarker(broker, 5, 'COMMIT');
  broker.scripts.push(({ api, body }) => {
    if (api !== 'Fetch' || body['isolationLevel'] !== 1) return undefined;
    const position = fetchOffsetOf(body);
    const batches = broker.log('t').filter(({ nextOffset }) => nextOffset > position);
    return fetched({
      records: batches.flatMap(({ chunks }) => chunks),
      abortedTransactions: [{ producerId: 5, firstOffset: 1 }],
      highWatermark: broker.endOffset('t'),
      lastStableOffset: broker.endOffset('t'),
    });
  });
  const committed = await read(world, { ranges: all(1), isolation: 'read_committed' });
  deepStrictEqual(valuesOf(committed), ['plain', 'committed of 6', 'later of 5']);
  const uncommitted = await read(world, { ranges: all(1) });
  strictEqual(uncommitted.length, 4);
});

function fetchOffsetOf(body: Record<string, unknown>): number {
  const topics = body['topics'] as { partitions: { fetchOffset: number }[] }[];
  return topics[0]?.partitions[0]?.fetchOffset ?? 0;
}

function fetched(partition: object): object {
  const answer = { partitionIndex: 0, errorCode: 0, highWatermark: 0, records: [], ...partition };
  return { responses: [{ topic: 't', partitions: [answer] }] };
}

test('a batch that does not match its CRC is an error, not a record', async () => {
  const world = await simulatedClient();
  write(world.broker, ['fine']);
  write(world.broker, ['broken']);
  const bytes = world.broker.log('t')[1]?.chunks[0] as Uint8Array;
  bytes[recordBatchHeaderBytes + 8] = 0;
  await rejects(read(world, { ranges: all(1) }), (error) => {
    match(String(error), /t-0 at offset 1 are corrupt/);
    return hasCode(error, 'CORRUPT_RECORDS');
  });
});

test('a batch that is cut off at the end of a response is asked for again', async () => {
  const world = await simulatedClient();
  const { broker } = world;
  for (const value of ['a', 'b', 'c']) write(broker, [value]);
  broker.scripts.push(({ api, body }) => {
    if (api !== 'Fetch') return undefined;
    const position = fetchOffsetOf(body);
    const [first, second] = broker.log('t').filter(({ nextOffset }) => nextOffset > position);
    const cut = second?.chunks[0]?.subarray(0, 40) ?? new Uint8Array(0);
    return fetched({
      records: [...(first?.chunks ?? []), cut],
      highWatermark: 3,
      lastStableOffset: 3,
    });
  });
  deepStrictEqual(valuesOf(await read(world, { ranges: all(1) })), ['a', 'b', 'c']);
});

test('errors that pass are waited out, with the topic asked for again', async () => {
  for (const errorCode of [6, 74, 75, 78]) {
    const world = await simulatedClient();
    write(world.broker, ['a']);
    let failures = 0;
    world.broker.scripts.push(({ api }) =>
      api === 'Fetch' && failures++ < 3 ? fetched({ errorCode, highWatermark: -1 }) : undefined,
    );
    deepStrictEqual(valuesOf(await read(world, { ranges: all(1) })), ['a'], String(errorCode));
    strictEqual(world.broker.requestsOf('Metadata').length > 1, true);
  }
});

test('an error that passes is waited out also where timers come a moment early by the clock', async () => {
  const early = (runtime: Runtime): Runtime => {
    const { timers } = runtime;
    const setTimer: Timers['setTimer'] = (delayMs, callback) =>
      timers.setTimer(Math.max(0, delayMs - 0.5), callback);
    return { ...runtime, timers: { ...timers, setTimer } };
  };
  const world = await simulatedClient({ t: 1 }, {}, early);
  write(world.broker, ['a']);
  let failures = 0;
  world.broker.scripts.push(({ api }) =>
    api === 'Fetch' && failures++ < 3 ? fetched({ errorCode: 6, highWatermark: -1 }) : undefined,
  );
  deepStrictEqual(valuesOf(await read(world, { ranges: all(1) })), ['a']);
});

test('an error that never passes fails the reader in time', async () => {
  const world = await simulatedClient();
  write(world.broker, ['a']);
  world.broker.scripts.push(({ api }) =>
    api === 'Fetch' ? fetched({ errorCode: 6, highWatermark: -1 }) : undefined,
  );
  await rejects(read(world, { ranges: all(1), giveUpAfterMs: 5000 }), (error) => {
    match(String(error), /NOT_LEADER_OR_FOLLOWER/);
    return hasCode(error, 'TIMED_OUT');
  });
});

test('retention that overtakes the reader makes it go on with what is left', async () => {
  const world = await simulatedClient();
  for (const value of ['a', 'b', 'c']) write(world.broker, [value]);
  let isFirst = true;
  world.broker.scripts.push(({ api }) => {
    if (api !== 'Fetch' || !isFirst) return undefined;
    isFirst = false;
    world.broker.log('t').splice(0, 2);
    return fetched({ errorCode: 1, highWatermark: -1 });
  });
  deepStrictEqual(valuesOf(await read(world, { ranges: all(1) })), ['c']);
});

test('a connection that breaks in the midst of reading is made anew', async () => {
  const world = await simulatedClient();
  for (let i = 0; i < 20; i++) write(world.broker, [String(i)]);
  let count = 0;
  world.broker.scripts.push(({ api }) =>
    api === 'Fetch' && ++count % 3 === 2 ? 'close' : undefined,
  );
  const values = valuesOf(await read(world, { ranges: all(1) }));
  deepStrictEqual(
    values,
    Array.from({ length: 20 }, (_, index) => String(index)),
  );
});

test('a fetch names the epoch in which its broker was the leader, whatever is learnt before it is sent', async () => {
  const world = await simulatedClient();
  write(world.broker, ['a']);
  const { client, broker } = world;
  const consumer = await world.complete(client.consumer({ ranges: all(1) }));
  const reading = readAll(consumer);
  // The connection for fetches is being made; the broker would take the newer epoch as a follower too.
  broker.leaderEpoch = 2;
  const learning = client.cluster.metadata(['t']);
  deepStrictEqual(valuesOf(await world.complete(reading)), ['a']);
  await world.complete(learning);
  const apis = broker.requests.map(({ api }) => api);
  strictEqual(apis.lastIndexOf('Metadata') < apis.indexOf('Fetch'), true);
  const [{ body }] = broker.requestsOf('Fetch') as [FakeRequest];
  const [topic] = body['topics'] as { partitions: { currentLeaderEpoch: number }[] }[];
  strictEqual(topic?.partitions[0]?.currentLeaderEpoch, 1);
});

test('an unknown topic is UNKNOWN_TOPIC', async () => {
  const world = await simulatedClient({}, { unknownTopicTimeoutMs: 0 });
  await rejects(read(world, { ranges: all(1) }), (error) => hasCode(error, 'UNKNOWN_TOPIC'));
});

test('leaving the iteration closes the connection of the consumer', async () => {
  const world = await simulatedClient();
  for (let i = 0; i < 20; i++) write(world.broker, [String(i)]);
  await world.complete(readFirst(world.client));
  await world.simulation.runFor(10);
  // What is left is the connection for metadata and offsets.
  strictEqual(world.broker.connectionCount, 1);
});

async function readFirst(client: Client): Promise<string | undefined> {
  const consumer = await client.consumer({ ranges: all(1) });
  for await (const records of consumer.records()) return valuesOf(records)[0];
  return undefined;
}
