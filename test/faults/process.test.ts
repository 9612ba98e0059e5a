/**
 * Goal: a process that is stopped does nothing until it goes on, and one that is killed leaves nothing behind.
 * Method: processes of one simulated machine, each behind a gate; another process looks at what they do.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { put, Recorder } from '../metadata/store-contract.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { GatedWorld } from './gated-world.ts';

test('the timers of a stopped process fire once it goes on, but for those that are cleared then', async () => {
  const world = new GatedWorld(1);
  const { gate, runtime } = world.process(1);
  const fired: string[] = [];
  const { timers } = runtime;
  const cleared: { timer?: object } = {};
  timers.setTimer(10, () => {
    fired.push('first');
    timers.clearTimer(cleared.timer ?? {});
  });
  cleared.timer = timers.setTimer(20, () => fired.push('cleared'));
  timers.setTimer(30, () => fired.push('last'));
  await world.complete(gate.pause());
  await world.runFor(100);
  assert.deepEqual(fired, []);
  gate.resume();
  assert.deepEqual(fired, ['first', 'last']);
});

test('a stopped process reads nothing, and nobody notices but by its silence', async () => {
  const world = new GatedWorld(1);
  const { gate, runtime } = world.process(1);
  const { near, far, port } = await world.connected(world.world, runtime);
  await world.complete(gate.pause());
  near.write('hello');
  const another = await world.complete(world.world.network.connect('127.0.0.1', port));
  await world.runFor(60_000);
  assert.equal(far.text, '');
  assert.equal(near.closes, 0);
  gate.resume();
  await world.until(() => far.text === 'hello');
  far.write('back');
  await world.until(() => near.text === 'back');
  another.destroy();
});

test('what was asked of the disk is done, but a stopped process learns of it when it goes on', async () => {
  const world = new GatedWorld(1);
  const { gate, runtime } = world.process(1);
  runtime.files.makeDirectory('/data');
  const handle = runtime.files.open('/data/file', 'create');
  let isWritten = false;
  void handle.writevAsync([new Uint8Array(3)], 0).then(() => {
    isWritten = true;
  });
  await world.complete(gate.pause());
  await world.runFor(1000);
  assert.equal(world.world.files.stat('/data/file')?.sizeBytes, 3);
  assert.equal(isWritten, false);
  gate.resume();
  await world.until(() => isWritten);
});

test('a killed process leaves its lock, port and connections to others, and nothing of it happens', async () => {
  const world = new GatedWorld(1);
  const { gate, runtime } = world.process(1);
  runtime.files.makeDirectory('/data');
  await world.complete(runtime.files.lock('/data'));
  const handle = runtime.files.open('/data/file', 'create');
  const { near, far, port } = await world.connected(world.world, runtime);
  const happened: string[] = [];
  runtime.timers.setTimer(10, () => happened.push('timer'));
  void handle.writevAsync([new Uint8Array(3)], 0).then(() => happened.push('written'));
  near.write('hello');
  await world.complete(gate.kill());
  assert.equal(world.world.files.stat('/data/file')?.sizeBytes, 3, 'the system finished the write');
  await world.until(() => near.closes === 1);
  await assert.rejects(world.complete(world.world.network.connect('127.0.0.1', port)), (error) =>
    hasCode(error, 'CONNECTION_FAILED'),
  );
  await world.runFor(1000);
  assert.deepEqual([happened, far.text, far.closes], [[], '', 0]);

  const next = world.process(1);
  const lock = await world.complete(next.runtime.files.lock('/data'));
  assert.ok('release' in lock);
  const listening = next.runtime.network.listen({ host: '127.0.0.1', port }, () => {});
  assert.equal((await world.complete(listening)).port, port);
});

test('what a stopped process has not heard of when it is killed, it never hears of', async () => {
  const world = new GatedWorld(1);
  const { gate, store, runtime } = world.process(1);
  const seen = new Recorder();
  store.watch('', 1, seen);
  let isFired = false;
  runtime.timers.setTimer(1, () => {
    isFired = true;
  });
  await world.complete(gate.pause());
  await world.complete(world.store.commit([], [put('a', '1')]));
  await world.runFor(100);
  await world.complete(gate.kill());
  gate.resume();
  await world.runFor(100);
  assert.deepEqual([seen.seen, isFired], [[], false]);
});

test('a lease of a stopped process runs out, and it hears of it when it goes on', async () => {
  const world = new GatedWorld(1);
  const { gate, store } = world.process(1);
  const lease = await world.complete(store.lease(1000));
  await world.complete(store.commit([], [put('live', '1', lease.id)]));
  const seen = new Recorder();
  store.watch('', 2, seen);
  await world.complete(gate.pause());
  await world.runFor(2000);
  assert.deepEqual((await world.complete(world.store.read(''))).entries, []);
  assert.deepEqual(seen.seen, []);
  gate.resume();
  assert.deepEqual(seen.seen, ['2: live=null']);
  assert.equal(await world.complete(lease.renew()), false);
});
