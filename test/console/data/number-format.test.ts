import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatByteRate,
  formatBytes,
  formatCompact,
  formatCount,
  formatCounted,
  formatRate,
  formatShare,
} from '../../../console/src/data/number-format.ts';

test('a count is shown in full up to the greatest offset', () => {
  assert.equal(formatCount(0), '0');
  assert.equal(formatCount(1234567), '1,234,567');
  assert.equal(formatCount(Number.MAX_SAFE_INTEGER), '9,007,199,254,740,991');
  assert.equal(formatCount(null), '–');
});

test('a compact count has three digits that count, and rolls over to the next unit', () => {
  const shown = [0, 7, 999, 1000, 1234, 9994, 9995, 99_949, 999_499, 999_500, 1.5e6, 2e18];
  assert.deepEqual(shown.map(formatCompact), [
    '0',
    '7',
    '999',
    '1k',
    '1.23k',
    '9.99k',
    '10k',
    '99.9k',
    '999k',
    '1M',
    '1.5M',
    '2,000P',
  ]);
  assert.equal(formatCompact(-1234), '−1.23k');
});

test('bytes and rates carry their unit', () => {
  assert.equal(formatBytes(0), '0 B');
  assert.equal(formatBytes(1536), '1.54 kB');
  assert.equal(formatByteRate(12_345_678), '12.3 MB/s');
  assert.equal(formatRate(0.25), '0.25/s');
  assert.equal(formatRate(null), '–');
});

test('one is singular and everything else is not', () => {
  assert.equal(formatCounted(1, 'partition'), '1 partition');
  assert.equal(formatCounted(0, 'partition'), '0 partitions');
  assert.equal(formatCounted(2, 'match', 'matches'), '2 matches');
});

test('a share is never nothing or all before it is', () => {
  assert.deepEqual([0, 0.001, 0.5, 0.999, 1].map(formatShare), ['0%', '<1%', '50%', '99%', '100%']);
});
