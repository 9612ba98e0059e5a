import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readForConsumer } from '../../src/apis/read-for-consumer.ts';
import { buildBatch, buildEmptyBatch } from '../../src/records/batch-builder.ts';
import { readEndTxnMarker } from '../../src/records/control-batch.ts';
import type { RecordBatch } from '../../src/records/record-batch.ts';
import { retainRecords } from '../../src/records/rewrite.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import type { Log } from '../../src/storage/log.ts';
import { LogFixture, partitionDirectory } from '../storage/log-fixture.ts';

const decompressedBytesMax = 1 << 20;

function full(
  baseOffset: number,
  count: number,
  compression: 'none' | 'zstd' = 'none',
): RecordBatch {
  const records = Array.from({ length: count }, (_, i) => ({
    key: new TextEncoder().encode(`k${i}`),
    value: new TextEncoder().encode(`v${baseOffset + i}`),
    timestamp: 1000 + baseOffset + i,
  }));
  return buildBatch(records, { baseOffset, compression, partitionLeaderEpoch: 7 });
}

function emptied(baseOffset: number, count: number): RecordBatch {
  return buildEmptyBatch(full(baseOffset, count));
}

/** A batch of which compaction has left the records at `offsets`. */
function thinned(baseOffset: number, count: number, ...offsets: number[]): RecordBatch {
  const batch = full(baseOffset, count, 'zstd');
  const left = retainRecords(batch, ({ offset }) => offsets.includes(offset), { maxBytes: 1e6 });
  assert.ok(left !== undefined);
  return left;
}

async function logOf(...batches: RecordBatch[]): Promise<Log> {
  const fixture = new LogFixture({ config: { cleanupPolicyCompact: true } });
  const path = fixture.files.join(partitionDirectory, `${'0'.repeat(20)}.log`);
  fixture.files.replaceFile(path, Buffer.concat(batches.flatMap(({ chunks }) => chunks)));
  return fixture.open();
}

async function read(log: Log, fetchOffset: number, upperBoundOffset = log.logEndOffset) {
  const partition = { log, epochForOffset: () => 7 };
  const options = {
    maxBytes: 1 << 20,
    upperBoundOffset,
    atLeastOneBatch: true,
    decompressedBytesMax,
  };
  const { chunks, sizeBytes } = await readForConsumer(partition, fetchOffset, options);
  const split = splitBatches(chunks);
  assert.ok(!('problem' in split));
  assert.equal(split.validBytes, sizeBytes);
  return split.batches;
}

const bases = (batches: readonly RecordBatch[]): number[] => batches.map((b) => b.baseOffset);

test('batches without records are stepped over in front, and stay where they are behind', async () => {
  const log = await logOf(emptied(0, 3), emptied(3, 2), full(5, 1), emptied(6, 2), full(8, 1));
  assert.deepEqual(bases(await read(log, 0)), [5, 6, 8]);
  assert.deepEqual(bases(await read(log, 4)), [5, 6, 8]);
  assert.deepEqual(bases(await read(log, 6)), [8]);
});

test('a first batch is stepped over whose remaining records all precede the fetch offset', async () => {
  const log = await logOf(thinned(0, 10, 1, 4), full(10, 2));
  assert.deepEqual(bases(await read(log, 0)), [0, 10]);
  assert.deepEqual(bases(await read(log, 4)), [0, 10]);
  assert.deepEqual(bases(await read(log, 5)), [10]);
  assert.deepEqual(bases(await read(log, 11)), [10], 'a whole batch has what is asked for');
});

test('where nothing else is left, a marker of nobody has the last offset that was stepped over', async () => {
  const log = await logOf(full(0, 2), emptied(2, 3), thinned(5, 10, 5), emptied(15, 5));
  for (const fetchOffset of [6, 14, 15, 19]) {
    const [marker, ...more] = await read(log, fetchOffset);
    assert.ok(marker !== undefined && more.length === 0);
    assert.deepEqual(
      [marker.isControl, marker.isTransactional, marker.producerId, marker.producerEpoch],
      [true, true, -1, -1],
    );
    assert.deepEqual([marker.baseOffset, marker.lastOffset, marker.recordCount], [19, 19, 1]);
    assert.deepEqual([marker.baseSequence, marker.partitionLeaderEpoch], [-1, 7]);
    assert.equal(readEndTxnMarker(marker)?.result, 'COMMIT');
  }
});

test('the bound of the reader is the end: what is behind it is neither read nor stepped over', async () => {
  const log = await logOf(full(0, 2), emptied(2, 3), full(5, 1));
  const [marker, ...more] = await read(log, 2, 5);
  assert.deepEqual([marker?.isControl, marker?.lastOffset, more.length], [true, 4, 0]);
  assert.deepEqual(await read(log, 5, 5), []);
});

test('a long row of emptied batches is stepped over in several fetches, each a step on', async () => {
  const row = Array.from({ length: 40_000 }, (_, i) => emptied(i, 1));
  const log = await logOf(...row, full(40_000, 1));
  let fetchOffset = 0;
  const steps: number[] = [];
  for (;;) {
    const partition = { log, epochForOffset: () => 7 };
    const options = {
      maxBytes: 1000,
      upperBoundOffset: log.logEndOffset,
      atLeastOneBatch: true,
      decompressedBytesMax,
    };
    const { chunks } = await readForConsumer(partition, fetchOffset, options);
    const { batches } = splitBatches(chunks);
    const [first] = batches;
    assert.ok(first !== undefined);
    if (!first.isControl) break;
    assert.ok(first.nextOffset > fetchOffset);
    fetchOffset = first.nextOffset;
    steps.push(fetchOffset);
  }
  assert.ok(steps.length > 1);
});

test('a batch that cannot be read is handed out, for the client to judge', async () => {
  const batch = thinned(0, 10, 1);
  const bytes = Buffer.concat(batch.chunks);
  bytes.fill(0xff, 70);
  const log = await logOf(full(0, 1), full(1, 1));
  assert.deepEqual(bases(await read(log, 1)), [1]);
  const fixture = new LogFixture({ config: { cleanupPolicyCompact: true } });
  const path = fixture.files.join(partitionDirectory, `${'0'.repeat(20)}.log`);
  fixture.files.replaceFile(path, bytes);
  const damaged = await fixture.open({ clean: true });
  assert.deepEqual(bases(await read(damaged, 5)), [0]);
});
