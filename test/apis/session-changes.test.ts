import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FetchPartition } from '../../src/apis/fetch-partition.ts';
import { SessionChanges } from '../../src/apis/session-changes.ts';

test('a partition that a follower asks for again comes behind those that had no turn yet', () => {
  const [a, b, c] = [0, 1, 2].map((partition) => ({ partition }) as FetchPartition);
  const changes = new SessionChanges();
  for (const asked of [a, b, c]) changes.mark(asked as FetchPartition);
  changes.mark(a as FetchPartition);
  assert.deepEqual(changes.changed(), [b, c, a]);
});
