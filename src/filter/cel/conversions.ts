import type { Budget } from './budget.ts';
import { doubleToInt, doubleToUint, toInt, toUint } from './numbers.ts';
import { decodeUtf8, encodeUtf8 } from './text.ts';
import {
  formatDuration,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
  timestampOf,
} from './times.ts';
import {
  CelDouble,
  CelDuration,
  CelTimestamp,
  CelUint,
  Failure,
  isInt,
  noSuchOverload,
  outOfRange,
} from './values.ts';
import type { CelValue, Outcome } from './values.ts';
import { readInt, readUint } from './whole-numbers.ts';

const unreadable = new Failure('the text does not say a value of this type');
const notUtf8 = new Failure('the bytes are not UTF-8');

const wholeNumber = /^[-+]?\d+$/;
const anyNumber = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)$/;
const specialNumber = /^([-+]?)(?:(inf(?:inity)?)|nan)$/i;

/** `int(value)`. */
export function convertToInt(value: CelValue, budget: Budget): Outcome {
  if (typeof value === 'string') budget.spendOnText(value.length);
  if (isInt(value)) return value;
  if (value instanceof CelDouble) return doubleToInt(value.value);
  if (value instanceof CelUint) return toInt(BigInt(value.value)) ?? outOfRange;
  if (value instanceof CelTimestamp) return value.seconds;
  if (typeof value !== 'string') return noSuchOverload;
  if (!wholeNumber.test(value)) return unreadable;
  return readInt(value.replace('+', '')) ?? outOfRange;
}

/** `uint(value)`. */
export function convertToUint(value: CelValue, budget: Budget): Outcome {
  if (typeof value === 'string') budget.spendOnText(value.length);
  if (value instanceof CelUint) return value;
  if (isInt(value)) return toUint(BigInt(value)) ?? outOfRange;
  if (value instanceof CelDouble) return doubleToUint(value.value);
  if (typeof value !== 'string') return noSuchOverload;
  if (!wholeNumber.test(value)) return unreadable;
  return readUint(value.replace('+', '')) ?? outOfRange;
}

/** `double(value)`. */
export function convertToDouble(value: CelValue, budget: Budget): Outcome {
  if (typeof value === 'string') budget.spendOnText(value.length);
  if (value instanceof CelDouble) return value;
  if (isInt(value)) return new CelDouble(Number(value));
  if (value instanceof CelUint) return new CelDouble(Number(value.value));
  if (typeof value !== 'string') return noSuchOverload;
  if (anyNumber.test(value)) return new CelDouble(Number(value));
  const special = specialNumber.exec(value);
  if (special === null) return unreadable;
  if (special[2] === undefined) return new CelDouble(Number.NaN);
  return new CelDouble(special[1] === '-' ? -Infinity : Infinity);
}

const trueTexts = new Set(['1', 't', 'true', 'TRUE', 'True']);
const falseTexts = new Set(['0', 'f', 'false', 'FALSE', 'False']);

/** `bool(value)`. */
export function convertToBool(value: CelValue, budget: Budget): Outcome {
  if (typeof value === 'string') budget.spendOnText(value.length);
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return noSuchOverload;
  if (trueTexts.has(value)) return true;
  return falseTexts.has(value) ? false : unreadable;
}

/** `string(value)`. */
export function convertToString(value: CelValue, budget: Budget): Outcome {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || isInt(value)) return String(value);
  if (value instanceof CelUint || value instanceof CelDouble) return String(value.value);
  if (value instanceof CelTimestamp) return formatTimestamp(value);
  if (value instanceof CelDuration) return formatDuration(value);
  if (!(value instanceof Uint8Array)) return noSuchOverload;
  budget.allocate(value.length);
  return decodeUtf8(value) ?? notUtf8;
}

/** `bytes(value)`. */
export function convertToBytes(value: CelValue, budget: Budget): Outcome {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string') return noSuchOverload;
  // A UTF-16 unit takes three bytes at the most.
  budget.allocate(value.length * 3);
  return encodeUtf8(value);
}

/** `timestamp(value)`. */
export function convertToTimestamp(value: CelValue, budget: Budget): Outcome {
  if (typeof value === 'string') budget.spendOnText(value.length);
  if (value instanceof CelTimestamp) return value;
  if (isInt(value)) return timestampOf(Number(value), 0);
  return typeof value === 'string' ? (parseTimestamp(value) ?? unreadable) : noSuchOverload;
}

/** `duration(value)`. */
export function convertToDuration(value: CelValue, budget: Budget): Outcome {
  if (typeof value === 'string') budget.spendOnText(value.length);
  if (value instanceof CelDuration) return value;
  return typeof value === 'string' ? (parseDuration(value) ?? unreadable) : noSuchOverload;
}
