import {
  readBigInt64,
  readInt16,
  readInt32,
  readInt64,
  readUint16,
  totalBytes,
} from '../util/bytes.ts';
import { FieldError } from './protocol-error.ts';
import { decodeShortString, decodeString, shortStringBytesMax } from './strings.ts';
import { decodeUuid, uuidBytes } from './uuid.ts';

/**
 * How many elements the arrays of one message may have, all together. An element of 3 bytes on the wire
 * becomes an object of a hundred, so that the bytes of a frame alone do not bound what it costs. Eight
 * integers count as one element.
 */
const elementsMaxDefault = 1_048_576;

/**
 * Where a value that crosses from one chunk into the next is put together; it is read out before anything
 * else runs. No value is larger, but for strings and bytes, which get memory of their own.
 */
const scratch = new Uint8Array(16);
const noBytes = new Uint8Array(0);

/**
 * Reads Kafka's primitive types from a list of chunks, as a frame comes from the socket. A value inside
 * one chunk is read in place; one that crosses into the next is assembled. Nothing is allocated before
 * its size was checked against the bytes that remain; what does not fit throws `PROTOCOL_ERROR`.
 *
 * The chunks are borrowed: `slices` shares their memory, everything else is copied out.
 */
export class ByteReader {
  readonly #chunks: readonly Uint8Array[];
  /** The chunk that is read, and the index of the one behind it. */
  #bytes: Uint8Array = noBytes;
  #nextChunk = 0;
  /** `[#at, #end)` of `#bytes` is unread. */
  #at = 0;
  #end = 0;
  /** Bytes in the chunks behind `#bytes`. */
  #behind: number;
  #elementsLeft: number;

  constructor(
    chunks: readonly Uint8Array[],
    options: {
      /** Bound of `takeElements`; the replies of a trusted broker may be given more. */
      elementsMax?: number;
    } = {},
  ) {
    this.#chunks = chunks;
    this.#behind = totalBytes(chunks);
    this.#elementsLeft = options.elementsMax ?? elementsMaxDefault;
    this.#advance();
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#end - this.#at + this.#behind;
  }

  int8(): number {
    return (this.uint8() << 24) >> 24;
  }

