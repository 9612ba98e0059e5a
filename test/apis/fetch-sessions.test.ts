import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FetchPartition } from '../../src/apis/fetch-partition.ts';
import { FetchSessions, nextSessionEpoch } from '../../src/apis/fetch-sessions.ts';

let drawn = 0;
const random = { below: () => drawn++, bytes: () => new Uint8Array(16) };

function partitions(count: number): Map<string, FetchPartition> {
  return new Map(
    Array.from({ length: count }, (_, partition) => [
      `t:${partition}`,
      {
        topic: 't',
        topicId: '',
        partition,
        fetchOffset: 0,
        partitionMaxBytes: 1,
        currentLeaderEpoch: -1,
        lastFetchedEpoch: -1,
        logStartOffset: -1,
        sentHighWatermark: -1,
        sentLogStartOffset: -1,
      },
    ]),
  );
}

test('the epoch after the largest is 1, as 0 opens a session and -1 ends it', () => {
  assert.equal(nextSessionEpoch(1), 2);
  assert.equal(nextSessionEpoch(0x7fff_ffff), 1);
});

test('a session is used with the epoch that follows, and with no other', () => {
  const sessions = new FetchSessions({ slots: 2 }, { random });
  const session = sessions.open(partitions(1), false, 0);
  assert.ok(session !== undefined);
  assert.equal(sessions.use(session.id, 1, false, 0), session);
  assert.deepEqual(sessions.use(session.id, 1, false, 0), { error: 'INVALID_FETCH_SESSION_EPOCH' });
  assert.equal(sessions.use(session.id, 2, false, 0), session);
  assert.deepEqual(sessions.use(session.id, 3, true, 0), { error: 'FETCH_SESSION_TOPIC_ID_ERROR' });
  assert.deepEqual(sessions.use(session.id + 1000, 1, false, 0), {
    error: 'FETCH_SESSION_ID_NOT_FOUND',
  });
});

test('with all slots taken, a session that was not used for two minutes makes room', () => {
  const sessions = new FetchSessions({ slots: 1 }, { random });
  const first = sessions.open(partitions(5), false, 0);
  assert.ok(first !== undefined);
  assert.equal(sessions.open(partitions(1), false, 100_000), undefined);
  assert.ok(sessions.open(partitions(1), false, 120_001) !== undefined);
  assert.equal(sessions.size, 1);
});

test('with all slots taken, a larger session replaces a smaller one that is old, though in use', () => {
  const sessions = new FetchSessions({ slots: 1 }, { random });
  const first = sessions.open(partitions(5), false, 0);
  assert.ok(first !== undefined);
  sessions.use(first.id, 1, false, 130_000);
  assert.equal(sessions.open(partitions(5), false, 131_000), undefined);
  assert.ok(sessions.open(partitions(6), false, 131_000) !== undefined);
});
