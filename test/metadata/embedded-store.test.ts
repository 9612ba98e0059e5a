import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openEmbeddedStore } from '../../src/metadata/embedded/embedded-store.ts';
import type { EmbeddedStore } from '../../src/metadata/embedded/embedded-store.ts';
import type { StoreSnapshot } from '../../src/metadata/store.ts';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { createSimulation } from '../../src/runtime/simulated/simulation.ts';
import type { Simulation } from '../../src/runtime/simulated/simulation.ts';
import { silentLogger } from '../../src/util/logger.ts';
import {
  Recorder,
  finish,
  put,
  remove,
  shown,
  simulatedWorld,
  storeContract,
} from './store-contract.ts';
import { seeds } from '../config/property.ts';

const path = '/data/odradek-metadata.journal';

function open(
  runtime: Pick<Runtime, 'files' | 'timers'>,
  options: { temporary?: boolean; journalBytesMax?: number; historyCommitsMax?: number } = {},
): Promise<EmbeddedStore> {
  const { files, timers } = runtime;
  return openEmbeddedStore(
    {
      directory: '/data',
      temporary: options.temporary ?? false,
      journalBytesMax: options.journalBytesMax ?? 1_000_000,
      historyCommitsMax: options.historyCommitsMax ?? 100,
    },
    { files, timers, logger: silentLogger },
  );
}

async function createWorld(options: Parameters<typeof open>[1] = {}) {
  const simulation = createSimulation({ seed: '1' });
  const store = await finish(simulation, open(simulation.runtime('a'), options));
  return { simulation, store };
}

async function contractWorld(options: Parameters<typeof open>[1] = {}) {
  const { simulation, store } = await createWorld(options);
  return simulatedWorld(simulation, store);
}

storeContract('embedded store', contractWorld);
storeContract('temporary embedded store', () => contractWorld({ temporary: true }));
storeContract('embedded store that compacts all the time', () =>
  contractWorld({ journalBytesMax: 1 }),
);
storeContract('embedded store in memory', async () => {
  const simulation = createSimulation({ seed: '1' });
  const { clock, timers } = simulation.runtime('a');
  const files = createMemoryFiles({ budgetBytes: 1e8, clock });
  files.makeDirectory('/data');
  return simulatedWorld(simulation, await open({ files, timers }, { temporary: true }));
});

/** Opens the store of a host whose process has ended. */
async function reopen(simulation: Simulation): Promise<EmbeddedStore> {
  return finish(simulation, open(simulation.restart('a')));
}

test('what was committed is there after a restart, but for what stood under a lease', async () => {
  const { simulation, store } = await createWorld();
  const lease = await finish(simulation, store.lease(1000));
  await finish(simulation, store.commit([], [put('a', '1'), put('b', '1')]));
  await finish(simulation, store.commit([], [remove('b'), put('c', '2', lease.id)]));
  const before = await finish(simulation, store.read('a'));
  await finish(simulation, store.close());
  simulation.crash('a');
  const again = await reopen(simulation);
  assert.deepEqual(await finish(simulation, again.read('')), before);
  assert.equal(before.revision, 2);
});

test('many commits of one moment need one fsync', async () => {
  const { simulation, store } = await createWorld();
  const disk = simulation.disk('a');
  // The second fsync would fail.
  disk.inject({ operation: 'sync', skip: 1, code: 'IO_ERROR' });
  const commits = Array.from({ length: 100 }, (_, i) => store.commit([], [put(`k${i}`, 'x')]));
  const results = await finish(simulation, Promise.all(commits));
  assert.ok(results.every(({ outcome }) => outcome === 'committed'));
});

test('after a failed fsync those commits are unknown, and the store serves no more', async () => {
  const { simulation, store } = await createWorld();
  simulation.disk('a').inject({ operation: 'sync', code: 'IO_ERROR' });
  const recorder = new Recorder();
  store.watch('', 1, recorder);
  assert.deepEqual(await finish(simulation, store.commit([], [put('a', '1')])), {
    outcome: 'unknown',
  });
  await assert.rejects(finish(simulation, store.commit([], [put('a', '1')])), { code: 'IO_ERROR' });
  await assert.rejects(finish(simulation, store.read('')), { code: 'IO_ERROR' });
  assert.deepEqual(recorder.seen, []);
  await finish(simulation, store.close());
});

