import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatenated } from '../../src/util/bytes.ts';
import { BatchWriter } from '../../src/records/batch-builder.ts';
import { batchCrc } from '../../src/records/crc32c.ts';
import { compressionCodecs } from '../../src/records/record-batch.ts';
import type { RecordBatch } from '../../src/records/record-batch.ts';
import { openRecords, readRecords } from '../../src/records/record-reader.ts';
import { recompress } from '../../src/records/rewrite.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import { base64, bytesOf, goldenBatch, goldenBatches, goldenBytes } from './golden-batches.ts';
import type { GoldenBatch } from './golden-batches.ts';

const golden = goldenBatches();
const maxBytes = 1 << 20;

test('the golden batches cover every codec, both timestamp types, transactions and control batches', () => {
  assert.equal(golden.length, 82);
  assert.deepEqual(new Set(golden.map((batch) => batch.codec)), new Set(compressionCodecs));
  assert.ok(golden.some((batch) => batch.timestampType === 'LogAppendTime'));
  assert.ok(golden.some((batch) => batch.transactional && !batch.control));
  assert.ok(golden.some((batch) => batch.control));
});

test('every golden batch reads back with its header fields and its CRC', () => {
  for (const expected of golden) {
    const batch = goldenBatch(expected);
    assert.equal(batch.baseOffset, expected.baseOffset);
    assert.equal(batch.lastOffset, expected.lastOffset);
    assert.equal(batch.partitionLeaderEpoch, expected.partitionLeaderEpoch);
    assert.equal(batch.magic, 2);
    assert.equal(batch.compression, expected.codec);
    assert.equal(batch.isLogAppendTime, expected.timestampType === 'LogAppendTime');
    assert.equal(batch.maxTimestamp, expected.maxTimestamp);
    assert.equal(batch.producerId, expected.producerId);
    assert.equal(batch.producerEpoch, expected.producerEpoch);
    assert.equal(batch.baseSequence, expected.baseSequence);
    assert.equal(batch.isTransactional, expected.transactional);
    assert.equal(batch.isControl, expected.control);
    assert.equal(batch.recordCount, expected.records.length);
    assert.equal(batch.crc, expected.crc);
    assert.equal(batchCrc(batch), expected.crc);
  }
});

test('every golden batch reads back with its records', () => {
  for (const expected of golden) {
    assert.deepEqual(readable(goldenBatch(expected)), expected.records);
  }
});

test('all golden batches one behind the other are parted again', () => {
  const split = splitBatches([concatenated(golden.map(goldenBytes))]);
  assert.ok(!('problem' in split));
  assert.deepEqual(
    split.batches.map((batch) => Buffer.from(concatenated(batch.chunks)).toString('hex')),
    golden.map((batch) => batch.hex),
  );
});

test('an uncompressed golden batch built from its records is the same bytes', () => {
  const uncompressed = golden.filter((batch) => batch.codec === 'none');
  assert.equal(uncompressed.length, 18);
  for (const expected of uncompressed) {
    assert.equal(Buffer.from(concatenated(rebuilt(expected).chunks)).toString('hex'), expected.hex);
  }
});

test('a golden batch in any codec comes out of any other with the same records', () => {
  for (const expected of golden) {
    for (const codec of compressionCodecs) {
      const batch = recompress(goldenBatch(expected), { codec, maxBytes });
      assert.equal(batch.compression, codec);
      assert.equal(batch.crc, batchCrc(batch));
      assert.equal(batch.sizeBytes, batch.batchLength + 12);
      assert.deepEqual(readable(batch), expected.records);
    }
  }
});

/** Builds it from its JSON; only the records' own times, which LogAppendTime hides, come from the bytes. */
function rebuilt(expected: GoldenBatch) {
  const cursor = openRecords(goldenBatch(expected), { maxBytes });
  const writer = new BatchWriter({
    baseOffset: expected.baseOffset,
    partitionLeaderEpoch: expected.partitionLeaderEpoch,
    producerId: expected.producerId,
    producerEpoch: expected.producerEpoch,
    baseSequence: expected.baseSequence,
    transactional: expected.transactional,
    control: expected.control,
    logAppendTimeMs: expected.timestampType === 'LogAppendTime' ? expected.maxTimestamp : undefined,
  });
  for (const record of expected.records) {
    cursor.next();
    writer.append({
      key: bytesOf(record.key),
      value: bytesOf(record.value),
      headers: record.headers.map(([key, value]) => ({ key, value: bytesOf(value) })),
      timestamp: cursor.ownTimestamp,
    });
  }
  return writer.finish();
}

function readable(batch: RecordBatch) {
  return [...readRecords(batch, { maxBytes })].map((record) => ({
    offset: record.offset,
    timestamp: record.timestamp,
    key: base64(record.key),
    value: base64(record.value),
    headers: record.headers.map((header) => [header.key, base64(header.value)]),
  }));
}
