import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatenated, writeInt16, writeInt32, writeInt64 } from '../../src/util/bytes.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { batchCrc } from '../../src/records/crc32c.ts';
import { judgeBatch, judgeIntegrity, judgeSize } from '../../src/records/judge.ts';
import type { BatchError, BatchRules } from '../../src/records/judge.ts';
import { RecordBatch, recordBatchLayout } from '../../src/records/record-batch.ts';
import { lenientRules } from './rules.ts';

const nowMs = 1_700_000_000_000;
const hourMs = 3_600_000;
const strictTimes: BatchRules = {
  ...lenientRules,
  messageTimestampBeforeMaxMs: hourMs,
  messageTimestampAfterMaxMs: hourMs,
};

/** A good batch of two records, changed by `edit`, with its CRC right again. */
function batchWith(edit: (bytes: Uint8Array) => void, options = {}): RecordBatch {
  const records = [
    { value: Uint8Array.of(1), timestamp: nowMs },
    { value: Uint8Array.of(2), timestamp: nowMs + 1 },
  ];
  const bytes = Uint8Array.from(concatenated(buildBatch(records, options).chunks));
  edit(bytes);
  const batch = new RecordBatch([bytes]);
  writeInt32(bytes, recordBatchLayout.crc, batchCrc(batch));
  return batch;
}

function setAttributes(bits: number): (bytes: Uint8Array) => void {
  return (bytes) => writeInt16(bytes, recordBatchLayout.attributes, bits);
}

function setInt32(
  field: keyof typeof recordBatchLayout,
  value: number,
): (bytes: Uint8Array) => void {
  return (bytes) => writeInt32(bytes, recordBatchLayout[field], value);
}

function setInt64(
  field: keyof typeof recordBatchLayout,
  value: number,
): (bytes: Uint8Array) => void {
  return (bytes) => writeInt64(bytes, recordBatchLayout[field], value);
}

const producer = { producerId: 5, producerEpoch: 0, baseSequence: 0 };

test('good batches are accepted: plain, idempotent, transactional, in every known codec', () => {
  assert.equal(
    judgeBatch(
      batchWith(() => {}),
      strictTimes,
      nowMs,
    ),
    undefined,
  );
  assert.equal(
    judgeBatch(
      batchWith(() => {}, producer),
      strictTimes,
      nowMs,
    ),
    undefined,
  );
  const transactional = batchWith(() => {}, { ...producer, transactional: true });
  assert.equal(judgeBatch(transactional, strictTimes, nowMs), undefined);
  for (let codec = 0; codec <= 4; codec++) {
    assert.equal(judgeBatch(batchWith(setAttributes(codec)), strictTimes, nowMs), undefined);
  }
});

