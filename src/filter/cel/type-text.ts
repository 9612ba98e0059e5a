import { dynType, simpleType } from './types.ts';
import type { Type } from './types.ts';

const fullNames: ReadonlyMap<string, string> = new Map([
  ['timestamp', 'google.protobuf.Timestamp'],
  ['duration', 'google.protobuf.Duration'],
  ['null', 'null_type'],
]);

/** Where the reading of a text stands. */
interface Position {
  at: number;
}

/**
 * The type that `text` names, as `formatType` writes it: `map(string, list(int))`. A capital letter is what
 * `parameter` makes of it.
 */
export function readType(
  text: string,
  parameter: (name: string) => Type = () => dynType,
  position: Position = { at: 0 },
): Type {
  const name = /\w+/.exec(text.slice(position.at))?.[0] ?? '';
  position.at += name.length;
  if (/^[A-Z]$/.test(name)) return parameter(name);
  if (name === 'dyn') return dynType;
  const parts = text.charAt(position.at) === '(' ? readParts(text, parameter, position) : [];
  const [first = dynType, second = dynType] = parts;
  if (name === 'list') return { kind: 'list', element: first };
  if (name === 'map') return { kind: 'map', key: first, value: second };
  if (name === 'type') return { kind: 'type', of: first };
  return simpleType(fullNames.get(name) ?? name);
}

/** The types in the brackets that begin at `position`, which is behind them then. */
export function readParts(
  text: string,
  parameter: (name: string) => Type,
  position: Position,
): Type[] {
  const parts: Type[] = [];
  position.at++;
  while (text.charAt(position.at) !== ')' && position.at < text.length) {
    parts.push(readType(text, parameter, position));
    while (text.charAt(position.at) === ',' || text.charAt(position.at) === ' ') position.at++;
  }
  position.at++;
  return parts;
}
