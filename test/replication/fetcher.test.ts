/**
 * Goal: a fetcher brings its partitions to where the leader's are, whatever the leader answers.
 * Method: a follower's partition over a log in memory, and a leader that the test plays: each fetch waits until the
 * test answers it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fetcher } from '../../src/replication/fetcher.ts';
import type {
  FetchedPartition,
  LogBounds,
  ReplicaClient,
  ReplicaFetch,
  ReplicaFetched,
} from '../../src/replication/replica-client.ts';
import { ReplicationThrottle } from '../../src/replication/replication-throttle.ts';
import type { RecordBatch } from '../../src/records/record-batch.ts';
import { must } from '../../src/util/assert.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { OdradekError } from '../../src/util/odradek-error.ts';
import { allRecords, batchOf, write } from '../storage/log-fixture.ts';
import { partitionImage } from './partition-images.ts';
import { Replica } from './replica-fixture.ts';

interface Pending {
  readonly request: ReplicaFetch;
  readonly resolve: (fetched: ReplicaFetched) => void;
  readonly reject: (error: Error) => void;
}

const unreachable = new OdradekError('gone', {
  code: 'CONNECTION_CLOSED',
  host: 'leader',
  port: 1,
});

/** A leader that answers when the test says so. */
class PlayedLeader implements ReplicaClient {
  pending: Pending | undefined;
  hurries = 0;
  isClosed = false;
  bounds: LogBounds = { logStartOffset: 0, logEndOffset: 0 };

  fetch(request: ReplicaFetch): Promise<ReplicaFetched> {
    assert.equal(this.pending, undefined, 'one fetch at a time');
    return new Promise((resolve, reject) => {
      this.pending = { request, resolve, reject };
    });
  }

  hurry(): void {
    this.hurries++;
  }

  async logBounds(): Promise<LogBounds> {
    return this.bounds;
  }

  close(): void {
    this.isClosed = true;
  }

  /** The fetch under way. */
  get request(): ReplicaFetch {
    return must(this.pending, 'a fetch is under way').request;
  }

  async answer(
    partitions: readonly Partial<FetchedPartition>[],
    { sessionId = 5, error }: { sessionId?: number; error?: string } = {},
  ): Promise<void> {
    const { resolve } = must(this.pending, 'a fetch is under way');
    this.pending = undefined;
    resolve({
      error,
      sessionId,
      partitions: partitions.map((partition) => ({ ...quiet, ...partition })),
    });
    await settled();
  }

  async fail(): Promise<void> {
    const { reject } = must(this.pending, 'a fetch is under way');
    this.pending = undefined;
    reject(unreachable);
    await settled();
  }
}

const quiet: FetchedPartition = {
  topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
  index: 0,
  error: undefined,
  highWatermark: 0,
  logStartOffset: 0,
  divergingEpoch: undefined,
  chunks: [],
};

/** Lets all promise reactions run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const followed = partitionImage([1, 2], { leader: 1, leaderEpoch: 3 });

/** A replica on broker 2 that follows broker 1 in epoch 3. */
async function following(before: (replica: Replica) => void = () => {}) {
  const replica = new Replica(2, followed);
  before(replica);
  const leader = new PlayedLeader();
  const { clock, timers } = replica.fixture;
  const fetcher = new Fetcher({
    nodeId: 2,
    client: leader,
    throttle: new ReplicationThrottle(
      { nodeId: 2, side: 'follower' },
      { clock, settings: () => ({ bytesPerSecond: 100, windowMs: 1000 }) },
    ),
    clock,
    timers,
    logger: silentLogger,
    settings: () => ({
      waitMaxMs: 500,
      bytesMin: 1,
      responseBytesMax: 1 << 20,
      partitionBytesMax: 1 << 20,
      backoffMs: 1000,
    }),
    defect: (error) => replica.defects.push(error),
  });
  fetcher.add(replica.partition);
  await settled();
  return { replica, leader, fetcher };
}

/** What the leader has at an offset, in an epoch. */
function sent(
  values: readonly string[],
  baseOffset: number,
  partitionLeaderEpoch = 3,
): RecordBatch {
  return batchOf(values, { baseOffset, partitionLeaderEpoch });
}

function chunksOf(...batches: RecordBatch[]): Uint8Array[] {
  return batches.flatMap(({ chunks }) => [...chunks]);
}

async function valuesOf(replica: Replica): Promise<string> {
  return (await allRecords(replica.log)).map(({ value }) => value).join('');
}

