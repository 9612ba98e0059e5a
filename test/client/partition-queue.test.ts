import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PartitionQueue } from '../../src/client/partition-queue.ts';
import type { ProducerBatch } from '../../src/client/producer-batch.ts';
import { propertySeeds } from './property-seeds.ts';

const identity = { producerId: 7, producerEpoch: 0 };
const idempotent = { batchBytesMax: 1000, inFlightMax: 5, isIdempotent: true };

function queueOf(records: number, options = idempotent): PartitionQueue {
  const queue = new PartitionQueue('t', 0, options);
  for (let i = 0; i < records; i++) addRecord(queue, i);
  return queue;
}

/** Each record fills a batch. */
function addRecord(queue: PartitionQueue, number: number): void {
  const value = new TextEncoder().encode(String(number));
  const record = { topic: 't', value };
  queue.append({ record, timestampMs: 0, onDelivered: undefined }, 1000, 0);
}

function headerOf(batch: ProducerBatch): [epoch: number, sequence: number] {
  const { producerEpoch, baseSequence } = batch.encoded('none');
  return [producerEpoch, baseSequence];
}

/** A queue of which the broker knows the epoch: `records` batches wait, the next has sequence number 1. */
function knownQueue(records: number, options = idempotent): PartitionQueue {
  const queue = queueOf(records + 1, options);
  queue.onSuccess(queue.take(identity));
  return queue;
}

test('the first batch of an epoch goes alone', () => {
  const queue = queueOf(3);
  const first = queue.take(identity);
  strictEqual(queue.readyAtMs(0), undefined);
  queue.onSuccess(first);
  strictEqual(queue.readyAtMs(0), 0);
});

test('batches get consecutive sequence numbers, and no more than allowed are on their way', () => {
  const queue = knownQueue(7);
  const taken = Array.from({ length: 5 }, () => queue.take(identity));
  deepStrictEqual(
    taken.map((batch) => batch.baseSequence),
    [1, 2, 3, 4, 5],
  );
  strictEqual(queue.readyAtMs(0), undefined);
  queue.onSuccess(taken[0] as ProducerBatch);
  strictEqual(queue.readyAtMs(0), 0);
});

test('a batch that is not full waits for the linger time', () => {
  const queue = new PartitionQueue('t', 0, { ...idempotent, batchBytesMax: 10_000 });
  addRecord(queue, 0);
  strictEqual(queue.readyAtMs(5), 5);
  for (let i = 1; i < 20; i++) addRecord(queue, i);
  strictEqual(queue.readyAtMs(5), 0, 'the first batch is full');
});

test('after a failure nothing new is sent until all is back, then the same batches go in order', () => {
  const queue = knownQueue(5);
  const [first, second, third] = [1, 2, 3].map(() => queue.take(identity)) as [
    ProducerBatch,
    ProducerBatch,
    ProducerBatch,
  ];
  queue.onFailure(first, 'retry', 50);
  strictEqual(queue.readyAtMs(0), undefined);
  queue.onFailure(third, 'sequence', 50);
  queue.onFailure(second, 'sequence', 50);
  strictEqual(queue.readyAtMs(0), 50, 'muted for the pause');
  deepStrictEqual(
    [1, 2, 3].map(() => queue.take(identity)),
    [first, second, third],
  );
  deepStrictEqual([first, second, third].map(headerOf), [
    [0, 1],
    [0, 2],
    [0, 3],
  ]);
});

test('a batch that was given up begins a new epoch for those behind it', () => {
  const queue = knownQueue(3);
  const [first, second] = [queue.take(identity), queue.take(identity)];
  queue.onFailure(first, 'fatal', 0);
  queue.onFailure(second, 'sequence', 0);
  const again = queue.take(identity);
  deepStrictEqual(headerOf(again), [1, 0]);
  queue.onSuccess(again);
  deepStrictEqual(headerOf(queue.take(identity)), [1, 1]);
});

test('where the broker has forgotten the producer, the first batch begins a new epoch', () => {
  const queue = queueOf(1);
  queue.onFailure(queue.take(identity), 'sequence', 0);
  deepStrictEqual(headerOf(queue.take(identity)), [1, 0]);
});

test('after the last epoch there is a new producer id', () => {
  const queue = queueOf(1);
  queue.onFailure(queue.take({ producerId: 7, producerEpoch: 0x7fff }), 'sequence', 0);
  const batch = queue.take({ producerId: 8, producerEpoch: 0 }).encoded('none');
  deepStrictEqual([batch.producerId, batch.producerEpoch, batch.baseSequence], [8, 0, 0]);
});

test('a batch that is split keeps its sequence numbers', () => {
  const queue = new PartitionQueue('t', 0, { ...idempotent, batchBytesMax: 10_000 });
  for (let i = 0; i < 5; i++) addRecord(queue, i);
  const batch = queue.take(identity);
  queue.onSplit(batch, batch.split() ?? []);
  const parts = [queue.take(identity), queue.take(identity)];
  deepStrictEqual(
    parts.map((part) => [part.baseSequence, part.recordCount]),
    [
      [0, 2],
      [2, 3],
    ],
  );
});

