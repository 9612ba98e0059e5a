import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Log } from '../../src/storage/log.ts';
import { must } from '../../src/util/assert.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { create, Machine } from './machine.ts';
import { append, readText, testConfig, topicId, writeText } from './managed-logs.ts';

function offsetsDirectories(machine: Machine): string[] {
  return machine.files.list('/data').filter((name) => name.startsWith('offsets-'));
}

describe('LogManager: create and delete', () => {
  it('a new log comes to the directory that has the fewest', async () => {
    const machine = new Machine('spread');
    const directories = ['/data/a', '/data/b', '/data/c'];
    const manager = await machine.start({ directories });
    const paths = [0, 1, 2, 3, 4].map(
      (partition) => create(manager, 'orders', partition).directory,
    );
    assert.deepEqual(paths, [
      '/data/a/orders-0',
      '/data/b/orders-1',
      '/data/c/orders-2',
      '/data/a/orders-3',
      '/data/b/orders-4',
    ]);
    manager.delete('orders', 2);
    assert.equal(create(manager, 'payments').directory, '/data/c/payments-0');
    assert.equal(
      readText(machine.runtime, '/data/c/payments-0/partition.metadata'),
      `version: 0\ntopic_id: ${topicId}`,
    );
    await machine.stop(manager);
    const again = await machine.start({ directories });
    assert.deepEqual(
      again.foundTopics.map((found) => [
        found.topic,
        found.topicId,
        found.partitions.map((p) => p.partition),
      ]),
      [
        ['orders', topicId, [0, 1, 3, 4]],
        ['payments', topicId, [0]],
      ],
    );
    assert.equal(again.foundTopics[0]?.partitions[1]?.logDirectory, '/data/b');
    await machine.stop(again);
  });

  it('a log on demand has no directory before its first file, and is stopped, deleted and made anew without', async () => {
    const machine = new Machine('on demand');
    const manager = await machine.start();
    const onDemand = (partition: number): Log =>
      manager.create('offsets', partition, topicId, testConfig, { onDemand: true });
    const [unused, used, deleted] = [onDemand(0), onDemand(1), onDemand(2)];
    assert.deepEqual(offsetsDirectories(machine), []);
    await unused.flush();
    manager.delete('offsets', 2);
    assert.equal(deleted.hasDirectory, false);
    append(used, 'kept');
    await machine.settle();
    assert.deepEqual(offsetsDirectories(machine), ['offsets-1']);
    assert.equal(
      readText(machine.runtime, '/data/offsets-1/partition.metadata'),
      `version: 0\ntopic_id: ${topicId}`,
    );
    await machine.stop(manager);
    const again = await machine.start();
    assert.deepEqual(offsetsDirectories(machine), ['offsets-1']);
    assert.deepEqual(await machine.values(again.get('offsets', 1)), ['kept']);
    const options = { isNew: false, onDemand: true };
    append(again.create('offsets', 0, topicId, testConfig, options), 'late');
    await machine.settle();
    assert.deepEqual(offsetsDirectories(machine), ['offsets-0', 'offsets-1']);
    await machine.stop(again);
  });

  it('a deleted log is renamed at once, made anew at once, and its files go after their delay', async () => {
    const machine = new Machine('delete');
    const manager = await machine.start();
    append(create(manager, 'orders'), 'old');
    await machine.settle();
    manager.delete('orders', 0);
    manager.delete('orders', 0);
    assert.equal(manager.get('orders', 0), undefined);
    const renamed = must(machine.files.list('/data').find((name) => name.endsWith('-delete')));
    assert.match(renamed, /^orders-0\.[0-9a-f]{32}-delete$/);
    const anew = create(manager, 'orders');
    append(anew, 'new');
    await machine.settle();
    assert.deepEqual(await machine.values(anew), ['new']);
    await machine.simulation.runFor(testConfig.fileDeleteDelayMs - 100);
    assert.notEqual(machine.files.stat(`/data/${renamed}`), undefined);
    await machine.simulation.runFor(200);
    assert.equal(machine.files.stat(`/data/${renamed}`), undefined);
    await machine.stop(manager);
  });

  it('what was deleted and not yet removed goes at the next start', async () => {
    const machine = new Machine('delete later');
    const manager = await machine.start();
    append(create(manager, 'orders'), 'old');
    await machine.settle();
    manager.delete('orders', 0);
    machine.crash();
    const again = await machine.start();
    assert.deepEqual([...again.logs()], []);
    await machine.simulation.run(
      () => !machine.files.list('/data').some((name) => name.endsWith('-delete')),
    );
    await machine.stop(again);
  });

  it('a log made anew does not inherit the checkpoints of the old, even when it crashes at once', async () => {
    const machine = new Machine('recreate');
    const manager = await machine.start({ limits: { recoveryPointCheckpointIntervalMs: 100 } });
    const old = create(manager, 'orders');
    for (let i = 0; i < 100; i += 1) append(old, `old ${i}`);
    await machine.settle();
    old.setHighWatermark(100);
    old.advanceLogStartOffset(60);
    await machine.simulation.complete(old.flush());
    for (const kind of ['recoveryPoint', 'logStartOffset', 'highWatermark'] as const) {
      await machine.simulation.complete(manager.checkpoint(kind));
    }
    assert.equal(
      readText(machine.runtime, '/data/log-start-offset-checkpoint'),
      '0\n1\norders 0 60\n',
    );
    // One more write of the checkpoint is under way when the topic is deleted and made anew.
    append(old, 'one more');
    await machine.settle();
    await machine.simulation.complete(old.flush());
    void manager.checkpoint('recoveryPoint');
    manager.delete('orders', 0);
    append(create(manager, 'orders'), 'new');
    await machine.settle();
    machine.crash();
    const again = await machine.start();
    const log = must(again.get('orders', 0));
    assert.deepEqual([log.logStartOffset, log.recoveryPoint, log.logEndOffset], [0, 0, 1]);
    assert.deepEqual(await machine.values(log), ['new']);
    await machine.stop(again);
  });

  it('the longest topic name fits, deleted too', async () => {
    const machine = new Machine('long');
    const manager = await machine.start();
    const topic = 'q'.repeat(249);
    create(manager, topic, 99_999);
    manager.delete(topic, 99_999);
    assert.ok(machine.files.list('/data').every((name) => name.length <= 255));
    await machine.stop(manager);
  });

  it('a directory that is in the way is set aside, not deleted', async () => {
    const machine = new Machine('in the way');
    const manager = await machine.start();
    machine.files.makeDirectory('/data/orders-0');
    writeText(machine.runtime, '/data/orders-0/precious', 'data');
    append(create(manager, 'orders'), 'new');
    await machine.stop(manager);
    const aside = must(machine.files.list('/data').find((name) => name.endsWith('-stray')));
    assert.equal(readText(machine.runtime, `/data/${aside}/precious`), 'data');
  });

  it('a log can be set aside, and stays out of the way', async () => {
    const machine = new Machine('aside');
    const manager = await machine.start();
    append(create(manager, 'orders'), 'kept');
    await machine.settle();
    manager.setAside('orders', 0);
    await machine.stop(manager);
    const again = await machine.start();
    assert.deepEqual(again.foundTopics, []);
    const aside = must(machine.files.list('/data').find((name) => name.endsWith('-stray')));
    assert.notEqual(machine.files.stat(`/data/${aside}/00000000000000000000.log`)?.sizeBytes, 0);
    await machine.stop(again);
  });
});

