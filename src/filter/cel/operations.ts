/**
 * Calls of functions as closures. What filters are mostly made of, comparisons with a constant, has closures of
 * its own. HOT: bench=filter
 */
import type { Budget } from './budget.ts';
import { isIn, mapKeyOf } from './collections.ts';
import type { Code } from './code.ts';
import type { BinaryFunction, UnaryFunction } from './functions.ts';
import { CelDouble, Failure, isList } from './values.ts';
import type { CelList, CelValue, Evaluate } from './values.ts';

/** A function of one value. */
export function compileUnary(call: UnaryFunction, { evaluate }: Code, budget: Budget): Evaluate {
  return () => {
    const value = evaluate();
    return value instanceof Failure ? value : call(value, budget);
  };
}

/** A function of two values, by its name. */
export function compileBinary(
  name: string,
  call: BinaryFunction,
  [left, right]: readonly [Code, Code],
  budget: Budget,
): Evaluate {
  if (right.constant !== undefined) {
    const special = withConstant(name, call, left.evaluate, right.constant.value, budget);
    if (special !== undefined) return special;
  }
  const [first, second] = [left.evaluate, right.evaluate];
  return () => {
    const a = first();
    if (a instanceof Failure) return a;
    const b = second();
    return b instanceof Failure ? b : call(a, b, budget);
  };
}

function withConstant(
  name: string,
  call: BinaryFunction,
  left: Evaluate,
  constant: CelValue,
  budget: Budget,
): Evaluate | undefined {
  if (name === '_==_' && (typeof constant === 'string' || typeof constant === 'boolean')) {
    return () => {
      const value = left();
      return value instanceof Failure ? value : value === constant;
    };
  }
  if (typeof constant === 'number') return withSmallInt(name, call, left, constant, budget);
  if (name === '@in' && isList(constant)) return inConstantList(left, constant, budget);
  return undefined;
}

/** Comparisons with an int, for which an int that is a number needs no more than JavaScript's own. */
function withSmallInt(
  name: string,
  call: BinaryFunction,
  left: Evaluate,
  constant: number,
  budget: Budget,
): Evaluate | undefined {
  const compare = smallComparisons.get(name);
  if (compare === undefined) return undefined;
  return () => {
    const value = left();
    if (typeof value === 'number') return compare(value, constant);
    return value instanceof Failure ? value : call(value, constant, budget);
  };
}

const smallComparisons: ReadonlyMap<string, (left: number, right: number) => boolean> = new Map([
  ['_==_', (left: number, right: number) => left === right],
  ['_!=_', (left: number, right: number) => left !== right],
  ['_<_', (left: number, right: number) => left < right],
  ['_<=_', (left: number, right: number) => left <= right],
  ['_>_', (left: number, right: number) => left > right],
  ['_>=_', (left: number, right: number) => left >= right],
]);

/** Membership in a list of texts, numbers and bools, by a set; undefined for other lists. */
function inConstantList(left: Evaluate, list: CelList, budget: Budget): Evaluate | undefined {
  const keys = new Set<unknown>();
  for (const element of list) {
    const key = scalarKey(element);
    if (key === undefined) return undefined;
    keys.add(key);
  }
  return () => {
    const value = left();
    if (value instanceof Failure) return value;
    // A large double equals ints that are near it, and not their keys alone.
    const isNear = value instanceof CelDouble && !isExact(value.value);
    return isNear ? isIn(value, list, budget) : keys.has(scalarKey(value));
  };
}

/** The same for equal scalars, and undefined for what is none, for NaN, and for large doubles. */
function scalarKey(value: CelValue): unknown {
  if (value === null) return null;
  if (!(value instanceof CelDouble)) return mapKeyOf(value);
  return isExact(value.value) ? value.value : undefined;
}

/** Whether no int is taken for it but the one that it is. */
function isExact(double: number): boolean {
  return Math.abs(double) <= Number.MAX_SAFE_INTEGER;
}
