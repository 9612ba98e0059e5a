import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  emptyTail,
  revealed,
  tailLimits,
  withTail,
} from '../../../console/src/messages/tail-buffer.ts';
import type { RecordView } from '../../../src/admin/contract/messages.ts';

function records(from: number, to: number): readonly RecordView[] {
  return Array.from({ length: to - from }, (_, index) => ({
    topic: 't',
    partition: 0,
    offset: from + index,
    timestamp: 0,
    key: null,
    value: null,
    headers: [],
  }));
}

function offsets(list: readonly RecordView[]): readonly number[] {
  return list.map(({ offset }) => offset);
}

test('what comes is shown at once, the newest first', () => {
  const tail = withTail(withTail(emptyTail, records(0, 2), false), records(2, 4), false);
  assert.deepEqual(offsets(tail.shown), [3, 2, 1, 0]);
});

test('what comes while one reads waits, and what is shown does not move', () => {
  const before = withTail(emptyTail, records(0, 2), false);
  const tail = withTail(withTail(before, records(2, 3), true), records(3, 4), true);
  assert.equal(tail.shown, before.shown);
  assert.deepEqual(offsets(tail.waiting), [3, 2]);
  assert.deepEqual(offsets(revealed(tail).shown), [3, 2, 1, 0]);
});

test('what comes again after a reconnect is there once', () => {
  const tail = withTail(withTail(emptyTail, records(0, 3), false), records(1, 4), true);
  assert.deepEqual(offsets(revealed(tail).shown), [3, 2, 1, 0]);
  assert.equal(withTail(tail, records(0, 4), false), tail);
});

test('both ends are bounded, and what has gone is counted', () => {
  const { shown, waiting } = tailLimits;
  const full = withTail(emptyTail, records(0, waiting + 10), true);
  assert.equal(full.waiting.length, waiting);
  assert.equal(full.goneUnseen, 10);
  const seen = revealed(full);
  assert.equal(seen.shown.length, shown);
  assert.equal(seen.goneFromShown, waiting - shown);
  assert.deepEqual(offsets(seen.shown).slice(0, 1), [waiting + 9]);
});
