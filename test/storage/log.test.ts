import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allRecords,
  appendClient,
  batchOf,
  LogFixture,
  partitionDirectory,
  recordsOf,
  startMs,
  valuesOf,
  write,
} from './log-fixture.ts';

const everything = { maxBytes: 1 << 20, upperBoundOffset: Infinity, atLeastOneBatch: true };

test('append: batches get their offsets at once and are written together at the end of the turn', async () => {
  const fixture = new LogFixture();
  const log = fixture.create();
  const written: number[] = [];
  log.listener = {
    onWritten: (_, end) => written.push(end),
    onWriteFailed: () => assert.fail('no write fails'),
  };
  const first = batchOf(['a', 'b']);
  assert.deepEqual(appendClient(log, first, 7), {
    outcome: 'appended',
    baseOffset: 0,
    lastOffset: 1,
    logAppendTimeMs: -1,
  });
  appendClient(log, batchOf(['c']), 7);
  assert.equal(first.partitionLeaderEpoch, 7);
  assert.deepEqual([log.logEndOffset, log.writtenEndOffset], [3, 0]);
  assert.deepEqual(written, []);
  fixture.timers.endTurn();
  assert.deepEqual(written, [3]);
  assert.equal(log.writtenEndOffset, 3);
  assert.deepEqual(valuesOf(await allRecords(log)), ['a', 'b', 'c']);
  assert.equal(log.latestEpoch, 7);
});

test('a new partition has no files until something is written', () => {
  const fixture = new LogFixture();
  const log = fixture.create();
  assert.deepEqual(fixture.names(), []);
  write(log, batchOf(['a']));
  assert.deepEqual(fixture.names(), ['00000000000000000000.log']);
});

test('read: what was just written comes from memory, without a promise', () => {
  const fixture = new LogFixture();
  const log = fixture.create();
  write(log, batchOf(['a']));
  write(log, batchOf(['b']));
  const read = log.read(1, everything);
  assert.ok(!(read instanceof Promise));
  assert.deepEqual(recordsOf(read), [{ offset: 1, value: 'b' }]);
  assert.equal(read.release, undefined);
});

for (const cacheBytes of [0, 1024 * 1024]) {
  test(`read: bounds hold with ${cacheBytes === 0 ? 'no cache' : 'a cache'}`, async () => {
    const fixture = new LogFixture({ cacheBytes });
    const log = fixture.create();
    for (const value of ['a', 'b', 'c', 'd']) write(log, batchOf([value, value]));
    const sizeBytes = batchOf(['a', 'a']).sizeBytes;
    const read = async (start: number, maxBytes: number, bound: number, one: boolean) =>
      valuesOf(
        recordsOf(
          await log.read(start, { maxBytes, upperBoundOffset: bound, atLeastOneBatch: one }),
        ),
      ).join('');
    assert.equal(await read(0, 1 << 20, 8, false), 'aabbccdd');
    assert.equal(await read(3, 1 << 20, 8, false), 'bbccdd', 'the batch that holds the offset');
    assert.equal(await read(0, sizeBytes * 2, 8, false), 'aabb');
    assert.equal(await read(0, sizeBytes * 2 + 5, 8, false), 'aabb', 'no part of a batch');
    assert.equal(await read(0, 5, 8, false), '');
    assert.equal(await read(0, 5, 8, true), 'aa', 'one batch at least');
    assert.equal(await read(0, 1 << 20, 5, true), 'aabb', 'ends at or below the bound');
    assert.equal(await read(0, 1 << 20, 1, true), '', 'not even one batch beyond the bound');
    assert.equal(await read(8, 1 << 20, 8, true), '');
    assert.equal(await read(7, 1 << 20, 100, true), 'dd');
  });

  test(`read: a batch larger than any read, with ${cacheBytes === 0 ? 'no cache' : 'a cache'}`, async () => {
    const fixture = new LogFixture({ cacheBytes });
    const log = fixture.create();
    const large = 'x'.repeat(3 * 1024 * 1024);
    write(log, batchOf(['a']));
    write(log, batchOf([large]));
    fixture.timers.endTurn();
    await log.flush();
    write(log, batchOf(['b']));
    const read = await log.read(1, { ...everything, maxBytes: 10 });
    assert.equal(read.sizeBytes, batchOf([large]).sizeBytes);
    assert.equal(
      (await log.read(1, { ...everything, maxBytes: 10, atLeastOneBatch: false })).sizeBytes,
      0,
    );
    const next = await log.read(2, everything);
    assert.deepEqual(valuesOf(recordsOf(next)), ['b']);
  });
}

