import type { Budget } from './budget.ts';
import { elementAt, isIn, joinedLists } from './collections.ts';
import { compare, equals } from './comparison.ts';
import * as conversions from './conversions.ts';
import { arithmetic, negated } from './numbers.ts';
import type { ArithmeticOperator } from './numbers.ts';
import { codePointCount } from './text.ts';
import { timeField, timeFieldNames } from './time-fields.ts';
import { addTimes, subtractTimes } from './times.ts';
import { CelMap, isList, noSuchOverload, typeOf } from './values.ts';
import type { CelValue, Outcome } from './values.ts';

/** A function of one value, which is no failure. May throw `OverBudget`. */
export type UnaryFunction = (value: CelValue, budget: Budget) => Outcome;
/** A function of two values, of which none is a failure. May throw `OverBudget`. */
export type BinaryFunction = (left: CelValue, right: CelValue, budget: Budget) => Outcome;

/** Functions by name; a method's has a dot in front, and its target is the first value. */
export const unaryFunctions: ReadonlyMap<string, UnaryFunction> = new Map<string, UnaryFunction>([
  ['!_', (value) => (typeof value === 'boolean' ? !value : noSuchOverload)],
  ['-_', (value) => negated(value)],
  ['size', size],
  ['.size', size],
  ['bool', conversions.convertToBool],
  ['bytes', conversions.convertToBytes],
  ['double', conversions.convertToDouble],
  ['duration', conversions.convertToDuration],
  ['dyn', (value) => value],
  ['int', conversions.convertToInt],
  ['string', conversions.convertToString],
  ['timestamp', conversions.convertToTimestamp],
  ['type', (value) => typeOf(value)],
  ['uint', conversions.convertToUint],
  ...timeFieldNames.map((name): [string, UnaryFunction] => [
    `.${name}`,
    (value, budget) => timeField(name, value, budget),
  ]),
]);

/** Functions of two values. `matches` is compiled with its expression and is not among them. */
export const binaryFunctions: ReadonlyMap<string, BinaryFunction> = new Map<string, BinaryFunction>(
  [
    ['_==_', equals],
    ['_!=_', (left, right, budget) => !equals(left, right, budget)],
    ['_<_', (left, right, budget) => ordered(compare(left, right, budget), (order) => order < 0)],
    ['_<=_', (left, right, budget) => ordered(compare(left, right, budget), (order) => order <= 0)],
    ['_>_', (left, right, budget) => ordered(compare(left, right, budget), (order) => order > 0)],
    ['_>=_', (left, right, budget) => ordered(compare(left, right, budget), (order) => order >= 0)],
    ['_+_', add],
    ['_-_', (left, right) => subtractTimes(left, right) ?? arithmetic('-', left, right)],
    ...(['*', '/', '%'] as const).map((operator): [string, BinaryFunction] => [
      `_${operator}_`,
      byArithmetic(operator),
    ]),
    ['@in', isIn],
    ['_[_]', (collection, index) => elementAt(collection, index)],
    ['.contains', contains],
    ['.startsWith', onEnd((text, part) => text.startsWith(part))],
    ['.endsWith', onEnd((text, part) => text.endsWith(part))],
    ...timeFieldNames.map((name): [string, BinaryFunction] => [
      `.${name}`,
      (value, zone, budget) => timeField(name, value, budget, zone),
    ]),
  ],
);

function ordered(order: number | undefined, holds: (order: number) => boolean): Outcome {
  return order === undefined ? noSuchOverload : holds(order);
}

function byArithmetic(operator: ArithmeticOperator): BinaryFunction {
  return (left, right) => arithmetic(operator, left, right);
}

function size(value: CelValue, budget: Budget): Outcome {
  if (typeof value === 'string') {
    budget.spendOnText(value.length);
    return codePointCount(value);
  }
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof CelMap) return value.entries.size;
  return isList(value) ? value.length : noSuchOverload;
}

function add(left: CelValue, right: CelValue, budget: Budget): Outcome {
  if (typeof left === 'string' && typeof right === 'string') {
    budget.allocate((left.length + right.length) * 2);
    return left + right;
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    budget.allocate(left.length + right.length);
    return joinedBytes(left, right);
  }
  if (isList(left) && isList(right)) return joinedLists(left, right, budget);
  return addTimes(left, right) ?? arithmetic('+', left, right);
}

function joinedBytes(left: Uint8Array, right: Uint8Array): Uint8Array {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}

/** Longer parts than this are searched for at the cost of the product of both lengths: V8 keeps no tables beyond. */
const tabledPartLength = 250;

function contains(text: CelValue, part: CelValue, budget: Budget): Outcome {
  if (typeof text !== 'string' || typeof part !== 'string') return noSuchOverload;
  const passes = part.length > tabledPartLength ? part.length : 1;
  budget.spendOnText(text.length * passes + part.length);
  return text.includes(part);
}

function onEnd(test: (text: string, part: string) => boolean): BinaryFunction {
  return (text, part, budget) => {
    if (typeof text !== 'string' || typeof part !== 'string') return noSuchOverload;
    budget.spendOnText(part.length);
    return test(text, part);
  };
}
