import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InSyncCommitter } from '../../src/broker/in-sync-committer.ts';
import { withInSyncSet } from '../../src/controller/in-sync-set.ts';
import { encodePartition, encodeValue, imageKeys } from '../../src/metadata/image-keys.ts';
import { LiveImage } from '../../src/metadata/live-image.ts';
import type { Change, CommitResult, Compare } from '../../src/metadata/store.ts';
import type { InSyncChange } from '../../src/replication/in-sync-changes.ts';
import { must } from '../../src/util/assert.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { OdradekError } from '../../src/util/odradek-error.ts';
import { partitionImage } from '../replication/partition-images.ts';

const topicId = 'AAAAAAAAAAAAAAAAAAAAAA';
const key = imageKeys.partition(topicId, 0);

/** A store of one image, whose answers the test prescribes; brokers 1 to 3 are registered with epoch 7. */
class Store {
  readonly image = new LiveImage();
  readonly commits: { compares: readonly Compare[]; changes: readonly Change[] }[] = [];
  /** What becomes of the next commits; `committed` when there is nothing. */
  readonly fates: ('committed' | 'conflict' | 'unknown' | 'unknown but made' | 'fails')[] = [];
  readonly #timers: (() => void)[] = [];

  constructor(isr: readonly number[]) {
    const changes: Change[] = [
      { key: imageKeys.topic('orders'), value: encodeValue({ topicId, partitionCount: 1 }) },
      { key, value: encodePartition(partitionImage([1, 2, 3], { isr })) },
    ];
    for (const nodeId of [1, 2, 3]) changes.push(...registration(nodeId));
    this.apply(changes);
  }

  apply(changes: readonly Change[]): void {
    this.image.apply(this.image.revision + 1, changes);
  }

  committer(): InSyncCommitter {
    return new InSyncCommitter(
      { nodeId: 1 },
      {
        image: () => this.image,
        commit: (compares, changes) => this.#commit(compares, changes),
        timers: {
          setTimer: (_delayMs, callback) => {
            this.#timers.push(callback);
            return {};
          },
          clearTimer: () => {},
          atTurnEnd: () => {},
        },
        logger: silentLogger,
      },
    );
  }

  async #commit(compares: readonly Compare[], changes: readonly Change[]): Promise<CommitResult> {
    this.commits.push({ compares, changes });
    const fate = this.fates.shift() ?? 'committed';
    if (fate === 'fails') throw new OdradekError('closed', { code: 'BROKER_STOPPED' });
    if (fate === 'unknown') return { outcome: 'unknown' };
    if (fate !== 'conflict') this.apply(changes);
    if (fate === 'unknown but made') return { outcome: 'unknown' };
    return { outcome: fate, revision: this.image.revision };
  }

  change(isr: readonly number[], added: readonly number[] = []): InSyncChange {
    const base = must(this.image.topicsById.get(topicId)?.partitions[0]);
    const members = added.map((nodeId) => ({ nodeId, brokerEpoch: 7 }));
    const proposal = { base, isr, added: members };
    return { topic: 'orders', topicId, index: 0, proposal, minInsyncReplicas: 2 };
  }

  get isr(): readonly number[] | undefined {
    return this.image.topicsById.get(topicId)?.partitions[0]?.isr;
  }

  /** Lets the pauses end, as often as there is one, until `promise` has settled. */
  async outlast(promise: Promise<void>): Promise<void> {
    let isSettled = false;
    void promise.then(() => {
      isSettled = true;
    });
    for (let i = 0; i < 20 && !isSettled; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const fire of this.#timers.splice(0)) fire();
    }
    assert.ok(isSettled, 'it settles');
  }
}

