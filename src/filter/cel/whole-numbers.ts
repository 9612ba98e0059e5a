import { toInt, toUint } from './numbers.ts';
import type { CelInt, CelUint } from './values.ts';

/** More than any 64-bit integer has, with leading zeros: longer ones are not even tried. */
const digitsMax = 1000;

/** The int that `text` (decimal, or hexadecimal behind `0x`, perhaps with a `-`) is; undefined beyond 64 bits. */
export function readInt(text: string): CelInt | undefined {
  if (text.length <= 15 && !/x/i.test(text)) return Number(text) + 0;
  const value = readBigint(text);
  return value === undefined ? undefined : toInt(value);
}

/** The uint that `text` is; undefined beyond 64 bits and for a negative one. */
export function readUint(text: string): CelUint | undefined {
  const value = readBigint(text);
  return value === undefined ? undefined : toUint(value);
}

function readBigint(text: string): bigint | undefined {
  if (text.length > digitsMax) return undefined;
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}
