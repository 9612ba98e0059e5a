import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Budget } from '../../../src/filter/cel/budget.ts';
import { compare, equals } from '../../../src/filter/cel/comparison.ts';
import { arithmetic, toInt, toUint } from '../../../src/filter/cel/numbers.ts';
import { codePointCount, compareText } from '../../../src/filter/cel/text.ts';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp, timestampOf } from '../../../src/filter/cel/times.ts'; // prettier-ignore
import {
  CelDouble,
  type CelTimestamp,
  CelUint,
  Failure,
  isInt,
} from '../../../src/filter/cel/values.ts';
import { filterLimits } from '../../../src/filter/filter-limits.ts';
import { must } from '../../../src/util/assert.ts';
import { holds } from '../../config/property.ts';

const budget = new Budget({ ...filterLimits, stepsMax: Infinity });

/** Whole numbers, many of them near where numbers stop to be exact and ints to fit 64 bits. */
const whole = fc.oneof(
  fc.bigInt({ min: -20n, max: 20n }),
  fc.constantFrom(2n ** 31n, 2n ** 53n, 2n ** 62n, 2n ** 63n, 2n ** 64n, 3_037_000_500n)
    .chain((edge) => fc.bigInt({ min: edge - 3n, max: edge + 3n })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
).chain((value) => fc.constantFrom(value, -value)); // prettier-ignore

const exact = {
  '+': (a: bigint, b: bigint) => a + b,
  '-': (a: bigint, b: bigint) => a - b,
  '*': (a: bigint, b: bigint) => a * b,
  '/': (a: bigint, b: bigint) => (b === 0n ? undefined : a / b),
  '%': (a: bigint, b: bigint) => (b === 0n ? undefined : a % b),
} as const;
const operator = fc.constantFrom('+', '-', '*', '/', '%' as const);

test('ints and uints are exact, and fail where the result does not fit them', () => {
  holds(
    fc.property(whole, whole, operator, (a, b, sign) => {
      const result = exact[sign](a, b);
      for (const [make, of] of [
        [toInt, (value: unknown) => (isInt(value as 1) ? BigInt(value as number) : undefined)],
        [toUint, (value: unknown) => (value instanceof CelUint ? BigInt(value.value) : undefined)],
      ] as const) {
        const [left, right] = [make(a), make(b)];
        if (left === undefined || right === undefined) continue;
        const found = arithmetic(sign, left, right);
        const expected = result === undefined ? undefined : make(result);
        if (expected === undefined) assert.ok(found instanceof Failure, `${a} ${sign} ${b}`);
        else assert.deepEqual(found, expected, `${a} ${sign} ${b}`);
        assert.equal(of(found), expected === undefined ? undefined : result);
      }
    }),
    2000,
  );
});

test('whole numbers are compared exactly, whichever of the two types they have', () => {
  holds(
    fc.property(whole, whole, (a, b) => {
      for (const left of [toInt(a), toUint(a)]) {
        for (const right of [toInt(b), toUint(b)]) {
          if (left === undefined || right === undefined) continue;
          assert.equal(equals(left, right, budget), a === b);
          assert.equal(Math.sign(must(compare(left, right, budget))), a < b ? -1 : Number(a > b));
        }
      }
    }),
    1000,
  );
});

test('doubles are compared with ints as doubles, and a NaN with nothing', () => {
  const half = new CelDouble(1.5);
  assert.deepEqual([compare(1, half, budget), compare(2, half, budget)], [-1, 1]);
  assert.equal(equals(2n ** 60n, new CelDouble(2 ** 60), budget), true);
  const none = new CelDouble(Number.NaN);
  assert.equal(equals(none, none, budget), false);
  assert.ok(Number.isNaN(compare(none, 1, budget)));
});

test('texts are ordered and counted by their code points', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '\ud7ff', '\ue000', '\uffff', '🙂', '\u{10ffff}') }); // prettier-ignore
  holds(
    fc.property(text, text, (a, b) => {
      const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
      assert.equal(Math.sign(compareText(a, b)), order);
      assert.equal(codePointCount(a), Array.from(a).length);
    }),
  );
});

test('times and durations read back as they are written', () => {
  const nanos = fc.oneof(fc.nat(999_999_999), fc.constantFrom(0, 1, 500_000_000));
  holds(
    fc.property(
      fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
      nanos,
      (seconds, rest) => {
        const time = timestampOf(seconds, rest) as CelTimestamp;
        assert.deepEqual(parseTimestamp(formatTimestamp(time)), time);
      },
    ),
  );
  holds(
    fc.property(fc.integer({ min: -9_000_000_000, max: 9_000_000_000 }), nanos, (seconds, rest) => {
      const duration = { seconds, nanos: rest };
      assert.deepEqual({ ...(parseDuration(formatDuration(duration)) as object) }, duration);
    }),
  );
});

test('what is no time is none', () => {
  for (const text of [
    '',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00+24:00',
  ]) {
    // prettier-ignore
    assert.equal(parseTimestamp(text), undefined, text);
  }
  assert.ok(parseTimestamp('0000-01-01T00:00:00Z') instanceof Failure);
  assert.ok(parseTimestamp('9999-12-31T23:59:59-01:00') instanceof Failure);
  for (const text of ['', 'h', '1', '1d', '1h 2m', '--1s', '1.5.5s']) {
    assert.equal(parseDuration(text), undefined, text);
  }
  assert.ok(parseDuration('99999999999h') instanceof Failure);
});
