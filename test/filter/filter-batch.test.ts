import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchFiltering, filterBatch } from '../../src/filter/filter-batch.ts';
import { compileFilter } from '../../src/filter/filter.ts';
import { BatchWriter, buildBatch, buildEmptyBatch } from '../../src/records/batch-builder.ts';
import type { BatchOptions, NewRecord } from '../../src/records/batch-builder.ts';
import { buildEndTxnMarker } from '../../src/records/control-batch.ts';
import { judgeIntegrity } from '../../src/records/judge.ts';
import { RecordBatch, compressionCodecs } from '../../src/records/record-batch.ts';
import { readRecords } from '../../src/records/record-reader.ts';
import { concatenated } from '../../src/util/bytes.ts';
import { holds } from '../config/property.ts';

const place = { topic: 'adverts', partition: 3 };
const options = { decompressedBytesMax: 1 << 20 };
const utf8 = new TextEncoder();

function advert(player: string, index: number): NewRecord {
  return {
    key: utf8.encode(`key-${index}`),
    value: utf8.encode(JSON.stringify({ player, index })),
    headers: [{ key: 'kind', value: utf8.encode(player.slice(0, 1)) }],
    timestamp: 1_764_000_000_000 + index,
  };
}

const adverts = ['Kohli', 'Sharma', 'Kohli', 'Bumrah'].map(advert);

function offsetsIn(batch: 'all' | 'none' | RecordBatch): readonly number[] | string {
  if (typeof batch === 'string') return batch;
  return [...readRecords(batch, { maxBytes: 1 << 20 })].map(({ offset }) => offset);
}

test('of a batch, the records that match are left at their offsets, in every codec', () => {
  for (const compression of compressionCodecs) {
    const batch = buildBatch(adverts, {
      compression,
      baseOffset: 100,
      partitionLeaderEpoch: 7,
      producerId: 9,
      producerEpoch: 2,
      baseSequence: 40,
      transactional: true,
    });
    const before = concatenated(batch.chunks).slice();
    const left = filterBatch(batch, compileFilter('value.player == "Kohli"'), place, options);
    assert.ok(left instanceof RecordBatch);
    assert.deepEqual(offsetsIn(left), [100, 102]);
    assert.equal(left.compression, compression);
    assert.equal(judgeIntegrity(left), undefined);
    assert.deepEqual(
      [left.baseOffset, left.lastOffset, left.partitionLeaderEpoch, left.isTransactional],
      [100, 103, 7, true],
    );
    assert.deepEqual([left.producerId, left.producerEpoch, left.baseSequence], [9, 2, 40]);
    assert.equal(left.lastSequence, batch.lastSequence);
    assert.equal(Buffer.compare(concatenated(batch.chunks), before), 0);
  }
});

test('a batch of which all or no records match says so', () => {
  const batch = buildBatch(adverts, { compression: 'gzip' });
  const filtered = (source: string) =>
    offsetsIn(filterBatch(batch, compileFilter(source), place, options));
  assert.equal(filtered('headers.kind in ["K", "S", "B"]'), 'all');
  assert.equal(filtered('topic == "adverts" && partition == 3'), 'all');
  assert.equal(filtered('topic == "other"'), 'none');
  assert.deepEqual(filtered('offset == 3 || key == "key-0"'), [0, 3]);
});

test('a control batch and one that compaction emptied stay as they are', () => {
  const never = compileFilter('false');
  const marker = buildEndTxnMarker({
    result: 'ABORT',
    coordinatorEpoch: 1,
    producerId: 9,
    producerEpoch: 2,
    timestamp: 1,
  });
  const emptied = buildEmptyBatch(buildBatch(adverts, { producerId: 9, baseSequence: 3 }));
  assert.equal(filterBatch(marker, never, place, options), 'all');
  assert.equal(filterBatch(emptied, never, place, options), 'all');
  assert.equal(never.counters.evaluated, 0);
});

test('a batch that cannot be read has no match and is counted', () => {
  const always = compileFilter('true');
  const whole = concatenated(buildBatch(adverts, { compression: 'zstd' }).chunks).slice();
  whole.fill(0xee, 70);
  assert.equal(filterBatch(new RecordBatch([whole]), always, place, options), 'none');
  assert.equal(always.counters.unreadable, 4);
  const large = buildBatch([{ value: new Uint8Array(5000) }], { compression: 'gzip' });
  assert.equal(filterBatch(large, always, place, { decompressedBytesMax: 4000 }), 'none');
  assert.equal(always.counters.unreadable, 5);
});

test('a batch whose offsets do not rise has no match, and nothing else befalls the broker', () => {
  const batch = buildBatch(adverts);
  const bytes = concatenated(batch.chunks).slice();
  // The offset delta of the second record stands two bytes behind its attributes and its time.
  const first = bytes[61] as number;
  bytes[61 + 1 + first / 2 + 3] = 0;
  const filter = compileFilter('offset != 3');
  assert.equal(filterBatch(new RecordBatch([bytes]), filter, place, options), 'none');
  assert.equal(filter.counters.unreadable, 4);
});