  uint8(): number {
    if (this.#at === this.#end) return this.#assemble(1)[0] as number;
    return this.#bytes[this.#at++] as number;
  }

  int16(): number {
    const at = this.#at;
    if (at + 2 > this.#end) return readInt16(this.#assemble(2), 0);
    this.#at = at + 2;
    return readInt16(this.#bytes, at);
  }

  uint16(): number {
    const at = this.#at;
    if (at + 2 > this.#end) return readUint16(this.#assemble(2), 0);
    this.#at = at + 2;
    return readUint16(this.#bytes, at);
  }

  int32(): number {
    const at = this.#at;
    if (at + 4 > this.#end) return readInt32(this.#assemble(4), 0);
    this.#at = at + 4;
    return readInt32(this.#bytes, at);
  }

  /** An int64 held within ±2^53. */
  int64(): number {
    const at = this.#at;
    if (at + 8 > this.#end) return readInt64(this.#assemble(8), 0);
    this.#at = at + 8;
    return readInt64(this.#bytes, at);
  }

  bigint64(): bigint {
    const at = this.#at;
    if (at + 8 > this.#end) return readBigInt64(this.#assemble(8), 0);
    this.#at = at + 8;
    return readBigInt64(this.#bytes, at);
  }

  /** A uuid as text. */
  uuid(): string {
    const at = this.#at;
    if (at + uuidBytes > this.#end) return decodeUuid(this.#assemble(uuidBytes), 0);
    this.#at = at + uuidBytes;
    return decodeUuid(this.#bytes, at);
  }

  /** An unsigned varint in `[0, 2^31)`: a length or a tag. */
  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.uint8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0x7fff_ffff) break;
        return value;
      }
    }
    throw new FieldError('a varint beyond 2^31-1');
  }

  /** `sizeBytes` bytes of UTF-8. What is not valid UTF-8 becomes U+FFFD, as in Java. */
  string(sizeBytes: number): string {
    const at = this.#at;
    if (at + sizeBytes > this.#end) return this.#stringAcrossChunks(sizeBytes);
    this.#at = at + sizeBytes;
    return sizeBytes <= shortStringBytesMax
      ? decodeShortString(this.#bytes, at, sizeBytes)
      : decodeString(this.#bytes, at, sizeBytes);
  }

  /** A copy of the next `sizeBytes` bytes, which belongs to the caller. */
  bytes(sizeBytes: number): Uint8Array {
    this.expect(sizeBytes);
    const copy = new Uint8Array(sizeBytes);
    this.#copyInto(copy, sizeBytes);
    return copy;
  }

  /** The next `sizeBytes` bytes in place: one slice for each chunk that they touch. */
  slices(sizeBytes: number): Uint8Array[] {
    this.expect(sizeBytes);
    const slices: Uint8Array[] = [];
    let missing = sizeBytes;
    while (missing > 0) {
      if (this.#at === this.#end) this.#advance();
      const size = Math.min(missing, this.#end - this.#at);
      slices.push(viewOf(this.#bytes, this.#at, size));
      this.#at += size;
      missing -= size;
    }
    return slices;
  }

  skip(sizeBytes: number): void {
    this.expect(sizeBytes);
    let missing = sizeBytes;
    while (missing > this.#end - this.#at) {
      missing -= this.#end - this.#at;
      this.#advance();
    }
    this.#at += missing;
  }

  /** What `read` returns; the reader then stands where it stood. */
  peek<T>(read: (reader: ByteReader) => T): T {
    const [bytes, nextChunk, at, end, behind] = [
      this.#bytes,
      this.#nextChunk,
      this.#at,
      this.#end,
      this.#behind,
    ];
    const value = read(this);
    this.#bytes = bytes;
    this.#nextChunk = nextChunk;
    this.#at = at;
    this.#end = end;
    this.#behind = behind;
    return value;
  }

  /** Throws unless `sizeBytes` bytes remain. */
  expect(sizeBytes: number): void {
    if (sizeBytes > this.remaining) {
      throw new FieldError(`${sizeBytes} bytes where ${this.remaining} remain`);
    }
  }

  /** Counts `count` elements against the bound of the message. */
  takeElements(count: number): void {
    this.#elementsLeft -= count;
    if (this.#elementsLeft < 0) throw new FieldError('too many elements in one message');
  }

  /** Goes on to the next chunk that is not empty. One must be there unless nothing was read yet. */
  #advance(): void {
    let chunk = this.#chunks[this.#nextChunk++];
    while (chunk !== undefined && chunk.length === 0) chunk = this.#chunks[this.#nextChunk++];
    this.#bytes = chunk ?? noBytes;
    this.#at = 0;
    this.#end = this.#bytes.length;
    this.#behind -= this.#end;
  }

  #assemble(sizeBytes: number): Uint8Array {
    this.expect(sizeBytes);
    this.#copyInto(scratch, sizeBytes);
    return scratch;
  }

  #stringAcrossChunks(sizeBytes: number): string {
    const bytes = this.bytes(sizeBytes);
    return decodeString(bytes, 0, sizeBytes);
  }

  /** Copies bytes that are known to remain. */
  #copyInto(target: Uint8Array, sizeBytes: number): void {
    let copied = 0;
    while (copied < sizeBytes) {
      if (this.#at === this.#end) this.#advance();
      const size = Math.min(sizeBytes - copied, this.#end - this.#at);
      target.set(viewOf(this.#bytes, this.#at, size), copied);
      this.#at += size;
      copied += size;
    }
  }
}

/** Not `subarray`, which on a Buffer makes another Buffer and takes longer. */
function viewOf(bytes: Uint8Array, at: number, size: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + at, size);
}