test('without idempotence batches carry no producer', () => {
  const queue = queueOf(1, { ...idempotent, inFlightMax: 1, isIdempotent: false });
  const { producerId, baseSequence } = queue
    .take({ producerId: -1, producerEpoch: -1 })
    .encoded('none');
  deepStrictEqual([producerId, baseSequence], [-1, -1]);
});

test('batches that are too old are taken out, those on their way are not', () => {
  const queue = queueOf(3);
  queue.take(identity);
  strictEqual(queue.expire(1).length, 2);
  strictEqual(queue.inFlightCount, 1);
});

/**
 * Goal: whatever the network does, what an idempotent producer delivers is in the log once and in order.
 * Method: a log that checks sequence numbers as a broker does, and answers that are lost, refused or given up
 * at random. A record that was given up may be in the log or not; all others must be there.
 */
test('whatever is lost or refused on the way, the log holds each record once and in order', () => {
  const events = fc.array(
    fc.record({
      kind: fc.constantFrom('deliver', 'lose-answer', 'lose-request', 'give-up', 'forget'),
      which: fc.nat(4),
    }),
    { maxLength: 120 },
  );
  const property = fc.property(fc.integer({ min: 1, max: 20 }), events, (count, script) => {
    const queue = queueOf(count);
    const log = new CheckedLog();
    const onTheWay: ProducerBatch[] = [];
    const answers: (() => void)[] = [];
    const givenUp = new Set<string>();
    const send = (): void => {
      while (queue.readyAtMs(0) !== undefined) onTheWay.push(queue.take(identity));
    };
    for (const { kind, which } of [...script, ...settling(count)]) {
      send();
      // A connection delivers in order, its answers too.
      const batch = onTheWay.shift();
      if (batch === undefined) {
        for (const answer of answers.splice(0)) answer();
        continue;
      }
      if (kind === 'forget') log.forget();
      const isAppended = kind !== 'lose-request' && log.append(batch);
      if (kind === 'give-up') givenUp.add(valueOf(batch));
      answers.push(() => {
        if (kind === 'give-up') queue.onFailure(batch, 'fatal', 0);
        else if (kind === 'lose-request' || kind === 'lose-answer') {
          queue.onFailure(batch, 'retry', 0);
        } else if (isAppended) queue.onSuccess(batch);
        else queue.onFailure(batch, 'sequence', 0);
      });
      if (which === 0) for (const answer of answers.splice(0)) answer();
    }
    strictEqual(queue.isIdle, true);
    const values = log.values.filter((value) => !givenUp.has(value));
    const expected = Array.from({ length: count }, (_, i) => String(i)).filter(
      (value) => !givenUp.has(value),
    );
    if (!log.hasForgotten) deepStrictEqual(values, expected);
    else deepStrictEqual([...new Set(values)].toSorted(), expected.toSorted());
  });
  for (const seed of propertySeeds()) fc.assert(property, { seed, numRuns: 500 });
});

/** Enough undisturbed deliveries for all that is left. */
function settling(count: number): readonly { kind: string; which: number }[] {
  return Array.from({ length: 10 * count + 400 }, () => ({ kind: 'deliver', which: 0 }));
}

function valueOf(batch: ProducerBatch): string {
  const { chunks } = batch.encoded('none');
  const bytes = Buffer.concat(chunks);
  // One record whose value stands last but for the number of headers, which is 0.
  return /(\d+)\0$/.exec(bytes.toString('latin1'))?.[1] ?? '?';
}

/** A partition's log that knows its last producer epoch and the sequence numbers in it. */
class CheckedLog {
  readonly values: string[] = [];
  hasForgotten = false;
  #epoch = -1;
  #seen = new Map<number, number>();
  #next = 0;

  append(batch: ProducerBatch): boolean {
    const { producerEpoch, baseSequence } = batch.encoded('none');
    if (producerEpoch < this.#epoch) return false;
    if (producerEpoch > this.#epoch) {
      // Without a state of the producer any number is taken, as Apache does.
      if (baseSequence !== 0 && this.#epoch !== -1) return false;
      this.#epoch = producerEpoch;
      this.#next = baseSequence;
      this.#seen = new Map();
    }
    if (this.#seen.has(baseSequence)) return true;
    if (baseSequence !== this.#next) return false;
    this.#seen.set(baseSequence, this.values.length);
    this.#next += batch.recordCount;
    this.values.push(valueOf(batch));
    return true;
  }

  /** The producer's state is gone; any sequence number is taken next. */
  forget(): void {
    this.hasForgotten = true;
    this.#epoch = -1;
    this.#seen = new Map();
  }
}