test('read: what is found in a file keeps no more than four times its size of the buffer it was read into', async () => {
  const fixture = new LogFixture({ cacheBytes: 0 });
  const log = fixture.create();
  for (let i = 0; i < 400; i++) write(log, batchOf(['x'.repeat(700)]));
  for (const maxBytes of [1, 800, 5000, 16_000, 40_000, 100_000, 250_000]) {
    const read = await log.read(0, { maxBytes, upperBoundOffset: 400, atLeastOneBatch: true });
    const bufferBytes = read.chunks.reduce((sum, chunk) => sum + chunk.buffer.byteLength, 0);
    assert.ok(bufferBytes <= 4 * read.sizeBytes, `${bufferBytes} for ${read.sizeBytes}`);
    assert.equal(read.heldBytes, bufferBytes);
    assert.equal(recordsOf(read)[0]?.value, 'x'.repeat(700));
  }
});

test('segments roll by size, and reading goes on in the next', async () => {
  const fixture = new LogFixture({ config: { segmentBytes: 200 }, cacheBytes: 0 });
  const log = fixture.create();
  for (let i = 0; i < 10; i++) write(log, batchOf([`value-${i}`]));
  fixture.timers.endTurn();
  await log.flush();
  const logs = fixture.names().filter((name) => name.endsWith('.log'));
  assert.ok(logs.length >= 4, `${logs.length} segments`);
  assert.deepEqual(
    (await allRecords(log)).map((record) => record.offset),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.ok(fixture.names().includes(logs[1]?.replace('.log', '.snapshot') ?? ''));
});

test('segments roll by the time of their batches', () => {
  const fixture = new LogFixture({ config: { segmentMs: 1000 } });
  const log = fixture.create();
  write(log, batchOf(['a'], { timestamp: startMs }));
  write(log, batchOf(['b'], { timestamp: startMs + 1000 }));
  assert.equal(fixture.names().filter((name) => name.endsWith('.log')).length, 1);
  write(log, batchOf(['c'], { timestamp: startMs + 1001 }));
  assert.ok(fixture.names().includes('00000000000000000002.log'));
});

test('segments roll when an index is full', () => {
  const fixture = new LogFixture({ config: { segmentIndexBytes: 36, indexIntervalBytes: 0 } });
  const log = fixture.create();
  for (let i = 0; i < 8; i++) write(log, batchOf(['a'], { timestamp: startMs + i }));
  assert.ok(fixture.names().filter((name) => name.endsWith('.log')).length > 1);
});

test('segments roll when an offset is too far from their base offset', () => {
  const fixture = new LogFixture();
  const log = fixture.create();
  const replicate = (baseOffset: number): void => {
    const result = log.append(batchOf(['a'], { baseOffset }), {
      origin: 'replication',
      leaderEpoch: 0,
    });
    assert.equal(result.outcome, 'appended');
    log.writePending();
  };
  replicate(0);
  replicate(0x7fff_ffff);
  replicate(0x8000_0000);
  assert.ok(fixture.names().includes('00000000002147483648.log'));
  assert.equal(log.logEndOffset, 0x8000_0001);
});

test('a clean log opens as it was closed, with nothing to repair', async () => {
  const fixture = new LogFixture({ config: { segmentBytes: 300 } });
  const log = fixture.create();
  for (let i = 0; i < 10; i++) {
    write(
      log,
      batchOf([`v${i}`], {
        producerId: 5,
        producerEpoch: 0,
        baseSequence: i,
        timestamp: startMs + i,
      }),
    );
  }
  fixture.timers.endTurn();
  await log.close();
  assert.ok(fixture.names().includes('00000000000000000010.snapshot'));
  const again = await fixture.open({ clean: true });
  assert.equal(again.logEndOffset, 10);
  assert.equal(again.recoveryPoint, 10);
  assert.deepEqual((await allRecords(again)).length, 10);
  assert.deepEqual(again.activeProducers(), [
    {
      producerId: 5,
      producerEpoch: 0,
      lastSequence: 9,
      lastTimestampMs: startMs + 9,
      coordinatorEpoch: -1,
      currentTxnStartOffset: -1,
    },
  ]);
  assert.deepEqual(await again.offsetOfMaxTimestamp(), {
    offset: 9,
    timestampMs: startMs + 9,
    leaderEpoch: 0,
  });
});

test('after a crash everything written is there, whatever was flushed', async () => {
  const fixture = new LogFixture({ config: { segmentBytes: 400 } });
  const log = fixture.create();
  for (let i = 0; i < 20; i++) {
    write(
      log,
      batchOf([`v${i}`], { producerId: 5, producerEpoch: 0, baseSequence: i }),
      i < 10 ? 1 : 2,
    );
    if (i === 12) await log.flush();
  }
  const again = await fixture.reopen(log);
  assert.equal(again.logEndOffset, 20);
  assert.equal((await allRecords(again)).length, 20);
  assert.equal(again.activeProducers()[0]?.lastSequence, 19);
  assert.deepEqual(again.endOffsetForEpoch(1), { epoch: 1, endOffset: 10 });
});

test('a torn tail is cut off, and writing goes on behind it', async () => {
  const fixture = new LogFixture();
  const log = fixture.create();
  for (let i = 0; i < 5; i++) write(log, batchOf([`v${i}`]));
  log.closeNow();
  const path = `${partitionDirectory}/00000000000000000000.log`;
  const handle = fixture.files.open(path, 'write');
  handle.truncate(handle.size() - 3);
  handle.close();
  const again = await fixture.open();
  assert.equal(again.logEndOffset, 4);
  assert.equal(write(again, batchOf(['new'])), 4);
  assert.deepEqual(valuesOf(await allRecords(again)), ['v0', 'v1', 'v2', 'v3', 'new']);
});

test('truncateTo: ends at the batch that holds the offset', async () => {
  const fixture = new LogFixture({ config: { segmentBytes: 300 } });
  const log = fixture.create();
  for (let i = 0; i < 10; i++) write(log, batchOf([`a${i}`, `b${i}`]), i);
  log.truncateTo(13);
  assert.equal(log.logEndOffset, 12);
  assert.equal(log.latestEpoch, 5);
  assert.equal(write(log, batchOf(['new']), 9), 12);
  const values = valuesOf(await allRecords(log));
  assert.deepEqual(values.slice(-3), ['a5', 'b5', 'new']);
  const again = await fixture.reopen(log);
  assert.deepEqual(valuesOf(await allRecords(again)), values);
});

test('truncateFullyAndStartAt: the log goes on there, also after a crash', async () => {
  const fixture = new LogFixture();
  const log = fixture.create();
  write(log, batchOf(['a']));
  log.truncateFullyAndStartAt(500);
  assert.deepEqual([log.logStartOffset, log.logEndOffset, log.highWatermark], [500, 500, 500]);
  const again = await fixture.reopen(log, { logStartOffset: 0 });
  assert.deepEqual([again.logStartOffset, again.logEndOffset], [500, 500]);
});

test('bytesBetween: exact for what is in memory, near for the rest', async () => {
  for (const cacheBytes of [0, 1 << 20]) {
    const fixture = new LogFixture({ cacheBytes, config: { segmentBytes: 1000 } });
    const log = fixture.create();
    for (let i = 0; i < 40; i++) write(log, batchOf([`value-${i}`]));
    const sizeBytes = batchOf(['value-10']).sizeBytes;
    assert.equal(log.bytesBetween(40, 40), 0);
    assert.equal(log.bytesBetween(0, 100), log.sizeBytes);
    const near = log.bytesBetween(10, 40);
    assert.ok(Math.abs(near - 30 * sizeBytes) <= 1000, `${near}`);
    if (cacheBytes > 0) assert.equal(log.bytesBetween(10, 39), 29 * sizeBytes);
  }
});

test('a snapshot of producers that power loss brings back after a truncation is not believed', async () => {
  const fixture = new LogFixture();
  const log = fixture.create();
  write(log, batchOf(['cut'], { producerId: 1, producerEpoch: 0, baseSequence: 0 }));
  await log.flush();
  const name = '00000000000000000001.snapshot';
  const removed = Uint8Array.from(fixture.content(name));
  log.truncateTo(0);
  write(log, batchOf(['kept'], { producerId: 2, producerEpoch: 0, baseSequence: 7 }));
  log.closeNow();
  fixture.files.replaceFile(fixture.files.join(log.directory, name), removed);
  const recovered = await fixture.reopen(log);
  await recovered.close();
  const [producer, ...others] = (await fixture.open({ clean: true })).activeProducers();
  assert.deepEqual([producer?.producerId, producer?.lastSequence, others], [2, 7, []]);
});