test('what the leader sends is in the log as it is, and the next fetch asks for what follows', async () => {
  const { replica, leader } = await following();
  assert.equal(leader.request.sessionEpoch, 0);
  const [asked] = leader.request.partitions;
  assert.deepEqual([asked?.fetchOffset, asked?.lastFetchedEpoch, asked?.leaderEpoch], [0, -1, 3]);
  const first = sent(['a', 'b'], 0, 1);
  await leader.answer([{ chunks: chunksOf(first, sent(['c'], 2)), highWatermark: 2 }]);
  assert.equal(await valuesOf(replica), 'abc');
  assert.equal(replica.partition.highWatermark, 2);
  assert.equal(replica.log.epochForOffset(1), 1);
  const { sessionId, sessionEpoch, partitions } = leader.request;
  assert.deepEqual([sessionId, sessionEpoch], [5, 1]);
  assert.deepEqual([partitions[0]?.fetchOffset, partitions[0]?.lastFetchedEpoch], [3, 3]);
  await leader.answer([{ highWatermark: 3 }]);
  assert.equal(replica.partition.highWatermark, 3);
  assert.deepEqual(leader.request.partitions, [], 'nothing has changed');
});

test('a log that parts from the leader’s is cut epoch by epoch, until it does not', async () => {
  const { replica, leader } = await following(({ log }) => {
    for (const [epoch, values] of [
      [0, ['a', 'b']],
      [1, ['c', 'd']],
      [2, ['e', 'f']],
    ] as const) {
      for (const value of values) {
        log.append(sent([value], log.logEndOffset, epoch), {
          origin: 'replication',
          leaderEpoch: epoch,
        });
      }
    }
    log.writePending();
  });
  assert.deepEqual(leader.request.partitions[0]?.lastFetchedEpoch, 2);
  // The leader has epochs 0 up to offset 3, and then 3.
  await leader.answer([{ divergingEpoch: { epoch: 0, endOffset: 3 } }]);
  assert.equal(await valuesOf(replica), 'ab');
  const [asked] = leader.request.partitions;
  assert.deepEqual([asked?.fetchOffset, asked?.lastFetchedEpoch], [2, 0]);
  await leader.answer([{ chunks: chunksOf(sent(['x'], 2, 0), sent(['y'], 3)) }]);
  assert.equal(await valuesOf(replica), 'abxy');
});

test('the leader’s end of an epoch that both have cuts the follower’s', async () => {
  const { replica, leader } = await following(({ log }) => {
    for (const value of ['a', 'b', 'c']) write(log, batchOf([value]), 2);
  });
  await leader.answer([{ divergingEpoch: { epoch: 2, endOffset: 1 } }]);
  assert.equal(await valuesOf(replica), 'a');
});

test('batches that the leader cannot have sent are refused, and what stands before them is kept', async () => {
  const damaged = sent(['x'], 1);
  must(damaged.chunks[0])[30] = 0xff;
  const hostile: [string, RecordBatch | Uint8Array][] = [
    ['damaged', damaged],
    ['before the end', sent(['x'], 0)],
    ['of a later leader', sent(['x'], 1, 4)],
    ['of an earlier epoch', sent(['x'], 1, 1)],
    ['no batch', new Uint8Array(100).fill(0xff)],
  ];
  for (const [name, batch] of hostile) {
    const { replica, leader, fetcher } = await following();
    const bytes = batch instanceof Uint8Array ? [batch] : chunksOf(batch);
    await leader.answer([{ chunks: [...chunksOf(sent(['a'], 0, 2)), ...bytes] }]);
    assert.equal(await valuesOf(replica), 'a', name);
    assert.equal(leader.pending, undefined, `${name}: it waits before it asks again`);
    replica.fixture.timers.passTime(20);
    await settled();
    assert.equal(leader.request.partitions[0]?.fetchOffset, 1, name);
    assert.deepEqual(replica.defects, []);
    fetcher.close();
  }
});

test('a last batch that is cut off is asked for again', async () => {
  const { replica, leader } = await following();
  const whole = chunksOf(sent(['a'], 0), sent(['b'], 1));
  const bytes = Buffer.concat(whole);
  await leader.answer([{ chunks: [bytes.subarray(0, bytes.length - 3)] }]);
  assert.equal(await valuesOf(replica), 'a');
  assert.equal(leader.request.partitions[0]?.fetchOffset, 1);
});

