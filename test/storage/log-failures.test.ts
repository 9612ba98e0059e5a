import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileHandle } from '../../src/runtime/runtime.ts';
import type { Log } from '../../src/storage/log.ts';
import {
  allRecords,
  appendClient,
  batchOf,
  diskFull,
  ioError,
  LogFixture,
  valuesOf,
  withHandles,
  write,
} from './log-fixture.ts';

/** A disk that fails on request, writing half of what it was given first. */
class FailingDisk {
  nextWrite: 'DISK_FULL' | 'IO_ERROR' | undefined;
  nextSync: 'IO_ERROR' | undefined;
  syncs = 0;
  /** Holds writes through the pool until it is called. */
  releaseWrites: (() => void) | undefined;

  wrap(path: string, handle: FileHandle): FileHandle {
    const fail = (buffers: readonly Uint8Array[], position: number): void => {
      const code = this.nextWrite;
      if (code === undefined || !path.endsWith('.log')) return;
      this.nextWrite = undefined;
      const first = buffers[0] ?? new Uint8Array(0);
      handle.writev([first.subarray(0, first.length / 2)], position);
      throw code === 'DISK_FULL' ? diskFull(path) : ioError(path, 'write');
    };
    return {
      size: () => handle.size(),
      read: (target, position) => handle.read(target, position),
      readAsync: (target, position) => handle.readAsync(target, position),
      writev: (buffers, position) => {
        fail(buffers, position);
        handle.writev(buffers, position);
      },
      writevAsync: async (buffers, position) => {
        await new Promise<void>((resolve) => {
          this.releaseWrites = resolve;
        });
        fail(buffers, position);
        await handle.writevAsync(buffers, position);
      },
      truncate: (size) => handle.truncate(size),
      sync: async () => {
        this.syncs++;
        if (this.nextSync !== undefined) throw ioError(path, 'fsync');
        await handle.sync();
      },
      syncNow: () => handle.syncNow(),
      close: () => handle.close(),
    };
  }
}

interface Failing {
  readonly fixture: LogFixture;
  readonly disk: FailingDisk;
  readonly log: Log;
  readonly events: string[];
}

function failing(
  config: NonNullable<ConstructorParameters<typeof LogFixture>[0]>['config'] = {},
): Failing {
  const disk = new FailingDisk();
  const fixture = new LogFixture({
    config,
    cacheBytes: 0,
    wrapFiles: (files) => withHandles(files, (path, handle) => disk.wrap(path, handle)),
  });
  const log = fixture.create();
  const events: string[] = [];
  log.listener = {
    onWritten: (_, end) => events.push(`written ${end}`),
    onWriteFailed: (_, first) => events.push(`lost ${first}`),
  };
  return { fixture, disk, log, events };
}

const producer = { producerId: 5, producerEpoch: 0 };

test('a full disk: what was appended is taken back, reads go on, and so do writes when there is room', async () => {
  const { fixture, disk, log, events } = failing();
  write(log, batchOf(['a'], { ...producer, baseSequence: 0 }), 1);
  disk.nextWrite = 'DISK_FULL';
  for (let i = 0; i < 7; i++) {
    appendClient(log, batchOf([`lost ${i}`], { ...producer, baseSequence: 1 + i }), 2);
  }
  assert.equal(log.logEndOffset, 8);
  fixture.timers.endTurn();
  assert.deepEqual(events, ['written 1', 'lost 1']);
  assert.deepEqual([log.logEndOffset, log.latestEpoch], [1, 1]);
  assert.deepEqual(fixture.failures, []);
  assert.deepEqual(valuesOf(await allRecords(log)), ['a']);
  assert.equal(log.activeProducers()[0]?.lastSequence, 0);
  assert.equal(write(log, batchOf(['b'], { ...producer, baseSequence: 1 }), 2), 1);
  const again = await fixture.reopen(log);
  assert.deepEqual(valuesOf(await allRecords(again)), ['a', 'b']);
});

test('a full disk: segments that were begun for what is lost are gone with it', async () => {
  const { fixture, disk, log } = failing({ segmentBytes: 200 });
  write(log, batchOf(['a']));
  disk.nextWrite = 'DISK_FULL';
  for (let i = 0; i < 6; i++) appendClient(log, batchOf([`lost ${i}`]));
  fixture.timers.endTurn();
  assert.equal(log.logEndOffset, 1);
  assert.deepEqual(
    fixture.names().filter((name) => name.endsWith('.snapshot')),
    [],
  );
  for (let i = 0; i < 6; i++) write(log, batchOf([`${i}`]));
  assert.deepEqual(valuesOf(await allRecords(log)), ['a', '0', '1', '2', '3', '4', '5']);
});

test('an I/O error takes the log offline', () => {
  const { fixture, disk, log, events } = failing();
  disk.nextWrite = 'IO_ERROR';
  appendClient(log, batchOf(['a']));
  fixture.timers.endTurn();
  assert.deepEqual(events, ['lost 0']);
  assert.equal(fixture.failures.length, 1);
  const refused = appendClient(log, batchOf(['b']));
  assert.ok(refused.outcome === 'rejected' && refused.reason === 'KAFKA_STORAGE_ERROR');
});

