/**
 * Cuts what comes from a socket into frames: four bytes of size, then that many bytes of a request or a
 * response. Nothing is copied but what comes in crumbs.
 *
 * The owner feeds chunks as they come and then asks, until more is needed:
 *
 * ```ts
 * decoder.push(chunk);
 * for (;;) {
 *   const step = decoder.next();
 *   switch (step.kind) {
 *     case 'need-more':
 *       return; // `decoder.outstandingBytes` > 0: a body is on its way, watch that it does not stall.
 *     case 'size':
 *       if (!reserve(step.sizeBytes)) return; // Stop reading; call next() again when there is room.
 *       decoder.accept();
 *       break;
 *     case 'frame':
 *       handle(step.chunks);
 *       break;
 *     case 'error':
 *       close(step.reason);
 *       return;
 *   }
 * }
 * ```
 *
 * A frame is offered by its size as soon as that is known, before its body is taken, and stays offered
 * until `accept`. An owner that makes it wait also stops reading its socket: the decoder keeps all that it
 * is fed, and `bufferedBytes` says how much that is.
 */
import { assert } from '../util/assert.ts';
import { readInt32 } from '../util/bytes.ts';

/** Bytes of the size in front of a frame. Format: docs/formats/wire.md. */
const frameSizeBytes = 4;

/** What `FrameDecoder.next` found. */
export type FrameStep =
  /** Nothing to do until more bytes come. */
  | { readonly kind: 'need-more' }
  /** A frame of `sizeBytes`, its size not counted, is coming: `accept` it, or let it wait. */
  | { readonly kind: 'size'; readonly sizeBytes: number }
  /** A whole frame, without its size: slices of the chunks that came in, which belong to the owner now. */
  | { readonly kind: 'frame'; readonly sizeBytes: number; readonly chunks: readonly Uint8Array[] }
  /** What came in cannot be a frame; nothing behind it can be read either. */
  | { readonly kind: 'error'; readonly reason: string };

/**
 * Chunks smaller than this are copied together while a body is incomplete and several wait, so that a
 * sender of single bytes does not make the broker hold an object of a hundred bytes for each of them.
 */
const crumbBytesMax = 1024;
/** Of this many chunks each is kept as it is, however small. */
const chunksKeptMax = 8;
/** Crumbs are gathered in blocks of this size. */
const gatherBlockBytes = 8192;

const needMore: FrameStep = { kind: 'need-more' };

/** Where the decoder stands within a frame. */
type FrameState = 'size' | 'offered' | 'body' | 'failed';

/** See the head of this file. */
export class FrameDecoder {
  readonly #frameBytesMax: number;
  /** What came in and is not taken; of the first, the bytes before `#at` are taken. */
  #chunks: Uint8Array[] = [];
  #at = 0;
  #bufferedBytes = 0;
  #state: FrameState = 'size';
  /** The size of the frame that is offered or whose body is awaited. */
  #frameBytes = 0;
  #failure: FrameStep = needMore;
  /** The block in which crumbs gather, and how much of it is in use. */
  #gather: Uint8Array | undefined;
  #gathered = 0;

  constructor(options: {
    /** No frame may be larger; `socket.request.max.bytes` of a broker. */
    frameBytesMax: number;
  }) {
    this.#frameBytesMax = options.frameBytesMax;
  }

  /** Bytes that came in and have not left in a frame. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Bytes of an accepted body that have not come in; 0 when no body is awaited. */
  get outstandingBytes(): number {
    if (this.#state !== 'body') return 0;
    return Math.max(0, this.#frameBytes - this.#bufferedBytes);
  }

  /** Takes what came from the socket. The decoder and the frames that it gives own `chunk` from now on. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.#state === 'failed') return;
    this.#bufferedBytes += chunk.length;
    if (chunk.length < crumbBytesMax && this.#chunks.length >= chunksKeptMax) {
      this.#gatherCrumb(chunk);
    } else {
      this.#chunks.push(chunk);
    }
  }

  /** What can be done with the bytes that came in. */
  next(): FrameStep {
    switch (this.#state) {
      case 'size':
        return this.#bufferedBytes < frameSizeBytes ? needMore : this.#offer();
      case 'offered':
        return { kind: 'size', sizeBytes: this.#frameBytes };
      case 'body':
        return this.#bufferedBytes < this.#frameBytes ? needMore : this.#takeFrame();
      case 'failed':
        return this.#failure;
    }
  }

  /** Lets the frame come whose size `next` gave. */
  accept(): void {
    assert(this.#state === 'offered', 'a frame is accepted once its size is known');
    this.#state = 'body';
  }

  #offer(): FrameStep {
    const sizeBytes = this.#takeSize();
    if (sizeBytes < 0 || sizeBytes > this.#frameBytesMax) {
      this.#state = 'failed';
      this.#chunks = [];
      this.#bufferedBytes = 0;
      const bound = `not in [0, ${this.#frameBytesMax}]`;
      this.#failure = { kind: 'error', reason: `a frame of ${sizeBytes} bytes, ${bound}` };
      return this.#failure;
    }
    this.#frameBytes = sizeBytes;
    this.#state = 'offered';
    return { kind: 'size', sizeBytes };
  }

  #takeSize(): number {
    const first = this.#chunks[0];
    if (first !== undefined && first.length - this.#at >= frameSizeBytes) {
      const size = readInt32(first, this.#at);
      this.#drop(frameSizeBytes);
      return size;
    }
    let size = 0;
    for (let i = 0; i < frameSizeBytes; i++) {
      size = (size << 8) | ((this.#chunks[0] as Uint8Array)[this.#at] as number);
      this.#drop(1);
    }
    return size;
  }

  /** Takes `count` bytes, which the first chunk has. */
  #drop(count: number): void {
    this.#at += count;
    this.#bufferedBytes -= count;
    if (this.#at === (this.#chunks[0] as Uint8Array).length) {
      this.#chunks.shift();
      this.#at = 0;
    }
  }

  // HOT: bench=codec
  #takeFrame(): FrameStep {
    const sizeBytes = this.#frameBytes;
    const chunks: Uint8Array[] = [];
    let missing = sizeBytes;
    let whole = 0;
    while (missing > 0) {
      const chunk = this.#chunks[whole] as Uint8Array;
      const size = Math.min(missing, chunk.length - this.#at);
      chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset + this.#at, size));
      this.#at += size;
      missing -= size;
      if (this.#at === chunk.length) {
        whole++;
        this.#at = 0;
      }
    }
    this.#chunks.splice(0, whole);
    this.#bufferedBytes -= sizeBytes;
    this.#state = 'size';
    return { kind: 'frame', sizeBytes, chunks };
  }

  /** Copies `crumb` behind those before it, as part of the last chunk where that is one of them. */
  #gatherCrumb(crumb: Uint8Array): void {
    let block = this.#gather;
    if (block === undefined || block.length - this.#gathered < crumb.length) {
      block = new Uint8Array(gatherBlockBytes);
      this.#gather = block;
      this.#gathered = 0;
    }
    const from = this.#gathered;
    block.set(crumb, from);
    this.#gathered += crumb.length;
    const last = this.#chunks.length - 1;
    const tail = this.#chunks[last] as Uint8Array;
    const extendsTail = tail.buffer === block.buffer && tail.byteOffset + tail.length === from;
    const start = extendsTail ? tail.byteOffset : from;
    const piece = new Uint8Array(block.buffer, start, this.#gathered - start);
    if (extendsTail) this.#chunks[last] = piece;
    else this.#chunks.push(piece);
  }
}
