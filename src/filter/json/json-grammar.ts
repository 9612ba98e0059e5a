/**
 * The grammar of JSON (RFC 8259) over bytes: functions that pass over what stands at a place. They are free
 * functions over plain numbers: methods over fields of an object took a seventh longer. HOT: bench=filter
 */

/** Where something ends that is not JSON, or does not end. */
export const nowhere = -1;

/** What was noticed while bytes were passed over. It is set to true, never back. */
export interface ScanNotes {
  /** Something is escaped in a string. */
  isEscaped: boolean;
  /** A string has bytes beyond ASCII, of which it is not known whether they are UTF-8. */
  isBeyondAscii: boolean;
  /** It nests deeper than it may: what is behind was not looked at. */
  isTooDeep: boolean;
}

const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openArray = 0x5b;
const backslash = 0x5c;
const openObject = 0x7b;
/** From a bracket to the one that closes it. */
const toClosing = 2;

/** Bytes of ASCII that may stand in a string as they are. */
const plain = new Uint8Array(256).fill(1, 0x20, 0x80);
plain[quote] = 0;
plain[backslash] = 0;

/** Bytes that may stand behind a backslash, but for `u`. */
const escapable = new Uint8Array(256);
for (const character of '"\\/bfnrt') escapable[character.charCodeAt(0)] = 1;

/** The first place from `at` on that is no blank; `end` where there is none. */
export function skipBlanks(bytes: Uint8Array, at: number, end: number): number {
  // Few writers put any between, and what is short becomes a part of its caller.
  return at < end && (bytes[at] as number) > 0x20 ? at : skipSomeBlanks(bytes, at, end);
}

function skipSomeBlanks(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    at++;
  }
  return at;
}

/** Behind the quote that ends the string whose first character is at `at`. */
export function skipString(bytes: Uint8Array, at: number, end: number, notes: ScanNotes): number {
  for (;;) {
    while (at < end && plain[bytes[at] as number] === 1) at++;
    if (at >= end) return nowhere;
    const byte = bytes[at] as number;
    if (byte === quote) return at + 1;
    if (byte === backslash) {
      notes.isEscaped = true;
      at = skipEscape(bytes, at + 1, end);
      if (at === nowhere) return nowhere;
    } else if (byte >= 0x80) {
      notes.isBeyondAscii = true;
      at++;
    } else return nowhere;
  }
}

/** Behind the escape sequence whose first byte behind the backslash is at `at`. */
function skipEscape(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return nowhere;
  const byte = bytes[at] as number;
  if (escapable[byte] === 1) return at + 1;
  if (byte !== 0x75 || at + 4 >= end) return nowhere;
  for (let i = 1; i <= 4; i++) {
    if (!isHexDigit(bytes[at + i] as number)) return nowhere;
  }
  return at + 5;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= zero && byte <= nine) || (lower >= 0x61 && lower <= 0x66);
}

function skipNumber(bytes: Uint8Array, from: number, end: number): number {
  let at = from < end && bytes[from] === minus ? from + 1 : from;
  const wholeAt = at;
  let byte = -1;
  for (; at < end; at++) {
    byte = bytes[at] as number;
    if (byte < zero || byte > nine) break;
  }
  // No number begins with a zero that is not all of its whole part.
  if (at === wholeAt || (bytes[wholeAt] === zero && at > wholeAt + 1)) return nowhere;
  // Most numbers are ints, and something stands behind them.
  if (byte !== point && (byte | 0x20) !== 0x65) return at;
  return skipFraction(bytes, at, end);
}

/** Behind the decimals and the exponent that may begin at `from`. */
function skipFraction(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  if (at < end && bytes[at] === point) {
    const decimalsAt = at + 1;
    at = skipDigits(bytes, decimalsAt, end);
    if (at === decimalsAt) return nowhere;
  }
  if (at >= end || ((bytes[at] as number) | 0x20) !== 0x65) return at;
  at++;
  if (at < end && (bytes[at] === minus || bytes[at] === 0x2b)) at++;
  const exponentAt = at;
  at = skipDigits(bytes, exponentAt, end);
  return at === exponentAt ? nowhere : at;
}

function skipDigits(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte < zero || byte > nine) break;
    at++;
  }
  return at;
}

function skipWord(bytes: Uint8Array, at: number, end: number, word: string): number {
  if (at + word.length > end) return nowhere;
  for (let i = 1; i < word.length; i++) {
    if (bytes[at + i] !== word.charCodeAt(i)) return nowhere;
  }
  return at + word.length;
}

/** Behind the name that begins at `at` and its colon, where the value of the name begins. */
function skipName(bytes: Uint8Array, at: number, end: number, notes: ScanNotes): number {
  if (at >= end || bytes[at] !== quote) return nowhere;
  const behind = skipString(bytes, at + 1, end, notes);
  if (behind === nowhere) return nowhere;
  const colonAt = skipBlanks(bytes, behind, end);
  if (colonAt >= end || bytes[colonAt] !== colon) return nowhere;
  return skipBlanks(bytes, colonAt + 1, end);
}

function skipWordOrNumber(bytes: Uint8Array, at: number, end: number, first: number): number {
  if (first <= nine) return skipNumber(bytes, at, end);
  if (first === 0x74) return skipWord(bytes, at, end, 'true');
  if (first === 0x66) return skipWord(bytes, at, end, 'false');
  return first === 0x6e ? skipWord(bytes, at, end, 'null') : nowhere;
}

/**
 * Behind the value that begins at `from`, within as many brackets as `outerDepth`. Nothing is called for what it
 * nests in: `brackets`, which has room for as many as may be open and one more, holds those that are.
 */
export function skipValue(
  bytes: Uint8Array,
  from: number,
  end: number,
  outerDepth: number,
  brackets: Uint8Array,
  notes: ScanNotes,
): number {
  let depth = outerDepth;
  let at = from;
  for (;;) {
    if (at >= end) return nowhere;
    const byte = bytes[at] as number;
    if (byte === quote) at = skipString(bytes, at + 1, end, notes);
    else if (byte === openObject || byte === openArray) {
      at = skipBlanks(bytes, at + 1, end);
      if (at >= end) return nowhere;
      if (bytes[at] !== byte + toClosing) {
        if (++depth >= brackets.length) {
          notes.isTooDeep = true;
          return nowhere;
        }
        brackets[depth] = byte;
        if (byte === openObject) at = skipName(bytes, at, end, notes);
        if (at === nowhere) return nowhere;
        continue;
      }
      at++;
    } else at = skipWordOrNumber(bytes, at, end, byte);
    if (at === nowhere) return nowhere;
    // Behind a value: all brackets that end here, up to a comma.
    for (;;) {
      if (depth === outerDepth) return at;
      at = skipBlanks(bytes, at, end);
      if (at >= end) return nowhere;
      const next = bytes[at];
      const bracket = brackets[depth] as number;
      if (next === comma) {
        at = skipBlanks(bytes, at + 1, end);
        if (bracket === openObject) at = skipName(bytes, at, end, notes);
        if (at === nowhere) return nowhere;
        break;
      }
      if (next !== bracket + toClosing) return nowhere;
      depth--;
      at++;
    }
  }
}
