/**
 * Goal: whatever happens to etcd, a store says what it knows and goes on when it can.
 * Method: real members on loopback that are killed, stopped and started while stores use them.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { EtcdStore } from '../../../src/metadata/etcd/etcd-store.ts';
import type { CommitResult } from '../../../src/metadata/store.ts';
import { Recorder, committedAt, put, shown } from '../store-contract.ts';
import { Prng } from '../../../src/runtime/simulated/prng.ts';
import { CuttingProxy } from './cutting-proxy.ts';
import { EtcdProcess, etcdMissing as skip } from './etcd-process.ts';
import { openEtcdStore, until } from './etcd-world.ts';

let etcd: EtcdProcess;
let namespaces = 0;

before(async () => {
  if (skip === false) etcd = await EtcdProcess.start();
});
after(async () => {
  if (skip === false) await etcd.remove();
});

/** An address of its own in the etcd that the tests share. */
function address(): string {
  return `etcd://${etcd.endpoint}/failures/${++namespaces}`;
}

/** Everything that was ever committed, as a watch from the beginning is told it. */
async function historyOf(store: EtcdStore, from: number): Promise<readonly string[]> {
  const recorder = new Recorder();
  const { revision } = await store.read('');
  const end = committedAt(await store.commit([], [put('end', 'x')]));
  assert.ok(end > revision);
  const watch = store.watch('', from, recorder);
  await until(() => recorder.revision >= end);
  watch.close();
  return recorder.seen;
}

/** Puts `key` as 0, 1, 2 … until told to stop; answers the values of which it knows that they were committed. */
async function write(store: EtcdStore, key: string, isOver: () => boolean) {
  const results: { readonly value: number; readonly result: CommitResult }[] = [];
  for (let value = 0; !isOver(); value++) {
    try {
      const result = await store.commit([], [put(key, String(value))]);
      results.push({ value, result });
    } catch (error) {
      // Nobody could be reached: nothing has happened.
      assert.equal((error as { code?: string }).code, 'TIMED_OUT');
    }
  }
  return results;
}

test(
  'etcd is killed in the midst of commits: no answer is wrong, no watch misses a commit',
  { skip },
  async () => {
    const where = address();
    const store = openEtcdStore(where, { timeoutMs: 1500 });
    const follower = openEtcdStore(where, { timeoutMs: 1500 });
    const recorder = new Recorder();
    const { revision } = await follower.read('');
    follower.watch('', revision + 1, recorder);
    let isOver = false;
    const writers = ['a', 'b', 'c', 'd'].map((key) => write(store, key, () => isOver));
    for (let kills = 0; kills < 3; kills++) {
      const { revision: reached } = recorder;
      await until(() => recorder.revision > reached + 50);
      await etcd.kill();
      await etcd.run();
    }
    const { revision: reached } = recorder;
    await until(() => recorder.revision > reached + 50);
    isOver = true;
    const written = await Promise.all(writers);
    const history = await historyOf(store, revision + 1);
    await until(() => recorder.seen.length >= history.length);
    assert.deepEqual(recorder.seen, history);
    for (const [index, results] of written.entries()) {
      const key = 'abcd'[index];
      for (const { value, result } of results) {
        if (result.outcome !== 'committed') continue;
        assert.ok(
          history.includes(`${result.revision}: ${key}=${value}`),
          `${key}=${value} is there`,
        );
      }
      const told = history.filter((line) => line.includes(`: ${key}=`));
      const values = told.map((line) => Number(line.split('=')[1]));
      assert.deepEqual(
        values,
        [...new Set(values)].toSorted((x, y) => x - y),
        'none comes twice',
      );
    }
    await store.close();
    await follower.close();
  },
);

test(
  'an etcd that stands still: a commit is unknown, a read fails, a watch goes on',
  { skip },
  async () => {
    const store = openEtcdStore(address(), { timeoutMs: 3000, pingIntervalMs: 1000 });
    const lease = await store.lease(60_000);
    const first = committedAt(await store.commit([], [put('a', '1')]));
    const recorder = new Recorder();
    store.watch('', first, recorder);
    await until(() => recorder.seen.length === 1);
    await etcd.pause();
    const during = await Promise.allSettled([
      store.commit([], [put('a', '2')]),
      store.read(''),
      lease.renew(),
    ]);
    etcd.resume();
    const [commit, read, renewal] = during;
    assert.deepEqual(commit, { status: 'fulfilled', value: { outcome: 'unknown' } });
    for (const failed of [read, renewal]) {
      assert.equal(failed?.status, 'rejected');
      const reason = failed?.status === 'rejected' ? failed.reason : undefined;
      assert.equal(reason?.code, 'TIMED_OUT');
      assert.match(reason?.message, /etcd at 127\.0\.0\.1:\d+ did not answer within 3000 ms/);
    }
    await until(async () => {
      const result = await store.commit([], [put('a', '3')]).catch(() => undefined);
      return result?.outcome === 'committed';
    });
    await until(() => recorder.seen.at(-1)?.endsWith('a=3') === true);
    assert.equal(await lease.renew(), true);
    await lease.revoke();
    await store.close();
  },
);

