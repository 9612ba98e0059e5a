import assert from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../src/util/assert.ts';
import { Machine } from './machine.ts';
import { append, testConfig, topicId } from './managed-logs.ts';

/** Each batch has a segment of its own: what a flush leaves out is a file of its own. */
const config = { ...testConfig, segmentBytes: 80 };

/** What power loss leaves of what was not synced is chance. */
const seeds = Array.from({ length: 12 }, (_, i) => `${i}`);

test('what is flushed after a truncation and a kill survives power loss', async () => {
  for (const seed of seeds) await truncateAndCrash(seed);
});

async function truncateAndCrash(seed: string): Promise<void> {
  const machine = new Machine(seed);
  const { simulation } = machine;
  const options = { configOf: () => config };
  let manager = await machine.start(options);
  let log = manager.create('orders', 0, topicId, config);
  for (const value of ['a', 'b', 'c', 'd']) append(log, value);
  await machine.settle();
  await simulation.complete(log.flush());
  await simulation.complete(manager.checkpoint('recoveryPoint'));

  // What was flushed is cut off; other records take its place, and the process ends before anything else happens.
  log.truncateTo(1);
  for (const value of ['x', 'y']) append(log, value);
  log.writePending();
  machine.crash();

  manager = await machine.start(options);
  log = must(manager.get('orders', 0));
  assert.deepEqual(await machine.values(log), ['a', 'x', 'y']);
  for (const value of ['z', 'end']) append(log, value);
  await machine.settle();
  await simulation.complete(log.flush());
  await simulation.complete(manager.checkpoint('recoveryPoint'));
  assert.equal(log.recoveryPoint, 5);
  machine.powerLoss();

  manager = await machine.start(options);
  assert.deepEqual(await machine.values(manager.get('orders', 0)), ['a', 'x', 'y', 'z', 'end']);
}

test('what is flushed after a log began anew, and a kill, survives power loss', async () => {
  for (const seed of seeds) await beginAnewAndCrash(seed);
});

async function beginAnewAndCrash(seed: string): Promise<void> {
  const machine = new Machine(seed);
  const { simulation } = machine;
  const options = { configOf: () => config };
  let manager = await machine.start(options);
  let log = manager.create('orders', 0, topicId, config);
  for (const value of ['a', 'b', 'c', 'd']) append(log, value);
  await machine.settle();
  await simulation.complete(log.flush());
  await simulation.complete(manager.checkpoint('recoveryPoint'));

  log.truncateFullyAndStartAt(0);
  for (const value of ['w', 'x', 'y']) append(log, value);
  log.writePending();
  machine.crash();

  manager = await machine.start(options);
  log = must(manager.get('orders', 0));
  for (const value of ['z', 'end']) append(log, value);
  await machine.settle();
  await simulation.complete(log.flush());
  await simulation.complete(manager.checkpoint('recoveryPoint'));
  machine.powerLoss();

  manager = await machine.start(options);
  assert.deepEqual(await machine.values(manager.get('orders', 0)), ['w', 'x', 'y', 'z', 'end']);
}
