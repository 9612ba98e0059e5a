import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Simulation } from '../../src/runtime/simulated/simulation.ts';
import type { Change, CommitResult, MetadataStore, StoreChange } from '../../src/metadata/store.ts';

/** A store in a simulated world. */
export interface StoreWorld {
  readonly store: MetadataStore;
  readonly simulation: Simulation;
}

/** Waits for `promise` in virtual time, also where no event is needed for it. */
export async function finish<T>(simulation: Simulation, promise: Promise<T>): Promise<T> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let turn = 0; turn < 100 && !settled; turn++) await Promise.resolve();
  return settled ? promise : simulation.complete(promise);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function put(key: string, value: string, leaseId?: string): Change {
  const change = { key, value: encoder.encode(value) };
  return leaseId === undefined ? change : { ...change, leaseId };
}

export function remove(key: string): Change {
  return { key, value: null };
}

function textOf(value: Uint8Array | null): string | null {
  return value === null ? null : decoder.decode(value);
}

/** What stands under a prefix, as `key=value@revision`. */
export async function shown(store: MetadataStore, prefix = ''): Promise<string[]> {
  const { entries } = await store.read(prefix);
  return entries.map(({ key, value, revision }) => `${key}=${decoder.decode(value)}@${revision}`);
}

export function committedAt(result: CommitResult): number {
  assert.equal(result.outcome, 'committed');
  return result.outcome === 'committed' ? result.revision : 0;
}

/** A watch that remembers what it was told. */
export class Recorder {
  readonly seen: string[] = [];
  compacted = false;

  onCommit(revision: number, changes: readonly StoreChange[]): void {
    const told = changes.map(({ key, value }) => `${key}=${textOf(value)}`);
    this.seen.push(`${revision}: ${told.join(' ')}`);
  }

  onCompacted(): void {
    this.compacted = true;
  }
}

