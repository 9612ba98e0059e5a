import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatenated, writeInt32 } from '../../src/util/bytes.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { RecordBatch, recordBatchLayout } from '../../src/records/record-batch.ts';
import {
  RecordCursor,
  firstAtOrAfter,
  firstOfMaxTimestamp,
  openRecords,
  readRecords,
  recordsBytes,
} from '../../src/records/record-reader.ts';
import { retainRecords, stampLogAppendTime } from '../../src/records/rewrite.ts';
import { writeVarint } from '../../src/records/varint.ts';
import { holds } from './property.ts';
import { someRecords } from './random-records.ts';

const options = { maxBytes: 1 << 20 };

/** A batch whose records are `bytes`, counted as `count`. */
function batchOf(bytes: Uint8Array, count: number): RecordBatch {
  const header = (buildBatch([{}]).chunks[0] as Uint8Array).slice(0, 61);
  writeInt32(header, recordBatchLayout.recordCount, count);
  return new RecordBatch([header, bytes]);
}

function varints(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 5);
  let at = 0;
  for (const value of values) at = writeVarint(bytes, at, value);
  return bytes.subarray(0, at);
}

/** A record of these fields with the right size in front. */
function record(...fields: number[]): Uint8Array {
  const body = concatenated([Uint8Array.of(0), varints(...fields)]);
  return concatenated([varints(body.length), body]);
}

function readAll(batch: RecordBatch): number {
  const cursor = openRecords(batch, options);
  let count = 0;
  while (cursor.next()) {
    count++;
    // Reading the fields must not fail where `next` has not.
    cursor.toRecord();
  }
  return count;
}

const corrupt = (error: unknown): boolean => hasCode(error, 'CORRUPT_RECORDS');

test('keys, values and header values of an uncompressed batch are slices of its bytes', () => {
  const batch = buildBatch([
    {
      key: Uint8Array.of(1),
      value: Uint8Array.of(2),
      headers: [{ key: 'h', value: Uint8Array.of(3) }],
    },
  ]);
  const bytes = batch.chunks[0] as Uint8Array;
  const [first] = [...readRecords(batch, options)];
  assert.equal(first?.key?.buffer, bytes.buffer);
  assert.equal(first?.value?.buffer, bytes.buffer);
  assert.equal(first?.headers[0]?.value?.buffer, bytes.buffer);
});

test('records are read one at a time: those before a malformed one are given', () => {
  const bytes = concatenated([record(0, 0, -1, -1, 0), varints(100)]);
  const records = readRecords(batchOf(bytes, 2), options);
  assert.equal(records.next().value?.offset, 0);
  assert.throws(() => records.next(), corrupt);
});

const malformed: [name: string, bytes: Uint8Array, count: number][] = [
  ['fewer records than counted', record(0, 0, -1, -1, 0), 2],
  ['bytes behind the last record', concatenated([record(0, 0, -1, -1, 0), Uint8Array.of(0)]), 1],
  ['a record of negative size', varints(-5, 0, 0, 0), 1],
  ['a record larger than the batch', varints(1000, 0, 0, 0), 1],
  ['a record of no size', varints(0), 1],
  ['a key larger than the record', record(0, 0, 50, -1, 0), 1],
  ['a value larger than the record', record(0, 0, -1, 0x7fff_ffff, 0), 1],
  ['more headers than the record has room for', record(0, 0, -1, -1, 1000), 1],
  ['a negative number of headers', record(0, 0, -1, -1, -1), 1],
  ['a header key of negative size', record(0, 0, -1, -1, 1, -1, -1), 1],
  ['a header value larger than the record', record(0, 0, -1, -1, 1, 0, 9), 1],
  ['bytes behind its last field', record(0, 0, -1, -1, 0, 0), 1],
  ['fields that end early', record(0, 0, -1), 1],
];

for (const [name, bytes, count] of malformed) {
  test(`${name}: CORRUPT_RECORDS`, () => {
    assert.throws(() => readAll(batchOf(bytes, count)), corrupt);
  });
}

