import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatenated } from '../../src/util/bytes.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { batchCrc } from '../../src/records/crc32c.ts';
import { judgeIntegrity } from '../../src/records/judge.ts';
import { RecordBatch, compressionCodecs } from '../../src/records/record-batch.ts';
import { openRecords, readRecords } from '../../src/records/record-reader.ts';
import {
  recompress,
  retainRecords,
  stampLogAppendTime,
  stampMaxTimestamp,
  stampOffsets,
  targetCodec,
} from '../../src/records/rewrite.ts';
import { base64 } from './golden-batches.ts';
import { holds } from './property.ts';
import { someProducer, someRecords } from './random-records.ts';

const options = { maxBytes: 1 << 20 };

function readable(batch: RecordBatch) {
  return [...readRecords(batch, options)].map((record) => ({
    ...record,
    key: base64(record.key),
    value: base64(record.value),
    headers: record.headers.map((header) => [header.key, base64(header.value)]),
  }));
}

function headerOf(batch: RecordBatch) {
  return {
    baseOffset: batch.baseOffset,
    lastOffset: batch.lastOffset,
    partitionLeaderEpoch: batch.partitionLeaderEpoch,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    isTransactional: batch.isTransactional,
    isControl: batch.isControl,
  };
}

test('recompression from any codec to any other keeps header, producer and records', () => {
  const codec = fc.constantFrom(...compressionCodecs);
  holds(
    fc.property(someRecords, someProducer, codec, codec, (records, producer, from, to) => {
      const batch = buildBatch(records, { ...producer, compression: from, baseOffset: 9 });
      const before = concatenated(batch.chunks).slice();
      const other = recompress(batch, { codec: to, ...options });
      assert.equal(other.compression, to);
      assert.equal(judgeIntegrity(other), undefined);
      assert.deepEqual(headerOf(other), headerOf(batch));
      assert.deepEqual(readable(other), readable(batch));
      assert.equal(Buffer.compare(concatenated(batch.chunks), before), 0);
    }),
  );
});

test('recompression leaves a batch in a Node Buffer as it was', () => {
  const bytes = Buffer.from(concatenated(buildBatch([{ value: new Uint8Array(100) }]).chunks));
  const before = bytes.toString('hex');
  recompress(new RecordBatch([bytes]), { codec: 'gzip', ...options });
  assert.equal(bytes.toString('hex'), before);
});

test('compression.type says the codec: its own, none, or the producer’s', () => {
  assert.equal(targetCodec('producer', 'lz4'), 'lz4');
  assert.equal(targetCodec('uncompressed', 'lz4'), 'none');
  assert.equal(targetCodec('zstd', 'none'), 'zstd');
});

test('offsets and leader epoch are stamped without a change of the CRC', () => {
  const batch = buildBatch([{}, {}]);
  const crc = batch.crc;
  stampOffsets(batch, 5_000_000_000, 7);
  assert.deepEqual(
    [batch.baseOffset, batch.lastOffset, batch.partitionLeaderEpoch],
    [5e9, 5e9 + 1, 7],
  );
  assert.equal(batch.crc, crc);
  assert.equal(batchCrc(batch), crc);
});

test('LogAppendTime is stamped in place, with a new CRC, in every codec', () => {
  for (const compression of compressionCodecs) {
    const batch = buildBatch([{ timestamp: 1 }, { timestamp: 2 }], { compression });
    const payload = batch.chunks.map((chunk) => chunk.buffer);
    stampLogAppendTime(batch, 1234);
    assert.equal(batch.isLogAppendTime, true);
    assert.equal(batch.maxTimestamp, 1234);
    assert.equal(judgeIntegrity(batch), undefined);
    assert.deepEqual(
      batch.chunks.map((chunk) => chunk.buffer),
      payload,
    );
    stampMaxTimestamp(batch, 2);
    assert.equal(batch.isLogAppendTime, false);
    assert.deepEqual(
      readable(batch).map((record) => record.timestamp),
      [1, 2],
    );
    assert.equal(judgeIntegrity(batch), undefined);
  }
});

test('compaction keeps some records at their offsets, with their times, under the same last offset', () => {
  holds(
    fc.property(
      someRecords,
      fc.constantFrom(...compressionCodecs),
      fc.nat(0xfff),
      fc.boolean(),
      (records, compression, mask, appendTime) => {
        const batch = buildBatch(records, {
          compression,
          baseOffset: 40,
          baseSequence: 3,
          producerId: 1,
        });
        if (appendTime) stampLogAppendTime(batch, 99);
        const keeps = (offset: number): boolean => (mask & (1 << (offset - 40))) !== 0;
        const left = retainRecords(batch, (record) => keeps(record.offset), options);
        const expected = readable(batch).filter((record) => keeps(record.offset));
        if (left === undefined) assert.equal(expected.length, 0);
        else {
          assert.deepEqual(readable(left), expected);
          assert.deepEqual(headerOf(left), headerOf(batch));
          assert.equal(judgeIntegrity(left), undefined);
        }
      },
    ),
  );
});

test('a batch of which everything stays is itself', () => {
  const batch = buildBatch([{}, {}]);
  assert.equal(
    retainRecords(batch, () => true, options),
    batch,
  );
});

test('the delete horizon is set once, and no record’s time changes by it', () => {
  const batch = buildBatch([{ timestamp: 100 }, { timestamp: 300 }, { timestamp: 200 }]);
  const first = retainRecords(batch, () => true, { ...options, deleteHorizonMs: 5000 });
  assert.ok(first !== undefined);
  assert.equal(first.hasDeleteHorizon, true);
  assert.equal(first.baseTimestamp, 5000);
  const second = retainRecords(first, (record) => record.offset !== 1, {
    ...options,
    deleteHorizonMs: 9000,
  });
  assert.ok(second !== undefined);
  assert.equal(second.baseTimestamp, 5000);
  assert.equal(second.maxTimestamp, 200);
  assert.equal(judgeIntegrity(second), undefined);
  const cursor = openRecords(second, options);
  const times: number[] = [];
  while (cursor.next()) times.push(cursor.timestamp);
  assert.deepEqual(times, [100, 200]);
});