test('on a full disk a commit fails alone, and later ones succeed when there is room', async () => {
  const { simulation, store } = await createWorld();
  await finish(simulation, store.commit([], [put('a', '1')]));
  const stop = simulation
    .disk('a')
    .inject({ operation: 'write', times: Infinity, code: 'DISK_FULL' });
  const round = [
    store.commit([], [put('b', '2')]),
    store.commit([{ key: 'b', revision: 0 }], [put('b', '3')]),
  ];
  for (const commit of await finish(simulation, Promise.allSettled(round))) {
    assert.equal(commit.status, 'rejected');
  }
  stop();
  await finish(simulation, store.commit([], [put('c', '4')]));
  assert.deepEqual(await finish(simulation, shown(store)), ['a=1@1', 'c=4@2']);
  simulation.crash('a');
  assert.deepEqual(await finish(simulation, shown(await reopen(simulation))), ['a=1@1', 'c=4@2']);
});

test('the journal stays small however often a key changes', async () => {
  const { simulation, store } = await createWorld({ journalBytesMax: 10_000 });
  const { files } = simulation.runtime('a');
  let largest = 0;
  for (let i = 0; i < 1000; i++) {
    await finish(simulation, store.commit([], [put(`k${i % 10}`, String(i).repeat(20))]));
    largest = Math.max(largest, files.stat(path)?.sizeBytes ?? 0);
  }
  assert.ok(largest < 20_000, `${largest} bytes`);
  const before = await finish(simulation, store.read(''));
  simulation.crash('a');
  assert.deepEqual(await finish(simulation, (await reopen(simulation)).read('')), before);
});

test('a snapshot that cannot be written leaves the journal as it was', async () => {
  const { simulation, store } = await createWorld({ journalBytesMax: 2000 });
  simulation.disk('a').inject({ path: '.new', times: Infinity, code: 'DISK_FULL' });
  for (let i = 0; i < 200; i++) await finish(simulation, store.commit([], [put('a', String(i))]));
  assert.deepEqual(await finish(simulation, shown(store)), ['a=199@200']);
  await finish(simulation, store.close());
  simulation.crash('a');
});

test('without descriptors a journal that was just written anew takes no commits, and does when there are some', async () => {
  const { simulation, store } = await createWorld({ journalBytesMax: 1 });
  const disk = simulation.disk('a');
  for (const operation of ['open', 'sync directory'] as const) {
    // The file beside the journal is still made, and not what follows.
    const stop = disk.inject({
      operation,
      path: operation === 'open' ? '/odradek-metadata.journal' : '/data',
      skip: operation === 'open' ? 1 : 0,
      times: Infinity,
      code: 'TOO_MANY_OPEN_FILES',
    });
    const commitUntilRefused = async (): Promise<void> => {
      for (let i = 0; i < 100; i++) await store.commit([], [put('a', `${operation} ${i}`)]);
    };
    await assert.rejects(finish(simulation, commitUntilRefused()), { code: 'TOO_MANY_OPEN_FILES' });
    stop();
    await finish(simulation, store.commit([], [put('b', operation)]));
  }
  const before = await finish(simulation, shown(store));
  simulation.powerLoss('a');
  assert.deepEqual(await finish(simulation, shown(await reopen(simulation))), before);
});

test('a watch that begins before what is remembered is told to read anew', async () => {
  const { simulation, store } = await createWorld({ historyCommitsMax: 5 });
  for (let i = 0; i < 20; i++) await finish(simulation, store.commit([], [put('a', String(i))]));
  const late = new Recorder();
  store.watch('', 2, late);
  const recent = new Recorder();
  store.watch('', 18, recent);
  await simulation.runFor(10);
  assert.deepEqual([late.seen, late.compacted], [[], true]);
  assert.deepEqual(recent.seen, ['18: a=17', '19: a=18', '20: a=19']);
});

test('a journal cut anywhere opens as it was after some commit, and takes new ones', async () => {
  const simulation = createSimulation({ seed: '1' });
  const { files } = simulation.runtime('a');
  const store = await finish(simulation, open(simulation.runtime('a')));
  const snapshots = new Map<number, StoreSnapshot>();
  const sizes: number[] = [];
  for (let i = 0; i <= 6; i++) {
    if (i > 0)
      await finish(simulation, store.commit([], [put(`k${i % 3}`, `v${i}`), remove(`k${i % 2}x`)]));
    snapshots.set(i, await finish(simulation, store.read('')));
    sizes.push(files.readFile(path).length);
  }
  await finish(simulation, store.close());
  const whole = files.readFile(path);
  for (let size = sizes[0] as number; size <= whole.length; size++) {
    files.replaceFile(path, whole.slice(0, size));
    const again = await finish(simulation, open(simulation.runtime('a')));
    const survived = sizes.filter((end) => end <= size).length - 1;
    assert.deepEqual(
      await finish(simulation, again.read('')),
      snapshots.get(survived),
      `cut at ${size}`,
    );
    await finish(simulation, again.commit([], [put('new', '1')]));
    await finish(simulation, again.close());
    const once = await finish(simulation, open(simulation.runtime('a')));
    assert.equal((await finish(simulation, once.read('new'))).revision, survived + 1);
    await finish(simulation, once.close());
  }
});

