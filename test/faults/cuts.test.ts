/**
 * Goal: parts of a cluster that are cut off from each other hear nothing of each other until they are healed.
 * Method: processes of one simulated machine, whose connections and store are looked at from both ends.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { put, Recorder } from '../metadata/store-contract.ts';
import { Cuts, type Party } from '../../src/faults/cuts.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { GatedWorld, storeTimeoutMs } from './gated-world.ts';

test('the store is with the larger side, and clients reach all brokers but those that are not named', () => {
  const cuts = new Cuts();
  const cut = (pairs: readonly (readonly [Party, Party])[]): boolean[] =>
    pairs.map(([a, b]) => cuts.isCut(a, b));
  assert.deepEqual(
    cut([
      [1, 2],
      [1, 'store'],
      ['clients', 1],
    ]),
    [false, false, false],
  );
  cuts.partition({ sides: [[1], [2, 3]] });
  assert.deepEqual(
    cut([
      [1, 2],
      [3, 1],
      [2, 3],
      [4, 1],
    ]),
    [true, true, false, false],
  );
  assert.deepEqual(
    cut([
      [1, 'store'],
      ['store', 2],
      [4, 'store'],
    ]),
    [true, false, false],
  );
  assert.deepEqual(
    cut([
      ['clients', 1],
      [2, 'clients'],
    ]),
    [false, false],
  );
  cuts.partition({ sides: [[1], [2]], clients: [2] });
  assert.deepEqual(
    cut([
      [1, 'store'],
      [2, 'store'],
    ]),
    [false, true],
  );
  assert.deepEqual(
    cut([
      ['clients', 1],
      [2, 'clients'],
    ]),
    [true, false],
  );
  cuts.heal();
  assert.deepEqual(
    cut([
      [1, 2],
      ['clients', 1],
    ]),
    [false, false],
  );
});

test('what brokers send each other while they are cut off arrives when they are healed, in order', async () => {
  const world = new GatedWorld(1);
  const { near, far } = await world.connected(world.process(1).runtime, world.process(2).runtime);
  near.write('a');
  await world.until(() => far.text === 'a');
  world.cuts.partition({ sides: [[1], [2]] });
  near.write('b');
  near.write('c');
  far.write('x');
  await world.runFor(60_000);
  assert.deepEqual([far.text, near.text, near.closes, far.closes], ['a', '', 0, 0]);
  world.cuts.heal();
  near.write('d');
  await world.until(() => far.text === 'abcd' && near.text === 'x');
  await world.until(() => near.sent === 4);
});

test('the end of a connection is not seen on the other side of a cut either', async () => {
  const world = new GatedWorld(1);
  const one = world.process(1);
  const { near, far } = await world.connected(one.runtime, world.process(2).runtime);
  const second = await world.connected(one.runtime, world.process(3).runtime);
  world.cuts.partition({ sides: [[1], [2, 3]] });
  near.write('never sent');
  near.connection.destroy();
  second.far.connection.destroy();
  await world.until(() => near.closes === 1 && near.sent === 1);
  await world.runFor(60_000);
  assert.deepEqual([far.closes, second.near.closes], [0, 0]);
  world.cuts.heal();
  await world.until(() => far.closes === 1 && second.near.closes === 1);
  assert.equal(far.text, '');
});

test('a broker that is killed behind a cut is silent for the others, and gone once it is healed', async () => {
  const world = new GatedWorld(1);
  const [one, two] = [world.process(1), world.process(2)];
  const opened = await world.connected(one.runtime, two.runtime);
  const accepted = await world.connected(two.runtime, one.runtime);
  world.cuts.partition({ sides: [[1], [2]] });
  await world.complete(one.gate.kill());
  await world.runFor(1000);
  assert.deepEqual([opened.far.closes, accepted.near.closes], [0, 0]);
  world.cuts.heal();
  await world.until(() => opened.far.closes === 1 && accepted.near.closes === 1);
});

test('a connection to a broker behind a cut comes about when it is healed, or not in time', async () => {
  const world = new GatedWorld(1);
  const [one, two] = [world.process(1), world.process(2)];
  const { port } = await world.connected(one.runtime, two.runtime);
  world.cuts.partition({ sides: [[1], [2]] });
  const { network } = one.runtime;
  await assert.rejects(world.complete(network.connect('127.0.0.1', port)), (error) => {
    assert.ok(hasCode(error, 'CONNECTION_FAILED'));
    assert.match(error.message, /ETIMEDOUT/);
    return true;
  });
  const connecting = network.connect('127.0.0.1', port);
  await world.runFor(1000);
  world.cuts.heal();
  (await world.complete(connecting)).destroy();
});

test('clients talk to those brokers alone that a cut leaves them, brokers to each other all the same', async () => {
  const world = new GatedWorld(1);
  const [one, two] = [world.process(1), world.process(2)];
  const client = await world.connected(world.world, one.runtime);
  const broker = await world.connected(two.runtime, one.runtime);
  world.cuts.partition({ sides: [[], [1, 2]], clients: [2] });
  client.near.write('from a client');
  broker.near.write('from a broker');
  await world.until(() => broker.far.text === 'from a broker');
  broker.far.write('back');
  await world.until(() => broker.near.text === 'back');
  client.far.write('to a client');
  await world.runFor(1000);
  assert.deepEqual([client.far.text, client.near.text], ['', '']);
  world.cuts.heal();
  await world.until(() => client.far.text !== '' && client.near.text === 'to a client');
});

test('a broker that is cut off from the store gets no answers, and what it missed when it is healed', async () => {
  const world = new GatedWorld(1);
  const { store } = world.process(1);
  const seen = new Recorder();
  store.watch('', 1, seen);
  const lease = await world.complete(store.lease(60_000));
  world.cuts.partition({ sides: [[1], [2, 3]] });
  const startMs = world.simulation.elapsedMs;
  assert.deepEqual(await world.complete(store.commit([], [put('a', '1')])), { outcome: 'unknown' });
  const tookMs = world.simulation.elapsedMs - startMs;
  assert.ok(tookMs >= storeTimeoutMs && tookMs < storeTimeoutMs + 10, `${tookMs} ms`);
  await assert.rejects(world.complete(store.read('')), { code: 'TIMED_OUT' });
  await assert.rejects(world.complete(lease.renew()), { code: 'TIMED_OUT' });
  await world.complete(world.store.commit([], [put('b', '2')]));
  await world.runFor(100);
  assert.deepEqual(seen.seen, []);
  const reading = store.read('');
  world.cuts.heal();
  assert.deepEqual(seen.seen, ['1: b=2']);
  assert.equal((await world.complete(reading)).entries.length, 1);
});

test('a watch that is cut off for too many commits is told to read anew', async () => {
  const world = new GatedWorld(1);
  const seen = new Recorder();
  world.process(1).store.watch('', 1, seen);
  world.cuts.partition({ sides: [[1], [2, 3]] });
  const commits = Array.from({ length: 10_001 }, (_, i) =>
    world.store.commit([], [put(`k${i}`, '')]),
  );
  await world.complete(Promise.all(commits));
  await world.runFor(100);
  world.cuts.heal();
  assert.ok(seen.compacted);
  assert.deepEqual(seen.seen, []);
});