test('sizes below -1 are null, as Apache reads them', () => {
  const [first] = [...readRecords(batchOf(record(0, 0, -7, -9, 0), 1), options)];
  assert.deepEqual([first?.key, first?.value], [null, null]);
});

test('a batch with a codec that does not exist is CORRUPT_RECORDS', () => {
  const batch = batchOf(record(0, 0, -1, -1, 0), 1);
  (batch.chunks[0] as Uint8Array)[22] = 6;
  assert.throws(() => recordsBytes(batch, options), corrupt);
});

test('uncompressed records beyond the bound are RECORDS_TOO_LARGE', () => {
  const batch = buildBatch([{ value: new Uint8Array(100) }]);
  assert.throws(
    () => recordsBytes(batch, { maxBytes: 100 }),
    (error) => hasCode(error, 'RECORDS_TOO_LARGE'),
  );
});

test('changed bytes are read as other records or are CORRUPT_RECORDS, never anything else', () => {
  holds(
    fc.property(
      someRecords,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
      (records, edits) => {
        const batch = buildBatch(records);
        const bytes = Uint8Array.from(recordsBytes(batch, options));
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        const cursor = new RecordCursor(batch, bytes);
        try {
          while (cursor.next()) cursor.toRecord();
        } catch (error) {
          assert.ok(corrupt(error), String(error));
        }
      },
    ),
    400,
  );
});

const timed = buildBatch(
  [30, 10, 50, 20, 50].map((timestamp) => ({ timestamp })),
  { baseOffset: 100 },
);

test('the first record at or after a time is found by its own time, not by the order', () => {
  assert.deepEqual(firstAtOrAfter(timed, 0, options), { offset: 100, timestamp: 30 });
  assert.deepEqual(firstAtOrAfter(timed, 31, options), { offset: 102, timestamp: 50 });
  assert.deepEqual(firstAtOrAfter(timed, 50, options), { offset: 102, timestamp: 50 });
  assert.equal(firstAtOrAfter(timed, 51, options), undefined);
});

test('records before an offset do not count for a search by time', () => {
  const from = (fromOffset: number) => firstAtOrAfter(timed, 20, { ...options, fromOffset });
  assert.deepEqual(from(101), { offset: 102, timestamp: 50 });
  assert.deepEqual(from(103), { offset: 103, timestamp: 20 });
  assert.equal(from(105), undefined);
});

test('the record of the largest timestamp is the first that has it', () => {
  assert.deepEqual(firstOfMaxTimestamp(timed, options), { offset: 102, timestamp: 50 });
});

test('under LogAppendTime every record has the time of its batch', () => {
  const batch = buildBatch([{ timestamp: 1 }, { timestamp: 2 }], { baseOffset: 8 });
  stampLogAppendTime(batch, 77);
  const records = [...readRecords(batch, options)];
  assert.deepEqual(
    records.map((entry) => entry.timestamp),
    [77, 77],
  );
  assert.deepEqual(firstAtOrAfter(batch, 77, options), { offset: 8, timestamp: 77 });
  assert.deepEqual(firstAtOrAfter(batch, 2, { ...options, fromOffset: 9 }), {
    offset: 9,
    timestamp: 77,
  });
  assert.equal(firstAtOrAfter(batch, 78, options), undefined);
  assert.deepEqual(firstOfMaxTimestamp(batch, options), { offset: 8, timestamp: 77 });
});

test('under LogAppendTime a compacted batch is searched from the first record that is left', () => {
  const batch = buildBatch([{ timestamp: 1 }, { timestamp: 2 }, { timestamp: 3 }], {
    baseOffset: 8,
  });
  stampLogAppendTime(batch, 77);
  const left = retainRecords(batch, (kept) => kept.offset > 8, options);
  assert.ok(left !== undefined);
  assert.deepEqual(firstAtOrAfter(left, 77, options), { offset: 9, timestamp: 77 });
  assert.deepEqual(firstOfMaxTimestamp(left, options), { offset: 9, timestamp: 77 });
});
