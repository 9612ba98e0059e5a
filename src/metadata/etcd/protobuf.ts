import { OdradekError } from '../../util/odradek-error.ts';

/*
 * Protocol Buffers' wire format, as far as etcd's messages need it: varints, and what has a length.
 * https://protobuf.dev/programming-guides/encoding/
 */

const varintType = 0;
const fixed64Type = 1;
const lengthType = 2;
const fixed32Type = 5;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Puts a message together, field by field. What is 0, empty or false is left out, as the format has it. */
export class ProtobufWriter {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  /** A whole number that is not negative, or a boolean. */
  number(field: number, value: number | bigint | boolean): this {
    return BigInt(value) === 0n ? this : this.choice(field, value);
  }

  /** The same for a number of which it matters that it is there: one of a union. */
  choice(field: number, value: number | bigint | boolean): this {
    this.#push(varint(field * 8 + varintType));
    this.#push(varint(BigInt(value)));
    return this;
  }

  bytes(field: number, value: Uint8Array | string): this {
    const bytes = typeof value === 'string' ? encoder.encode(value) : value;
    return bytes.length === 0 ? this : this.message(field, bytes);
  }

  /** A message within this one; it is there even where it is empty. */
  message(field: number, bytes: Uint8Array): this {
    this.#push(varint(field * 8 + lengthType));
    this.#push(varint(bytes.length));
    this.#push(bytes);
    return this;
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  #push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }
}

function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** How the value of a field is read. Throws `PROTOCOL_ERROR` where it is of another kind. */
export interface FieldValue {
  /** A whole number; one beyond 2^53 is refused. */
  number(): number;
  /** The same as unsigned 64 bits. */
  uint64(): bigint;
  /** They lie in the message. */
  bytes(): Uint8Array;
  text(): string;
}

/**
 * Tells `onField` each field of a message in its order; those that it does not know it leaves alone. Throws
 * `PROTOCOL_ERROR` where the bytes are no message.
 */
export function readFields(
  message: Uint8Array,
  onField: (field: number, value: FieldValue) => void,
): void {
  const reader = new FieldReader(message);
  for (let field = reader.next(); field !== 0; field = reader.next()) onField(field, reader);
}

class FieldReader implements FieldValue {
  readonly #message: Uint8Array;
  #at = 0;
  #type = varintType;
  #varint = 0n;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(message: Uint8Array) {
    this.#message = message;
  }

  /** Reads the next field whole, and answers its number; 0 at the end. */
  next(): number {
    if (this.#at === this.#message.length) return 0;
    const tag = this.#readVarint();
    if (tag < 8n || tag > 0xffff_ffffn) throw malformed(`a field has the tag ${tag}`);
    this.#type = Number(tag & 7n);
    switch (this.#type) {
      case varintType:
        this.#varint = this.#readVarint();
        break;
      case lengthType:
        this.#bytes = this.#take(this.#readVarint());
        break;
      case fixed64Type:
        this.#take(8n);
        break;
      case fixed32Type:
        this.#take(4n);
        break;
      default:
        throw malformed(`a field has the type ${this.#type}`);
    }
    return Number(tag >> 3n);
  }

  number(): number {
    const value = this.uint64();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(`${value} is out of bounds`);
    return Number(value);
  }

  uint64(): bigint {
    if (this.#type !== varintType) throw malformed('a number is none');
    return this.#varint;
  }

  bytes(): Uint8Array {
    if (this.#type !== lengthType) throw malformed('bytes are none');
    return this.#bytes;
  }

  text(): string {
    return decoder.decode(this.bytes());
  }

  #readVarint(): bigint {
    let low = 0;
    for (let length = 0; length < 10; length++) {
      const byte = this.#message[this.#at++];
      if (byte === undefined) throw malformed('it ends within a number');
      // Numbers of up to 49 bits, which nearly all are, need no bigint until the end.
      low += (byte & 0x7f) * 2 ** (7 * length);
      if (byte < 0x80) return length < 7 ? BigInt(low) : this.#longVarint(length + 1);
    }
    throw malformed('a number has more than 64 bits');
  }

  #longVarint(length: number): bigint {
    let value = 0n;
    for (let i = 1; i <= length; i++) {
      value = (value << 7n) | BigInt((this.#message[this.#at - i] ?? 0) & 0x7f);
    }
    return BigInt.asUintN(64, value);
  }

  #take(length: bigint): Uint8Array {
    const end = this.#at + Number(length);
    if (end > this.#message.length) throw malformed('it ends within a field');
    const bytes = this.#message.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}

function malformed(reason: string): OdradekError {
  return new OdradekError(`an answer is no message of etcd: ${reason}`, {
    code: 'PROTOCOL_ERROR',
    reason,
  });
}
