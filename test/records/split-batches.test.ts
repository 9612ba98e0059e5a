import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatenated, writeInt32 } from '../../src/util/bytes.ts';
import { buildBatch } from '../../src/records/batch-builder.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import type { SplitProblem } from '../../src/records/split-batches.ts';
import { cutAt, cuts, holds } from './property.ts';
import { someRecords } from './random-records.ts';

const hex = (chunks: readonly Uint8Array[]): string =>
  Buffer.from(concatenated(chunks)).toString('hex');
const batchBytes = (value = 'value'): Uint8Array =>
  concatenated(buildBatch([{ value: new TextEncoder().encode(value) }]).chunks);

/** A batch with its length and magic overwritten. */
function faulty(fault: { length?: number; magic?: number }): Uint8Array {
  const bytes = Uint8Array.from(batchBytes());
  if (fault.length !== undefined) writeInt32(bytes, 8, fault.length);
  if (fault.magic !== undefined) bytes[16] = fault.magic;
  return bytes;
}

test('random batches one behind the other are parted wherever the bytes are cut', () => {
  holds(
    fc.property(fc.array(someRecords, { maxLength: 4 }), cuts, (groups, places) => {
      const batches = groups.map((records) => concatenated(buildBatch(records).chunks));
      const split = splitBatches(cutAt(concatenated(batches), places));
      assert.ok(!('problem' in split));
      assert.deepEqual(
        split.batches.map((batch) => hex(batch.chunks)),
        batches.map((bytes) => hex([bytes])),
      );
    }),
  );
});

test('payload is never copied; a header only where it crosses chunks', () => {
  const bytes = concatenated([batchBytes('a'.repeat(100)), batchBytes('b'.repeat(100))]);
  for (let cut = 1; cut < bytes.length; cut++) {
    const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
    for (const batch of splitBatches(chunks).batches) {
      const copied = batch.chunks.filter((chunk) => chunk.buffer !== bytes.buffer);
      assert.ok(copied.length <= 1 && (copied[0]?.length ?? 61) === 61, `cut at ${cut}`);
      assert.ok((batch.chunks[0] as Uint8Array).length >= 61);
    }
  }
});

test('a batch alone in its chunks is a view of those very chunks', () => {
  const bytes = batchBytes();
  const chunks = [bytes.subarray(0, 62), bytes.subarray(62)];
  assert.equal(splitBatches(chunks).batches[0]?.chunks, chunks);
});

test('no bytes are no batches, and no problem', () => {
  assert.deepEqual(splitBatches([]), { batches: [], validBytes: 0 });
  assert.deepEqual(splitBatches([new Uint8Array(0), new Uint8Array(0)]), {
    batches: [],
    validBytes: 0,
  });
});

const problems: [name: string, bytes: Uint8Array, problem: SplitProblem, error: string][] = [
  ['an incomplete batch', batchBytes().subarray(0, 65), 'TRUNCATED', 'INVALID_RECORD'],
  ['an incomplete header', batchBytes().subarray(0, 16), 'TRUNCATED', 'INVALID_RECORD'],
  ['a length beyond the end', faulty({ length: 0x7fff_ffff }), 'TRUNCATED', 'INVALID_RECORD'],
  ['a length of zero', faulty({ length: 0 }), 'BAD_LENGTH', 'CORRUPT_MESSAGE'],
  ['a negative length', faulty({ length: -1 }), 'BAD_LENGTH', 'CORRUPT_MESSAGE'],
  ['the smallest length', faulty({ length: -0x8000_0000 }), 'BAD_LENGTH', 'CORRUPT_MESSAGE'],
  ['a length too small for a header', faulty({ length: 48 }), 'BAD_LENGTH', 'CORRUPT_MESSAGE'],
  ['magic 0', faulty({ magic: 0 }), 'OLD_MAGIC', 'INVALID_RECORD'],
  ['magic 1', faulty({ magic: 1 }), 'OLD_MAGIC', 'INVALID_RECORD'],
  ['magic 1 of no size', faulty({ magic: 1, length: 13 }), 'BAD_LENGTH', 'CORRUPT_MESSAGE'],
  ['magic 3', faulty({ magic: 3 }), 'UNKNOWN_MAGIC', 'CORRUPT_MESSAGE'],
  ['magic -1', faulty({ magic: 255 }), 'UNKNOWN_MAGIC', 'CORRUPT_MESSAGE'],
];

for (const [name, bytes, problem, error] of problems) {
  test(`${name} is ${problem}, behind whole batches and alone, however it is cut`, () => {
    const before = batchBytes('before');
    for (const good of [[], [before], [before, before]]) {
      const whole = concatenated([...good, bytes]);
      for (let cut = 0; cut <= whole.length; cut++) {
        const split = splitBatches([whole.subarray(0, cut), whole.subarray(cut)]);
        assert.ok('problem' in split);
        assert.equal(split.problem, problem);
        assert.equal(split.error, error);
        assert.equal(split.batches.length, good.length);
        assert.equal(split.validBytes, good.length * before.length);
      }
    }
  });
}

test('random bytes are parted without a throw', () => {
  holds(
    fc.property(fc.uint8Array({ maxLength: 300 }), cuts, (noise, places) => {
      const split = splitBatches(cutAt(concatenated([batchBytes(), noise]), places));
      assert.ok(
        split.batches.length >= 1 && split.validBytes <= batchBytes().length + noise.length,
      );
    }),
  );
});
