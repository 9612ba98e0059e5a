/**
 * CEL's values as JavaScript holds them, chosen so that what records hold most needs no object of its own:
 * an int is a number while that is exact and a bigint beyond, never both for the same int.
 */

/** A signed 64-bit integer: a number within ±(2^53 - 1), else a bigint. So `===` compares two of them. */
export type CelInt = number | bigint;

/** A 64-bit float. Boxed, so that `1` and `1.0` are told apart. */
export class CelDouble {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** An unsigned 64-bit integer; `value` is held as an int's is. */
export class CelUint {
  readonly value: CelInt;

  constructor(value: CelInt) {
    this.value = value;
  }
}

/** A point in time: `seconds` since 1970, rounded down, and `nanos` in `[0, 1e9)`. */
export class CelTimestamp {
  readonly seconds: number;
  readonly nanos: number;

  constructor(seconds: number, nanos: number) {
    this.seconds = seconds;
    this.nanos = nanos;
  }
}

/** A length of time: `seconds`, rounded down, and `nanos` in `[0, 1e9)`. */
export class CelDuration {
  readonly seconds: number;
  readonly nanos: number;

  constructor(seconds: number, nanos: number) {
    this.seconds = seconds;
    this.nanos = nanos;
  }
}

/** The type of a value, itself a value. */
export class CelType {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A map's key as it is looked up: numbers of all three types that are equal are the same key. */
export type MapKey = string | boolean | CelInt;

/** A map. `entries` are by `MapKey`; which of the numeric keys are uints stands beside them. */
export class CelMap {
  readonly entries: ReadonlyMap<MapKey, CelValue>;
  readonly #uintKeys: ReadonlySet<MapKey> | undefined;

  constructor(entries: ReadonlyMap<MapKey, CelValue>, uintKeys?: ReadonlySet<MapKey>) {
    this.entries = entries;
    this.#uintKeys = uintKeys;
  }

  /** The keys as values, in the order in which they came. */
  *keys(): Iterable<CelValue> {
    for (const key of this.entries.keys()) yield this.#keyValue(key);
  }

  #keyValue(key: MapKey): CelValue {
    const isUint = this.#uintKeys?.has(key) === true;
    return isUint && (typeof key === 'number' || typeof key === 'bigint') ? new CelUint(key) : key;
  }
}

/** A list. Nobody changes one that is made. */
export type CelList = readonly CelValue[];

/** Any value. Bytes are a `Uint8Array`. */
export type CelValue =
  | null
  | boolean
  | CelInt
  | CelUint
  | CelDouble
  | string
  | Uint8Array
  | CelList
  | CelMap
  | CelTimestamp
  | CelDuration
  | CelType;

/** What an expression that has no value comes to: an error as CEL means it, which `&&` and `||` may absorb. */
export class Failure {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** What evaluating comes to. */
export type Outcome = CelValue | Failure;

/** An expression, compiled. What it works on it has by closure. */
export type Evaluate = () => Outcome;

/** A failure of which there is one for each reason: a record that fails costs no object. */
export const noSuchOverload = new Failure('no_matching_overload');
export const noSuchKey = new Failure('no_such_key');
export const outOfRange = new Failure('range');

/** Whether `value` is a list. */
export function isList(value: Outcome): value is CelList {
  return Array.isArray(value);
}

/** Whether `value` is an int. */
export function isInt(value: Outcome): value is CelInt {
  return typeof value === 'number' || typeof value === 'bigint';
}

const typeNames = {
  null_type: new CelType('null_type'),
  bool: new CelType('bool'),
  int: new CelType('int'),
  uint: new CelType('uint'),
  double: new CelType('double'),
  string: new CelType('string'),
  bytes: new CelType('bytes'),
  list: new CelType('list'),
  map: new CelType('map'),
  type: new CelType('type'),
  timestamp: new CelType('google.protobuf.Timestamp'),
  duration: new CelType('google.protobuf.Duration'),
};

/** The types that an expression may name, by name. */
export const namedTypes: ReadonlyMap<string, CelType> = new Map(
  Object.values(typeNames).map((type) => [type.name, type]),
);

/** What `type(value)` is. */
export function typeOf(value: CelValue): CelType {
  switch (typeof value) {
    case 'string':
      return typeNames.string;
    case 'boolean':
      return typeNames.bool;
    case 'number':
    case 'bigint':
      return typeNames.int;
    default:
      return typeOfObject(value);
  }
}

function typeOfObject(value: Exclude<CelValue, string | boolean | CelInt>): CelType {
  if (value === null) return typeNames.null_type;
  if (value instanceof CelDouble) return typeNames.double;
  if (value instanceof CelUint) return typeNames.uint;
  if (value instanceof CelMap) return typeNames.map;
  if (value instanceof Uint8Array) return typeNames.bytes;
  if (value instanceof CelTimestamp) return typeNames.timestamp;
  if (value instanceof CelDuration) return typeNames.duration;
  if (value instanceof CelType) return typeNames.type;
  return typeNames.list;
}