function registration(
  nodeId: number,
  changes: { fenced?: boolean; stopping?: boolean } = {},
): Change[] {
  const said = {
    rack: null,
    listeners: [],
    directoryIds: [],
    hostName: '',
    bootId: '',
    leaseId: 'l',
  };
  const value = encodeValue({ epoch: 7, fenced: false, stopping: false, ...said, ...changes });
  return [
    { key: imageKeys.broker(nodeId), value },
    { key: imageKeys.live(nodeId), value: encodeValue({ epoch: 7 }) },
  ];
}

test('a change compares the partition, this broker’s life, and who comes in', async () => {
  const store = new Store([1, 2]);
  await store.outlast(store.committer().propose(store.change([1, 2, 3], [3])));
  assert.deepEqual(store.isr, [1, 2, 3]);
  const compared = store.commits[0]?.compares.map((compare) => compare.key);
  assert.deepEqual(compared, [key, imageKeys.live(1), imageKeys.broker(3), imageKeys.live(3)]);
});

test('nobody comes in who is fenced, stopping, gone, or has started again since it fetched', async () => {
  const gone = { key: imageKeys.live(3), value: null };
  const again = { key: imageKeys.live(3), value: encodeValue({ epoch: 8 }) };
  for (const changes of [
    registration(3, { fenced: true }),
    registration(3, { stopping: true }),
    [gone],
    [again],
  ]) {
    const store = new Store([1, 2]);
    store.apply(changes);
    await store.outlast(store.committer().propose(store.change([1, 2, 3], [3])));
    assert.equal(store.commits.length, 0);
  }
});

test('an outcome that is not known is asked for until it is, with the same commit', async () => {
  const store = new Store([1, 2, 3]);
  store.fates.push('unknown', 'fails', 'unknown');
  await store.outlast(store.committer().propose(store.change([1, 2])));
  assert.equal(store.commits.length, 4);
  for (const commit of store.commits) assert.deepEqual(commit, store.commits[0]);
  assert.deepEqual(store.isr, [1, 2]);
});

test('an outcome that the image shows needs no further asking', async () => {
  const store = new Store([1, 2, 3]);
  store.fates.push('unknown but made');
  await store.outlast(store.committer().propose(store.change([1, 2])));
  assert.equal(store.commits.length, 1);
});

test('a change that lost against another, or against a life that ended, is given up', async () => {
  const store = new Store([1, 2, 3]);
  store.fates.push('conflict');
  await store.outlast(store.committer().propose(store.change([1, 2])));
  assert.equal(store.commits.length, 1);
  store.apply([{ key: imageKeys.live(1), value: null }]);
  await store.outlast(store.committer().propose(store.change([1, 2])));
  assert.equal(store.commits.length, 1, 'this broker is not alive');
  assert.deepEqual(store.isr, [1, 2, 3]);
});

test('many changes are made, some at a time', async () => {
  const store = new Store([1, 2, 3]);
  const committer = store.committer();
  const change = store.change([1, 2]);
  await store.outlast(
    Promise.all(Array.from({ length: 100 }, () => committer.propose(change))).then(() => {}),
  );
  assert.equal(store.commits.length, 100);
});

test('who leaves while too few stay is eligible to lead, until enough are in sync again', () => {
  const all = partitionImage([1, 2, 3], { leaderEpoch: 4, partitionEpoch: 9 });
  const two = withInSyncSet(all, [1, 2], 2);
  assert.deepEqual([two.isr, two.elr, two.leaderEpoch, two.partitionEpoch], [[1, 2], [], 4, 10]);
  const one = withInSyncSet(two, [1], 2);
  assert.deepEqual([one.isr, one.elr], [[1], [2]]);
  const other = withInSyncSet({ ...one, lastKnownElr: [3] }, [1, 3], 3);
  assert.deepEqual([other.isr, other.elr, other.lastKnownElr], [[1, 3], [2], []]);
  assert.deepEqual(withInSyncSet(one, [1, 2], 2).elr, []);
  const small = withInSyncSet(partitionImage([1, 2]), [1], 5);
  assert.deepEqual(small.elr, [2], 'the minimum is never more than there are replicas');
});
