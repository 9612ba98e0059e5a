/**
 * Goal: a stop that has no time to flush all logs is a clean one for as long as the machine keeps its memory, and
 * costs after power loss no more than what was never flushed.
 * Method: managers on a simulated machine, stopped with no time for a flush; then the process starts again, the
 * power fails first, or somebody else has been there.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildBatch } from '../../src/records/batch-builder.ts';
import type { LogManager } from '../../src/storage/log-manager.ts';
import type { Log } from '../../src/storage/log.ts';
import { must } from '../../src/util/assert.ts';
import { create, Machine } from './machine.ts';
import { append, countingReads, readText, startManager, writeText } from './managed-logs.ts';

const kafkaMark = '/data/.kafka_cleanshutdown';
const ownMark = '/data/.odradek_cleanshutdown';
const partitions = 12;
const noTime = { limits: { shutdownFlushMs: 0 } };
const manyTimes = 30;

/** `partitions` logs, each with a flushed and an unflushed record. */
async function fill(machine: Machine, manager: LogManager): Promise<Log[]> {
  const logs = Array.from({ length: partitions }, (_, partition) =>
    create(manager, 'orders', partition),
  );
  for (const log of logs) append(log, 'flushed');
  await machine.settle();
  await machine.simulation.complete(Promise.all(logs.map((log) => log.flush())));
  for (const log of logs) {
    appendInEpoch1(log, 'unflushed');
  }
  await machine.settle();
  return logs;
}

function appendInEpoch1(log: Log, value: string): void {
  const batch = buildBatch([{ value: Buffer.from(value), timestamp: 1_000_000 }]);
  log.append(batch, { origin: 'client', leaderEpoch: 1 });
}

async function valuesOf(machine: Machine, manager: LogManager): Promise<string[][]> {
  const all: string[][] = [];
  for (let i = 0; i < partitions; i++) all.push(await machine.values(manager.get('orders', i)));
  return all;
}

const whole = Array.from({ length: partitions }, () => ['flushed', 'unflushed']);

describe('LogManager: a stop without time to flush', () => {
  it('is marked for this life of the machine alone, and the next start finds all in order', async () => {
    const machine = new Machine('unsynced');
    await machine.stop(await fillAndKeep(machine));
    assert.equal(machine.files.stat(kafkaMark), undefined);
    assert.match(readText(machine.runtime, ownMark), /"bootId":"boot-1"/);
    machine.crash();
    const { files, bytesRead } = countingReads(machine.files);
    const again = await machine.simulation.complete(
      startManager({ ...machine.runtime, files }, noTime, machine.logger),
    );
    assert.ok(machine.logger.has('"recovered":0'));
    assert.ok(bytesRead() < partitions * 1000, `${bytesRead()} bytes were read`);
    assert.equal(machine.files.stat(ownMark), undefined);
    assert.deepEqual(await valuesOf(machine, again), whole);
    const log = must(again.get('orders', 0));
    assert.deepEqual([log.recoveryPoint, log.flushedOffset, log.latestEpoch], [1, 1, 1]);
    assert.ok(log.unflushedBytes > 0);
    await machine.stop(again);
    assert.equal(machine.files.stat(kafkaMark), undefined);
    // A stop that has time makes up for it.
    const third = await machine.start();
    await machine.stop(third);
    assert.notEqual(machine.files.stat(kafkaMark), undefined);
    assert.equal(machine.files.stat(ownMark), undefined);
    machine.powerLoss();
    assert.deepEqual(await valuesOf(machine, await machine.start()), whole);
  });

  it('loses to power loss only what was never flushed', async () => {
    for (let seed = 1; seed <= manyTimes; seed++) {
      const machine = new Machine(`power ${seed}`);
      await machine.stop(await fillAndKeep(machine));
      machine.powerLoss();
      const again = await machine.start();
      assert.ok(machine.logger.has(`"recovered":${partitions}`));
      for (const values of await valuesOf(machine, again)) {
        assert.deepEqual(values, ['flushed', 'unflushed'].slice(0, values.length));
        assert.ok(values.length >= 1);
      }
      await machine.stop(again);
    }
  });

  it('is not believed a second time, nor once another broker has used the directory', async () => {
    const machine = new Machine('stale');
    await machine.stop(await fillAndKeep(machine));
    const mark = readText(machine.runtime, ownMark);
    machine.crash();
    const again = await machine.start(noTime);
    const log = must(again.get('orders', 0));
    appendInEpoch1(log, 'more');
    await machine.settle();
    log.setHighWatermark(3);
    await machine.simulation.complete(again.checkpoint('highWatermark'));
    machine.crash();
    writeText(machine.runtime, ownMark, mark);
    const third = await machine.start();
    assert.ok(machine.logger.has(`"recovered":${partitions}`));
    assert.equal((await machine.values(third.get('orders', 0))).at(-1), 'more');
    await machine.stop(third);
  });

  it('does not happen where nobody can tell whether the machine has kept its memory', async () => {
    const machine = new Machine('no boot id');
    const files = { ...machine.files, bootId: () => undefined };
    const manager = await machine.simulation.complete(
      startManager({ ...machine.runtime, files }, noTime),
    );
    await fill(machine, manager);
    await machine.stop(manager);
    assert.notEqual(machine.files.stat(kafkaMark), undefined);
    machine.powerLoss();
    assert.deepEqual(await valuesOf(machine, await machine.start()), whole);
  });

  it('flushes as many as it has time for, says how far it is, and how many were left', async () => {
    const machine = new Machine('some time');
    const { logger, runtime } = machine;
    let syncMs = 0;
    const syncDirectory = async (path: string): Promise<void> => {
      await new Promise<void>((resolve) => runtime.timers.setTimer(syncMs, resolve));
      await runtime.files.syncDirectory(path);
    };
    const limits = { shutdownFlushMs: 1500, concurrentLogsMax: 1 };
    const manager = await machine.simulation.complete(
      startManager({ ...runtime, files: { ...runtime.files, syncDirectory } }, { limits }, logger),
    );
    await fill(machine, manager);
    syncMs = 300;
    await machine.stop(manager);
    const left = Number(/"notFlushed":(\d+)/.exec(logger.lines.join('\n'))?.[1]);
    assert.ok(left > 0 && left < partitions, `${left} were not flushed`);
    assert.ok(logger.has('info closing logs {"closed":'));
  });

  async function fillAndKeep(machine: Machine): Promise<LogManager> {
    const manager = await machine.start(noTime);
    await fill(machine, manager);
    return manager;
  }
});
