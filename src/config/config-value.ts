import { unreachable } from '../util/assert.ts';
import type { ConfigBounds, ConfigKey } from './config-key.ts';

/** A value that cannot be had, worded as Kafka words it. */
export interface ValueProblem {
  /** `Invalid value abc for configuration retention.ms: Not a number of type LONG` */
  readonly message: string;
  /** What would have been right, for people: `a whole number of type LONG`. */
  readonly expected: string;
}

const integerBounds = {
  SHORT: { min: -0x8000n, max: 0x7fffn },
  INT: { min: -0x8000_0000n, max: 0x7fff_ffffn },
  LONG: { min: -0x8000_0000_0000_0000n, max: 0x7fff_ffff_ffff_ffffn },
} as const;

/** What `Double.parseDouble` takes. */
const decimal = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/;
const hexadecimal = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)[fFdD]?$/;

/** In front of how far back a share group begins. */
const byDuration = 'by_duration:';
/** What `Duration.parse` takes, without signs. */
const duration = /^P(?=\d|T\d)(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:[.,]\d{0,9})?S)?)?$/i;

/** What is wrong with `text` as a value of `key`; undefined when nothing is. */
export function valueProblem(key: ConfigKey, text: string): ValueProblem | undefined {
  return typeProblem(key, text) ?? boundsProblem(key, key.bounds, text);
}

/** A whole number held at ±2^53, or undefined where `text` is none of the type. Blanks around it are fine. */
export function parseInteger(type: 'SHORT' | 'INT' | 'LONG', text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?\d{1,40}$/.test(trimmed)) return undefined;
  const value = BigInt(trimmed.startsWith('+') ? trimmed.slice(1) : trimmed);
  const { min, max } = integerBounds[type];
  if (value < min || value > max) return undefined;
  const clamped = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  return Math.max(clamped, Number.MIN_SAFE_INTEGER);
}

/**
 * The number that Java reads in `text`, NaN and the infinities among them; undefined where it reads none.
 */
export function parseDouble(text: string): number | undefined {
  const trimmed = text.trim();
  const hex = hexadecimal.exec(trimmed);
  if (hex) return parseHexadecimal(hex);
  return decimal.test(trimmed) ? Number(trimmed.replace(/[fFdD]$/, '')) : undefined;
}

function parseHexadecimal([, sign, whole = '', fraction = '', exponent]: RegExpExecArray) {
  if (whole + fraction === '') return undefined;
  const digits = Number(`0x${whole}${fraction}`);
  const value = digits * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

/** True and false in any case; undefined for all else. */
export function parseBoolean(text: string): boolean | undefined {
  const lower = text.trim().toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

/** The parts between commas, without blanks around them; none where the text is empty. */
export function parseList(text: string): string[] {
  const trimmed = text.trim();
  return trimmed === '' ? [] : trimmed.split(',').map((part) => part.trim());
}

function typeProblem(key: ConfigKey, text: string): ValueProblem | undefined {
  switch (key.type) {
    case 'BOOLEAN':
      if (parseBoolean(text) !== undefined) return undefined;
      return invalid(key, text, 'Expected value to be either true or false', 'true or false');
    case 'SHORT':
    case 'INT':
    case 'LONG':
      if (parseInteger(key.type, text) !== undefined) return undefined;
      return notANumber(key, text, `a whole number of type ${key.type}`);
    case 'DOUBLE':
      if (parseDouble(text) !== undefined) return undefined;
      return notANumber(key, text, 'a number');
    case 'STRING':
    case 'LIST':
    case 'CLASS':
    case 'PASSWORD':
      return undefined;
    default:
      return unreachable(key.type);
  }
}

function notANumber(key: ConfigKey, text: string, expected: string): ValueProblem {
  return invalid(key, text, `Not a number of type ${key.type}`, expected);
}

function boundsProblem(
  key: ConfigKey,
  bounds: ConfigBounds,
  text: string,
): ValueProblem | undefined {
  switch (bounds.kind) {
    case 'any':
      return undefined;
    case 'range':
      return rangeProblem(key, bounds, text);
    case 'oneOf':
      return choiceProblem(key, bounds, text);
    case 'throttledReplicas':
      return throttledReplicasProblem(key, text);
    case 'offsetReset':
      return offsetResetProblem(key, text);
    case 'nonEmpty':
      if (text.trim() !== '') return undefined;
      return invalid(key, text, 'String must be non-empty', 'a text that is not empty');
    default:
      return unreachable(bounds);
  }
}

function rangeProblem(
  key: ConfigKey,
  { min, max, or }: ConfigBounds & { kind: 'range' },
  text: string,
): ValueProblem | undefined {
  const value = key.type === 'DOUBLE' ? parseDouble(text) : parseInteger('LONG', text);
  // NaN is neither below nor above, which is how it passes in Kafka too.
  if (value === undefined || value === or) return undefined;
  if (or !== undefined && max !== undefined) {
    if (value >= min && value <= max) return undefined;
    const expected = `between ${min} and ${max} or equal to ${or}`;
    return invalid(key, text, `Value must be ${expected}`, `a value ${expected}`);
  }
  if (value < min) return invalid(key, text, `Value must be at least ${min}`, `at least ${min}`);
  if (max === undefined || !(value > max)) return undefined;
  return invalid(key, text, `Value must be no more than ${max}`, `no more than ${max}`);
}

function choiceProblem(
  key: ConfigKey,
  { values, ignoreCase }: ConfigBounds & { kind: 'oneOf' },
  text: string,
): ValueProblem | undefined {
  const chosen = key.type === 'LIST' ? parseList(text) : [text.trim()];
  if (key.type === 'LIST' && chosen.includes('')) {
    const message = `Configuration '${key.name}' values must not be empty.`;
    return { message, expected: 'values that are not empty' };
  }
  const same = (a: string, b: string): boolean =>
    ignoreCase ? a.toLowerCase() === b.toLowerCase() : a === b;
  const wrong = chosen.find((choice) => !values.some((value) => same(value, choice)));
  if (wrong === undefined) return undefined;
  const among = values.join(', ');
  const how = ignoreCase ? ' (case insensitive)' : '';
  return invalid(key, wrong, `String must be one of${how}: ${among}`, `one of ${among}`);
}

function offsetResetProblem(key: ConfigKey, text: string): ValueProblem | undefined {
  const reset = text.trim();
  if (reset === 'earliest' || reset === 'latest') return undefined;
  const isDuration = reset.startsWith(byDuration) && duration.test(reset.slice(byDuration.length));
  if (isDuration) return undefined;
  const expected = `either 'earliest', 'latest' or of the format '${byDuration}<PnDTnHnMn.nS>'`;
  const problem = `Invalid value \`${text}\` for configuration ${key.name}. The value must be ${expected}.`;
  return invalid(key, text, problem, expected);
}

function throttledReplicasProblem(key: ConfigKey, text: string): ValueProblem | undefined {
  const replicas = parseList(text);
  if (text.trim() === '*' || replicas.every((replica) => /^\d+:\d+$/.test(replica)))
    return undefined;
  const form = "the literal '*' or a list of replicas in the following format: ";
  const pairs = '[partitionId]:[brokerId],[partitionId]:[brokerId],...';
  const shown = `[${replicas.join(', ')}]`;
  return invalid(key, shown, `${key.name} must be ${form}${pairs}`, `* or ${pairs}`);
}

function invalid(key: ConfigKey, text: string, problem: string, expected: string): ValueProblem {
  const shown = key.type === 'PASSWORD' ? '[hidden]' : text;
  return { message: `Invalid value ${shown} for configuration ${key.name}: ${problem}`, expected };
}
