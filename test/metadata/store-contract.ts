import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Simulation } from '../../src/runtime/simulated/simulation.ts';
import type { Change, CommitResult, MetadataStore, StoreChange } from '../../src/metadata/store.ts';

/** A store, and the time that passes around it. */
export interface StoreWorld {
  readonly store: MetadataStore;
  /** What `promise` comes to. */
  finish<T>(promise: Promise<T>): Promise<T>;
  /** Lets time pass until something is so; fails when it never is. */
  until(isSo: () => boolean | Promise<boolean>): Promise<void>;
  /** Lets virtual time pass. False, and nothing, where time is real: no test waits for it and hopes. */
  pass(ms: number): Promise<boolean>;
}

/** The world of a store in a simulation. */
export function simulatedWorld(simulation: Simulation, store: MetadataStore): StoreWorld {
  return {
    store,
    finish: (promise) => finish(simulation, promise),
    until: async (isSo) => {
      for (let tries = 0; tries < 100; tries++) {
        if (await finish(simulation, Promise.resolve(isSo()))) return;
        await simulation.runFor(50);
      }
      assert.fail('it never was so');
    },
    pass: async (ms) => {
      await simulation.runFor(ms);
      return true;
    },
  };
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
  /** Up to where all has been told. */
  revision = 0;
  compacted = false;

  onCommit(revision: number, changes: readonly StoreChange[]): void {
    assert.ok(revision > this.revision, `${revision} comes behind ${this.revision}`);
    this.revision = revision;
    if (changes.length === 0) return;
    const told = changes.map(({ key, value }) => `${key}=${textOf(value)}`);
    this.seen.push(`${revision}: ${told.join(' ')}`);
  }

  onCompacted(): void {
    this.compacted = true;
  }
}

/** What every metadata store promises. */
export function storeContract(
  name: string,
  createWorld: () => Promise<StoreWorld>,
  options: { readonly skip?: string | false } = {},
): void {
  const check = (sentence: string, run: (world: StoreWorld) => Promise<void>): void => {
    test(`${name}: ${sentence}`, options, async () => {
      const world = await createWorld();
      try {
        await run(world);
      } finally {
        await world.finish(world.store.close());
      }
    });
  };

  checkCommits(check);
  checkWatches(check);
  checkLeases(check);

  check('a commit beyond the limits, or with a key twice, is a defect', async ({ store }) => {
    const many = Array.from({ length: 101 }, (_, i) => put(`k${i}`, ''));
    await assert.rejects(store.commit([], many), /at most 100 changes/);
    const compares = Array.from({ length: 129 }, (_, i) => ({ key: `k${i}`, revision: 0 }));
    await assert.rejects(store.commit(compares, [put('a', '1')]), /at most 128 compares/);
    const large = { key: 'a', value: new Uint8Array(1024 * 1024) };
    await assert.rejects(store.commit([], [large]), /at most 1048576 bytes/);
    await assert.rejects(store.commit([], [put('a', '1'), put('a', '2')]), /no key twice/);
    await assert.rejects(store.commit([], []), /changes something/);
  });

  check('a closed store answers nothing', async ({ store, finish: settle }) => {
    await settle(store.close());
    await assert.rejects(store.read(''), { code: 'BROKER_STOPPED' });
    await assert.rejects(store.commit([], [put('a', '1')]), { code: 'BROKER_STOPPED' });
    await assert.rejects(store.lease(1), { code: 'BROKER_STOPPED' });
    await assert.rejects(store.revoke('1'), { code: 'BROKER_STOPPED' });
  });
}

type Check = (sentence: string, run: (world: StoreWorld) => Promise<void>) => void;

