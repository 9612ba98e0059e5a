import { assert } from '../util/assert.ts';
import { readInt32 } from '../util/bytes.ts';

/** Bytes of a uuid on the wire. */
export const uuidBytes = 16;
/** Characters of a uuid as text. */
const uuidLength = 22;
/** All bits zero: no topic, no directory. */
export const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The six bits that a character stands for; 64 for one that is not in the alphabet. */
const sixBits = new Uint8Array(128).fill(64);
for (let i = 0; i < alphabet.length; i++) sixBits[alphabet.charCodeAt(i)] = i;

/** A power of two. */
const tableSlots = 1024;
/** The uuids seen last, by their bits, four words each: requests name the same topic ids again and again. */
const tableWords = new Int32Array(tableSlots * 4);
const tableTexts: string[] = Array.from({ length: tableSlots }, () => zeroUuid);

/** The 16 bytes at `at` as text. */
// HOT: bench=codec
export function decodeUuid(bytes: Uint8Array, at: number): string {
  const a = readInt32(bytes, at);
  const b = readInt32(bytes, at + 4);
  const c = readInt32(bytes, at + 8);
  const d = readInt32(bytes, at + 12);
  const slot = (a ^ (a >>> 15) ^ d) & (tableSlots - 1);
  const word = slot << 2;
  if (
    tableWords[word] === a &&
    tableWords[word + 1] === b &&
    tableWords[word + 2] === c &&
    tableWords[word + 3] === d
  ) {
    return tableTexts[slot] as string;
  }
  const text = uuidToString(bytes, at);
  tableWords[word] = a;
  tableWords[word + 1] = b;
  tableWords[word + 2] = c;
  tableWords[word + 3] = d;
  tableTexts[slot] = text;
  return text;
}

function uuidToString(bytes: Uint8Array, at: number): string {
  let text = '';
  for (let i = at; i < at + 15; i += 3) {
    const bits =
      ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
    text +=
      alphabet.charAt(bits >> 18) +
      alphabet.charAt((bits >> 12) & 63) +
      alphabet.charAt((bits >> 6) & 63) +
      alphabet.charAt(bits & 63);
  }
  const last = bytes[at + 15] as number;
  return text + alphabet.charAt(last >> 2) + alphabet.charAt((last & 3) << 4);
}

/** Writes `text` as 16 bytes at `at`; false, with the bytes undefined, where it is not a uuid. */
export function encodeUuid(text: string, bytes: Uint8Array, at: number): boolean {
  if (text.length !== uuidLength) return false;
  let bits = 0;
  let bitCount = 0;
  let invalid = 0;
  let to = at;
  for (let i = 0; i < uuidLength; i++) {
    const code = text.charCodeAt(i);
    const six = code < 128 ? (sixBits[code] as number) : 64;
    invalid |= six & 64;
    bits = ((bits << 6) | (six & 63)) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[to++] = bits >> bitCount;
    }
  }
  // Of the last character only the upper two bits belong to the uuid; the rest are zero, so that one
  // uuid has one text.
  return invalid === 0 && (bits & 0x0f) === 0;
}

/** Whether `text` is a uuid as Kafka writes it. */
export function isUuid(text: string): boolean {
  return encodeUuid(text, new Uint8Array(uuidBytes), 0);
}

/** The bytes of a uuid. Asserts that `text` is one. */
export function uuidToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(uuidBytes);
  assert(encodeUuid(text, bytes, 0), `'${text}' is a uuid`);
  return bytes;
}

/**
 * A random uuid (RFC 9562, version 4) from bytes that `drawBytes` gives. One whose text begins with '-',
 * which command lines take for an option, is drawn again, as Kafka does.
 */
export function randomUuid(drawBytes: (count: number) => Uint8Array): string {
  for (;;) {
    const bytes = Uint8Array.from(drawBytes(uuidBytes));
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    const text = uuidToString(bytes, 0);
    if (!text.startsWith('-')) return text;
  }
}

/** A random uuid in the usual form of 36 characters, from bytes that `drawBytes` gives. */
export function randomUuidInHex(drawBytes: (count: number) => Uint8Array): string {
  const hex = Buffer.from(uuidToBytes(randomUuid(drawBytes))).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
