import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogManagerOptions } from '../../src/storage/log-manager-options.ts';
import { must } from '../../src/util/assert.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { create, Machine } from './machine.ts';
import {
  append,
  countingReads,
  readText,
  startManager,
  topicId,
  writeText,
} from './managed-logs.ts';

describe('LogManager: directories', () => {
  it('an empty directory becomes one of this node, in a cluster of its own', async () => {
    const machine = new Machine('fresh');
    const manager = await machine.start({ directories: ['/data/a', '/data/b'] });
    assert.match(manager.clusterId, /^[A-Za-z0-9_-]{22}$/);
    const [a, b] = manager.directories();
    assert.notEqual(a?.directoryId, b?.directoryId);
    assert.ok(a?.online === true && b?.online === true);
    const meta = `version=1\ncluster.id=${manager.clusterId}\nnode.id=1\ndirectory.id=${a.directoryId}\n`;
    assert.equal(readText(machine.runtime, '/data/a/meta.properties'), meta);
    assert.deepEqual([...manager.logs()], []);
    await machine.stop(manager);
    assert.equal(readText(machine.runtime, '/data/a/meta.properties'), meta);
  });

  it('keeps its identity from run to run', async () => {
    const machine = new Machine('identity');
    const first = await machine.start({ clusterId: 'MkU3OEVBNTcwNTJENDM2Qk' });
    await machine.stop(first);
    const second = await machine.start();
    assert.equal(second.clusterId, 'MkU3OEVBNTcwNTJENDM2Qk');
    assert.deepEqual(second.directories()[0]?.directoryId, first.directories()[0]?.directoryId);
    await machine.stop(second);
  });

  it('a directory in use is refused, with its path and holder, and the locks taken so far are given back', async () => {
    const machine = new Machine('lock');
    const clusterId = 'one';
    const first = await machine.start({ directories: ['/data/b'], clusterId });
    await assert.rejects(machine.start({ directories: ['/data/a', '/data/b'] }), (error) => {
      assert.ok(hasCode(error, 'DATA_DIR_LOCKED'));
      assert.equal(error.details.path, '/data/b');
      assert.ok(error.message.includes('/data/b'));
      return true;
    });
    await machine.stop(await machine.start({ directories: ['/data/a'], clusterId }));
    await machine.stop(first);
    await machine.stop(await machine.start({ directories: ['/data/a', '/data/b'] }));
  });

  it('another node, another cluster, a copied directory and a newer format stop the start', async () => {
    const machine = new Machine('foreign');
    await machine.stop(await machine.start({ directories: ['/data/a'] }));
    const expectInvalid = (options: Partial<LogManagerOptions>, key: string) =>
      assert.rejects(
        machine.start({ directories: ['/data/a'], ...options }),
        (error) => hasCode(error, 'INVALID_CONFIG') && error.details.key === key,
      );
    await expectInvalid({ nodeId: 2 }, 'node.id');
    await expectInvalid({ clusterId: 'another' }, 'cluster.id');
    machine.files.makeDirectory('/data/b');
    writeText(
      machine.runtime,
      '/data/b/meta.properties',
      readText(machine.runtime, '/data/a/meta.properties'),
    );
    await expectInvalid({ directories: ['/data/a', '/data/b'] }, 'log.dirs');
    writeText(
      machine.runtime,
      '/data/b/meta.properties',
      'version=1\nnode.id=1\ncluster.id=another\n',
    );
    await expectInvalid({ directories: ['/data/a', '/data/b'] }, 'cluster.id');
    writeText(machine.runtime, '/data/b/meta.properties', 'version=9\n');
    await assert.rejects(machine.start({ directories: ['/data/b'] }), (error) =>
      hasCode(error, 'NEWER_FORMAT'),
    );
    await machine.stop(await machine.start({ directories: ['/data/a'] }));
  });

  it('a meta.properties that lacks a directory id gets one', async () => {
    const machine = new Machine('old meta');
    writeText(machine.runtime, '/data/meta.properties', 'version=0\nbroker.id=1\ncluster.id=old\n');
    const manager = await machine.start();
    assert.equal(manager.clusterId, 'old');
    const expected = `version=1\ncluster.id=old\nnode.id=1\ndirectory.id=${manager.directories()[0]?.directoryId}\n`;
    assert.equal(readText(machine.runtime, '/data/meta.properties'), expected);
    await machine.stop(manager);
  });

  it('onLocked is called when the directories are locked, and its failure is that of the start', async () => {
    const machine = new Machine('hook');
    const found: (string | undefined)[] = [];
    const onLocked = ({ clusterId }: { clusterId: string | undefined }): Promise<never> => {
      found.push(clusterId);
      return Promise.reject(new Error('the metadata store says no'));
    };
    await assert.rejects(machine.start({ onLocked }), /says no/);
    assert.equal(machine.files.stat('/data/meta.properties'), undefined);
    const manager = await machine.start();
    const { clusterId } = manager;
    await machine.stop(manager);
    await assert.rejects(machine.start({ onLocked }), /says no/);
    assert.deepEqual(found, [undefined, clusterId]);
  });

  it('directories without a cluster get the one that onLocked answers, and others are refused', async () => {
    const machine = new Machine('told');
    const start = (clusterId: string) =>
      machine.start({ onLocked: () => Promise.resolve(clusterId) });
    const manager = await start('one');
    assert.equal(manager.clusterId, 'one');
    await machine.stop(manager);
    await assert.rejects(
      start('another'),
      (error) => hasCode(error, 'INVALID_CONFIG') && error.details.key === 'cluster.id',
    );
    await machine.stop(await start('one'));
  });
});

