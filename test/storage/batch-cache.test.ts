import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordBatch } from '../../src/records/record-batch.ts';
import { concatenated } from '../../src/util/bytes.ts';
import { BatchCache } from '../../src/storage/batch-cache.ts';
import type { LogTail } from '../../src/storage/batch-cache.ts';
import { batchOf } from './log-fixture.ts';

const all = { maxBytes: Infinity, upperBoundOffset: Infinity, atLeastOneBatch: true };

function put(tail: LogTail, offset: number, valueBytes: number): RecordBatch {
  const batch = batchOf(['x'.repeat(valueBytes)], { baseOffset: offset });
  tail.admit(tail.prepare([batch], offset));
  return batch;
}

function bytesOf(chunks: readonly Uint8Array[]): Uint8Array {
  return concatenated(chunks);
}

test('what was put in comes out, small batches together in one slice', () => {
  const tail = new BatchCache({ budgetBytes: 1 << 20 }).tail();
  const batches = Array.from({ length: 50 }, (_, offset) => put(tail, offset, 100));
  const read = tail.read(0, all);
  assert.equal(read?.chunks.length, 1);
  assert.deepEqual(bytesOf(read.chunks), bytesOf(batches.flatMap((batch) => [...batch.chunks])));
  assert.deepEqual(bytesOf(tail.read(20, all)?.chunks ?? []).length, read.sizeBytes * 0.6);
  assert.equal(tail.read(50, all), undefined);
});

test('a large batch is kept as the very slices that came in', () => {
  const tail = new BatchCache({ budgetBytes: 1 << 20 }).tail();
  const bytes = bytesOf(batchOf(['x'.repeat(100_000)]).chunks).slice();
  const chunks = [bytes.subarray(0, 60_000), bytes.subarray(60_000)];
  const owned = chunks.map((chunk) => new Uint8Array(chunk));
  tail.admit(tail.prepare([new RecordBatch(owned)], 0));
  const read = tail.read(0, all);
  assert.ok(read?.chunks[0] === owned[0] && read?.chunks[1] === owned[1]);
});

test('a small slice of a large buffer does not keep the buffer', () => {
  const cache = new BatchCache({ budgetBytes: 10 << 20 });
  const tail = cache.tail();
  const bytes = bytesOf(batchOf(['x'.repeat(100_000)]).chunks);
  const buffer = new Uint8Array(8 << 20);
  buffer.set(bytes, 0);
  tail.admit(tail.prepare([new RecordBatch([buffer.subarray(0, bytes.length)])], 0));
  assert.ok(cache.pinnedBytes < 200_000, `${cache.pinnedBytes}`);
});

test('the oldest go first, of whichever log, and the budget holds', () => {
  const cache = new BatchCache({ budgetBytes: 400_000 });
  const [first, second] = [cache.tail(), cache.tail()];
  put(first, 0, 100_000);
  put(second, 0, 100_000);
  put(first, 1, 100_000);
  put(first, 2, 100_000);
  assert.equal(first.read(0, all), undefined);
  assert.ok(second.read(0, all) !== undefined);
  assert.ok(first.read(1, all) !== undefined);
  for (let offset = 1; offset < 5000; offset++) put(second, offset, 500);
  assert.ok(cache.pinnedBytes <= 400_000 + 256 * 1024, `${cache.pinnedBytes}`);
  assert.equal(first.read(2, all), undefined);
  assert.ok(second.read(4999, all) !== undefined);
});

test('with no budget nothing is kept', () => {
  const cache = new BatchCache({ budgetBytes: 0 });
  const tail = cache.tail();
  for (let offset = 0; offset < 2000; offset++) put(tail, offset, 500);
  put(tail, 2000, 100_000);
  assert.equal(tail.read(2000, all), undefined);
  assert.equal(tail.read(0, all), undefined);
});

test('a truncation drops what it cut, and what comes after it is found behind', () => {
  const tail = new BatchCache({ budgetBytes: 1 << 20 }).tail();
  for (let offset = 0; offset < 10; offset++) put(tail, offset, 20_000);
  tail.truncateTo(5);
  assert.equal(tail.read(5, all), undefined);
  put(tail, 5, 100);
  const read = tail.read(4, all);
  assert.equal(
    read?.sizeBytes,
    batchOf(['x'.repeat(20_000)]).sizeBytes + batchOf(['x'.repeat(100)]).sizeBytes,
  );
});

test('what was not written is discarded', () => {
  const cache = new BatchCache({ budgetBytes: 1 << 20 });
  const tail = cache.tail();
  tail.discard(tail.prepare([batchOf(['lost'])], 0));
  assert.equal(tail.read(0, all), undefined);
  put(tail, 0, 10);
  assert.ok(tail.read(0, all) !== undefined);
});

test('a gap in the offsets of a replicated log is no gap in what is read', () => {
  const tail = new BatchCache({ budgetBytes: 1 << 20 }).tail();
  tail.admit(tail.prepare([batchOf(['a'], { baseOffset: 3 })], 0));
  tail.admit(tail.prepare([batchOf(['b'], { baseOffset: 10 })], 4));
  const sizeBytes = batchOf(['a']).sizeBytes * 2;
  assert.equal(tail.read(0, all)?.sizeBytes, sizeBytes);
  assert.equal(tail.read(6, all)?.sizeBytes, sizeBytes / 2);
});
