import { CelDouble, CelUint, noSuchOverload, outOfRange } from './values.ts';
import type { CelInt, Outcome } from './values.ts';

const intMin = -(2n ** 63n);
const intMax = 2n ** 63n - 1n;
const uintMax = 2n ** 64n - 1n;

/** The int `value` as an int is held, or undefined beyond 64 bits. */
export function toInt(value: bigint): CelInt | undefined {
  if (value < intMin || value > intMax) return undefined;
  return held(value);
}

/** The uint `value`, or undefined where it is negative or beyond 64 bits. */
export function toUint(value: bigint): CelUint | undefined {
  return value < 0n || value > uintMax ? undefined : new CelUint(held(value));
}

function held(value: bigint): CelInt {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The operators of arithmetic that numbers have. */
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

/**
 * `left operator right` for numbers of one type, `range` where it leaves that type, and
 * `no_matching_overload` for anything else.
 */
export function arithmetic(operator: ArithmeticOperator, left: Outcome, right: Outcome): Outcome {
  if (typeof left === 'number' && typeof right === 'number') {
    return smallInts(operator, left, right);
  }
  if (isIntLike(left) && isIntLike(right)) {
    return wholeNumbers(operator, BigInt(left), BigInt(right), toInt);
  }
  if (left instanceof CelDouble && right instanceof CelDouble) {
    return doubles(operator, left.value, right.value);
  }
  if (left instanceof CelUint && right instanceof CelUint) {
    return wholeNumbers(operator, BigInt(left.value), BigInt(right.value), toUint);
  }
  return noSuchOverload;
}

function isIntLike(value: Outcome): value is CelInt {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Ints that are numbers: by numbers where the result is one, else exactly. */
function smallInts(operator: ArithmeticOperator, left: number, right: number): Outcome {
  if ((operator === '/' || operator === '%') && right === 0) return outOfRange;
  const result = plainResult(operator, left, right);
  // No int is -0, which `===` and maps would take for 0, but a division by it would not.
  if (Number.isSafeInteger(result)) return result + 0;
  return wholeNumbers(operator, BigInt(left), BigInt(right), toInt);
}

function plainResult(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return Math.trunc(left / right);
    case '%':
      return left % right;
  }
}

function wholeNumbers(
  operator: ArithmeticOperator,
  left: bigint,
  right: bigint,
  within: (value: bigint) => Outcome | undefined,
): Outcome {
  if ((operator === '/' || operator === '%') && right === 0n) return outOfRange;
  return within(exactResult(operator, left, right)) ?? outOfRange;
}

function exactResult(operator: ArithmeticOperator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
  }
}

function doubles(operator: ArithmeticOperator, left: number, right: number): Outcome {
  switch (operator) {
    case '+':
      return new CelDouble(left + right);
    case '-':
      return new CelDouble(left - right);
    case '*':
      return new CelDouble(left * right);
    case '/':
      return new CelDouble(left / right);
    case '%':
      return noSuchOverload;
  }
}

/** `-value`. */
export function negated(value: Outcome): Outcome {
  if (typeof value === 'number') return 0 - value;
  if (typeof value === 'bigint') return toInt(-value) ?? outOfRange;
  if (value instanceof CelDouble) return new CelDouble(-value.value);
  return noSuchOverload;
}

/** What stands for a number of any of the three types on the one line of numbers; undefined for no number. */
export function onNumberLine(value: Outcome): CelInt | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof CelDouble || value instanceof CelUint) return value.value;
  return undefined;
}

/**
 * Less than, equal to or more than 0, and NaN where one is. Whole numbers are compared exactly; with a double,
 * one beyond 2^53 is first made a double, as cel-spec's cases have it.
 */
export function compareNumbers(left: CelInt, right: CelInt): number {
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    return left < right ? -1 : Number(left > right);
  }
  const [a, b] = [Number(left), Number(right)];
  if (a < b) return -1;
  if (a > b) return 1;
  return a === b ? 0 : Number.NaN;
}

/** The int that a double is cut to, or `range`. The bounds themselves are out: doubles do not tell them apart. */
export function doubleToInt(value: number): Outcome {
  if (!(value > -(2 ** 63) && value < 2 ** 63)) return outOfRange;
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) ? whole + 0 : BigInt(whole);
}

/** The uint that a double is cut to, or `range`. */
export function doubleToUint(value: number): Outcome {
  if (!(value > -1 && value < 2 ** 64)) return outOfRange;
  return toUint(BigInt(Math.trunc(value))) ?? outOfRange;
}
