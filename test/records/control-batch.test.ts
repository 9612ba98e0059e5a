import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatenated } from '../../src/util/bytes.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import {
  buildEndTxnMarker,
  readControlType,
  readEndTxnMarker,
} from '../../src/records/control-batch.ts';
import { goldenBatch, goldenBatches } from './golden-batches.ts';

const golden = goldenBatches().filter((batch) => batch.control);

test('the golden markers are read and built, byte for byte', () => {
  assert.equal(golden.length, 2);
  for (const [index, expected] of golden.entries()) {
    const marker = readEndTxnMarker(goldenBatch(expected));
    assert.deepEqual(marker, { result: index === 0 ? 'COMMIT' : 'ABORT', coordinatorEpoch: 5 });
    const built = buildEndTxnMarker({
      result: index === 0 ? 'COMMIT' : 'ABORT',
      coordinatorEpoch: 5,
      producerId: expected.producerId,
      producerEpoch: expected.producerEpoch,
      timestamp: expected.maxTimestamp,
      baseOffset: expected.baseOffset,
      partitionLeaderEpoch: expected.partitionLeaderEpoch,
    });
    assert.equal(Buffer.from(concatenated(built.chunks)).toString('hex'), expected.hex);
  }
});

test('control types are told by the key, later ones are UNKNOWN', () => {
  assert.equal(readControlType(Uint8Array.of(0, 0, 0, 2)), 'LEADER_CHANGE');
  assert.equal(readControlType(Uint8Array.of(0, 0, 0, 99)), 'UNKNOWN');
  assert.equal(readControlType(Uint8Array.of(0, 1, 0, 1, 7, 7)), 'COMMIT');
});

test('a key or a value that is none is CORRUPT_RECORDS', () => {
  const corrupt = (error: unknown): boolean => hasCode(error, 'CORRUPT_RECORDS');
  assert.throws(() => readControlType(null), corrupt);
  assert.throws(() => readControlType(Uint8Array.of(0, 0, 0)), corrupt);
  assert.throws(() => readControlType(Uint8Array.of(0xff, 0xff, 0, 1)), corrupt);
  for (const value of [null, new Uint8Array(5), Uint8Array.of(0x80, 0, 0, 0, 0, 0)]) {
    const batch = buildBatch([{ key: Uint8Array.of(0, 0, 0, 1), value }], { control: true });
    assert.throws(() => readEndTxnMarker(batch), corrupt);
  }
});

test('what is no marker of a transaction reads as none', () => {
  const leaderChange = buildBatch([{ key: Uint8Array.of(0, 0, 0, 2) }], { control: true });
  assert.equal(readEndTxnMarker(leaderChange), undefined);
  assert.equal(readEndTxnMarker(buildBatch([{ key: Uint8Array.of(0, 0, 0, 1) }])), undefined);
});
