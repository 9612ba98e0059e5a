import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { Trends } from '../../../src/admin/picture/trends.ts';

/** Notes a lag every 5 s. */
function noted(lags: readonly (number | null)[], state = 'Stable'): Trends {
  const trends = new Trends();
  for (const [i, lag] of lags.entries()) {
    trends.note(
      { groupId: 'billing', state, lag },
      { nowMs: i * 5000, wallMs: 1_000_000 + i * 5000 },
    );
  }
  return trends;
}

test('where a lag goes is known after a while, and by more than a little', () => {
  const trendOf = (lags: readonly (number | null)[]) => noted(lags).trendOf('billing');
  strictEqual(trendOf([0, 100]), 'unknown');
  strictEqual(trendOf([0, 100, 200, 300]), 'growing');
  strictEqual(trendOf([300, 200, 100, 0]), 'shrinking');
  strictEqual(trendOf([5, 0, 7, 3]), 'steady');
  strictEqual(trendOf([1000, 1020, 990, 1040]), 'steady');
  strictEqual(trendOf([null, null, null, null, null]), 'unknown');
  strictEqual(new Trends().trendOf('other'), 'unknown');
});

test('a trend is that of the last minute', () => {
  const grewLongAgo = [
    ...Array.from({ length: 10 }, (_, i) => i * 100),
    ...Array.from({ length: 15 }, () => 1000),
  ];
  strictEqual(noted(grewLongAgo).trendOf('billing'), 'steady');
});

test('since when a group lags is known if it was seen without a lag before', () => {
  strictEqual(noted([5, 6, 7]).laggingSinceMs('billing'), null);
  strictEqual(noted([0, 6, 7]).laggingSinceMs('billing'), 1_005_000);
  strictEqual(noted([0, 6, 0, 7, 8]).laggingSinceMs('billing'), 1_015_000);
  strictEqual(noted([0, 6, 0]).laggingSinceMs('billing'), null);
});

test('since when a group is in its state is known if it was seen to come into it', () => {
  const trends = noted([0], 'Stable');
  strictEqual(trends.stateSinceMs('billing'), null);
  trends.note({ groupId: 'billing', state: 'Empty', lag: 0 }, { nowMs: 9000, wallMs: 2_000_000 });
  strictEqual(trends.stateSinceMs('billing'), 2_000_000);
});

test('a thousand groups are followed', () => {
  const trends = new Trends();
  const at = (second: number) => ({ nowMs: second * 1000, wallMs: second * 1000 });
  for (let i = 0; i < 1500; i++) {
    for (const second of [0, 20]) {
      trends.note({ groupId: `group-${i}`, state: 'Stable', lag: second * 100 }, at(second));
    }
  }
  deepStrictEqual(
    ['group-0', 'group-499', 'group-500', 'group-1499'].map((id) => trends.trendOf(id)),
    ['unknown', 'unknown', 'growing', 'growing'],
  );
});