test(
  'a member that is down, and one that accepts and says nothing, are passed over',
  { skip },
  async (t) => {
    const { createServer } = await import('node:net');
    const silent = createServer((socket) => socket.on('error', () => {}).resume());
    t.after(() => silent.close());
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    const { port } = silent.address() as { readonly port: number };
    const members = `127.0.0.1:1,127.0.0.1:${port},${etcd.endpoint}`;
    const store = openEtcdStore(`etcd://${members}/passed-over`, { timeoutMs: 3000 });
    committedAt(await committed(() => store.commit([], [put('a', '1')])));
    assert.equal((await store.read('')).entries.length, 1);
    await store.close();
  },
);

/** A commit whose outcome is known. */
async function committed(commit: () => Promise<CommitResult>): Promise<CommitResult> {
  for (let tries = 0; tries < 20; tries++) {
    const result = await commit().catch(() => undefined);
    if (result !== undefined && result.outcome !== 'unknown') return result;
  }
  return assert.fail('no outcome was known');
}

test(
  'of three members any one may be killed, also the one that is connected to',
  { skip },
  async () => {
    const members = await EtcdProcess.startMembers(3);
    const endpoints = members.map(({ endpoint }) => endpoint).join(',');
    const store = openEtcdStore(`etcd://${endpoints}/members`, { timeoutMs: 6000 });
    try {
      const recorder = new Recorder();
      const at = committedAt(await committed(() => store.commit([], [put('turn', 'none')])));
      store.watch('', at + 1, recorder);
      for (const [turn, member] of members.entries()) {
        await member.kill();
        committedAt(await committed(() => store.commit([], [put('turn', String(turn))])));
        await until(() => recorder.seen.at(-1)?.endsWith(`turn=${turn}`) === true);
        await member.run();
      }
      assert.match((await shown(store)).join(), /^turn=2@/);
    } finally {
      await store.close();
      for (const member of members) await member.remove();
    }
  },
);

test('a lease that is renewed outlives one of the same time that is not', { skip }, async () => {
  const store = openEtcdStore(address());
  const [renewed, left] = [await store.lease(2000), await store.lease(2000)];
  const changes = [put('renewed', '1', renewed.id), put('left', '1', left.id)];
  const at = committedAt(await store.commit([], changes));
  const recorder = new Recorder();
  store.watch('', at + 1, recorder);
  await until(async () => {
    assert.equal(await renewed.renew(), true);
    return recorder.seen.length > 0;
  });
  assert.match(recorder.seen.join(), /^\d+: left=null$/);
  await renewed.revoke();
  await store.close();
});

test('keys beyond one page are read as they are at one revision', { skip }, async () => {
  const store = openEtcdStore(address());
  const keys = Array.from({ length: 1300 }, (_, i) => `k${String(i).padStart(4, '0')}`);
  const commitAll = async (value: string): Promise<void> => {
    for (let i = 0; i < keys.length; i += 100) {
      const changes = keys.slice(i, i + 100).map((key) => put(key, value));
      committedAt(await store.commit([], changes));
    }
  };
  await commitAll('1');
  const writing = commitAll('2');
  let isOver = false;
  void writing.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const { revision, entries } = await store.read('k');
    assert.deepEqual(
      entries.map(({ key }) => key),
      keys,
    );
    assert.ok(entries.every((entry) => entry.revision <= revision));
    const values = entries.map(({ value }) => String.fromCharCode(value[0] ?? 0));
    assert.deepEqual(values, values.toSorted().reverse(), 'what is written first is new first');
  }
  await writing;
  await store.close();
});

test('values too large for one answer are read in smaller pages', { skip }, async () => {
  const store = openEtcdStore(address(), { messageBytesMax: 2 * 1024 * 1024 });
  for (let i = 0; i < 7; i++) {
    await store.commit([], [{ key: `k${i}`, value: new Uint8Array(900_000).fill(i) }]);
  }
  const { entries } = await store.read('k');
  assert.deepEqual(
    entries.map(({ value }) => [value.length, value[0]]),
    [0, 1, 2, 3, 4, 5, 6].map((i) => [900_000, i]),
  );
  const recorder = new Recorder();
  store.watch('k', entries[0]?.revision ?? 0, recorder);
  await until(() => recorder.seen.length === 7);
  await store.close();
});

