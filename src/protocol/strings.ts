import { Buffer } from 'node:buffer';

/** No string of the protocol is longer: its size was an int16 once. */
export const stringBytesMax = 0x7fff;
/** Up to this size, a string is looked up among those seen before. */
export const shortStringBytesMax = 32;

/** A power of two. */
const tableSlots = 1024;
/**
 * The short strings seen last, by a hash of their bytes. A broker reads the same topic names and client
 * ids with each request: to find one costs half of making it anew, and what is found needs no hashing
 * when it is looked up in a Map. At most 1024 strings of 32 characters stay alive.
 */
const table: string[] = Array.from({ length: tableSlots }, () => '');

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text in `[at, at + size)`; what is not valid UTF-8 becomes U+FFFD. */
export function decodeString(bytes: Uint8Array, at: number, size: number): string {
  if (size === 0) return '';
  return decoder.decode(new Uint8Array(bytes.buffer, bytes.byteOffset + at, size));
}

/** As `decodeString`, quicker for a string of at most `shortStringBytesMax` that was seen before. */
// HOT: bench=codec
export function decodeShortString(bytes: Uint8Array, at: number, size: number): string {
  if (size === 0) return '';
  const end = at + size;
  let hash = size;
  for (let i = at; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x80) return decodeString(bytes, at, size);
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  const slot = (hash ^ (hash >>> 10)) & (tableSlots - 1);
  const seen = table[slot] as string;
  if (seen.length === size && startsAt(seen, bytes, at)) return seen;
  const text = decodeString(bytes, at, size);
  table[slot] = text;
  return text;
}

function startsAt(text: string, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[at + i]) return false;
  }
  return true;
}

/** The bytes of `text` in UTF-8. A lone surrogate counts as U+FFFD, which it is written as. */
export function stringBytes(text: string): number {
  return Buffer.byteLength(text);
}
