import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OdradekError } from '../../src/util/odradek-error.ts';
import { corruptRecords, recordsTooLarge } from '../../src/records/records-error.ts';
import { buildBatch, BatchWriter } from '../../src/records/batch-builder.ts';
import type { NewRecord } from '../../src/records/batch-builder.ts';
import { compressionCodecs } from '../../src/records/record-batch.ts';
import type { RecordBatch } from '../../src/records/record-batch.ts';
import {
  mustWalkRecords,
  recordErrorsMax,
  rejectionOfUnreadable,
  validateRecords,
} from '../../src/records/validate-records.ts';
import type { RecordRules } from '../../src/records/validate-records.ts';
import { lenientRules } from './rules.ts';

const nowMs = 1_700_000_000_000;
const options = { maxBytes: 1 << 20 };
const compacted: RecordRules = { ...lenientRules, cleanupPolicyCompact: true };
const strict: RecordRules = {
  ...lenientRules,
  batchValidation: 'records',
  messageTimestampBeforeMaxMs: 1000,
  messageTimestampAfterMaxMs: 1000,
};
const keyed = (timestamp = nowMs): NewRecord => ({ key: Uint8Array.of(1), timestamp });
const keyless = (timestamp = nowMs): NewRecord => ({ value: Uint8Array.of(1), timestamp });

function verdictOf(batch: RecordBatch, rules: RecordRules) {
  const verdict = validateRecords(batch, rules, nowMs, options);
  assert.equal(verdict.outcome, 'invalid');
  return verdict.rejection;
}

for (const compression of compressionCodecs) {
  test(`${compression}: a compacted topic refuses the records without a key, by their index`, () => {
    const batch = buildBatch([keyed(), keyless(), keyed(), keyless()], { compression });
    const rejection = verdictOf(batch, compacted);
    assert.equal(rejection.error, 'INVALID_RECORD');
    assert.deepEqual(
      rejection.recordErrors?.map((fault) => fault.batchIndex),
      [1, 3],
    );
    assert.match(rejection.message, /record 1: record without a key.*and 1 more/);
  });

  test(`${compression}: records without fault are valid, with their bytes and largest timestamp`, () => {
    const batch = buildBatch([keyed(5), keyed(9), keyed(7)], { compression });
    const verdict = validateRecords(batch, compacted, nowMs, options);
    assert.equal(verdict.outcome, 'valid');
    assert.equal(verdict.maxTimestamp, 9);
    assert.ok(verdict.bytes.length > 20);
  });
}

test('one timestamp out of range makes the batch INVALID_TIMESTAMP, with every fault named', () => {
  const batch = buildBatch([
    keyed(),
    keyless(),
    keyed(nowMs + 1001),
    keyed(nowMs - 1001),
    keyed(-1),
  ]);
  const rejection = verdictOf(batch, { ...strict, cleanupPolicyCompact: true });
  assert.equal(rejection.error, 'INVALID_TIMESTAMP');
  assert.deepEqual(
    rejection.recordErrors?.map((fault) => fault.batchIndex),
    [1, 2, 3],
  );
});

test('under LogAppendTime the records may have any timestamp', () => {
  const rules: RecordRules = { ...strict, messageTimestampType: 'LogAppendTime' };
  const verdict = validateRecords(buildBatch([keyed(1), keyed(nowMs * 2)]), rules, nowMs, options);
  assert.equal(verdict.outcome, 'valid');
});

test('offset deltas that are not consecutive are INVALID_RECORD', () => {
  const writer = new BatchWriter();
  writer.append(keyed(), 0);
  writer.append(keyed(), 2);
  const rejection = verdictOf(writer.finish(), strict);
  assert.equal(rejection.error, 'INVALID_RECORD');
  assert.equal(rejection.recordErrors?.[0]?.batchIndex, 1);
});

test('records that cannot be read are INVALID_RECORD, without an index', () => {
  for (const compression of compressionCodecs) {
    const batch = buildBatch([keyed(), keyed()], { compression });
    (batch.chunks.at(-1) as Uint8Array).fill(0xff, compression === 'none' ? 61 : 0);
    const rejection = verdictOf(batch, strict);
    assert.equal(rejection.error, 'INVALID_RECORD');
    assert.equal(rejection.recordErrors, undefined);
  }
});

test('records that become too large are MESSAGE_TOO_LARGE', () => {
  for (const compression of compressionCodecs) {
    const batch = buildBatch([{ value: new Uint8Array(options.maxBytes) }], { compression });
    assert.equal(verdictOf(batch, strict).error, 'MESSAGE_TOO_LARGE');
  }
});

test('no more than 1000 records are named, however many are wrong', () => {
  const batch = buildBatch(
    Array.from({ length: 3000 }, () => keyless()),
    { compression: 'zstd' },
  );
  const rejection = verdictOf(batch, compacted);
  assert.equal(rejection.recordErrors?.length, recordErrorsMax);
  assert.match(rejection.message, /and 2999 more/);
});

test('records are walked where the topic asks, and where the times in the header cannot be right', () => {
  const two = buildBatch([keyed(5), keyed(9)]);
  assert.equal(mustWalkRecords(two, lenientRules), false);
  assert.equal(mustWalkRecords(two, compacted), true);
  assert.equal(mustWalkRecords(two, strict), true);
  const maxIsMissing = buildBatch([keyed(5)], { logAppendTimeMs: -1 });
  assert.equal(mustWalkRecords(maxIsMissing, lenientRules), true);
  const maxIsNotTheOnlyOne = buildBatch([keyed(5)], { logAppendTimeMs: 6 });
  assert.equal(mustWalkRecords(maxIsNotTheOnlyOne, lenientRules), true);
  const appendTime: RecordRules = { ...lenientRules, messageTimestampType: 'LogAppendTime' };
  assert.equal(mustWalkRecords(maxIsMissing, appendTime), false);
});

test('what readers throw is told from what is not the fault of the batch', () => {
  const missing = new OdradekError('no lz4', {
    code: 'MISSING_PACKAGE',
    package: 'lz4-napi',
    neededFor: 'lz4 compression',
  });
  assert.equal(rejectionOfUnreadable(missing)?.error, 'UNSUPPORTED_COMPRESSION_TYPE');
  assert.equal(rejectionOfUnreadable(corruptRecords('why'))?.error, 'INVALID_RECORD');
  assert.equal(rejectionOfUnreadable(recordsTooLarge(5))?.error, 'MESSAGE_TOO_LARGE');
  assert.equal(rejectionOfUnreadable(new Error('a defect')), undefined);
});
