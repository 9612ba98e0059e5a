import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log } from '../../src/storage/log.ts';
import { must } from '../../src/util/assert.ts';
import { Machine } from './machine.ts';
import { append, testConfig, topicId } from './managed-logs.ts';

/** Each batch has a segment of its own: what a flush leaves out is a file of its own. */
const config = { ...testConfig, segmentBytes: 80 };

/** What power loss leaves of what was not synced is chance. */
const seeds = Array.from({ length: 12 }, (_, i) => `${i}`);

/** How a log loses what was flushed, what is written in its place, and what it holds then. */
interface Cut {
  readonly cut: (log: Log) => void;
  readonly inPlace: readonly string[];
  readonly left: readonly string[];
}

async function cutAndCrash(seed: string, { cut, inPlace, left }: Cut): Promise<void> {
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
  cut(log);
  for (const value of inPlace) append(log, value);
  log.writePending();
  machine.crash();

  manager = await machine.start(options);
  log = must(manager.get('orders', 0));
  assert.deepEqual(await machine.values(log), left);
  for (const value of ['z', 'end']) append(log, value);
  await machine.settle();
  await simulation.complete(log.flush());
  await simulation.complete(manager.checkpoint('recoveryPoint'));
  assert.equal(log.recoveryPoint, 5);
  machine.powerLoss();

  manager = await machine.start(options);
  assert.deepEqual(await machine.values(manager.get('orders', 0)), [...left, 'z', 'end']);
}

test('what is flushed after a truncation and a kill survives power loss', async () => {
  const truncation: Cut = {
    cut: (log) => log.truncateTo(1),
    inPlace: ['x', 'y'],
    left: ['a', 'x', 'y'],
  };
  for (const seed of seeds) await cutAndCrash(seed, truncation);
});

test('what is flushed after a log began anew, and a kill, survives power loss', async () => {
  const beginning: Cut = {
    cut: (log) => log.truncateFullyAndStartAt(0),
    inPlace: ['w', 'x', 'y'],
    left: ['w', 'x', 'y'],
  };
  for (const seed of seeds) await cutAndCrash(seed, beginning);
});
