import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import type { Files } from '../../src/runtime/runtime.ts';
import { OffsetIndex } from '../../src/storage/offset-index.ts';
import { OpenFiles } from '../../src/storage/open-files.ts';
import { TimeIndex } from '../../src/storage/time-index.ts';
import { TransactionIndex } from '../../src/storage/transaction-index.ts';
import { ManualClock } from './log-fixture.ts';

function files(): { files: Files; openFiles: OpenFiles } {
  const memory = createMemoryFiles({ budgetBytes: 1 << 26, clock: new ManualClock() });
  memory.makeDirectory('/i');
  return { files: memory, openFiles: new OpenFiles({ openFilesMax: 16 }, { files: memory }) };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('offset index: an entry is a relative offset and a position, big-endian', () => {
  const { files: disk, openFiles } = files();
  const index = new OffsetIndex(openFiles.file('/i/a'), 1000, 0);
  index.append(1005, 300);
  index.append(0x7fff_ffff + 1000, 0x0102_0304);
  index.entries.writeOut();
  assert.equal(hex(disk.readFile('/i/a')), '000000050000012c' + '7fffffff01020304');
});

test('an index whose file somebody has cut fails as a damaged file, not as a defect', () => {
  const { openFiles } = files();
  const index = new OffsetIndex(openFiles.file('/i/a'), 1000, 0);
  for (let i = 0; i < 10; i++) index.append(1001 + i, i * 100);
  index.entries.writeOut();
  openFiles.file('/i/a').handle().truncate(44);
  assert.throws(() => index.lookup(1009), {
    code: 'CORRUPT_DATA',
    message: '/i/a is damaged: it ends before entry 10',
  });
});

test('time index: an entry is a timestamp and a relative offset, and only grows', () => {
  const { files: disk, openFiles } = files();
  const index = new TimeIndex(openFiles.file('/i/a'), 1000, 0);
  assert.deepEqual(index.lastEntry(), { timestampMs: -1, offset: 1000 });
  index.maybeAppend(0x0123_4567_89ab, 1002);
  index.maybeAppend(0x0123_4567_89ab, 1003);
  index.maybeAppend(0x0123_4567_89aa, 1004);
  index.maybeAppend(0x0123_4567_89ac, 1005);
  index.entries.writeOut();
  assert.equal(hex(disk.readFile('/i/a')), '00000123456789ab00000002' + '00000123456789ac00000005');
  assert.deepEqual(index.lookup(0x0123_4567_89ab), { timestampMs: 0x0123_4567_89ab, offset: 1002 });
  assert.deepEqual(index.lookup(5), { timestampMs: -1, offset: 1000 });
});

test('transaction index: version 0, producer id, first, last and last stable offset', () => {
  const { files: disk, openFiles } = files();
  const index = new TransactionIndex(openFiles.file('/i/a'), 0);
  assert.equal(index.lastOffset(), -1);
  index.append({ producerId: 1, firstOffset: 2, lastOffset: 3, lastStableOffset: 4 });
  index.entries.writeOut();
  const words = [
    '0000',
    '0000000000000001',
    '0000000000000002',
    '0000000000000003',
    '0000000000000004',
  ];
  assert.equal(hex(disk.readFile('/i/a')), words.join(''));
});

test('transaction index: what overlaps the range that is read, until nothing later can', () => {
  const index = new TransactionIndex(files().openFiles.file('/i/a'), 0);
  index.append({ producerId: 1, firstOffset: 10, lastOffset: 20, lastStableOffset: 15 });
  index.append({ producerId: 2, firstOffset: 15, lastOffset: 30, lastStableOffset: 31 });
  index.append({ producerId: 3, firstOffset: 40, lastOffset: 50, lastStableOffset: 51 });
  const collect = (start: number, bound: number): [number[], boolean] => {
    const found: { producerId: number }[] = [];
    const isComplete = index.collect(start, bound, found as never);
    return [found.map(({ producerId }) => producerId), isComplete];
  };
  assert.deepEqual(collect(0, 100), [[1, 2, 3], false]);
  assert.deepEqual(collect(21, 31), [[2], true]);
  assert.deepEqual(collect(20, 15), [[1], true]);
  assert.deepEqual(collect(51, 100), [[], false]);
  index.truncateTo(30);
  assert.deepEqual(collect(0, 100), [[1], false]);
});

test('an index answers the same from memory, from its file, and from both', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean()), {
        maxLength: 3000,
        size: 'max',
      }),
      fc.array(fc.nat({ max: 30_000 }), { minLength: 1, maxLength: 20 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (steps, asked, cut) => {
        const { openFiles } = files();
        const index = new OffsetIndex(openFiles.file('/i/a'), 0, 0);
        let entries: { offset: number; position: number }[] = [];
        let offset = 0;
        for (const [step, isWritten] of steps) {
          offset += step;
          entries.push({ offset, position: offset * 100 });
          index.append(offset, offset * 100);
          if (isWritten && step === 5) index.entries.writeOut();
        }
        const compare = (): void => {
          for (const each of asked) {
            const expected = entries.findLast((entry) => entry.offset <= each)?.position ?? 0;
            assert.equal(index.lookup(each), expected);
          }
        };
        compare();
        const truncateAt = Math.floor(cut * offset);
        index.truncateTo(truncateAt);
        entries = entries.filter((entry) => entry.offset < truncateAt);
        assert.equal(index.entries.count, entries.length);
        compare();
      },
    ),
    { seed: Number(process.env['ODRADEK_SEED'] ?? 7), numRuns: 40 },
  );
});

test('an index is full as Apache Kafka counts it: the time index keeps an entry for the end', () => {
  const { openFiles } = files();
  const offsets = new OffsetIndex(openFiles.file('/i/a'), 0, 0);
  const times = new TimeIndex(openFiles.file('/i/b'), 0, 0);
  offsets.append(1, 1);
  times.maybeAppend(1, 1);
  assert.equal(offsets.isFull(16), false);
  assert.equal(offsets.isFull(15), true);
  assert.equal(times.isFull(36), false);
  assert.equal(times.isFull(35), true);
});
