/**
 * The variable-length integers inside records: zigzag, seven bits a byte, the lowest first, as in Protocol
 * Buffers' sint32 and sint64. Bounds of the array are the caller's to check.
 */

/** Bytes that `value`, a whole number in `[-2^31, 2^31)`, takes as a varint. */
export function varintBytes(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x20_0000) return 3;
  return zigzag < 0x1000_0000 ? 4 : 5;
}

/** Bytes that `value`, a whole number in `[-2^53, 2^53]`, takes as a varlong. */
export function varlongBytes(value: number): number {
  if (value === (value | 0)) return varintBytes(value);
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let count = 1;
  while (rest >= 0x80) {
    rest /= 0x80;
    count++;
  }
  return count;
}

/** Writes a whole number in `[-2^31, 2^31)`; answers where the next field begins. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let next = at;
  while (rest >= 0x80) {
    bytes[next++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[next++] = rest;
  return next;
}

/** Writes a whole number in `[-2^53, 2^53]`; answers where the next field begins. */
export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  if (value === (value | 0)) return writeVarint(bytes, at, value);
  // Doubled it may pass 2^53, where only even numbers are exact: the odd ones of negatives come out of halves.
  const negative = value < 0;
  const magnitude = negative ? -value - 1 : value;
  bytes[at] = ((magnitude % 0x40) * 2) | (negative ? 1 : 0) | 0x80;
  let rest = Math.floor(magnitude / 0x40);
  let next = at + 1;
  while (rest >= 0x80) {
    bytes[next++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[next++] = rest;
  return next;
}

/**
 * Reads varints from `[at, end)` of an array. A cursor, so that a value and the place of the next field come
 * without an object for each. What is cut off or too long sets `failed`, and reads as 0 from then on.
 */
export class VarintReader {
  bytes: Uint8Array;
  at: number;
  end: number;
  failed = false;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Of five bytes at most; bits beyond the 32nd are dropped, as Java's reader does. */
  readVarint(): number {
    const bytes = this.bytes;
    const first = this.at < this.end ? (bytes[this.at] as number) : 0x80;
    if (first < 0x80) {
      this.at++;
      return (first >>> 1) ^ -(first & 1);
    }
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.at >= this.end) return this.#fail();
      const byte = bytes[this.at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    return this.#fail();
  }

  /** Of ten bytes at most. A value beyond ±2^53 is held at that bound. */
  readVarlong(): number {
    const bytes = this.bytes;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) return this.#fail();
      const byte = bytes[this.at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return fromZigzag(low, high);
    }
    return this.#fail();
  }

  /** Passes over `count` bytes; `failed` where there are fewer or `count` is negative. */
  skip(count: number): void {
    if (count < 0 || count > this.end - this.at) this.#fail();
    else this.at += count;
  }

  #fail(): number {
    this.failed = true;
    this.at = this.end;
    return 0;
  }
}

function fromZigzag(low: number, high: number): number {
  const sign = -(low & 1);
  const lowHalf = (((low >>> 1) | (high << 31)) ^ sign) >>> 0;
  const highHalf = (high >>> 1) ^ sign;
  if (highHalf >= 0x20_0000) return Number.MAX_SAFE_INTEGER;
  if (highHalf < -0x20_0000) return Number.MIN_SAFE_INTEGER;
  return highHalf * 0x1_0000_0000 + lowHalf;
}
