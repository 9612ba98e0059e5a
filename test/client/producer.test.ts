import { deepStrictEqual, match, rejects, strictEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { murmur2 } from '../../src/client/murmur2.ts';
import type { ProduceRequest } from '../../src/protocol/messages/produce.ts';
import type { RecordBatch } from '../../src/records/record-batch.ts';
import { readRecords } from '../../src/records/record-reader.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { type FakeBroker, wholeBatch } from './fake-broker.ts';
import { bytesOf, simulatedClient, textOf } from './simulated-client.ts';

function valuesIn(broker: FakeBroker, topic: string, partition = 0): string[] {
  return broker
    .log(topic, partition)
    .flatMap((batch) => [...readRecords(batch, { maxBytes: 1e9 })])
    .map(({ value }) => textOf(value));
}

/** Refuses the Produce requests with the given numbers, counted from 0, with an error code. */
function refuseProduce(broker: FakeBroker, numbers: readonly number[], errorCode: number): void {
  let count = 0;
  broker.scripts.push(({ api, body }) => {
    if (api !== 'Produce' || !numbers.includes(count++)) return undefined;
    return broker.produce(body as unknown as ProduceRequest, errorCode);
  });
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

test('a record is written, and its place is told', async () => {
  const { broker, client, complete } = await simulatedClient();
  const producer = client.producer();
  const metadata = await complete(
    producer.send({ topic: 't', key: bytesOf('k'), value: bytesOf('v'), timestampMs: 1234 }),
  );
  deepStrictEqual(metadata, { topic: 't', partition: 0, offset: 0, timestampMs: 1234 });
  const [record] = readRecords(broker.log('t')[0] as RecordBatch, { maxBytes: 1e6 });
  deepStrictEqual([textOf(record?.key ?? null), record?.timestamp], ['k', 1234]);
});

test('records of one turn go together, and each is told its own offset', async () => {
  const { broker, client, complete } = await simulatedClient();
  const producer = client.producer();
  const sent = numbers(100).map((n) => producer.send({ topic: 't', value: bytesOf(n) }));
  const offsets = (await complete(Promise.all(sent))).map(({ offset }) => offset);
  deepStrictEqual(
    offsets,
    numbers(100).map((_, index) => index),
  );
  strictEqual(broker.requestsOf('Produce').length, 1);
});

test('with acks all the producer is idempotent: its batches carry its id and their sequence', async () => {
  const { broker, client, complete } = await simulatedClient();
  const producer = client.producer();
  await complete(producer.send({ topic: 't', value: bytesOf('a') }));
  await complete(producer.send({ topic: 't', value: bytesOf('b') }));
  deepStrictEqual(
    broker
      .log('t')
      .map(({ producerId, producerEpoch, baseSequence }) => [
        producerId,
        producerEpoch,
        baseSequence,
      ]),
    [
      [1000, 0, 0],
      [1000, 0, 1],
    ],
  );
});

test('with acks 1 there is no producer id, and idempotence cannot be asked for', async () => {
  const { broker, client, complete } = await simulatedClient();
  await complete(client.producer({ acks: 1 }).send({ topic: 't', value: null }));
  strictEqual(broker.requestsOf('InitProducerId').length, 0);
  strictEqual(broker.log('t')[0]?.hasProducerId, false);
  throws(() => client.producer({ acks: 1, idempotent: true }), /acks all/);
});

test('with acks 0 a record counts as delivered once it is sent', async () => {
  const { broker, client, complete } = await simulatedClient();
  broker.scripts.push(({ api, body }) => {
    if (api !== 'Produce') return undefined;
    broker.produce(body as unknown as ProduceRequest);
    return 'silence';
  });
  const producer = client.producer({ acks: 0 });
  for (const n of numbers(10)) producer.enqueue({ topic: 't', value: bytesOf(n) });
  await complete(producer.flush());
  strictEqual(producer.deliveredCount, 10);
  const { offset } = await complete(producer.send({ topic: 't', value: null }));
  strictEqual(offset, -1);
  await complete(client.cluster.metadata([]));
  strictEqual(valuesIn(broker, 't').length, 11);
});

test('a key decides the partition as in Java, a partition given wins, the rest take turns', async () => {
  const { broker, client, complete } = await simulatedClient({ t: 4 });
  const producer = client.producer();
  const key = bytesOf('some key');
  const expected = (murmur2(key) & 0x7fff_ffff) % 4;
  const byKey = await complete(producer.send({ topic: 't', key, value: null }));
  strictEqual(byKey.partition, expected);
  const given = (expected + 1) % 4;
  const byHand = await complete(producer.send({ topic: 't', partition: given, key, value: null }));
  strictEqual(byHand.partition, given);
  const others = numbers(8).map((n) => producer.send({ topic: 't', value: bytesOf(n) }));
  const partitions = (await complete(Promise.all(others))).map(({ partition }) => partition);
  deepStrictEqual(
    partitions.toSorted((a, b) => a - b),
    [0, 0, 1, 1, 2, 2, 3, 3],
  );
  strictEqual(broker.endOffset('t', 0) > 0, true);
});

test('a partition that does not exist fails its records alone', async () => {
  const { client, complete } = await simulatedClient({ t: 2 });
  const producer = client.producer();
  const outcomes = await complete(
    Promise.allSettled([
      producer.send({ topic: 't', partition: 2, value: null }),
      producer.send({ topic: 't', partition: 1, value: null }),
    ]),
  );
  const [first, second] = outcomes;
  strictEqual(first?.status === 'rejected' && hasCode(first.reason, 'INVALID_ARGUMENT'), true);
  strictEqual(second?.status, 'fulfilled');
});

test('records keep their order when requests in the middle are refused for a while', async () => {
  for (const errorCode of [6, 7, 19]) {
    const { broker, client, complete } = await simulatedClient();
    refuseProduce(broker, [0, 2, 3, 7], errorCode);
    const producer = client.producer({ batchBytesMax: 200, lingerMs: 0 });
    for (const n of numbers(60)) producer.enqueue({ topic: 't', value: bytesOf(n) });
    await complete(producer.flush());
    deepStrictEqual(valuesIn(broker, 't'), numbers(60), `error ${errorCode}`);
  }
});

test('records keep their order without idempotence too', async () => {
  const { broker, client, complete } = await simulatedClient();
  refuseProduce(broker, [1, 4], 6);
  const producer = client.producer({ acks: 1, batchBytesMax: 200, lingerMs: 0 });
  for (const n of numbers(30)) producer.enqueue({ topic: 't', value: bytesOf(n) });
  await complete(producer.flush());
  deepStrictEqual(valuesIn(broker, 't'), numbers(30));
});

test('a connection that breaks after the broker has written makes no duplicates', async () => {
  const { broker, client, complete } = await simulatedClient();
  let count = 0;
  broker.scripts.push(({ api, body }) => {
    if (api !== 'Produce' || ++count % 4 !== 3) return undefined;
    broker.produce(body as unknown as ProduceRequest);
    return 'close';
  });
  const producer = client.producer({ batchBytesMax: 200, lingerMs: 0 });
  const sent = numbers(60).map((n) => producer.send({ topic: 't', value: bytesOf(n) }));
  const offsets = (await complete(Promise.all(sent))).map(({ offset }) => offset);
  deepStrictEqual(valuesIn(broker, 't'), numbers(60));
  deepStrictEqual(
    offsets,
    numbers(60).map((_, index) => index),
  );
});

test('a batch that is too large for the broker is split until it fits', async () => {
  const { broker, client, complete } = await simulatedClient();
  broker.scripts.push(({ api, body }) => {
    if (api !== 'Produce') return undefined;
    const produce = body as unknown as ProduceRequest;
    const batch = wholeBatch(produce.topicData[0]?.partitionData[0]?.records);
    return batch.recordCount > 8 ? broker.produce(produce, 10) : undefined;
  });
  const producer = client.producer();
  for (const n of numbers(100)) producer.enqueue({ topic: 't', value: bytesOf(n) });
  await complete(producer.flush());
  deepStrictEqual(valuesIn(broker, 't'), numbers(100));
});

test('a single record that is too large fails, and those behind it are written', async () => {
  const { broker, client, complete } = await simulatedClient();
  broker.scripts.push(({ api, body }) => {
    if (api !== 'Produce') return undefined;
    const produce = body as unknown as ProduceRequest;
    const batch = wholeBatch(produce.topicData[0]?.partitionData[0]?.records);
    return batch.sizeBytes > 1000 ? broker.produce(produce, 10) : undefined;
  });
  const producer = client.producer();
  const large = producer.send({ topic: 't', value: new Uint8Array(2000) });
  const small = producer.send({ topic: 't', value: bytesOf('small') });
  const [first, second] = await complete(Promise.allSettled([large, small]));
  match(String(first?.status === 'rejected' && first.reason), /MESSAGE_TOO_LARGE/);
  strictEqual(second?.status, 'fulfilled');
  deepStrictEqual(valuesIn(broker, 't'), ['small']);
});

test('a producer that the broker has forgotten goes on in a new epoch', async () => {
  const { broker, client, complete } = await simulatedClient();
  const producer = client.producer();
  await complete(producer.send({ topic: 't', value: bytesOf('a') }));
  refuseProduce(broker, [0], 59);
  await complete(producer.send({ topic: 't', value: bytesOf('b') }));
  const last = broker.log('t').at(-1);
  deepStrictEqual([last?.producerEpoch, last?.baseSequence], [1, 0]);
  deepStrictEqual(valuesIn(broker, 't'), ['a', 'b']);
});

test('a refusal that will not pass is told at once, with the words of the broker', async () => {
  const { broker, client, complete } = await simulatedClient();
  refuseProduce(broker, [0], 87);
  const sending = complete(client.producer().send({ topic: 't', value: null }));
  await rejects(sending, (error) => {
    match(String(error), /produce to t-0: INVALID_RECORD/);
    return hasCode(error, 'BROKER_REFUSED') && error.details.errorName === 'INVALID_RECORD';
  });
});

test('what cannot be delivered in time is given up, with the last reason', async () => {
  const { simulation, broker, client, complete } = await simulatedClient();
  broker.scripts.push(({ api, body }) =>
    api === 'Produce' ? broker.produce(body as unknown as ProduceRequest, 6) : undefined,
  );
  const producer = client.producer({ deliveryTimeoutMs: 5000 });
  await rejects(complete(producer.send({ topic: 't', value: null })), (error) => {
    match(String(error), /NOT_LEADER_OR_FOLLOWER/);
    return hasCode(error, 'TIMED_OUT');
  });
  strictEqual(simulation.elapsedMs >= 5000 && simulation.elapsedMs < 8000, true);
});

test('an unknown topic fails all of its records, in time', async () => {
  const { simulation, client, complete } = await simulatedClient(
    {},
    { unknownTopicTimeoutMs: 1000 },
  );
  const producer = client.producer();
  const sent = ['a', 'b'].map((value) => producer.send({ topic: 'none', value: bytesOf(value) }));
  for (const outcome of await complete(Promise.allSettled(sent))) {
    strictEqual(outcome.status === 'rejected' && hasCode(outcome.reason, 'UNKNOWN_TOPIC'), true);
  }
  strictEqual(simulation.elapsedMs < 3000, true);
});

test('a topic that appears a little later is waited for', async () => {
  const { simulation, broker, client, complete } = await simulatedClient({});
  simulation.after(800, () => broker.topics.set('late', 1));
  const { offset } = await complete(client.producer().send({ topic: 'late', value: null }));
  strictEqual(offset, 0);
});

test('enqueue fails silently, and flush tells the first failure once', async () => {
  const { broker, client, complete } = await simulatedClient();
  refuseProduce(broker, [0], 87);
  const producer = client.producer();
  producer.enqueue({ topic: 't', value: null });
  await rejects(complete(producer.flush()), (error) => hasCode(error, 'BROKER_REFUSED'));
  strictEqual(producer.failure, undefined);
  producer.enqueue({ topic: 't', value: null });
  await complete(producer.flush());
});

test('room is there again when enough was delivered', async () => {
  const { client, complete } = await simulatedClient();
  const producer = client.producer({ bufferBytesMax: 10_000, batchBytesMax: 2000 });
  for (let i = 0; i < 100; i++) {
    producer.enqueue({ topic: 't', value: new Uint8Array(500) });
    if (producer.isFull) await complete(producer.room());
    strictEqual(producer.isFull, false);
  }
  await complete(producer.close());
  strictEqual(producer.deliveredCount, 100);
});

test('flush does not wait for the linger time', async () => {
  const { simulation, client, complete } = await simulatedClient();
  const producer = client.producer({ lingerMs: 60_000 });
  producer.enqueue({ topic: 't', value: null });
  await complete(producer.flush());
  strictEqual(simulation.elapsedMs < 1000, true);
});

test('closing at once fails what is not on its way, and nothing can be added any more', async () => {
  const { client, complete } = await simulatedClient();
  const producer = client.producer();
  const sending = producer.send({ topic: 't', value: null });
  producer.closeNow();
  await rejects(complete(sending), (error) => hasCode(error, 'CONNECTION_CLOSED'));
  throws(() => producer.enqueue({ topic: 't', value: null }), /closed/);
});

test('a time or a partition that makes no sense is refused before it is queued', async () => {
  const { client } = await simulatedClient();
  const producer = client.producer();
  throws(() => producer.enqueue({ topic: 't', value: null, timestampMs: 0.5 }), /timestamp/);
  throws(() => producer.enqueue({ topic: 't', value: null, partition: -1 }), /partition/);
});