describe('LogManager: start and stop', () => {
  it('after a clean stop logs are as they were, and their files are hardly read', async () => {
    const machine = new Machine('clean');
    const manager = await machine.start();
    const log = create(manager, 'orders', 3);
    for (let i = 0; i < 200; i += 1) append(log, `value ${i} ${'x'.repeat(500)}`);
    await machine.settle();
    log.setHighWatermark(120);
    await machine.stop(manager);
    assert.equal(
      readText(machine.runtime, '/data/.kafka_cleanshutdown'),
      '{"version":0,"brokerEpoch":-1}',
    );
    assert.equal(
      readText(machine.runtime, '/data/recovery-point-offset-checkpoint'),
      '0\n1\norders 3 200\n',
    );
    assert.equal(
      readText(machine.runtime, '/data/replication-offset-checkpoint'),
      '0\n1\norders 3 120\n',
    );

    const { files, bytesRead } = countingReads(machine.files);
    const runtime = { ...machine.runtime, files };
    const again = await machine.simulation.complete(startManager(runtime));
    assert.equal(machine.files.stat('/data/.kafka_cleanshutdown'), undefined);
    assert.ok(bytesRead() < 8192, `${bytesRead()} of ${log.sizeBytes} bytes were read`);
    const reopened = must(again.get('orders', 3));
    assert.deepEqual(
      [reopened.logEndOffset, reopened.highWatermark, reopened.topicId, reopened.recoveryPoint],
      [200, 120, topicId, 200],
    );
    assert.equal((await machine.values(reopened)).length, 200);
    await machine.stop(again);
  });

  it('after a crash every record that was written is there', async () => {
    const machine = new Machine('crash');
    const manager = await machine.start();
    const log = create(manager, 'orders');
    for (let i = 0; i < 50; i += 1) append(log, `value ${i}`);
    await machine.settle();
    machine.crash();
    const again = await machine.start();
    const reopened = must(again.get('orders', 0));
    assert.equal(reopened.recoveryPoint, 0);
    assert.equal((await machine.values(reopened)).length, 50);
    await machine.stop(again);
  });

  it('stop writes what waits, can be called twice, and leaves neither lock nor open file', async () => {
    const machine = new Machine('stop');
    const manager = await machine.start();
    append(create(manager, 'orders'), 'last words');
    const stopped = manager.stop();
    assert.equal(manager.stop(), stopped);
    await machine.simulation.complete(stopped);
    // Replacing and moving a file needs that nobody has it open.
    machine.files.rename('/data/orders-0/00000000000000000000.log', '/data/moved');
    machine.files.rename('/data/moved', '/data/orders-0/00000000000000000000.log');
    const again = await machine.start();
    assert.deepEqual(await machine.values(again.get('orders', 0)), ['last words']);
    await machine.stop(again);
  });

  it('a log that nobody wrote to since a clean stop costs nothing to stop again', async () => {
    const machine = new Machine('untouched');
    const manager = await machine.start();
    for (const topic of ['idle', 'busy', 'cut']) append(create(manager, topic), 'a', 'b');
    await machine.settle();
    await machine.stop(manager);

    const second = await machine.start();
    append(must(second.get('busy', 0)), 'c');
    must(second.get('cut', 0)).truncateTo(0);
    await machine.settle();
    for (const operation of ['open', 'write', 'sync', 'sync directory'] as const) {
      machine.disk.inject({ operation, path: '/data/idle-0', times: Infinity, code: 'IO_ERROR' });
    }
    await machine.stop(second);
    assert.notEqual(machine.files.stat('/data/.kafka_cleanshutdown'), undefined);
    machine.powerLoss();
  });

  it('what was written to one since is not lost by that', async () => {
    const machine = new Machine('touched');
    const manager = await machine.start();
    for (const topic of ['idle', 'busy', 'cut', 'waiting'])
      append(create(manager, topic), 'a', 'b');
    await machine.stop(manager);
    const second = await machine.start();
    append(must(second.get('busy', 0)), 'c');
    must(second.get('cut', 0)).truncateTo(0);
    append(must(second.get('cut', 0)), 'A');
    await machine.settle();
    append(must(second.get('waiting', 0)), 'c');
    await machine.stop(second);
    machine.powerLoss();
    const third = await machine.start();
    const values = [];
    for (const topic of ['idle', 'busy', 'cut', 'waiting'])
      values.push(await machine.values(third.get(topic, 0)));
    assert.deepEqual(values, [['a', 'b'], ['a', 'b', 'c'], ['A'], ['a', 'b', 'c']]);
    await machine.stop(third);
  });

  it('the epoch of the broker is in the mark of a clean stop', async () => {
    const machine = new Machine('epoch');
    const manager = await machine.start();
    await machine.simulation.complete(manager.stop({ brokerEpoch: 77 }));
    assert.equal(
      readText(machine.runtime, '/data/.kafka_cleanshutdown'),
      '{"version":0,"brokerEpoch":77}',
    );
  });

  it('abandon writes nothing: the next start finds what a crash leaves', async () => {
    const machine = new Machine('abandon');
    const manager = await machine.start();
    const log = create(manager, 'orders');
    append(log, 'written');
    await machine.settle();
    append(log, 'gathered');
    await machine.simulation.complete(manager.abandon());
    assert.equal(machine.files.stat('/data/.kafka_cleanshutdown'), undefined);
    const again = await machine.start();
    assert.deepEqual(await machine.values(again.get('orders', 0)), ['written']);
    await machine.stop(again);
  });

  it('a start that fails between leaves no lock and no mark that is not true', async () => {
    const machine = new Machine('failing start');
    await machine.stop(await machine.start());
    machine.disk.inject({ operation: 'lock', code: 'IO_ERROR' });
    await assert.rejects(machine.start(), { code: 'IO_ERROR' });
    assert.notEqual(machine.files.stat('/data/.kafka_cleanshutdown'), undefined);
    await machine.stop(await machine.start());
  });

  it('progress is told while many logs are opened', async () => {
    const machine = new Machine('progress');
    const manager = await machine.start();
    for (let i = 0; i < 40; i += 1) append(create(manager, 'orders', i), 'x'.repeat(1000));
    await machine.settle();
    machine.crash();
    const told: number[] = [];
    // Each read of a file takes its time in the simulation; the clock is helped along.
    const { runtime } = machine;
    let extraMs = 0;
    const clock = {
      nowMs: () => runtime.clock.nowMs(),
      monotonicMs: () => runtime.clock.monotonicMs() + (extraMs += 40),
    };
    const again = await machine.simulation.complete(
      startManager(
        { ...runtime, clock },
        {
          onProgress: ({ opened, total }) => {
            told.push(opened);
            assert.equal(total, 40);
          },
        },
      ),
    );
    assert.ok(told.length >= 1);
    assert.deepEqual(
      told,
      told.toSorted((a, b) => a - b),
    );
    await machine.stop(again);
  });

  it('what was flushed before a power loss is there after it', async () => {
    const machine = new Machine('power');
    const manager = await machine.start({ limits: { recoveryPointCheckpointIntervalMs: 100 } });
    const log = create(manager, 'orders');
    for (let i = 0; i < 20; i += 1) append(log, `value ${i}`);
    await machine.settle();
    await machine.simulation.complete(log.flush());
    await machine.simulation.runFor(1000);
    append(log, 'maybe');
    await machine.settle();
    machine.powerLoss();
    const again = await machine.start();
    const reopened = must(again.get('orders', 0));
    assert.equal(reopened.recoveryPoint, 20);
    assert.ok(reopened.logEndOffset >= 20);
    assert.equal((await machine.values(reopened))[19], 'value 19');
    await machine.stop(again);
  });
});
