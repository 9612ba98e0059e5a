import { isUtf8 } from 'node:buffer';
import { fieldState } from './field-tree.ts';
import type { WantedField } from './field-tree.ts';

/** What bytes turn out to be. */
export type Scanned = 'json' | 'other' | 'tooDeep';

/** Bytes that may stand in a string as they are. */
const plain = new Uint8Array(256).fill(1).fill(0, 0, 0x20);
plain[0x22] = 0;
plain[0x5c] = 0;

/** Bytes that may stand behind a backslash, but for `u`. */
const escapable = new Uint8Array(256);
for (const character of '"\\/bfnrt') escapable[character.charCodeAt(0)] = 1;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openArray = 0x5b;
const closeArray = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/** What a place is where there is no such: behind the end, or behind what is not JSON. */
const nowhere = -1;

/**
 * Goes once over bytes to say whether they are JSON (RFC 8259, in UTF-8), and where in them the fields stand
 * that were asked for. Nothing is made of what was not asked for, and nothing is called for what it nests in:
 * the brackets that are open are bits in an array. Of names that occur twice the last counts.
 *
 */
export class JsonScanner {
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  readonly #depthMax: number;
  /** Which of the brackets that are open are those of objects. */
  readonly #isObject: Uint8Array;
  #isTooDeep = false;
  #hasBeyondAscii = false;
  /** Whether something was escaped in the string that was passed over last. */
  #isEscaped = false;

  constructor(depthMax: number) {
    this.#depthMax = depthMax;
    this.#isObject = new Uint8Array(depthMax + 1);
  }