const someText = fc.oneof(fc.string(), fc.constantFrom('Kohli', 'ko"hli', 'é🙂'));
const someValue = fc.oneof(
  fc.constant(null),
  fc.uint8Array({ maxLength: 20 }),
  someText.map((text) => utf8.encode(text)),
  fc
    .record({ player: someText, runs: fc.integer() })
    .map((json) => utf8.encode(JSON.stringify(json))),
  fc.json().map((json) => utf8.encode(json)),
);
const someRecord = fc.record({
  key: fc.option(
    someText.map((text) => utf8.encode(text)),
    { nil: null },
  ),
  value: someValue,
  headers: fc.array(fc.record({ key: fc.constantFrom('a', 'b'), value: someValue }), {
    maxLength: 3,
  }),
  timestamp: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
  gap: fc.nat(3),
});
const someFilter = fc.constantFrom(
  'value.player == "Kohli" || value.runs % 2 == 0',
  'key in ["Kohli", "x"] || has(headers.a)',
  'headers.a == "Kohli" || headers.b != null',
  'offset % 3 == 0 && timestamp > timestamp(1700000050)',
  'size(bytes) > 10',
  'type(value) == string || type(value) == map',
  'value.exists(x, x == 1 || x == "player")',
);
const someOptions: fc.Arbitrary<BatchOptions> = fc.record(
  {
    compression: fc.constantFrom(...compressionCodecs),
    baseOffset: fc.nat(1_000_000),
    producerId: fc.nat(),
    transactional: fc.boolean(),
    logAppendTimeMs: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
    deleteHorizonMs: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
  },
  { requiredKeys: [] },
);

test('a filtered batch reads as its records do when they are filtered one by one', () => {
  const someRecords = fc.array(someRecord, { minLength: 1, maxLength: 12 });
  holds(
    fc.property(someRecords, someOptions, someFilter, (records, batchOptions, source) => {
      const writer = new BatchWriter(batchOptions);
      let delta = -1;
      for (const record of records) writer.append(record, (delta += 1 + record.gap));
      const batch = writer.finish();
      const before = [...readRecords(batch, { maxBytes: 1 << 20 })];
      const one = compileFilter(source);
      const expected = before.filter((record) => one.matches({ ...record, ...place }));
      const whole = compileFilter(source);
      const left = filterBatch(batch, whole, place, options);
      assert.deepEqual(whole.counters, one.counters);
      if (typeof left === 'string') {
        assert.equal(expected.length, left === 'all' ? before.length : 0);
        return;
      }
      assert.equal(judgeIntegrity(left), undefined);
      assert.deepEqual([...readRecords(left, { maxBytes: 1 << 20 })], expected);
      assert.equal(left.nextOffset, batch.nextOffset);
      assert.equal(left.attributes, batch.attributes);
    }),
  );
});

test('in whichever pieces a batch is filtered, beside others with the same filter, it comes to the same', () => {
  const someRecords = fc.array(someRecord, { minLength: 1, maxLength: 60 });
  const someTurns = fc.array(fc.tuple(fc.nat(1), fc.boolean()), { minLength: 1, maxLength: 9 });
  holds(
    fc.property(someRecords, someRecords, someFilter, someTurns, (first, second, source, turns) => {
      const filter = compileFilter(source);
      const batches = [buildBatch(first), buildBatch(second, { compression: 'gzip' })];
      const filterings = batches.map((batch) => new BatchFiltering(batch, filter, place, options));
      const found: (string | RecordBatch | undefined)[] = [undefined, undefined];
      for (let turn = 0; found.includes(undefined); turn++) {
        const [which, isShort] = turns[turn % turns.length] ?? [0, true];
        const index = found[which] === undefined ? which : 1 - which;
        found[index] = filterings[index]?.step(() => isShort);
      }
      for (const [i, batch] of batches.entries()) {
        const whole = filterBatch(batch, compileFilter(source), place, options);
        assert.deepEqual(offsetsIn(found[i] as 'all' | RecordBatch), offsetsIn(whole));
      }
    }),
    60,
  );
});

test('a record that costs much is followed by a look at the clock, others by one now and then', () => {
  const looks = (value: string, count: number): number => {
    const batch = buildBatch(Array.from({ length: count }, () => ({ value: utf8.encode(value) })));
    let asked = 0;
    const filtering = new BatchFiltering(batch, compileFilter('value.a == "b"'), place, options);
    filtering.step(() => ++asked < 0);
    return asked;
  };
  assert.ok(looks('{"a":"c"}', 60) < 8);
  assert.equal(looks(`{"a":"${'c'.repeat(10_000)}"}`, 60), 60);
});
