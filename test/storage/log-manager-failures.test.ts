import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { must } from '../../src/util/assert.ts';
import { create, Machine } from './machine.ts';
import {
  append,
  readText,
  startManager,
  testConfig,
  topicId,
  tryAppend,
  writeText,
} from './managed-logs.ts';

describe('LogManager: failures', () => {
  it('an I/O error takes its directory offline, and nothing else', async () => {
    const machine = new Machine('offline');
    const manager = await machine.start({ directories: ['/data/a', '/data/b'] });
    const [a, b] = [create(manager, 'orders', 0), create(manager, 'orders', 1)];
    const inA = create(manager, 'orders', 2);
    for (const log of [a, b, inA]) append(log, 'before');
    await machine.settle();
    const offline: [string, string[]][] = [];
    manager.onDirectoryOffline((path, logs) =>
      offline.push([path, logs.map((log) => log.directory)]),
    );
    machine.disk.inject({ operation: 'write', path: '/data/a/orders-0', code: 'IO_ERROR' });
    for (const log of [a, b]) append(log, 'after');
    await machine.settle();
    assert.deepEqual(offline, [['/data/a', ['/data/a/orders-0', '/data/a/orders-2']]]);
    assert.deepEqual(
      manager.directories().map((directory) => directory.online),
      [false, true],
    );
    assert.match(manager.directories()[0]?.error?.message ?? '', /orders-0/);
    assert.equal(manager.directoryOf(inA).online, false);
    assert.deepEqual(manager.describeLogs('/data/a'), []);
    for (const log of [a, inA]) {
      const result = tryAppend(log, 'too late');
      assert.equal(result.outcome === 'rejected' && result.reason, 'KAFKA_STORAGE_ERROR');
    }
    append(b, 'goes on');
    assert.equal(create(manager, 'new').directory, '/data/b/new-0');
    assert.throws(() => manager.create('hidden', 0, topicId, testConfig, { isNew: false }), {
      code: 'IO_ERROR',
    });
    await machine.stop(manager);
    assert.equal(machine.files.stat('/data/a/.kafka_cleanshutdown'), undefined);
    assert.notEqual(machine.files.stat('/data/b/.kafka_cleanshutdown'), undefined);

    const again = await machine.start({ directories: ['/data/a', '/data/b'] });
    assert.deepEqual(await machine.values(again.get('orders', 0)), ['before']);
    assert.deepEqual(await machine.values(again.get('orders', 1)), ['before', 'after', 'goes on']);
    await machine.stop(again);
  });

  it('a failed fsync takes the directory offline', async () => {
    const machine = new Machine('fsync');
    const manager = await machine.start({ directories: ['/data/a', '/data/b'] });
    const log = create(manager, 'orders');
    append(log, 'x');
    await machine.settle();
    machine.disk.inject({ operation: 'sync', path: '/data/a/orders-0', code: 'IO_ERROR' });
    await assert.rejects(machine.simulation.complete(log.flush()), { code: 'IO_ERROR' });
    assert.deepEqual(
      manager.directories().map((directory) => directory.online),
      [false, true],
    );
    await machine.stop(manager);
  });

  it('a checkpoint that cannot be written takes the directory offline, unless the disk is full', async () => {
    const machine = new Machine('checkpoint failure');
    const manager = await machine.start();
    append(create(manager, 'orders'), 'x');
    await machine.settle();
    machine.disk.inject({ operation: 'write', path: 'replication-offset', code: 'DISK_FULL' });
    await machine.simulation.complete(manager.checkpoint('highWatermark'));
    assert.equal(manager.directories()[0]?.online, true);
    machine.disk.inject({ operation: 'write', path: 'replication-offset', code: 'IO_ERROR' });
    await machine.simulation.complete(manager.checkpoint('highWatermark'));
    assert.equal(manager.directories()[0]?.online, false);
    await machine.stop(manager);
  });

  it('a directory that cannot be read at start is offline; the start fails when all are', async () => {
    const machine = new Machine('bad start');
    const directories = ['/data/a', '/data/b'];
    const manager = await machine.start({ directories });
    for (const partition of [0, 1]) append(create(manager, 'orders', partition), 'x');
    await machine.stop(manager);
    for (const operation of ['lock', 'list', 'open'] as const) {
      const takeBack = machine.disk.inject({
        operation,
        path: '/data/a',
        times: Infinity,
        code: 'IO_ERROR',
      });
      const again = await machine.start({ directories });
      assert.deepEqual(
        again.directories().map((directory) => directory.online),
        [false, true],
        operation,
      );
      assert.equal(again.get('orders', 0), undefined);
      assert.deepEqual(await machine.values(again.get('orders', 1)), ['x']);
      await machine.stop(again);
      takeBack();
    }
    const takeBack = machine.disk.inject({ operation: 'list', times: Infinity, code: 'IO_ERROR' });
    await assert.rejects(machine.start({ directories }), { code: 'IO_ERROR' });
    takeBack();
    const again = await machine.start({ directories });
    assert.deepEqual(await machine.values(again.get('orders', 0)), ['x']);
    await machine.stop(again);
  });

  it('a full disk fails writes and nothing else, and writes go on when there is room', async () => {
    const machine = new Machine('full');
    const manager = await machine.start();
    const config = { ...testConfig, segmentBytes: 4096, fileDeleteDelayMs: 0 };
    const log = manager.create('orders', 0, topicId, config);
    for (let i = 0; i < 30; i += 1) append(log, `value ${i} ${'x'.repeat(400)}`);
    await machine.settle();
    log.setHighWatermark(30);
    const lost: number[] = [];
    log.listener = {
      onWritten: () => {},
      onWriteFailed: (_, firstLostOffset) => lost.push(firstLostOffset),
    };
    machine.disk.setCapacity(0);
    const refusedBefore = tryAppend(log, 'no room');
    await machine.settle();
    assert.ok(refusedBefore.outcome === 'rejected' || lost.length === 1);
    assert.throws(() => create(manager, 'new'), { code: 'DISK_FULL' });
    assert.equal(manager.get('new', 0), undefined);
    assert.equal((await machine.values(log)).length, 30);
    await machine.simulation.complete(manager.checkpoint('recoveryPoint'));
    log.advanceLogStartOffset(20);
    await machine.simulation.complete(manager.applyRetention());
    assert.equal(manager.directories()[0]?.online, true);
    assert.ok(log.logStartOffset >= 20);

    machine.disk.setCapacity(Number.POSITIVE_INFINITY);
    append(log, 'room again');
    await machine.settle();
    assert.equal((await machine.values(log)).at(-1), 'room again');
    append(create(manager, 'new'), 'x');
    await machine.stop(manager);
    const again = await machine.start();
    assert.equal((await machine.values(again.get('orders', 0))).at(-1), 'room again');
    await machine.stop(again);
  });

  it('a stop with a full disk ends, and what was written is there afterwards', async () => {
    const machine = new Machine('full stop');
    const manager = await machine.start();
    const log = create(manager, 'orders');
    append(log, 'x');
    await machine.settle();
    machine.disk.setCapacity(0);
    await machine.stop(manager);
    machine.disk.setCapacity(Number.POSITIVE_INFINITY);
    const again = await machine.start();
    assert.deepEqual(await machine.values(again.get('orders', 0)), ['x']);
    await machine.stop(again);
  });

  it('temporary data is never synced', async () => {
    const machine = new Machine('temporary');
    for (const operation of ['sync', 'sync directory'] as const) {
      machine.disk.inject({ operation, times: Infinity, code: 'IO_ERROR' });
    }
    const manager = await machine.start({ temporary: true });
    const log = create(manager, 'orders');
    append(log, 'x');
    await machine.settle();
    await machine.simulation.complete(log.flush());
    await machine.simulation.runFor(200_000);
    await machine.stop(manager);
    const again = await machine.start({ temporary: true });
    assert.deepEqual(await machine.values(again.get('orders', 0)), ['x']);
    await machine.stop(again);
  });
});

