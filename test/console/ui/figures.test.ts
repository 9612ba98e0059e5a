import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, duration, exact, perSecond, short } from '../../../console/src/ui/figures.ts';

test('exact figures lose no digit', () => {
  assert.equal(exact(Number.MAX_SAFE_INTEGER), '9,007,199,254,740,991');
  assert.equal(exact(0), '0');
  assert.equal(exact(null), '–');
});

test('short figures have three digits and the unit that fits', () => {
  const cases = [0, 7, 0.4, 999, 999.4, 999.6, 1000, 1234, 99_950, 1e6, 123_456_789, -4200];
  assert.deepEqual(cases.map(short), [
    '0',
    '7',
    '0.4',
    '999',
    '999',
    '1k',
    '1k',
    '1.23k',
    '100k',
    '1M',
    '123M',
    '-4.2k',
  ]);
  assert.equal(bytes(1536), '1.5 KiB');
  assert.equal(bytes(0), '0 B');
  assert.equal(perSecond(0), '0/s');
  assert.equal(perSecond(1200), '1.2k/s');
});

test('durations have two units at most', () => {
  const cases = [0, 0.25, 3.21, 250, 4100, 59_400, 125_000, 3_600_000, 11_520_000, 187_200_000];
  assert.deepEqual(cases.map(duration), [
    '0 ms',
    '0.25 ms',
    '3.2 ms',
    '250 ms',
    '4.1 s',
    '59 s',
    '2 min 5 s',
    '1 h',
    '3 h 12 min',
    '2 d 4 h',
  ]);
});