  /** Scans all of `bytes`, and notes in `root`, which is the whole document, and below it what it found. */
  scan(bytes: Uint8Array, root: WantedField): Scanned {
    this.#bytes = bytes;
    this.#end = bytes.length;
    this.#isTooDeep = false;
    this.#hasBeyondAscii = false;
    root.forgetBelow();
    const behind = this.#wanted(root, this.#blanks(0), 0);
    const isWhole = behind !== nowhere && this.#blanks(behind) === this.#end;
    if (isWhole && (!this.#hasBeyondAscii || isUtf8(bytes))) return 'json';
    root.state = fieldState.nowhere;
    root.forgetBelow();
    return this.#isTooDeep ? 'tooDeep' : 'other';
  }

  /** The end of the value that begins at `at`, or `nowhere`. */
  #wanted(field: WantedField, at: number, depth: number): number {
    field.forgetBelow();
    field.state = fieldState.present;
    field.startAt = at;
    let end: number;
    if (at >= this.#end) return nowhere;
    if (this.#bytes[at] === quote) {
      end = this.#string(at + 1);
      field.isEscaped = this.#isEscaped;
    } else if (this.#bytes[at] === openObject && field.children.length > 0) {
      end = this.#wantedObject(field, at + 1, depth + 1);
    } else end = this.#value(at, depth);
    field.endAt = end;
    return end;
  }

  #wantedObject(field: WantedField, from: number, depth: number): number {
    const { children } = field;
    for (let i = 0; i < children.length; i++) {
      (children[i] as WantedField).state = fieldState.missing;
    }
    if (depth > this.#depthMax) return this.#tooDeep();
    let at = this.#blanks(from);
    if (this.#byteAt(at) === closeObject) return at + 1;
    for (;;) {
      if (this.#byteAt(at) !== quote) return nowhere;
      const nameEnd = this.#string(at + 1);
      if (nameEnd === nowhere) return nowhere;
      const child = this.#childNamed(children, at + 1, nameEnd - 1);
      at = this.#blanks(nameEnd);
      if (this.#byteAt(at) !== colon) return nowhere;
      at = this.#blanks(at + 1);
      at = child === undefined ? this.#value(at, depth) : this.#wanted(child, at, depth);
      if (at === nowhere) return nowhere;
      at = this.#blanks(at);
      const byte = this.#byteAt(at);
      if (byte === closeObject) return at + 1;
      if (byte !== comma) return nowhere;
      at = this.#blanks(at + 1);
    }
  }

  #childNamed(children: readonly WantedField[], from: number, to: number): WantedField | undefined {
    const name = this.#isEscaped ? this.#unescaped(from, to) : undefined;
    for (let i = 0; i < children.length; i++) {
      const child = children[i] as WantedField;
      const isIt = name === undefined ? this.#isAt(child.nameBytes, from, to) : name === child.name;
      if (isIt) return child;
    }
    return undefined;
  }

  #isAt(name: Uint8Array, from: number, to: number): boolean {
    if (name.length !== to - from) return false;
    for (let i = 0; i < name.length; i++) {
      if (name[i] !== this.#bytes[from + i]) return false;
    }
    return true;
  }

  #unescaped(from: number, to: number): string {
    const text = new TextDecoder().decode(this.#bytes.subarray(from - 1, to + 1));
    return (JSON.parse(text) as string).toWellFormed();
  }

  /** Passes over any value: the end of it, or `nowhere`. */
  #value(from: number, baseDepth: number): number {
    const isObject = this.#isObject;
    let depth = baseDepth;
    let at = from;
    for (;;) {
      const byte = this.#byteAt(at);
      if (byte === openObject || byte === openArray) {
        const isInObject = byte === openObject;
        at = this.#blanks(at + 1);
        if (this.#byteAt(at) !== (isInObject ? closeObject : closeArray)) {
          if (++depth > this.#depthMax) return this.#tooDeep();
          isObject[depth] = isInObject ? 1 : 0;
          if (isInObject) at = this.#name(at);
          if (at === nowhere) return nowhere;
          continue;
        }
        at++;
      } else at = this.#scalar(at, byte);
      if (at === nowhere) return nowhere;
      // Behind a value: all brackets that end here, up to a comma.
      for (;;) {
        if (depth === baseDepth) return at;
        at = this.#blanks(at);
        const next = this.#byteAt(at);
        const isInObject = isObject[depth] === 1;
        if (next === comma) {
          at = this.#blanks(at + 1);
          if (isInObject) at = this.#name(at);
          if (at === nowhere) return nowhere;
          break;
        }
        if (next !== (isInObject ? closeObject : closeArray)) return nowhere;
        depth--;
        at++;
      }
    }
  }

  /** Passes over a name and its colon: where the value begins, or `nowhere`. */
  #name(at: number): number {
    if (this.#byteAt(at) !== quote) return nowhere;
    const end = this.#string(at + 1);
    if (end === nowhere) return nowhere;
    const colonAt = this.#blanks(end);
    return this.#byteAt(colonAt) === colon ? this.#blanks(colonAt + 1) : nowhere;
  }

  #scalar(at: number, byte: number): number {
    if (byte === quote) return this.#string(at + 1);
    if (byte === 0x74) return this.#word(at, 'true');
    if (byte === 0x66) return this.#word(at, 'false');
    if (byte === 0x6e) return this.#word(at, 'null');
    return this.#number(at);
  }

  /** Behind the quote that ends the string whose first character is at `from`, or `nowhere`. */
  #string(from: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    this.#isEscaped = false;
    let joined = 0;
    let at = from;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (plain[byte] === 1) {
        joined |= byte;
        continue;
      }
      if (byte === quote) {
        if (joined >= 0x80) this.#hasBeyondAscii = true;
        return at + 1;
      }
      if (byte !== backslash) return nowhere;
      this.#isEscaped = true;
      at = this.#escape(at + 1);
      if (at === nowhere) return nowhere;
    }
    return nowhere;
  }

  /** Where the last byte of an escape sequence stands whose first behind the backslash is at `at`. */
  #escape(at: number): number {
    const byte = this.#byteAt(at);
    if (byte < 0) return nowhere;
    if (escapable[byte] === 1) return at;
    if (byte !== 0x75) return nowhere;
    for (let i = 1; i <= 4; i++) {
      if (!isHexDigit(this.#byteAt(at + i))) return nowhere;
    }
    return at + 4;
  }

  #word(from: number, word: string): number {
    for (let i = 1; i < word.length; i++) {
      if (this.#byteAt(from + i) !== word.charCodeAt(i)) return nowhere;
    }
    return from + word.length;
  }

  #number(from: number): number {
    let at = this.#byteAt(from) === 0x2d ? from + 1 : from;
    const wholeEnd = this.#byteAt(at) === 0x30 ? at + 1 : this.#digits(at);
    if (wholeEnd === at) return nowhere;
    at = wholeEnd;
    if (this.#byteAt(at) === 0x2e) {
      const decimalsEnd = this.#digits(at + 1);
      if (decimalsEnd === at + 1) return nowhere;
      at = decimalsEnd;
    }
    if ((this.#byteAt(at) | 0x20) !== 0x65) return at;
    const sign = this.#byteAt(at + 1);
    const digitsAt = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
    const end = this.#digits(digitsAt);
    return end === digitsAt ? nowhere : end;
  }

  /** Behind the digits that begin at `from`. */
  #digits(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    for (; at < this.#end; at++) {
      const byte = bytes[at] as number;
      if (byte < 0x30 || byte > 0x39) break;
    }
    return at;
  }

  #blanks(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    for (; at < this.#end; at++) {
      const byte = bytes[at] as number;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    }
    return at;
  }

  /** -1 behind the end, which no byte is. */
  #byteAt(at: number): number {
    return at < this.#end ? (this.#bytes[at] as number) : -1;
  }

  #tooDeep(): number {
    this.#isTooDeep = true;
    return nowhere;
  }
}

function isHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}
