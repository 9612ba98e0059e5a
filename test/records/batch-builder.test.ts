import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatenated } from '../../src/util/bytes.ts';
import { AssertionFailure } from '../../src/util/assert.ts';
import { BatchWriter, buildBatch, buildEmptyBatch } from '../../src/records/batch-builder.ts';
import type { NewRecord } from '../../src/records/batch-builder.ts';
import { batchCrc } from '../../src/records/crc32c.ts';
import { judgeBatch } from '../../src/records/judge.ts';
import { compressionCodecs } from '../../src/records/record-batch.ts';
import { readRecords } from '../../src/records/record-reader.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import { base64 } from './golden-batches.ts';
import { cutAt, cuts, holds } from './property.ts';
import { someProducer, someRecords } from './random-records.ts';
import { lenientRules } from './rules.ts';

const maxBytes = 1 << 20;

function comparable(record: NewRecord, offset: number) {
  return {
    offset,
    timestamp: record.timestamp ?? -1,
    key: base64(record.key ?? null),
    value: base64(record.value ?? null),
    headers: (record.headers ?? []).map((header) => [header.key, base64(header.value)]),
  };
}

test('random records come back from a batch in any codec, cut anywhere', () => {
  holds(
    fc.property(
      someRecords,
      someProducer,
      fc.constantFrom(...compressionCodecs),
      cuts,
      (records, producer, compression, places) => {
        const built = buildBatch(records, { ...producer, compression });
        const split = splitBatches(cutAt(concatenated(built.chunks), places));
        const [batch] = split.batches;
        assert.ok(batch !== undefined && !('problem' in split));
        assert.equal(judgeBatch(batch, lenientRules, 1_700_000_000_000), undefined);
        assert.equal(batch.producerId, producer.producerId);
        assert.equal(batch.producerEpoch, producer.producerEpoch);
        assert.equal(batch.baseSequence, producer.baseSequence);
        assert.equal(batch.isTransactional, producer.transactional);
        assert.equal(
          batch.maxTimestamp,
          Math.max(...records.map((record) => record.timestamp ?? -1)),
        );
        const found = [...readRecords(batch, { maxBytes })];
        assert.deepEqual(
          found.map((record) => comparable(record, record.offset)),
          records.map((record, index) => comparable(record, index)),
        );
      },
    ),
  );
});

test('a changed bit is found by the judgement, or stands where the broker writes over it', () => {
  const built = concatenated(
    buildBatch([
      { key: Uint8Array.of(1), value: new Uint8Array(50), timestamp: 5 },
      { value: null, headers: [{ key: 'h', value: null }], timestamp: 7 },
    ]).chunks,
  );
  const leaderEpoch = [12, 16];
  for (let bit = 0; bit < built.length * 8; bit++) {
    const bytes = Uint8Array.from(built);
    const at = bit >> 3;
    bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7));
    const split = splitBatches([bytes]);
    const batch = split.batches[0];
    const isFound =
      batch === undefined ||
      'problem' in split ||
      judgeBatch(batch, lenientRules, 1_700_000_000_000) !== undefined;
    const isLeaderEpoch = at >= (leaderEpoch[0] as number) && at < (leaderEpoch[1] as number);
    assert.equal(isFound, !isLeaderEpoch, `bit ${bit & 7} of byte ${at}`);
  }
});

test('a record without anything has no key, no value, no headers and no timestamp', () => {
  const [record] = [...readRecords(buildBatch([{}]), { maxBytes })];
  assert.deepEqual(record, { offset: 0, timestamp: -1, key: null, value: null, headers: [] });
});

test('the writer tells its size, keeps gaps in offsets and owns what it writes', () => {
  const value = new Uint8Array(10);
  const writer = new BatchWriter({ baseOffset: 100, lastOffsetDelta: 20 });
  writer.append({ value }, 3);
  writer.append({ value: new Uint8Array(5000) }, 9);
  value.fill(1);
  const size = writer.sizeBytes;
  const batch = writer.finish();
  assert.equal(batch.sizeBytes, size);
  assert.equal(batch.lastOffset, 120);
  const records = [...readRecords(batch, { maxBytes })];
  assert.deepEqual(
    records.map((record) => record.offset),
    [103, 109],
  );
  assert.equal(base64(records[0]?.value ?? null), base64(new Uint8Array(10)));
});

test('a batch without records, and offsets that do not rise, are defects of the caller', () => {
  assert.throws(() => buildBatch([]), AssertionFailure);
  const writer = new BatchWriter();
  writer.append({}, 1);
  assert.throws(() => writer.append({}, 1), AssertionFailure);
});

test('the batch that compaction leaves for a producer keeps its offsets and its sequence', () => {
  const batch = buildBatch([{}, {}, {}], {
    baseOffset: 7,
    partitionLeaderEpoch: 4,
    producerId: 5,
    producerEpoch: 6,
    baseSequence: 8,
    compression: 'gzip',
    transactional: true,
  });
  const empty = buildEmptyBatch(batch);
  assert.equal(empty.sizeBytes, 61);
  assert.equal(empty.recordCount, 0);
  assert.equal(empty.compression, 'none');
  assert.equal(empty.isTransactional, true);
  assert.deepEqual(
    [empty.baseOffset, empty.lastOffset, empty.producerId, empty.producerEpoch, empty.lastSequence],
    [7, 9, 5, 6, 10],
  );
  assert.equal(empty.crc, batchCrc(empty));
  assert.deepEqual([...readRecords(empty, { maxBytes })], []);
});