test('clusters in one etcd see nothing of each other', { skip }, async () => {
  const [one, two] = [openEtcdStore(address()), openEtcdStore(address())];
  const recorder = new Recorder();
  two.watch('', (await two.read('')).revision + 1, recorder);
  const first = committedAt(await one.commit([], [put('a', '1')]));
  const second = committedAt(await two.commit([{ key: 'a', revision: 0 }], [put('a', '2')]));
  assert.deepEqual([await shown(one), await shown(two)], [[`a=1@${first}`], [`a=2@${second}`]]);
  await until(() => recorder.seen.length > 0);
  assert.deepEqual(recorder.seen, [`${second}: a=2`]);
  await one.close();
  await two.close();
});

test(
  'history goes after a while, and takes nothing from a watch that follows',
  { skip },
  async () => {
    const own = await EtcdProcess.start();
    const where = `etcd://${own.endpoint}/history`;
    // Several look after it, and one of them at a time does it.
    const stores = [1, 2, 3].map(() => openEtcdStore(where, { historyMs: 200 }));
    const [store] = stores as [EtcdStore, EtcdStore, EtcdStore];
    const first = committedAt(await store.commit([], [put('a', '0')]));
    const following = new Recorder();
    store.watch('', first + 1, following);
    let count = 0;
    const late = new Recorder();
    await until(async () => {
      committedAt(await store.commit([], [put('a', String(++count))]));
      const watch = store.watch('', first, late);
      await until(() => late.compacted || late.revision > first);
      watch.close();
      late.revision = 0;
      return late.compacted;
    });
    await until(() => following.seen.length === count);
    assert.equal(following.compacted, false);
    assert.deepEqual(await shown(store), [
      following.seen.at(-1)?.replace(/^(\d+): (.*)$/, '$2@$1'),
    ]);
    for (const one of stores) await one.close();
    await own.remove();
  },
);

for (const seed of process.env['ODRADEK_SEED']?.split(' ') ?? ['1', '2']) {
  test(
    `connections break within answers: nothing is done twice, no watch misses a commit (ODRADEK_SEED=${seed})`,
    { skip },
    async (t) => {
      const random = new Prng(seed);
      const path = `/failures/${++namespaces}`;
      const proxy = await CuttingProxy.start(etcd.port, 8000, random);
      t.after(() => proxy.stop());
      const store = openEtcdStore(`etcd://${proxy.endpoint}${path}`);
      const direct = openEtcdStore(`etcd://${etcd.endpoint}${path}`);
      const { revision } = await direct.read('');
      const recorder = new Recorder();
      store.watch('', revision + 1, recorder);
      const results: { readonly attempt: string; readonly result: CommitResult }[] = [];
      let attempts = 0;
      // Each takes the counter on from what it has read, as the decisions of a broker do.
      const writer = async (): Promise<void> => {
        while (attempts < 300) {
          const attempt = String(++attempts);
          const { entries } = await store.read('counter');
          const compares = [{ key: 'counter', revision: entries[0]?.revision ?? 0 }];
          const changes = [
            put('counter', attempt),
            put(`other/${random.below(50)}`, 'x'.repeat(500)),
          ];
          const result = await store.commit(compares, changes);
          results.push({ attempt, result });
        }
      };
      await Promise.all([writer(), writer(), writer(), writer()]);
      proxy.isCutting = false;
      const history = await historyOf(direct, revision + 1);
      await until(() => recorder.seen.length >= history.length);
      assert.deepEqual(recorder.seen, history);
      const done = history.flatMap((line) => /^(\d+): counter=(\d+)/.exec(line)?.slice(1, 3) ?? []);
      const revisionOf = new Map<string | undefined, number>();
      for (let i = 0; i < done.length; i += 2) {
        assert.ok(!revisionOf.has(done[i + 1]), `attempt ${done[i + 1]} happened once`);
        revisionOf.set(done[i + 1], Number(done[i]));
      }
      for (const { attempt, result } of results) {
        const at = revisionOf.get(attempt);
        if (result.outcome === 'committed') assert.equal(at, result.revision);
        if (result.outcome === 'conflict') assert.equal(at, undefined);
      }
      const count = (outcome: string): number =>
        results.filter(({ result }) => result.outcome === outcome).length;
      assert.ok(proxy.cuts > 10 && count('committed') > 20 && count('unknown') > 0);
      await store.close();
      await direct.close();
    },
  );
}
