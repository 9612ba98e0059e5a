import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupOffset } from '../../../src/admin/contract/picture.ts';
import { positionsOf } from '../../../src/admin/picture/group-positions.ts';
import type { Logs } from '../../../src/admin/picture/logs.ts';
import { must } from '../../../src/util/assert.ts';

const wallMs = 1_000_000;

/** A log that begins at 10 and ends at 100, of which the times of some offsets were told. */
function logsWith(times: Readonly<Record<number, number>>): Logs {
  return {
    get: () => ({ partition: { logStartOffset: 10, highWatermark: 100 } }),
    isFiltered: () => false,
    timeAt: (_topic: string, _partition: number, offset: number) => times[offset],
  } as unknown as Logs;
}

function position(
  committedOffset: number,
  times: Readonly<Record<number, number>>,
  before?: Partial<GroupOffset>,
): GroupOffset {
  const offsets = [{ topic: 'orders', partitions: [{ partition: 0, committedOffset }] }];
  const known = { topic: 'orders', partition: 0, logStartOffset: 10, ...before } as GroupOffset;
  const [found] = positionsOf({ offsets }, [], logsWith(times), {
    nowMs: 0,
    wallMs,
    before: before === undefined ? [] : [known],
    beforeMs: wallMs - 1000,
  });
  return must(found);
}

test('the lag in time is that of the oldest unread record', () => {
  const { lag, lagSeconds } = position(40, { 40: wallMs - 7000 });
  deepStrictEqual([lag, lagSeconds], [60, 7]);
});

test('who has read all has no lag, whatever is known of times', () => {
  const { lag, lagSeconds } = position(100, {});
  deepStrictEqual([lag, lagSeconds], [0, 0]);
});

test('of a group that has gone on since, the time of where it was bounds the lag', () => {
  const before = { committedOffset: 30, lag: 70 };
  strictEqual(position(40, { 30: wallMs - 8000 }, before).lagSeconds, 8);
});

test('what a group has not read that had read all a moment before was written since', () => {
  strictEqual(position(90, {}, { committedOffset: 90, lag: 0 }).lagSeconds, 1);
});

test('a position whose records were deleted counts from where the log begins', () => {
  const { lag, lagSeconds } = position(4, { 10: wallMs - 9000 });
  deepStrictEqual([lag, lagSeconds], [90, 9]);
});

test('where no time is known, none is told; a clock that is ahead is no negative lag', () => {
  strictEqual(position(40, {}).lagSeconds, null);
  strictEqual(position(40, { 40: wallMs + 5000 }).lagSeconds, 0);
});
