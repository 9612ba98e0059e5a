import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import type { Files } from '../../src/runtime/runtime.ts';
import { BatchWalk, walkNow } from '../../src/storage/batch-walk.ts';
import {
  decodeCheckpoint,
  readCheckpoint,
  replaceCheckpointAsync,
} from '../../src/storage/checkpoint-file.ts';
import { Pace } from '../../src/storage/directory-pace.ts';
import { LeaderEpochCache, parseEpochStarts } from '../../src/storage/leader-epoch-cache.ts';
import { offsetFileName, offsetOfFileName } from '../../src/storage/log-layout.ts';
import { OpenFiles } from '../../src/storage/open-files.ts';
import { tidyPartitionFiles } from '../../src/storage/partition-files.ts';
import {
  decodeProducerSnapshot,
  encodeProducerSnapshot,
} from '../../src/storage/producer-snapshot.ts';
import { newEntry } from '../../src/storage/producer-state.ts';
import { ReadBuffers } from '../../src/storage/read-buffers.ts';
import { concatenated } from '../../src/util/bytes.ts';
import { batchOf, ManualClock } from './log-fixture.ts';

function memory(): Files {
  const files = createMemoryFiles({ budgetBytes: 1 << 26, clock: new ManualClock() });
  files.makeDirectory('/d');
  return files;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test('file names have twenty digits', () => {
  assert.equal(offsetFileName(1234, '.log'), '00000000000000001234.log');
  assert.equal(offsetOfFileName('00000000000000001234.log', '.log'), 1234);
  for (const name of ['1234.log', '0000000000000000123x.log', '00000000000000001234.log.deleted']) {
    assert.equal(offsetOfFileName(name, '.log'), undefined, name);
  }
});

test('a checkpoint is a version, a count and as many lines', async () => {
  const files = memory();
  assert.equal(readCheckpoint(files, '/d/c'), undefined);
  await replaceCheckpointAsync(files, '/d/c', ['0 0', '3 17']);
  assert.equal(new TextDecoder().decode(files.readFile('/d/c')), '0\n2\n0 0\n3 17\n');
  assert.deepEqual(readCheckpoint(files, '/d/c'), ['0 0', '3 17']);
  assert.deepEqual(files.list('/d'), ['c']);
  await replaceCheckpointAsync(files, '/d/c', []);
  assert.deepEqual(readCheckpoint(files, '/d/c'), []);
});

test('a damaged checkpoint says so, and a newer one too', () => {
  assert.deepEqual(decodeCheckpoint(text(''), '/c'), []);
  assert.throws(() => decodeCheckpoint(text('x\n0\n'), '/c'), { code: 'CORRUPT_DATA' });
  assert.throws(() => decodeCheckpoint(text('0\n2\n0 0\n'), '/c'), { code: 'CORRUPT_DATA' });
  assert.throws(() => decodeCheckpoint(text('1\n0\n'), '/c'), { code: 'NEWER_FORMAT' });
  assert.throws(() => parseEpochStarts(['1'], '/c'), { code: 'CORRUPT_DATA' });
  assert.throws(() => parseEpochStarts(['1 2 3'], '/c'), { code: 'CORRUPT_DATA' });
});

test('leader epochs: the end of an epoch is where the next one began (KIP-101, KIP-279)', () => {
  const epochs = new LeaderEpochCache([]);
  assert.deepEqual(epochs.endOffsetForEpoch(0, 100), { epoch: -1, endOffset: -1 });
  epochs.assign(2, 10);
  epochs.assign(4, 20);
  epochs.assign(3, 30);
  assert.deepEqual(epochs.entries, [
    { epoch: 2, startOffset: 10 },
    { epoch: 4, startOffset: 20 },
  ]);
  assert.deepEqual(epochs.endOffsetForEpoch(4, 100), { epoch: 4, endOffset: 100 });
  assert.deepEqual(epochs.endOffsetForEpoch(2, 100), { epoch: 2, endOffset: 20 });
  assert.deepEqual(epochs.endOffsetForEpoch(3, 100), { epoch: 2, endOffset: 20 });
  assert.deepEqual(epochs.endOffsetForEpoch(1, 100), { epoch: 1, endOffset: 10 });
  assert.deepEqual(epochs.endOffsetForEpoch(5, 100), { epoch: -1, endOffset: -1 });
  assert.deepEqual(epochs.endOffsetForEpoch(-1, 100), { epoch: -1, endOffset: -1 });
  assert.deepEqual(
    [9, 10, 19, 20].map((offset) => epochs.epochForOffset(offset)),
    [-1, 2, 2, 4],
  );
});

test('leader epochs: truncation from both ends', () => {
  const entries = [
    { epoch: 1, startOffset: 0 },
    { epoch: 2, startOffset: 10 },
    { epoch: 3, startOffset: 20 },
  ];
  const fromEnd = new LeaderEpochCache(entries);
  fromEnd.truncateFromEnd(20);
  assert.deepEqual(fromEnd.entries, entries.slice(0, 2));
  const fromStart = new LeaderEpochCache(entries);
  fromStart.truncateFromStart(15);
  assert.deepEqual(fromStart.entries, [{ epoch: 2, startOffset: 15 }, entries[2]]);
  fromStart.truncateFromStart(50);
  assert.deepEqual(fromStart.entries, [{ epoch: 3, startOffset: 50 }]);
  const replaced = new LeaderEpochCache(entries);
  replaced.assign(4, 20);
  assert.deepEqual(replaced.entries, [...entries.slice(0, 2), { epoch: 4, startOffset: 20 }]);
});

test('a producer snapshot that was changed or cut is found out', () => {
  const entry = { ...newEntry(5, 1), lastTimestampMs: 7, currentTxnFirstOffset: 3 };
  const bytes = encodeProducerSnapshot([entry, { ...newEntry(6, 0), lastTimestampMs: 8 }]);
  assert.equal(bytes.length, 10 + 2 * 46);
  assert.deepEqual(decodeProducerSnapshot(bytes, '/s')[0], entry);
  for (let at = 2; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = (changed[at] as number) ^ 1;
    assert.throws(() => decodeProducerSnapshot(changed, '/s'), { code: 'CORRUPT_DATA' });
    assert.throws(() => decodeProducerSnapshot(bytes.slice(0, at), '/s'), { code: 'CORRUPT_DATA' });
  }
  const newer = bytes.slice();
  newer[1] = 2;
  assert.throws(() => decodeProducerSnapshot(newer, '/s'), { code: 'NEWER_FORMAT' });
});

test('open files: no more than the bound are open, and those in use stay', () => {
  const files = memory();
  const openFiles = new OpenFiles({ openFilesMax: 16 }, { files });
  const pinned = openFiles.file('/d/pinned');
  pinned.pin(true).writev([text('kept')], 0);
  const others = Array.from({ length: 100 }, (_, index) => openFiles.file(`/d/${index}`));
  for (const [index, file] of others.entries()) {
    file.handle(true).writev([text(String(index))], 0);
    assert.ok(openFiles.openCount <= 16);
  }
  const target = new Uint8Array(4);
  assert.equal(pinned.handle().read(target, 0), 4);
  for (const [index, file] of others.entries()) {
    const bytes = file.handle().read(target, 0);
    assert.equal(new TextDecoder().decode(target.subarray(0, bytes)), String(index));
  }
  pinned.close();
  assert.equal(pinned.handle().read(target, 0), 4, 'it closes when nobody waits any more');
  pinned.unpin();
});

test('open files: a file that was renamed or removed is read by who had it', () => {
  const files = memory();
  const file = new OpenFiles({ openFilesMax: 16 }, { files }).file('/d/a');
  const handle = file.pin(true);
  handle.writev([text('abc')], 0);
  file.rename('/d/a.deleted');
  assert.deepEqual(files.list('/d'), ['a.deleted']);
  file.remove();
  assert.deepEqual(files.list('/d'), []);
  assert.equal(handle.read(new Uint8Array(3), 0), 3);
  file.unpin();
});

test('read buffers are used again, up to their bound', () => {
  const buffers = new ReadBuffers({ pooledBytesMax: 100_000 });
  const first = buffers.take(20_000);
  assert.equal(first.length, 65_536);
  const second = buffers.take(60_000);
  buffers.give(first);
  buffers.give(second);
  assert.equal(buffers.pooledBytes, 65_536);
  assert.equal(buffers.take(17_000), first);
  assert.equal(buffers.take(3_000_000).length, 3_000_000);
});

test('a directory is slow after one slow call, and quick after eight quick ones', () => {
  const clock = new ManualClock();
  const slowCallMs = 7;
  const pace = new Pace({ slowCallMs }, { clock });
  const call = (ms: number): void => {
    const started = pace.started();
    clock.timeMs += ms;
    pace.ended(started);
  };
  call(slowCallMs);
  assert.equal(pace.isSlow, false);
  call(slowCallMs + 1);
  for (let i = 0; i < 8; i++) {
    assert.equal(pace.isSlow, true);
    call(1);
  }
  assert.equal(pace.isSlow, false);
});

test('a walk finds every batch, in slices smaller than some, and stops at the first that is damaged', () => {
  const files = memory();
  const batches = [10, 5000, 20, 300].map((bytes, offset) =>
    batchOf(['x'.repeat(bytes)], { baseOffset: offset }),
  );
  const whole = concatenated(batches.flatMap((batch) => [...batch.chunks]));
  const walk = (bytes: Uint8Array, sliceBytes: number): { offsets: number[]; walk: BatchWalk } => {
    files.replaceFile('/d/log', bytes);
    const offsets: number[] = [];
    const options = {
      from: 0,
      end: bytes.length,
      checkCrcFromOffset: 0,
      sliceBytes,
      visit: (batch: { baseOffset: number }) => offsets.push(batch.baseOffset) > 0,
    };
    const walking = new BatchWalk(options);
    const openFiles = new OpenFiles({ openFilesMax: 16 }, { files });
    walkNow(openFiles.file('/d/log'), walking, new ReadBuffers({ pooledBytesMax: 0 }));
    return { offsets, walk: walking };
  };
  const ends = batches.map((_, index) =>
    batches.slice(0, index + 1).reduce((sum, batch) => sum + batch.sizeBytes, 0),
  );
  for (const sliceBytes of [100, 1000, 1 << 20]) {
    assert.deepEqual(walk(whole, sliceBytes).offsets, [0, 1, 2, 3]);
    for (let at = 1; at < whole.length; at += 97) {
      const goodCount = ends.filter((end) => end <= at).length;
      const cut = walk(whole.slice(0, at), sliceBytes);
      assert.equal(cut.offsets.length, goodCount, `cut at ${at}`);
      assert.equal(cut.walk.position, ends[goodCount - 1] ?? 0);
      assert.equal(cut.walk.problem === undefined, ends.includes(at));
      const zeroed = whole.slice();
      zeroed.fill(0, at);
      assert.equal(walk(zeroed, sliceBytes).offsets.length, goodCount, `zeros from ${at}`);
    }
  }
});

test('files that a cleaner left: unfinished ones go, finished ones replace what they were made from', () => {
  const files = memory();
  const put = (name: string, ...offsets: number[]): void => {
    const bytes = offsets.flatMap((offset) => [...batchOf([name], { baseOffset: offset }).chunks]);
    files.replaceFile(`/d/${name}`, bytes.length === 0 ? new Uint8Array(0) : concatenated(bytes));
  };
  put(offsetFileName(0, '.log'), 0, 1);
  put(offsetFileName(2, '.log'), 2, 3);
  put(offsetFileName(2, '.index'));
  put(offsetFileName(4, '.log'), 4, 5);
  put(`${offsetFileName(0, '.log')}.swap`, 1, 3);
  put(`${offsetFileName(0, '.index')}.swap`);
  put(`${offsetFileName(4, '.log')}.swap`, 5);
  put(`${offsetFileName(4, '.log')}.cleaned`, 5);
  put(`${offsetFileName(9, '.log')}.deleted`, 9);
  const swapped = files.readFile(`/d/${offsetFileName(0, '.log')}.swap`);
  const found = tidyPartitionFiles(files, '/d');
  assert.deepEqual(found.baseOffsets, [0, 4]);
  assert.deepEqual(files.list('/d'), [
    offsetFileName(0, '.index'),
    offsetFileName(0, '.log'),
    offsetFileName(4, '.log'),
  ]);
  assert.deepEqual(files.readFile(`/d/${offsetFileName(0, '.log')}`), swapped);
});
