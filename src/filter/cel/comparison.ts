import type { Budget } from './budget.ts';
import { compareNumbers, onNumberLine } from './numbers.ts';
import { compareBytes, compareText } from './text.ts';
import { CelDuration, CelMap, CelTimestamp, CelType, isList } from './values.ts';
import type { CelList, CelValue, Outcome } from './values.ts';

/**
 * CEL's equality, which has an answer for any two values: numbers of different types are compared as numbers,
 * other values of different types are not equal. Throws `OverBudget`.
 */
export function equals(left: CelValue, right: CelValue, budget: Budget): boolean {
  if (typeof left === 'string' || typeof right === 'string') {
    if (typeof left !== 'string' || typeof right !== 'string' || left.length !== right.length) {
      return false;
    }
    if (left.length > 8) budget.spendOnText(left.length);
    return left === right;
  }
  if (typeof left === 'boolean' || left === null) return left === right;
  const number = onNumberLine(left);
  if (number !== undefined) {
    const other = onNumberLine(right);
    return other !== undefined && compareNumbers(number, other) === 0;
  }
  return sameObjects(left, right, budget);
}

function sameObjects(left: CelValue, right: CelValue, budget: Budget): boolean {
  if (left instanceof Uint8Array) {
    if (!(right instanceof Uint8Array) || left.length !== right.length) return false;
    budget.spendOnText(left.length);
    return compareBytes(left, right) === 0;
  }
  if (left instanceof CelTimestamp) {
    return right instanceof CelTimestamp && compareTimes(left, right) === 0;
  }
  if (left instanceof CelDuration) {
    return right instanceof CelDuration && compareTimes(left, right) === 0;
  }
  if (left instanceof CelType) return right instanceof CelType && left.name === right.name;
  if (left instanceof CelMap) return right instanceof CelMap && sameMaps(left, right, budget);
  return isList(left) && isList(right) && sameLists(left, right, budget);
}

function sameLists(left: CelList, right: CelList, budget: Budget): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) {
    budget.spend(1);
    if (!equals(left[i] as CelValue, right[i] as CelValue, budget)) return false;
  }
  return true;
}

function sameMaps(left: CelMap, right: CelMap, budget: Budget): boolean {
  if (left.entries.size !== right.entries.size) return false;
  for (const [key, value] of left.entries) {
    budget.spend(1);
    const other = right.entries.get(key);
    if (other === undefined || !equals(value, other, budget)) return false;
  }
  return true;
}

function compareTimes(left: CelTimestamp | CelDuration, right: CelTimestamp | CelDuration): number {
  return left.seconds === right.seconds ? left.nanos - right.nanos : left.seconds - right.seconds;
}

/**
 * Less than, equal to or more than 0; NaN where a NaN is compared; undefined where the two have no order.
 * Throws `OverBudget`.
 */
export function compare(left: Outcome, right: Outcome, budget: Budget): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string') {
    if (typeof right !== 'string') return undefined;
    budget.spendOnText(Math.min(left.length, right.length));
    return compareText(left, right);
  }
  const number = onNumberLine(left);
  if (number !== undefined) {
    const other = onNumberLine(right);
    return other === undefined ? undefined : compareNumbers(number, other);
  }
  return compareObjects(left, right, budget);
}

function compareObjects(left: Outcome, right: Outcome, budget: Budget): number | undefined {
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    budget.spendOnText(Math.min(left.length, right.length));
    return compareBytes(left, right);
  }
  if (left instanceof CelTimestamp && right instanceof CelTimestamp) {
    return compareTimes(left, right);
  }
  if (left instanceof CelDuration && right instanceof CelDuration) return compareTimes(left, right);
  return undefined;
}