function checkCommits(check: Check): void {
  check('an empty store has nothing in it', async ({ store, finish: settle }) => {
    assert.deepEqual((await settle(store.read(''))).entries, []);
  });

  check(
    'commits have revisions that grow, and entries that of their last change',
    async ({ store, finish: settle }) => {
      const before = (await settle(store.read(''))).revision;
      const first = committedAt(await settle(store.commit([], [put('a', '1'), put('b', '1')])));
      const second = committedAt(await settle(store.commit([], [put('a', '2')])));
      const third = committedAt(await settle(store.commit([], [remove('b'), put('c', '3')])));
      assert.ok(before < first && first < second && second < third);
      const { revision } = await settle(store.read(''));
      assert.deepEqual(await settle(shown(store)), [`a=2@${second}`, `c=3@${third}`]);
      assert.ok(revision >= third);
    },
  );

  check('a read gives the keys of its prefix in their order', async ({ store, finish: settle }) => {
    const changes = [put('p/b', '1'), put('p/a', '2'), put('pp', '3'), put('o', '4')];
    const at = committedAt(await settle(store.commit([], changes)));
    assert.deepEqual(await settle(shown(store, 'p/')), [`p/a=2@${at}`, `p/b=1@${at}`]);
  });

  check(
    'a commit whose compares do not hold changes nothing',
    async ({ store, finish: settle }) => {
      const at = committedAt(await settle(store.commit([], [put('a', '1')])));
      for (const compare of [
        { key: 'a', revision: 0 },
        { key: 'a', revision: at + 1 },
        { key: 'x', revision: at },
      ]) {
        const result = await settle(store.commit([compare], [put('a', '2'), put('b', '2')]));
        assert.equal(result.outcome, 'conflict');
      }
      assert.deepEqual(await settle(shown(store)), [`a=1@${at}`]);
    },
  );

  check(
    'as many compares and changes as there may be are one commit',
    async ({ store, finish: settle }) => {
      const keys = Array.from({ length: 128 }, (_, i) => `k${String(i).padStart(3, '0')}`);
      const compares = keys.map((key) => ({ key, revision: 0 }));
      const changes = keys.slice(0, 100).map((key) => put(key, 'x'));
      const at = committedAt(await settle(store.commit(compares, changes)));
      const again = await settle(store.commit(compares, changes));
      assert.equal(again.outcome, 'conflict');
      const removals = keys.slice(0, 100).map((key) => remove(key));
      const current = keys.slice(0, 100).map((key) => ({ key, revision: at }));
      committedAt(await settle(store.commit(current, removals)));
      assert.deepEqual(await settle(shown(store)), []);
    },
  );

  check('a commit may be as large as its limit', async ({ store, finish: settle }) => {
    const value = new Uint8Array(1024 * 1024 - 100).fill(7);
    await settle(store.commit([], [{ key: 'a', value }]));
    const { entries } = await settle(store.read(''));
    assert.deepEqual(entries[0]?.value.length, value.length);
  });

  check(
    'a key is created once, and a removed one may be created again',
    async ({ store, finish: settle }) => {
      const absent = [{ key: 'a', revision: 0 }];
      const at = committedAt(await settle(store.commit(absent, [put('a', '1')])));
      const again = await settle(store.commit(absent, [put('a', '2')]));
      assert.equal(again.outcome, 'conflict');
      await settle(store.commit([{ key: 'a', revision: at }], [remove('a')]));
      assert.ok(committedAt(await settle(store.commit(absent, [put('a', '3')]))) > at);
    },
  );

  check(
    'of many who compare the same revision at once, one wins',
    async ({ store, finish: settle }) => {
      const absent = [{ key: 'a', revision: 0 }];
      const racers = Array.from({ length: 20 }, (_, i) =>
        store.commit(absent, [put('a', String(i))]),
      );
      const results = await settle(Promise.all(racers));
      assert.equal(results.filter(({ outcome }) => outcome === 'committed').length, 1);
      assert.equal(results.filter(({ outcome }) => outcome === 'conflict').length, 19);
    },
  );

  check('a conflict names a revision that a reader reaches', async ({ store, finish: settle }) => {
    const racers = [
      store.commit([], [put('a', '1')]),
      store.commit([{ key: 'a', revision: 999_999 }], [put('a', '2')]),
    ];
    const [, conflict] = await settle(Promise.all(racers));
    assert.equal(conflict?.outcome, 'conflict');
    const { revision } = await settle(store.read(''));
    assert.ok(conflict?.outcome === 'conflict' && conflict.revision <= revision);
  });
}

function checkWatches(check: Check): void {
  check(
    'a watch is told of each commit under its prefix, once and in order',
    async ({ store, finish: settle, until, pass }) => {
      const recorder = new Recorder();
      const { revision } = await settle(store.read(''));
      store.watch('p/', revision + 1, recorder);
      const expected: string[] = [];
      for (let i = 1; i <= 5; i++) {
        const changes = [put(`p/${i}`, 'x'), put(`q/${i}`, 'y')];
        const at = committedAt(await settle(store.commit([], changes)));
        expected.push(`${at}: p/${i}=x`);
        await settle(store.commit([], [put('q/other', String(i))]));
      }
      const last = committedAt(await settle(store.commit([], [remove('p/1')])));
      await until(() => recorder.seen.length >= 6);
      await pass(1000);
      assert.deepEqual(recorder.seen, [...expected, `${last}: p/1=null`]);
    },
  );

  check(
    'a watch from an older revision is told what it missed',
    async ({ store, finish: settle, until }) => {
      const revisions: number[] = [];
      for (let i = 0; i < 4; i++) {
        revisions.push(committedAt(await settle(store.commit([], [put('a', String(i))]))));
      }
      const recorder = new Recorder();
      store.watch('', revisions[2] ?? 0, recorder);
      revisions.push(committedAt(await settle(store.commit([], [put('a', '4')]))));
      await until(() => recorder.seen.length >= 3);
      assert.deepEqual(
        recorder.seen,
        [2, 3, 4].map((i) => `${revisions[i]}: a=${i}`),
      );
    },
  );

  check('a closed watch is told nothing more', async ({ store, finish: settle, until }) => {
    const { revision } = await settle(store.read(''));
    const [closed, open] = [new Recorder(), new Recorder()];
    const watch = store.watch('', revision + 1, closed);
    store.watch('', revision + 1, open);
    watch.close();
    await settle(store.commit([], [put('a', '1')]));
    await until(() => open.seen.length === 1);
    assert.deepEqual(closed.seen, []);
  });

  check(
    'who watches everything gets to the revision of whatever a commit answers',
    async ({ store, finish: settle, until }) => {
      const recorder = new Recorder();
      recorder.revision = (await settle(store.read(''))).revision;
      store.watch('', recorder.revision + 1, recorder);
      const gone = await settle(store.lease(60_000));
      await settle(gone.revoke());
      for (const [compares, changes] of [
        [[], [put('a', '1')]],
        [[{ key: 'a', revision: 0 }], [put('a', '2')]],
        [[], [put('a', '3', gone.id)]],
        [[], [remove('never there')]],
        [[{ key: 'b', revision: 7 }], [remove('never there')]],
      ] as const) {
        const result = await settle(store.commit(compares, changes));
        assert.notEqual(result.outcome, 'unknown');
        const { revision } = result as { readonly revision: number };
        await until(() => recorder.revision >= revision);
      }
    },
  );
}