describe('LogManager: what it finds', () => {
  it('leaves alone what is not ours, and keeps its lines in the checkpoints', async () => {
    const machine = new Machine('foreign topics');
    const foreign = ['__cluster_metadata-0', '__share_group_state-12', 'lost+found', 'journal-0'];
    for (const name of [
      ...foreign,
      `orders-1.${'a'.repeat(32)}-stray`,
      `orders-2.${'b'.repeat(32)}-future`,
    ]) {
      machine.files.makeDirectory(`/data/${name}`);
      writeText(machine.runtime, `/data/${name}/00000000000000000000.log`, 'not a log');
    }
    writeText(machine.runtime, '/data/backup-7', 'a file');
    writeText(
      machine.runtime,
      '/data/recovery-point-offset-checkpoint',
      '0\n2\n__share_group_state 12 7\ngone 0 5\n',
    );
    const before = machine.files
      .list('/data')
      .filter((name) => name.includes('-') && !name.includes('offset'));
    const manager = await machine.start({ leaveAlone: ['journal-0'] });
    assert.deepEqual(manager.foundTopics, []);
    append(create(manager, 'orders'), 'x');
    await machine.stop(manager);
    for (const name of before)
      assert.notEqual(machine.files.stat(`/data/${name}`), undefined, name);
    assert.equal(
      readText(machine.runtime, '/data/recovery-point-offset-checkpoint'),
      '0\n2\n__share_group_state 12 7\norders 0 1\n',
    );
  });

  it('one partition in two directories stops the start', async () => {
    const machine = new Machine('twice');
    for (const directory of ['a', 'b']) machine.files.makeDirectory(`/data/${directory}/orders-0`);
    await assert.rejects(machine.start({ directories: ['/data/a', '/data/b'] }), (error) => {
      assert.ok(hasCode(error, 'CORRUPT_DATA'));
      return (
        error.message.includes('/data/a/orders-0') && error.message.includes('/data/b/orders-0')
      );
    });
  });

  it('a topic under two ids is found twice, and a log without an id can be given one', async () => {
    const machine = new Machine('ids');
    const manager = await machine.start();
    for (const partition of [0, 1, 2]) append(create(manager, 'orders', partition), 'x');
    await machine.stop(manager);
    const other = 'Mtn3zmnmSliU57IQHtkMOA';
    writeText(
      machine.runtime,
      '/data/orders-1/partition.metadata',
      `version: 0\ntopic_id: ${other}`,
    );
    writeText(machine.runtime, '/data/orders-2/partition.metadata', 'torn');
    const again = await machine.start();
    const ids = again.foundTopics.map((found) => found.topicId);
    assert.deepEqual(new Set(ids), new Set([topicId, other, undefined]));
    const log = must(again.get('orders', 2));
    assert.equal(log.topicId, '');
    again.assignTopicId(log, topicId);
    assert.equal(log.topicId, topicId);
    await machine.stop(again);
    assert.match(
      readText(machine.runtime, '/data/orders-2/partition.metadata'),
      new RegExp(topicId),
    );
  });

  it('damaged checkpoints cost a check, not the data', async () => {
    const machine = new Machine('damaged checkpoint');
    const manager = await machine.start();
    append(create(manager, 'orders'), 'x', 'y');
    await machine.stop(manager);
    for (const name of ['recovery-point', 'log-start', 'replication', 'cleaner']) {
      writeText(machine.runtime, `/data/${name}-offset-checkpoint`, '0\n7\nrubbish');
    }
    const again = await machine.start();
    assert.deepEqual(await machine.values(again.get('orders', 0)), ['x', 'y']);
    assert.ok(machine.logger.has('checkpoint cannot be read'));
    await machine.stop(again);
    assert.equal(
      readText(machine.runtime, '/data/recovery-point-offset-checkpoint'),
      '0\n1\norders 0 2\n',
    );
  });

  it('a log in a newer format is left as it is; the others open, and the next start looks again', async () => {
    const machine = new Machine('newer log');
    const manager = await machine.start();
    for (const topic of ['orders', 'payments']) append(create(manager, topic), topic);
    await machine.stop(manager);
    writeText(machine.runtime, '/data/orders-0/leader-epoch-checkpoint', '9\n0\n');
    const again = await machine.start();
    assert.equal(again.get('orders', 0), undefined);
    assert.deepEqual(await machine.values(again.get('payments', 0)), ['payments']);
    assert.throws(() => create(again, 'orders'), { code: 'NEWER_FORMAT' });
    await machine.stop(again);
    assert.equal(machine.files.stat('/data/.kafka_cleanshutdown'), undefined);
    assert.equal(
      readText(machine.runtime, '/data/recovery-point-offset-checkpoint'),
      '0\n2\norders 0 1\npayments 0 1\n',
    );
    writeText(machine.runtime, '/data/orders-0/leader-epoch-checkpoint', '0\n1\n0 0\n');
    const third = await machine.start();
    assert.deepEqual(await machine.values(third.get('orders', 0)), ['orders']);
    await machine.stop(third);
  });
});