test('a follower behind the leader’s start begins anew there, one beyond its end is cut', async () => {
  const { replica, leader } = await following(({ log }) => {
    for (const value of ['a', 'b', 'c']) write(log, batchOf([value]), 2);
  });
  leader.bounds = { logStartOffset: 10, logEndOffset: 20 };
  await leader.answer([{ error: 'OFFSET_OUT_OF_RANGE' }]);
  assert.equal(leader.request.partitions[0]?.fetchOffset, 10);
  await leader.answer([{ chunks: chunksOf(sent(['x'], 10), sent(['y'], 11)) }]);
  leader.bounds = { logStartOffset: 10, logEndOffset: 11 };
  await leader.answer([{ error: 'OFFSET_OUT_OF_RANGE' }]);
  assert.equal(await valuesOf(replica), 'x');
});

test('a follower of whose log nothing lies outside, whatever the leader says, waits before it asks again', async () => {
  const { replica, leader } = await following(({ log }) => {
    write(log, batchOf(['a']), 2);
  });
  leader.bounds = { logStartOffset: 0, logEndOffset: 20 };
  await leader.answer([{ error: 'OFFSET_OUT_OF_RANGE' }]);
  assert.equal(leader.pending, undefined);
  replica.fixture.timers.passTime(20);
  await settled();
  assert.equal(leader.request.partitions[0]?.fetchOffset, 1);
  assert.equal(await valuesOf(replica), 'a');
});

test('what the leader has deleted is deleted here, as far as it is known to be replicated', async () => {
  const { replica, leader } = await following();
  const chunks = chunksOf(sent(['a'], 0), sent(['b'], 1), sent(['c'], 2));
  await leader.answer([{ chunks, highWatermark: 1, logStartOffset: 2 }]);
  assert.equal(replica.log.logStartOffset, 1);
  await leader.answer([{ highWatermark: 3, logStartOffset: 2 }]);
  assert.equal(replica.log.logStartOffset, 2);
});

test('a partition that is refused waits longer and longer, by itself, and is left out of the session', async () => {
  const { replica, leader, fetcher } = await following();
  const other = new Replica(2, { ...followed, index: 1 });
  Object.defineProperty(other.partition, 'index', { value: 1 });
  fetcher.add(other.partition);
  assert.equal(leader.hurries, 1, 'the fetch under way is to end');
  await leader.answer([{ error: 'UNKNOWN_LEADER_EPOCH' }]);
  assert.deepEqual(
    leader.request.partitions.map(({ index }) => index),
    [1],
  );
  assert.deepEqual(
    leader.request.forgotten.map(({ index }) => index),
    [0],
  );
  assert.equal(leader.request.waitMaxMs, 20, 'until the other may be asked for again');
  replica.fixture.timers.passTime(20);
  await leader.answer([]);
  assert.deepEqual(
    leader.request.partitions.map(({ index }) => index),
    [0],
  );
  await leader.answer([{ error: 'UNKNOWN_LEADER_EPOCH' }]);
  assert.equal(leader.request.waitMaxMs, 40);
});

test('a leader that is not reached is asked again later, for everything and in a new session', async () => {
  const { replica, leader } = await following();
  await leader.answer([]);
  assert.deepEqual([leader.request.sessionEpoch, leader.request.partitions.length], [1, 0]);
  await leader.fail();
  assert.equal(leader.pending, undefined);
  replica.fixture.timers.passTime(20);
  await settled();
  const { sessionId, sessionEpoch, partitions } = leader.request;
  assert.deepEqual([sessionId, sessionEpoch, partitions.length], [5, 0, 1]);
  await leader.answer([], { sessionId: 6 });
  await leader.answer([], { error: 'FETCH_SESSION_ID_NOT_FOUND', sessionId: 0 });
  assert.deepEqual([leader.request.sessionId, leader.request.sessionEpoch], [0, 0]);
  assert.equal(leader.request.partitions.length, 1);
  await leader.answer([], { sessionId: 0 });
  assert.equal(leader.request.partitions.length, 1, 'without a session all is named each time');
});

test('an answer that comes after its leader epoch changes nothing', async () => {
  const { replica, leader, fetcher } = await following();
  const next = partitionImage([1, 2], { leader: 1, leaderEpoch: 4, partitionEpoch: 1 });
  replica.partition.updateState(next);
  fetcher.add(replica.partition);
  await leader.answer([{ chunks: chunksOf(sent(['a'], 0)) }]);
  assert.equal(await valuesOf(replica), '');
  assert.equal(leader.request.partitions[0]?.leaderEpoch, 4);
  fetcher.remove(replica.partition);
  await leader.answer([{ chunks: chunksOf(sent(['a'], 0)) }]);
  assert.equal(await valuesOf(replica), '');
  assert.equal(leader.pending, undefined, 'nothing is left to be fetched');
  fetcher.add(replica.partition);
  await settled();
  assert.equal(leader.request.partitions.length, 1);
  fetcher.close();
  assert.equal(leader.isClosed, true);
});