function checkLeases(check: Check): void {
  check(
    'the keys of a lease go when it runs out, in one commit',
    async ({ store, finish: settle, until, pass }) => {
      const lease = await settle(store.lease(1000));
      const changes = [put('a', '1', lease.id), put('b', '1', lease.id), put('c', '1')];
      const at = committedAt(await settle(store.commit([], changes)));
      const recorder = new Recorder();
      store.watch('', at + 1, recorder);
      if (await pass(900)) assert.equal((await settle(store.read(''))).entries.length, 3);
      await until(() => recorder.seen.length > 0);
      assert.deepEqual(recorder.seen, [`${recorder.revision}: a=null b=null`]);
      assert.deepEqual(await settle(shown(store)), [`c=1@${at}`]);
      assert.equal(await settle(lease.renew()), false);
    },
  );

  check('a lease that is renewed lives on', async ({ store, finish: settle, pass }) => {
    const lease = await settle(store.lease(1000));
    assert.ok(lease.ttlMs >= 1000);
    await settle(store.commit([], [put('a', '1', lease.id)]));
    for (let i = 0; i < 5; i++) {
      await pass(700);
      assert.equal(await settle(lease.renew()), true);
    }
    assert.equal((await settle(store.read(''))).entries.length, 1);
  });

  check(
    'a lease that is revoked takes its keys with it at once',
    async ({ store, finish: settle }) => {
      const lease = await settle(store.lease(60_000));
      await settle(store.commit([], [put('a', '1', lease.id)]));
      await settle(lease.revoke());
      assert.deepEqual(await settle(shown(store)), []);
      await settle(lease.revoke());
    },
  );

  check(
    'anybody who knows the id of a lease can end it, and its keys go in one commit',
    async ({ store, finish: settle, until }) => {
      const lease = await settle(store.lease(60_000));
      const other = await settle(store.lease(60_000));
      const changes = [put('a', '1', lease.id), put('b', '1', other.id), put('c', '1', lease.id)];
      const at = committedAt(await settle(store.commit([], changes)));
      const recorder = new Recorder();
      store.watch('', at + 1, recorder);
      await settle(store.revoke(lease.id));
      await settle(store.revoke(lease.id));
      await until(() => recorder.seen.length > 0);
      assert.deepEqual(await settle(shown(store)), [`b=1@${at}`]);
      assert.deepEqual(recorder.seen, [`${recorder.revision}: a=null c=null`]);
      assert.equal(await settle(lease.renew()), false);
      assert.equal(await settle(other.renew()), true);
      await settle(other.revoke());
    },
  );

  check('a lease that never was can be ended, too', async ({ store, finish: settle }) => {
    await settle(store.revoke('123456789'));
    assert.deepEqual((await settle(store.read(''))).entries, []);
  });

  check(
    'a key that was put anew without the lease stays',
    async ({ store, finish: settle, until }) => {
      const lease = await settle(store.lease(1000));
      await settle(store.commit([], [put('a', '1', lease.id), put('b', '1', lease.id)]));
      const at = committedAt(await settle(store.commit([], [put('a', '2')])));
      await until(async () => (await store.read('')).entries.length === 1);
      assert.deepEqual(await settle(shown(store)), [`a=2@${at}`]);
    },
  );

  check('a put under a lease that is gone is a conflict', async ({ store, finish: settle }) => {
    const lease = await settle(store.lease(1000));
    await settle(lease.revoke());
    const result = await settle(store.commit([], [put('a', '1', lease.id)]));
    assert.equal(result.outcome, 'conflict');
    assert.deepEqual(await settle(shown(store)), []);
  });
}
