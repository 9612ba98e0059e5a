import type { Budget } from './budget.ts';
import { equals } from './comparison.ts';
import { onNumberLine } from './numbers.ts';
import {
  CelDouble,
  CelMap,
  CelUint,
  Failure,
  isInt,
  isList,
  noSuchKey,
  noSuchOverload,
} from './values.ts';
import type { CelList, CelValue, MapKey, Outcome } from './values.ts';

/** What an element of a list, or an entry of a map, takes beside its value. */
export const elementBytes = 16;

const noSuchIndex = new Failure('invalid_argument: the list has no such index');
const unfitKey = new Failure('unsupported_key_type');
const repeatedKey = new Failure('repeated_key');

/** What stands for `value` where maps are looked into; undefined for what is the key of none. */
export function mapKeyOf(value: CelValue): MapKey | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || isInt(value)) return value;
  if (value instanceof CelUint) return value.value;
  if (!(value instanceof CelDouble) || !Number.isInteger(value.value)) return undefined;
  return Number.isSafeInteger(value.value) ? value.value + 0 : BigInt(value.value);
}

/** `collection[index]`. */
export function elementAt(collection: CelValue, index: CelValue): Outcome {
  if (collection instanceof CelMap) {
    const key = mapKeyOf(index);
    return (
      (key === undefined ? undefined : collection.entries.get(key)) ?? missing(collection, key)
    );
  }
  if (!isList(collection)) return noSuchOverload;
  const at = onNumberLine(index);
  if (at === undefined) return noSuchOverload;
  return collection[Number.isInteger(Number(at)) ? Number(at) : -1] ?? absent(collection, at);
}

/** A null that is there looks as what is not. */
function missing(map: CelMap, key: MapKey | undefined): Outcome {
  return key !== undefined && map.entries.has(key) ? null : noSuchKey;
}

function absent(list: CelList, at: number | bigint): Outcome {
  return Number.isInteger(Number(at)) && at >= 0 && at < list.length ? null : noSuchIndex;
}

/** `operand.field`. */
export function fieldOf(operand: Outcome, field: string): Outcome {
  if (operand instanceof CelMap) return operand.entries.get(field) ?? missing(operand, field);
  return operand instanceof Failure ? operand : noSuchOverload;
}

/** `has(operand.field)`. */
export function hasField(operand: Outcome, field: string): Outcome {
  if (operand instanceof CelMap) return operand.entries.has(field);
  return operand instanceof Failure ? operand : noSuchOverload;
}

/** `value in collection`. Throws `OverBudget`. */
export function isIn(value: CelValue, collection: CelValue, budget: Budget): Outcome {
  if (collection instanceof CelMap) {
    const key = mapKeyOf(value);
    return key !== undefined && collection.entries.has(key);
  }
  if (!isList(collection)) return noSuchOverload;
  for (const element of collection) {
    budget.spend(1);
    if (equals(element, value, budget)) return true;
  }
  return false;
}

/** The list of two one behind the other. Throws `OverBudget`. */
export function joinedLists(left: CelList, right: CelList, budget: Budget): CelList {
  budget.allocate((left.length + right.length) * elementBytes);
  return [...left, ...right];
}

/** A map of `keys` and as many `values`. Throws `OverBudget`. */
export function mapOf(
  keys: readonly CelValue[],
  values: readonly CelValue[],
  budget: Budget,
): Outcome {
  budget.allocate(keys.length * elementBytes * 2);
  const entries = new Map<MapKey, CelValue>();
  const uintKeys = new Set<MapKey>();
  for (const [i, value] of keys.entries()) {
    const key = value instanceof CelDouble ? undefined : mapKeyOf(value);
    if (key === undefined) return unfitKey;
    if (entries.has(key)) return repeatedKey;
    if (value instanceof CelUint) uintKeys.add(key);
    entries.set(key, values[i] as CelValue);
  }
  return new CelMap(entries, uintKeys.size > 0 ? uintKeys : undefined);
}
