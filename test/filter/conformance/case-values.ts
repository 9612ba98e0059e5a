import { readInt, readUint } from '../../../src/filter/cel/whole-numbers.ts';
import {
  CelDouble,
  CelDuration,
  CelMap,
  CelTimestamp,
  CelType,
  CelUint,
  isInt,
  isList,
} from '../../../src/filter/cel/values.ts';
import type { CelValue, MapKey } from '../../../src/filter/cel/values.ts';
import { must } from '../../../src/util/assert.ts';
import type { CaseValue } from './case.ts';

/** A case's value as the evaluator has it. */
export function fromCase(value: CaseValue): CelValue {
  if ('null' in value) return null;
  if ('bool' in value) return value.bool;
  if ('int' in value) return must(readInt(value.int));
  if ('uint' in value) return must(readUint(value.uint));
  if ('double' in value) return new CelDouble(readDouble(value.double));
  if ('string' in value) return value.string;
  if ('bytes' in value) return new Uint8Array(Buffer.from(value.bytes, 'hex'));
  if ('list' in value) return value.list.map(fromCase);
  if ('map' in value) return mapFromCase(value.map);
  if ('type' in value) return new CelType(value.type);
  if ('timestamp' in value) {
    return new CelTimestamp(Number(value.timestamp[0]), Number(value.timestamp[1]));
  }
  const [seconds, nanos] = value.duration.map(Number) as [number, number];
  return nanos < 0
    ? new CelDuration(seconds - 1, nanos + 1_000_000_000)
    : new CelDuration(seconds, nanos);
}

function readDouble(text: string): number {
  if (/^-?inf/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

function mapFromCase(entries: readonly (readonly [CaseValue, CaseValue])[]): CelMap {
  const map = new Map<MapKey, CelValue>();
  const uintKeys = new Set<MapKey>();
  for (const [key, value] of entries) {
    const found = fromCase(key);
    if (found instanceof CelUint) uintKeys.add(found.value);
    map.set(found instanceof CelUint ? found.value : (found as MapKey), fromCase(value));
  }
  return new CelMap(map, uintKeys);
}

/** The same for values that are the same in type and value. */
export function shownValue(value: CelValue): string {
  if (value === null) return 'null';
  if (isInt(value)) return `int ${value}`;
  if (value instanceof CelUint) return `uint ${value.value}`;
  if (value instanceof CelDouble) {
    return `double ${Object.is(value.value, -0) ? '-0' : String(value.value)}`;
  }
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (value instanceof CelTimestamp) return `timestamp ${value.seconds} ${value.nanos}`;
  if (value instanceof CelDuration) return `duration ${value.seconds} ${value.nanos}`;
  if (value instanceof CelType) return `type ${value.name}`;
  if (value instanceof CelMap) {
    const entries = [...value.keys()].map((key) => [shownValue(key), key] as const);
    const values = [...value.entries.values()];
    return `{${entries
      .map(([key], i) => `${key}: ${shownValue(values[i] as CelValue)}`)
      .toSorted()
      .join(', ')}}`;
  }
  if (isList(value)) return `[${value.map(shownValue).join(', ')}]`;
  return `${typeof value} ${JSON.stringify(value)}`;
}