/** What every metadata store promises. */
export function storeContract(name: string, createWorld: () => Promise<StoreWorld>): void {
  const check = (sentence: string, run: (world: StoreWorld) => Promise<void>): void => {
    test(`${name}: ${sentence}`, async () => {
      const world = await createWorld();
      await run(world);
      await finish(world.simulation, world.store.close());
    });
  };

  check('an empty store has revision 0 and nothing in it', async ({ store, simulation }) => {
    assert.deepEqual(await finish(simulation, store.read('')), { revision: 0, entries: [] });
  });

  check(
    'commits have the revisions 1, 2, 3, and entries that of their last change',
    async ({ store, simulation }) => {
      const first = await finish(simulation, store.commit([], [put('a', '1'), put('b', '1')]));
      const second = await finish(simulation, store.commit([], [put('a', '2')]));
      const third = await finish(simulation, store.commit([], [remove('b'), put('c', '3')]));
      assert.deepEqual([first, second, third].map(committedAt), [1, 2, 3]);
      assert.deepEqual(await finish(simulation, shown(store)), ['a=2@2', 'c=3@3']);
    },
  );

  check('a read gives the keys of its prefix in their order', async ({ store, simulation }) => {
    const changes = [put('p/b', '1'), put('p/a', '2'), put('pp', '3'), put('o', '4')];
    await finish(simulation, store.commit([], changes));
    assert.deepEqual(await finish(simulation, shown(store, 'p/')), ['p/a=2@1', 'p/b=1@1']);
  });

  check('a commit whose compares do not hold changes nothing', async ({ store, simulation }) => {
    await finish(simulation, store.commit([], [put('a', '1')]));
    for (const compare of [
      { key: 'a', revision: 0 },
      { key: 'a', revision: 2 },
      { key: 'x', revision: 1 },
    ]) {
      const result = await finish(
        simulation,
        store.commit([compare], [put('a', '2'), put('b', '2')]),
      );
      assert.deepEqual(result, { outcome: 'conflict', revision: 1 });
    }
    assert.deepEqual(await finish(simulation, shown(store)), ['a=1@1']);
  });

  check(
    'a key is created once, and a removed one may be created again',
    async ({ store, simulation }) => {
      const absent = [{ key: 'a', revision: 0 }];
      await finish(simulation, store.commit(absent, [put('a', '1')]));
      const again = await finish(simulation, store.commit(absent, [put('a', '2')]));
      assert.equal(again.outcome, 'conflict');
      await finish(simulation, store.commit([{ key: 'a', revision: 1 }], [remove('a')]));
      assert.equal(committedAt(await finish(simulation, store.commit(absent, [put('a', '3')]))), 3);
    },
  );

  check(
    'of many who compare the same revision at once, one wins',
    async ({ store, simulation }) => {
      const absent = [{ key: 'a', revision: 0 }];
      const racers = Array.from({ length: 20 }, (_, i) =>
        store.commit(absent, [put('a', String(i))]),
      );
      const results = await finish(simulation, Promise.all(racers));
      assert.equal(results.filter(({ outcome }) => outcome === 'committed').length, 1);
      assert.equal(results.filter(({ outcome }) => outcome === 'conflict').length, 19);
    },
  );

  check('a conflict names a revision that a reader reaches', async ({ store, simulation }) => {
    const racers = [
      store.commit([], [put('a', '1')]),
      store.commit([{ key: 'a', revision: 9 }], [put('a', '2')]),
    ];
    const [, conflict] = await finish(simulation, Promise.all(racers));
    assert.equal(conflict?.outcome, 'conflict');
    const { revision } = await finish(simulation, store.read(''));
    assert.ok(conflict?.outcome === 'conflict' && conflict.revision <= revision);
  });

  check(
    'a watch is told of each commit under its prefix, once and in order',
    async ({ store, simulation }) => {
      const recorder = new Recorder();
      store.watch('p/', 1, recorder);
      for (let i = 1; i <= 5; i++) {
        await finish(simulation, store.commit([], [put(`p/${i}`, 'x'), put(`q/${i}`, 'y')]));
        await finish(simulation, store.commit([], [put('q/other', String(i))]));
      }
      await finish(simulation, store.commit([], [remove('p/1')]));
      await simulation.runFor(1000);
      const expected = [1, 2, 3, 4, 5].map((i) => `${2 * i - 1}: p/${i}=x`);
      assert.deepEqual(recorder.seen, [...expected, '11: p/1=null']);
    },
  );

  check('a watch from an older revision is told what it missed', async ({ store, simulation }) => {
    for (let i = 1; i <= 4; i++) await finish(simulation, store.commit([], [put('a', String(i))]));
    const recorder = new Recorder();
    store.watch('', 3, recorder);
    await finish(simulation, store.commit([], [put('a', '5')]));
    await simulation.runFor(1000);
    assert.deepEqual(recorder.seen, ['3: a=3', '4: a=4', '5: a=5']);
  });

  check('a closed watch is told nothing more', async ({ store, simulation }) => {
    const recorder = new Recorder();
    const watch = store.watch('', 1, recorder);
    watch.close();
    await finish(simulation, store.commit([], [put('a', '1')]));
    await simulation.runFor(1000);
    assert.deepEqual(recorder.seen, []);
  });

  check('the keys of a lease go when it runs out, in one commit', async ({ store, simulation }) => {
    const lease = await finish(simulation, store.lease(1000));
    await finish(
      simulation,
      store.commit([], [put('a', '1', lease.id), put('b', '1', lease.id), put('c', '1')]),
    );
    const recorder = new Recorder();
    store.watch('', 2, recorder);
    await simulation.runFor(900);
    assert.equal((await finish(simulation, store.read(''))).entries.length, 3);
    await simulation.runFor(1200);
    assert.deepEqual(await finish(simulation, shown(store)), ['c=1@1']);
    assert.deepEqual(recorder.seen, ['2: a=null b=null']);
    assert.equal(await finish(simulation, lease.renew()), false);
  });

  check('a lease that is renewed lives on', async ({ store, simulation }) => {
    const lease = await finish(simulation, store.lease(1000));
    await finish(simulation, store.commit([], [put('a', '1', lease.id)]));
    for (let i = 0; i < 5; i++) {
      await simulation.runFor(700);
      assert.equal(await finish(simulation, lease.renew()), true);
    }
    assert.equal((await finish(simulation, store.read(''))).entries.length, 1);
  });

  check('a lease that is revoked takes its keys with it at once', async ({ store, simulation }) => {
    const lease = await finish(simulation, store.lease(60_000));
    await finish(simulation, store.commit([], [put('a', '1', lease.id)]));
    await finish(simulation, lease.revoke());
    assert.deepEqual(await finish(simulation, shown(store)), []);
    await finish(simulation, lease.revoke());
  });

  check(
    'anybody who knows the id of a lease can end it, and its keys go in one commit',
    async ({ store, simulation }) => {
      const lease = await finish(simulation, store.lease(60_000));
      const other = await finish(simulation, store.lease(60_000));
      const changes = [put('a', '1', lease.id), put('b', '1', other.id), put('c', '1', lease.id)];
      await finish(simulation, store.commit([], changes));
      const recorder = new Recorder();
      store.watch('', 2, recorder);
      await finish(simulation, store.revoke(lease.id));
      await finish(simulation, store.revoke(lease.id));
      await simulation.runFor(1000);
      assert.deepEqual(await finish(simulation, shown(store)), ['b=1@1']);
      assert.deepEqual(recorder.seen, ['2: a=null c=null']);
      assert.equal(await finish(simulation, lease.renew()), false);
      assert.equal(await finish(simulation, other.renew()), true);
    },
  );

  check('a lease that never was can be ended, too', async ({ store, simulation }) => {
    await finish(simulation, store.revoke('123456789'));
    assert.deepEqual(await finish(simulation, store.read('')), { revision: 0, entries: [] });
  });

  check('a key that was put anew without the lease stays', async ({ store, simulation }) => {
    const lease = await finish(simulation, store.lease(1000));
    await finish(simulation, store.commit([], [put('a', '1', lease.id)]));
    await finish(simulation, store.commit([], [put('a', '2')]));
    await simulation.runFor(2000);
    assert.deepEqual(await finish(simulation, shown(store)), ['a=2@2']);
  });

  check('a put under a lease that is gone is a conflict', async ({ store, simulation }) => {
    const lease = await finish(simulation, store.lease(1000));
    await finish(simulation, lease.revoke());
    const result = await finish(simulation, store.commit([], [put('a', '1', lease.id)]));
    assert.equal(result.outcome, 'conflict');
  });

  check('a commit beyond the limits, or with a key twice, is a defect', async ({ store }) => {
    const many = Array.from({ length: 101 }, (_, i) => put(`k${i}`, ''));
    await assert.rejects(store.commit([], many), /at most 100 changes/);
    const large = { key: 'a', value: new Uint8Array(1024 * 1024) };
    await assert.rejects(store.commit([], [large]), /at most 1048576 bytes/);
    await assert.rejects(store.commit([], [put('a', '1'), put('a', '2')]), /no key twice/);
    await assert.rejects(store.commit([], []), /changes something/);
  });

  check('a closed store answers nothing', async ({ store, simulation }) => {
    await finish(simulation, store.close());
    await assert.rejects(store.read(''), { code: 'BROKER_STOPPED' });
    await assert.rejects(store.commit([], [put('a', '1')]), { code: 'BROKER_STOPPED' });
    await assert.rejects(store.lease(1), { code: 'BROKER_STOPPED' });
    await assert.rejects(store.revoke('1'), { code: 'BROKER_STOPPED' });
  });
}
