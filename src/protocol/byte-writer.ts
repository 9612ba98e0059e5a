import { must } from '../util/assert.ts';
import { writeBigInt64, writeInt16, writeInt32, writeInt64 } from '../util/bytes.ts';
import { FieldError } from './protocol-error.ts';
import { stringBytes, stringBytesMax } from './strings.ts';
import { encodeUuid, uuidBytes } from './uuid.ts';

/** What is allocated at once for many small messages. */
const slabBytes = 32_768;
/** A slab is replaced when less than this is left, which holds most responses. */
const slabReserveBytes = 256;
/** No message is longer: its size is an int32. */
const messageBytesMax = 0x7fff_ffff;
/** Strings up to this length are written by a loop, which beats a call into the runtime. */
const loopLengthMax = 48;

const encoder = new TextEncoder();

/**
 * Writes Kafka's primitive types. What is written gathers in a slab that many messages share, one behind
 * the other; chunks handed to `chunks` are put between the gathered pieces by reference.
 *
 * One message at a time: `begin`, writes, then `finish`, or a new `begin` that drops what was written.
 */
export class ByteWriter {
  #slab: Uint8Array = new Uint8Array(slabBytes);
  /** `[#start, #at)` of the slab is written and not yet in `#pieces`. */
  #start = 0;
  #at = 0;
  #pieces: Uint8Array[] = [];
  /** Bytes in `#pieces`. */
  #piecesBytes = 0;

  /** Starts a message. What an unfinished one left behind is forgotten. */
  begin(): void {
    this.#at = this.#start;
    const left = this.#slab.length - this.#start;
    if (left < slabReserveBytes || this.#slab.length > slabBytes) {
      this.#slab = new Uint8Array(slabBytes);
      this.#start = 0;
      this.#at = 0;
    }
    this.#pieces = [];
    this.#piecesBytes = 0;
  }

  /**
   * Ends the message and gives its pieces, in order. Those that the writer made share their memory with
   * other messages: whoever keeps one for long copies it, and none is transferred to another thread.
   */
  finish(): Uint8Array[] {
    this.#flush();
    return this.#pieces;
  }

  /** As `finish`, for a message that began with an int32: it becomes the size of what stands behind it. */
  finishFrame(): Uint8Array[] {
    const size = this.sizeBytes - 4;
    const pieces = this.finish();
    writeInt32(must(pieces[0]), 0, size);
    return pieces;
  }

  /** Bytes of this message so far. */
  get sizeBytes(): number {
    return this.#piecesBytes + this.#at - this.#start;
  }

  /** A mark for `insertSize`: bytes since the last piece that was written by reference. */
  get position(): number {
    return this.#at - this.#start;
  }

  int8(value: number): void {
    const at = this.#room(1);
    this.#slab[at] = value;
  }

  int16(value: number): void {
    const at = this.#room(2);
    writeInt16(this.#slab, at, value);
  }

  int32(value: number): void {
    const at = this.#room(4);
    writeInt32(this.#slab, at, value);
  }

  int64(value: number): void {
    const at = this.#room(8);
    writeInt64(this.#slab, at, value);
  }

  bigint64(value: bigint): void {
    const at = this.#room(8);
    writeBigInt64(this.#slab, at, value);
  }

  /** An unsigned varint in `[0, 2^31]`. */
  unsignedVarint(value: number): void {
    let rest = value >>> 0;
    let at = this.#room(varintBytes(rest));
    while (rest > 0x7f) {
      this.#slab[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#slab[at] = rest;
  }

  uuid(text: string): void {
    const at = this.#room(uuidBytes);
    if (!encodeUuid(text, this.#slab, at)) throw new FieldError(`'${text}' is not a uuid`);
  }

  /** `text` behind an int16 with its size, at most 32,767. */
  string(text: string): void {
    if (text.length <= loopLengthMax && this.#asciiString(text, 2)) return;
    const size = stringSize(text);
    this.int16(size);
    this.#utf8(text, size);
  }

  /** `text` behind a varint with its size plus one. */
  compactString(text: string): void {
    if (text.length <= loopLengthMax && this.#asciiString(text, 1)) return;
    const size = stringSize(text);
    this.unsignedVarint(size + 1);
    this.#utf8(text, size);
  }

  /** A copy of `bytes`. */
  bytes(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#slab.set(bytes, at);
  }

  /** `chunks` by reference. They must not change until the message is on its way. */
  chunks(chunks: readonly Uint8Array[]): void {
    this.#flush();
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      this.#pieces.push(chunk);
      this.#piecesBytes += chunk.length;
    }
    if (this.#piecesBytes > messageBytesMax) throw new FieldError('a message beyond 2^31-1 bytes');
  }

  /**
   * Puts the size of what was written since `position` in front of it, as a varint. Nothing may have
   * been written by reference since.
   */
  insertSize(position: number): void {
    const size = this.#at - this.#start - position;
    this.#room(varintBytes(size));
    const end = this.#at;
    const from = this.#start + position;
    this.#slab.copyWithin(end - size, from, from + size);
    this.#at = from;
    this.unsignedVarint(size);
    this.#at = end;
  }

  /** Takes `size` bytes of the slab and says where they begin. */
  #room(size: number): number {
    const at = this.#at;
    if (at + size > this.#slab.length) return this.#grow(size);
    this.#at = at + size;
    return at;
  }

  /** As `#room`, in a larger slab to which the unflushed part of the message moves. */
  #grow(size: number): number {
    const written = this.#at - this.#start;
    if (this.sizeBytes + size > messageBytesMax) {
      throw new FieldError('a message beyond 2^31-1 bytes');
    }
    const larger = new Uint8Array(Math.max(slabBytes, 2 * (written + size)));
    larger.set(this.#slab.subarray(this.#start, this.#at));
    this.#slab = larger;
    this.#start = 0;
    this.#at = written + size;
    return written;
  }

  #flush(): void {
    const size = this.#at - this.#start;
    if (size === 0) return;
    this.#pieces.push(new Uint8Array(this.#slab.buffer, this.#start, size));
    this.#piecesBytes += size;
    this.#start = this.#at;
  }

  /** Writes `text` behind its size if it is ASCII; else writes nothing and says so. */
  #asciiString(text: string, sizeOfSize: 1 | 2): boolean {
    const length = text.length;
    let at = this.#room(length + sizeOfSize);
    const slab = this.#slab;
    if (sizeOfSize === 2) {
      slab[at++] = 0;
      slab[at++] = length;
    } else {
      slab[at++] = length + 1;
    }
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) {
        this.#at -= length + sizeOfSize;
        return false;
      }
      slab[at++] = code;
    }
    return true;
  }

  #utf8(text: string, size: number): void {
    const at = this.#room(size);
    encoder.encodeInto(text, this.#slab.subarray(at, at + size));
  }
}

function stringSize(text: string): number {
  const size = stringBytes(text);
  if (size > stringBytesMax) {
    throw new FieldError(`a string of ${size} bytes, more than ${stringBytesMax}`);
  }
  return size;
}

function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}
