import { OdradekError } from '../../util/odradek-error.ts';

/*
 * How gRPC puts messages into the body of a request: a byte that says whether it is compressed, the length in
 * four bytes, the message. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */

const prefixBytes = 5;

/** A message with what stands before it. */
export function grpcFrame(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(prefixBytes + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, prefixBytes);
  return frame;
}

/** Takes messages out of the pieces of a body. */
export class GrpcFrames {
  readonly #messageBytesMax: number;
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** Bytes of the frame that comes next, as far as that is known. */
  #wanted = prefixBytes;

  constructor(messageBytesMax: number) {
    this.#messageBytesMax = messageBytesMax;
  }

  /** Whether a message has begun and not ended. */
  get isWithin(): boolean {
    return this.#length > 0;
  }

  /** The messages that are whole with `chunk`. Throws `RECORDS_TOO_LARGE` and `PROTOCOL_ERROR`. */
  *push(chunk: Uint8Array): Iterable<Uint8Array> {
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    while (this.#length >= this.#wanted) {
      const bytes = this.#joined();
      if (this.#wanted === prefixBytes) {
        this.#wanted = prefixBytes + this.#messageBytes(bytes);
        if (this.#length < this.#wanted) return;
      }
      const end = this.#wanted;
      this.#pieces = end === bytes.length ? [] : [bytes.subarray(end)];
      this.#length -= end;
      this.#wanted = prefixBytes;
      yield bytes.subarray(prefixBytes, end);
    }
  }

  #joined(): Uint8Array {
    const [first] = this.#pieces;
    if (first !== undefined && this.#pieces.length === 1) return first;
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [bytes];
    return bytes;
  }

  #messageBytes(bytes: Uint8Array): number {
    if (bytes[0] !== 0)
      throw new OdradekError('an answer is compressed, which nobody asked for', {
        code: 'PROTOCOL_ERROR',
        reason: 'a compressed message',
      });
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
    if (length <= this.#messageBytesMax) return length;
    throw new OdradekError(
      `an answer of ${length} bytes is larger than the ${this.#messageBytesMax} that it may have`,
      { code: 'RECORDS_TOO_LARGE', maxBytes: this.#messageBytesMax },
    );
  }
}
