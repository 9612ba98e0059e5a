/**
 * Big-endian integers in byte arrays, as Kafka writes them. Plain arithmetic over `Uint8Array`: quicker
 * than a DataView per message, and the same for buffers of any origin. No bounds are checked here.
 */

/** A signed 16-bit integer. */
export function readInt16(bytes: Uint8Array, at: number): number {
  return (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16)) >> 16;
}

/** An unsigned 16-bit integer. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** A signed 32-bit integer. */
export function readInt32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

/** An unsigned 32-bit integer. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) >>> 0;
}

/** An int64 as a number; beyond ±2^53 it is held at that bound. */
export function readInt64(bytes: Uint8Array, at: number): number {
  const high = readInt32(bytes, at);
  if (high >= 0x20_0000) return Number.MAX_SAFE_INTEGER;
  if (high < -0x20_0000) return Number.MIN_SAFE_INTEGER;
  return high * 0x1_0000_0000 + readUint32(bytes, at + 4);
}

/** A signed 64-bit integer, with all its bits. */
export function readBigInt64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(readInt32(bytes, at)) << 32n) | BigInt(readUint32(bytes, at + 4));
}

/** Writes the low 16 bits of a whole number. */
export function writeInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

/** Writes the low 32 bits of a whole number. */
export function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24;
  bytes[at + 1] = value >> 16;
  bytes[at + 2] = value >> 8;
  bytes[at + 3] = value;
}

/** Writes a whole number in `[-2^53, 2^53]` as an int64. */
export function writeInt64(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  writeInt32(bytes, at, high);
  writeInt32(bytes, at + 4, (value - high * 0x1_0000_0000) | 0);
}

/** Writes the low 64 bits of a whole number. */
export function writeBigInt64(bytes: Uint8Array, at: number, value: bigint): void {
  writeInt32(bytes, at, Number(BigInt.asIntN(32, value >> 32n)));
  writeInt32(bytes, at + 4, Number(BigInt.asIntN(32, value)));
}

/** The bytes in all of `chunks`. */
export function totalBytes(chunks: readonly Uint8Array[]): number {
  let total = 0;
  for (const chunk of chunks) total += chunk.length;
  return total;
}

/** `chunks` as one array: the chunk itself when there is one, else a copy that the caller owns. */
export function concatenated(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const whole = new Uint8Array(totalBytes(chunks));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** A copy that keeps no other bytes in memory. */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