test('a failed fsync takes the log offline and is not tried again', async () => {
  const { fixture, disk, log } = failing();
  write(log, batchOf(['a']));
  disk.nextSync = 'IO_ERROR';
  await assert.rejects(log.flush(), { code: 'IO_ERROR' });
  assert.equal(log.recoveryPoint, 0);
  assert.equal(fixture.failures.length, 1);
  disk.nextSync = undefined;
  await assert.rejects(log.flush(), { code: 'IO_ERROR' });
  assert.equal(disk.syncs, 1);
});

test('a flush that waits behind one whose fsync fails is refused too: what it would flush may be gone', async () => {
  const { disk, log } = failing();
  write(log, batchOf(['a']));
  disk.nextSync = 'IO_ERROR';
  const flushes = [log.flush(), log.flush()];
  const outcomes = await Promise.allSettled(flushes);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(disk.syncs, 1);
  assert.equal(log.flushedOffset, 0);
});

test('what recovery finds beyond the recovery point is written again by the first flush, and counts as unflushed until then', async () => {
  const fixture = new LogFixture();
  const log = fixture.create();
  write(log, batchOf(['flushed']));
  await log.flush();
  write(log, batchOf(['found']));
  const opened = await fixture.reopen(log);
  assert.ok(opened.unflushedBytes > 0);
  assert.equal(opened.flushedOffset, 1);
  await opened.flush();
  assert.deepEqual([opened.unflushedBytes, opened.flushedOffset], [0, 2]);
  assert.deepEqual(valuesOf(await allRecords(opened)), ['flushed', 'found']);
});

test('while the directory is slow, one write is under way and what comes meanwhile goes with the next', async () => {
  const { fixture, disk, log, events } = failing();
  const writes = fixture.pace.writes;
  const started = writes.started();
  fixture.clock.timeMs += 6;
  writes.ended(started);
  assert.ok(writes.isSlow);
  appendClient(log, batchOf(['a']));
  fixture.timers.endTurn();
  appendClient(log, batchOf(['b']));
  appendClient(log, batchOf(['c']));
  fixture.timers.endTurn();
  assert.deepEqual(events, []);
  disk.releaseWrites?.();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(events, ['written 1']);
  disk.releaseWrites?.();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(events, ['written 1', 'written 3']);
  assert.deepEqual(valuesOf(await allRecords(log)), ['a', 'b', 'c']);
});

test('a truncation while a write is under way: what it writes is cut off again', async () => {
  const { fixture, disk, log, events } = failing();
  write(log, batchOf(['a']));
  const writes = fixture.pace.writes;
  const started = writes.started();
  fixture.clock.timeMs += 6;
  writes.ended(started);
  appendClient(log, batchOf(['b']));
  fixture.timers.endTurn();
  log.truncateTo(1);
  assert.equal(log.logEndOffset, 1);
  appendClient(log, batchOf(['longer than before']));
  disk.releaseWrites?.();
  await new Promise((resolve) => setImmediate(resolve));
  disk.releaseWrites?.();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(events, ['written 1', 'written 2']);
  const again = await fixture.reopen(log);
  assert.deepEqual(valuesOf(await allRecords(again)), ['a', 'longer than before']);
});

test('flush.messages: appends count as written when they are flushed, many with one flush', async () => {
  const { fixture, disk, log, events } = failing({ flushMessages: 1 });
  for (const value of ['a', 'b', 'c']) appendClient(log, batchOf([value]));
  fixture.timers.endTurn();
  assert.deepEqual(events, []);
  assert.equal(log.writtenEndOffset, 0);
  appendClient(log, batchOf(['d']));
  fixture.timers.endTurn();
  while (log.writtenEndOffset < 4) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(events, ['written 3', 'written 4'].slice(-events.length));
  assert.equal(log.flushedOffset, 4);
  assert.ok(disk.syncs <= 4, `${disk.syncs} syncs`);
});

test('flush.messages: what cannot be flushed is lost', async () => {
  const { fixture, disk, log, events } = failing({ flushMessages: 1 });
  disk.nextSync = 'IO_ERROR';
  appendClient(log, batchOf(['a']));
  fixture.timers.endTurn();
  while (events.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(events, ['lost 0']);
  assert.equal(fixture.failures.length, 1);
});

test('flush.ms: a flush is due when it has passed since the last, and something is unflushed', async () => {
  const { fixture, log } = failing({ flushMs: 1000 });
  assert.equal(log.isFlushDue(fixture.clock.timeMs + 1000), false);
  write(log, batchOf(['a']));
  assert.ok(log.unflushedBytes > 0);
  assert.equal(log.isFlushDue(fixture.clock.timeMs + 999), false);
  assert.equal(log.isFlushDue(fixture.clock.timeMs + 1000), true);
  await log.flush();
  assert.equal(log.unflushedBytes, 0);
  assert.equal(log.isFlushDue(fixture.clock.timeMs + 1000), false);
});

test("a flush that fails when its log is closed already cuts nothing off: the files are another log's by then", async () => {
  const { fixture, disk, log } = failing({ flushMessages: 1 });
  write(log, batchOf(['a']));
  await log.flush();
  appendClient(log, batchOf(['b']));
  log.writePending();
  log.closeNow();
  disk.nextSync = 'IO_ERROR';
  await new Promise((resolve) => setImmediate(resolve));
  disk.nextSync = undefined;
  const again = await fixture.open();
  assert.deepEqual(valuesOf(await allRecords(again)), ['a', 'b']);
});
