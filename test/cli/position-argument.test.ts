import { deepStrictEqual, strictEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { parsePosition } from '../../src/cli/position-argument.ts';
import type { LogPosition } from '../../src/client/start-positions.ts';

const nowMs = Date.UTC(2026, 0, 31, 12);
const clock = { nowMs: () => nowMs, monotonicMs: () => 0 };
const parse = (text: string): LogPosition => parsePosition(text, '--from', clock);

test('the beginning and the end have two names each', () => {
  for (const text of ['beginning', 'earliest']) deepStrictEqual(parse(text), { at: 'beginning' });
  for (const text of ['end', 'latest']) deepStrictEqual(parse(text), { at: 'end' });
});

test('a number is an offset, a negative one counts from the end', () => {
  deepStrictEqual(parse('0'), { at: 'offset', offset: 0 });
  deepStrictEqual(parse('1234567890123'), { at: 'offset', offset: 1_234_567_890_123 });
  deepStrictEqual(parse('-10'), { at: 'beforeEnd', count: 10 });
});

test('a time with a zone is that moment, without one it is local', () => {
  const at = (timestampMs: number): LogPosition => ({ at: 'time', timestampMs });
  deepStrictEqual(parse('2026-01-31T12:00:00Z'), at(nowMs));
  deepStrictEqual(parse('2026-01-31T12:00+01:00'), at(nowMs - 3_600_000));
  deepStrictEqual(parse('2026-01-31T12:30'), at(new Date(2026, 0, 31, 12, 30).getTime()));
  deepStrictEqual(parse('2026-01-31 12:30'), at(new Date(2026, 0, 31, 12, 30).getTime()));
  deepStrictEqual(parse('2026-01-31'), at(new Date(2026, 0, 31).getTime()));
  deepStrictEqual(parse('@1700000000000'), at(1_700_000_000_000));
});

test('an age counts back from now', () => {
  const ages: readonly (readonly [string, number])[] = [
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['3d', 259_200_000],
    ['-3d', 259_200_000],
  ];
  for (const [text, ms] of ages) {
    deepStrictEqual(parse(text), { at: 'time', timestampMs: nowMs - ms }, text);
  }
});

for (const text of [
  '',
  'x',
  '1.5',
  '10y',
  '2026-1',
  '2026-13-01',
  '99999999999999999999',
  '@',
  '--1',
]) {
  test(`'${text}' is no position`, () => {
    throws(() => parse(text), /^OdradekError: --from .*expected beginning, end, an offset/);
  });
}

test('a refused position says which option it was', () => {
  try {
    parse('nonsense');
  } catch (error) {
    strictEqual(String(error).includes('--from nonsense'), true);
  }
});
