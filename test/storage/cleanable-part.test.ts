import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CleanablePart,
  type CleanableSegment,
  cleanablePart,
  isMoreUrgent,
  isWorthCleaning,
} from '../../src/storage/cleanable-part.ts';
import { defaultLogConfig } from '../../src/storage/log-config.ts';

const nowMs = 1_000_000;

/** Segments of ten offsets and 100 bytes each, a second apart; the last one is active. */
function segments(count: number): CleanableSegment[] {
  return Array.from({ length: count }, (_, i) => ({
    baseOffset: i * 10,
    endOffset: i * 10 + 10,
    sizeBytes: 100,
    largestTimestampMs: () => nowMs - (count - i) * 1000,
    firstTimestampMs: () => nowMs - (count - i) * 1000 - 500,
  }));
}

function part(
  options: { firstDirtyOffset?: number; lastStableOffset?: number; cleanBytesInSegment?: number },
  config = {},
): CleanablePart {
  const log = {
    segments: segments(5),
    firstDirtyOffset: 0,
    cleanBytesInSegment: 0,
    lastStableOffset: 50,
    ...options,
  };
  return cleanablePart(log, { ...defaultLogConfig, ...config }, nowMs);
}

test('whole segments below the last stable offset can be cleaned, without the active one', () => {
  assert.equal(part({}).endOffset, 40);
  assert.equal(part({ lastStableOffset: 40 }).endOffset, 40);
  assert.equal(part({ lastStableOffset: 39 }).endOffset, 30);
  const none = part({ lastStableOffset: 5 });
  assert.deepEqual([none.endOffset, none.dirtyBytes, none.dirtyRatio], [0, 0, 0]);
});

test('the dirty share counts what was not cleaned, within a segment too', () => {
  const some = part({ firstDirtyOffset: 20 });
  assert.deepEqual([some.cleanBytes, some.dirtyBytes, some.dirtyRatio], [200, 200, 0.5]);
  const within = part({ firstDirtyOffset: 25, cleanBytesInSegment: 40 });
  assert.deepEqual([within.cleanBytes, within.dirtyBytes], [240, 160]);
  assert.equal(isWorthCleaning(some, { ...defaultLogConfig, minCleanableDirtyRatio: 0.5 }), false);
  assert.equal(isWorthCleaning(some, { ...defaultLogConfig, minCleanableDirtyRatio: 0.4 }), true);
});

test('min.compaction.lag.ms leaves young segments alone, and all behind them', () => {
  assert.equal(part({}, { minCompactionLagMs: 2500 }).endOffset, 30);
  assert.equal(part({}, { minCompactionLagMs: 10_000 }).dirtyBytes, 0);
});

test('max.compaction.lag.ms makes a log overdue, which comes before any dirty share', () => {
  const overdue = part({ firstDirtyOffset: 30 }, { maxCompactionLagMs: 2000 });
  assert.equal(overdue.overdueMs, 500);
  assert.equal(isWorthCleaning(overdue, { ...defaultLogConfig, minCleanableDirtyRatio: 1 }), true);
  const inTime = part({ firstDirtyOffset: 30 }, { maxCompactionLagMs: 3000 });
  assert.equal(inTime.overdueMs, 0);
  assert.ok(isMoreUrgent(overdue, part({})));
  assert.ok(!isMoreUrgent(part({}), overdue));
  assert.ok(isMoreUrgent(part({}), inTime));
});