const refused: [name: string, error: BatchError, batch: () => RecordBatch, rules?: BatchRules][] = [
  ['magic 1', 'INVALID_RECORD', () => batchWith((bytes) => (bytes[recordBatchLayout.magic] = 1))],
  ['a base offset', 'INVALID_RECORD', () => batchWith(setInt64('baseOffset', 3))],
  [
    'a length of more bytes than there are',
    'CORRUPT_MESSAGE',
    () => batchWith(setInt32('batchLength', 900)),
  ],
  [
    'more than max.message.bytes',
    'MESSAGE_TOO_LARGE',
    () => batchWith(() => {}),
    { ...lenientRules, maxMessageBytes: 76 },
  ],
  [
    'more than segment.bytes',
    'RECORD_LIST_TOO_LARGE',
    () => batchWith(() => {}),
    { ...lenientRules, segmentBytes: 76 },
  ],
  ['codec 5', 'UNSUPPORTED_COMPRESSION_TYPE', () => batchWith(setAttributes(5))],
  ['codec 7', 'UNSUPPORTED_COMPRESSION_TYPE', () => batchWith(setAttributes(7))],
  ['a count of 0', 'INVALID_RECORD', () => batchWith(setInt32('recordCount', 0))],
  ['a negative count', 'INVALID_RECORD', () => batchWith(setInt32('recordCount', -1))],
  ['a count other than its offsets', 'INVALID_RECORD', () => batchWith(setInt32('recordCount', 3))],
  [
    'a negative last offset delta',
    'INVALID_RECORD',
    () => batchWith(setInt32('lastOffsetDelta', -1)),
  ],
  [
    'more records than it has room for',
    'INVALID_RECORD',
    () =>
      batchWith((bytes) => {
        setInt32('recordCount', 1000)(bytes);
        setInt32('lastOffsetDelta', 999)(bytes);
      }),
  ],
  ['the control bit', 'INVALID_RECORD', () => batchWith(setAttributes(0x20), producer)],
  ['a delete horizon', 'INVALID_RECORD', () => batchWith(setAttributes(0x40))],
  [
    'a producer id without a sequence',
    'INVALID_RECORD',
    () => batchWith(setInt64('producerId', 9)),
  ],
  [
    'a producer id without an epoch',
    'INVALID_RECORD',
    () => batchWith(() => {}, { ...producer, producerEpoch: -1 }),
  ],
  ['transactional without a producer id', 'INVALID_RECORD', () => batchWith(setAttributes(0x10))],
  ['LogAppendTime', 'INVALID_TIMESTAMP', () => batchWith(setAttributes(0x08))],
  [
    'LogAppendTime where the topic has it',
    'INVALID_TIMESTAMP',
    () => batchWith(setAttributes(0x08)),
    { ...lenientRules, messageTimestampType: 'LogAppendTime' },
  ],
  [
    'a base timestamp too old',
    'INVALID_TIMESTAMP',
    () => batchWith(setInt64('baseTimestamp', nowMs - hourMs - 1)),
    strictTimes,
  ],
  [
    'a max timestamp too new',
    'INVALID_TIMESTAMP',
    () => batchWith(setInt64('maxTimestamp', nowMs + hourMs + 1)),
    strictTimes,
  ],
];

for (const [name, error, batch, rules = lenientRules] of refused) {
  test(`a batch with ${name} is ${error}`, () => {
    const rejection = judgeBatch(batch(), rules, nowMs);
    assert.equal(rejection?.error, error);
    assert.ok((rejection?.message.length ?? 0) > 10);
  });
}

test('timestamps at the very bounds are accepted, and so is none', () => {
  for (const timestamp of [nowMs - hourMs, nowMs + hourMs, -1]) {
    const batch = batchWith((bytes) => {
      setInt64('baseTimestamp', timestamp)(bytes);
      setInt64('maxTimestamp', timestamp)(bytes);
    });
    assert.equal(judgeBatch(batch, strictTimes, nowMs), undefined);
  }
});

test('under LogAppendTime no timestamp is too old or too new', () => {
  const batch = batchWith(setInt64('maxTimestamp', nowMs * 2));
  const rules: BatchRules = { ...strictTimes, messageTimestampType: 'LogAppendTime' };
  assert.equal(judgeBatch(batch, rules, nowMs), undefined);
});

test('of two faults the one that Apache finds first is answered', () => {
  const tooLargeAndCorrupt = batchWith(() => {});
  (tooLargeAndCorrupt.chunks[0] as Uint8Array)[70] = 99;
  const small: BatchRules = { ...lenientRules, maxMessageBytes: 10, segmentBytes: 10 };
  assert.equal(judgeBatch(tooLargeAndCorrupt, small, nowMs)?.error, 'MESSAGE_TOO_LARGE');
  assert.equal(judgeBatch(tooLargeAndCorrupt, lenientRules, nowMs)?.error, 'CORRUPT_MESSAGE');
});

test('the integrity of a batch is judged whatever its offset and producer', () => {
  const replicated = batchWith(setInt64('baseOffset', 1234), { control: true, ...producer });
  assert.equal(judgeIntegrity(replicated), undefined);
  (replicated.chunks[0] as Uint8Array)[65] = 0xee;
  assert.equal(judgeIntegrity(replicated)?.error, 'CORRUPT_MESSAGE');
});

test('the size of a batch is judged alone, as after recompression', () => {
  const batch = batchWith(() => {});
  assert.equal(judgeSize(batch, lenientRules), undefined);
  assert.equal(
    judgeSize(batch, { ...lenientRules, maxMessageBytes: 76 })?.error,
    'MESSAGE_TOO_LARGE',
  );
  assert.equal(
    judgeSize(batch, { ...lenientRules, segmentBytes: 76 })?.error,
    'RECORD_LIST_TOO_LARGE',
  );
});
