import type { Budget } from '../cel/budget.ts';
import { elementBytes } from '../cel/collections.ts';
import { toInt, toUint } from '../cel/numbers.ts';
import { CelDouble, CelMap } from '../cel/values.ts';
import type { CelValue, MapKey } from '../cel/values.ts';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** Digits that any number of them is a safe integer with. */
const exactDigits = 15;
/** Digits, with a sign, that a 64-bit integer may have. */
const wholeDigitsMax = 20;

/**
 * The value that stands at `[startAt, endAt)` of `bytes`, which a scanner found to be JSON. A number written
 * without a point or an exponent is an int; beyond an int's range it is a uint, and beyond that a double. What
 * it makes it takes from `budget`; throws `OverBudget`.
 */
export function readJsonValue(
  bytes: Uint8Array,
  startAt: number,
  endAt: number,
  budget: Budget,
): CelValue {
  return new JsonReader(bytes, startAt, endAt, budget).value();
}

/** The string between the quotes at `startAt` and before `endAt`. */
export function readJsonString(
  bytes: Uint8Array,
  startAt: number,
  endAt: number,
  isEscaped: boolean,
): string {
  if (!isEscaped) return textOf(bytes, startAt + 1, endAt - 1);
  // Half a surrogate pair, which JSON can escape and UTF-8 cannot write, is no code point.
  return (JSON.parse(textOf(bytes, startAt, endAt)) as string).toWellFormed();
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  // A Buffer decodes a part without an object for it.
  if (bytes instanceof Buffer) return bytes.toString('utf8', from, to);
  return utf8.decode(bytes.subarray(from, to));
}

/** The number that stands at `[from, to)`. */
export function readJsonNumber(bytes: Uint8Array, from: number, to: number): CelValue {
  const isNegative = bytes[from] === 0x2d;
  let value = 0;
  const digitsAt = isNegative ? from + 1 : from;
  if (to - digitsAt <= exactDigits) {
    let at = digitsAt;
    for (; at < to; at++) {
      const digit = (bytes[at] as number) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === to) return isNegative ? 0 - value : value;
  }
  return readLongNumber(textOf(bytes, from, to));
}

function readLongNumber(text: string): CelValue {
  if (text.length > wholeDigitsMax || /[.eE]/.test(text)) return new CelDouble(Number(text));
  const whole = BigInt(text);
  return toInt(whole) ?? toUint(whole) ?? new CelDouble(Number(text));
}

/** Makes values of what needs no check any more. It calls itself as deep as the scanner let the text nest. */
class JsonReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #budget: Budget;
  #at: number;

  constructor(bytes: Uint8Array, startAt: number, endAt: number, budget: Budget) {
    this.#bytes = bytes;
    this.#at = startAt;
    this.#end = endAt;
    this.#budget = budget;
  }

  value(): CelValue {
    this.#budget.spend(1);
    switch (this.#skipBlanks()) {
      case 0x22:
        return this.#string();
      case 0x7b:
        return this.#object();
      case 0x5b:
        return this.#array();
      case 0x74:
        this.#at += 4;
        return true;
      case 0x66:
        this.#at += 5;
        return false;
      case 0x6e:
        this.#at += 4;
        return null;
      default:
        return this.#number();
    }
  }

  #string(): string {
    const startAt = this.#at;
    let isEscaped = false;
    let at = startAt + 1;
    while (this.#bytes[at] !== 0x22) {
      if (this.#bytes[at] === 0x5c) {
        isEscaped = true;
        at++;
      }
      at++;
    }
    this.#at = at + 1;
    this.#budget.allocate(this.#at - startAt);
    return readJsonString(this.#bytes, startAt, this.#at, isEscaped);
  }

  #number(): CelValue {
    const from = this.#at;
    let at = from;
    while (at < this.#end && isOfNumber(this.#bytes[at] as number)) at++;
    this.#at = at;
    return readJsonNumber(this.#bytes, from, at);
  }

  #array(): CelValue {
    const elements: CelValue[] = [];
    this.#at++;
    while (this.#skipBlanks() !== 0x5d) {
      if (this.#bytes[this.#at] === 0x2c) this.#at++;
      this.#budget.allocate(elementBytes);
      elements.push(this.value());
    }
    this.#at++;
    return elements;
  }

  #object(): CelValue {
    const entries = new Map<MapKey, CelValue>();
    this.#at++;
    for (let byte = this.#skipBlanks(); byte !== 0x7d; byte = this.#skipBlanks()) {
      if (byte === 0x2c) {
        this.#at++;
        this.#skipBlanks();
      }
      this.#budget.allocate(elementBytes * 2);
      const name = this.#string();
      this.#skipBlanks();
      this.#at++;
      entries.set(name, this.value());
    }
    this.#at++;
    return new CelMap(entries);
  }

  /** The first byte that is no blank. */
  #skipBlanks(): number {
    let byte = this.#bytes[this.#at] as number;
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      byte = this.#bytes[++this.#at] as number;
    }
    return byte;
  }
}

function isOfNumber(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2b || byte === 0x2e || (byte | 0x20) === 0x65; // prettier-ignore
}