test('a journal with a changed byte opens as it was after some commit, or is refused as corrupt', async () => {
  const simulation = createSimulation({ seed: '1' });
  const { files } = simulation.runtime('a');
  const store = await finish(simulation, open(simulation.runtime('a')));
  const snapshots: string[] = [];
  for (let i = 0; i <= 4; i++) {
    if (i > 0) await finish(simulation, store.commit([], [put(`k${i % 3}`, `v${i}`)]));
    snapshots.push(JSON.stringify(await finish(simulation, store.read(''))));
  }
  const lastFrameAt = files.readFile(path).length - 40;
  await finish(simulation, store.close());
  const whole = files.readFile(path);
  let refused = 0;
  for (let at = 0; at < whole.length; at++) {
    const damaged = whole.slice();
    damaged[at] = (damaged[at] as number) ^ 0x55;
    files.replaceFile(path, damaged);
    try {
      const again = await finish(simulation, open(simulation.runtime('a')));
      const text = JSON.stringify(await finish(simulation, again.read('')));
      // Only the last commit can be lost in silence: it looks as if it had never been finished.
      assert.ok(at >= lastFrameAt - 60 || (at >= 12 && at < 16), `byte ${at}`);
      assert.ok(snapshots.slice(-2).includes(text));
      await finish(simulation, again.close());
    } catch (error) {
      assert.match(
        (error as { code: string }).code,
        /^(?:CORRUPT_DATA|NEWER_FORMAT)$/,
        `byte ${at}: ${String(error)}`,
      );
      refused++;
    }
  }
  assert.ok(refused > whole.length / 2);
});

test('a journal of a later format is refused by its number', async () => {
  const { simulation, store } = await createWorld();
  await finish(simulation, store.close());
  const { files } = simulation.runtime('a');
  const journal = files.readFile(path);
  journal[11] = 2;
  files.replaceFile(path, journal);
  await assert.rejects(finish(simulation, open(simulation.runtime('a'))), (error) => {
    assert.deepEqual((error as { details: unknown }).details, {
      code: 'NEWER_FORMAT',
      path,
      found: 2,
      known: 1,
    });
    return true;
  });
});

/**
 * Goal: what `commit` has answered survives crashes and power losses, and nothing is made up.
 * Method: commits to few keys, several at a time, of which a crash or a power loss cuts some off; a model has
 * what was answered. After each restart the store must hold every answered commit, then at most those that
 * were under way, each whole: every commit puts the same value to two keys.
 */
for (const seed of [...seeds, ...seeds.map((seed) => seed + 1), ...seeds.map((seed) => seed + 2)]) {
  test(`what was answered survives crashes and power losses (ODRADEK_SEED=${seed})`, async () => {
    const simulation = createSimulation({ seed: String(seed) });
    const { random } = simulation;
    let runtime = simulation.runtime('a');
    let answered = 0;
    let asked = 0;
    for (let life = 0; life < 12; life++) {
      const options = { journalBytesMax: 1 + random.below(3000) };
      const store = await finish(simulation, open(runtime, options));
      const { entries } = await finish(simulation, store.read(''));
      const values = entries.map(({ value }) => Number(new TextDecoder().decode(value)));
      assert.equal(values[0], values[1], 'a commit is there whole or not at all');
      const last = values[0] ?? 0;
      assert.ok(
        last >= answered && last <= asked,
        `${answered} answered, ${asked} asked, ${last} found`,
      );
      asked = last;
      answered = last;
      const rounds = 1 + random.below(20);
      for (let round = 0; round < rounds; round++) {
        const commits: Promise<unknown>[] = [];
        for (let i = random.below(4); i >= 0; i--) {
          const value = ++asked;
          const commit = store.commit([], [put('a', String(value)), put('b', String(value))]);
          commits.push(
            commit.then(
              () => {
                answered = Math.max(answered, value);
              },
              () => {},
            ),
          );
        }
        if (round < rounds - 1) await finish(simulation, Promise.all(commits));
        else await simulation.runFor(random.below(10) / 10);
      }
      if (random.below(2) === 0) simulation.crash('a');
      else simulation.powerLoss('a');
      runtime = simulation.restart('a');
    }
  });
}