describe('LogManager: background work', () => {
  it('flushes what is over the bounds, and writes the recovery point soon after', async () => {
    const machine = new Machine('background flush');
    const manager = await machine.start({
      limits: { flushPartitionBytesMax: 10_000, flushDirectoryBytesMax: 30_000 },
    });
    const log = create(manager, 'orders');
    append(log, 'x'.repeat(9000));
    await machine.simulation.runFor(5000);
    assert.equal(log.recoveryPoint, 0);
    append(log, 'x'.repeat(2000));
    await machine.simulation.runFor(2000);
    assert.equal(log.recoveryPoint, 2);
    assert.equal(
      readText(machine.runtime, '/data/recovery-point-offset-checkpoint'),
      '0\n1\norders 0 2\n',
    );
    await machine.stop(manager);
  });

  it('flush.ms flushes a log that is written to no more', async () => {
    const machine = new Machine('flush.ms');
    const manager = await machine.start();
    const log = manager.create('orders', 0, topicId, { ...testConfig, flushMs: 3000 });
    append(log, 'x');
    await machine.simulation.runFor(2000);
    assert.equal(log.recoveryPoint, 0);
    await machine.simulation.runFor(3000);
    assert.equal(log.recoveryPoint, 1);
    await machine.stop(manager);
  });

  it('checkpoints are written at their intervals', async () => {
    const machine = new Machine('intervals');
    const manager = await machine.start();
    const log = create(manager, 'orders');
    append(log, 'x', 'y', 'z');
    await machine.settle();
    log.setHighWatermark(2);
    log.advanceLogStartOffset(1);
    await machine.simulation.runFor(5100);
    assert.equal(
      readText(machine.runtime, '/data/replication-offset-checkpoint'),
      '0\n1\norders 0 2\n',
    );
    await machine.simulation.runFor(55_000);
    assert.equal(
      readText(machine.runtime, '/data/log-start-offset-checkpoint'),
      '0\n1\norders 0 1\n',
    );
    machine.crash();
    const again = await machine.start();
    const reopened = must(again.get('orders', 0));
    assert.deepEqual([reopened.logStartOffset, reopened.highWatermark], [1, 2]);
    await machine.stop(again);
  });

  it('a truncation is written down before much can follow it', async () => {
    const machine = new Machine('truncation');
    const manager = await machine.start();
    const log = create(manager, 'orders');
    for (let i = 0; i < 100; i += 1) append(log, `value ${i}`);
    await machine.settle();
    await machine.simulation.complete(log.flush());
    await machine.simulation.complete(manager.checkpoint('recoveryPoint'));
    const path = '/data/recovery-point-offset-checkpoint';
    assert.equal(readText(machine.runtime, path), '0\n1\norders 0 100\n');
    log.truncateTo(30);
    await machine.simulation.runFor(100);
    assert.match(readText(machine.runtime, path), /orders 0 ([12]?[0-9]|30)\n/);
    log.truncateFullyAndStartAt(10);
    await machine.simulation.runFor(100);
    assert.equal(readText(machine.runtime, path), '0\n1\norders 0 10\n');
    await machine.stop(manager);
  });

  it('no checkpoint loses lines while logs are opened', async () => {
    const machine = new Machine('opening');
    const manager = await machine.start();
    for (let i = 0; i < 20; i += 1) append(create(manager, 'orders', i), `value ${i}`);
    await machine.settle();
    for (const log of manager.logs()) await machine.simulation.complete(log.flush());
    await machine.simulation.complete(manager.checkpoint('recoveryPoint'));
    machine.crash();
    // A tail that has to be cut off tells of a truncation while the others are still to come.
    const tail = '/data/orders-0/00000000000000000000.log';
    writeText(machine.runtime, tail, `${'\u0000'.repeat(10)}`);
    const path = '/data/recovery-point-offset-checkpoint';
    const before = readText(machine.runtime, path);
    const starting = startManager(machine.runtime, { limits: { concurrentLogsMax: 1 } });
    let opened = false;
    void starting.then(() => (opened = true));
    await machine.simulation.run(() => {
      if (!opened) assert.equal(readText(machine.runtime, path), before);
      return opened;
    });
    await machine.stop(await starting);
  });

  it('retention runs at its interval over all logs', async () => {
    const machine = new Machine('retention');
    const manager = await machine.start({ limits: { retentionCheckIntervalMs: 10_000 } });
    const config = {
      ...testConfig,
      segmentBytes: 1000,
      retentionBytes: 1500,
      fileDeleteDelayMs: 0,
    };
    const log = manager.create('orders', 0, topicId, config);
    for (let i = 0; i < 10; i += 1) append(log, 'x'.repeat(700));
    await machine.settle();
    log.setHighWatermark(10);
    await machine.simulation.runFor(9000);
    assert.equal(log.logStartOffset, 0);
    await machine.simulation.runFor(2000);
    assert.ok(log.logStartOffset > 5 && log.logStartOffset < 10);
    await machine.stop(manager);
  });

  it('describes the size and lag of each log', async () => {
    const machine = new Machine('describe');
    const manager = await machine.start();
    const log = create(manager, 'orders');
    append(log, 'x');
    await machine.settle();
    assert.deepEqual(manager.describeLogs('/data'), [
      { topic: 'orders', partition: 0, sizeBytes: log.sizeBytes, offsetLag: 0 },
    ]);
    assert.deepEqual(manager.describeLogs('/elsewhere'), []);
    await machine.stop(manager);
  });
});
