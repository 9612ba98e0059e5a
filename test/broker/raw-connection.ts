import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage } from '../../src/protocol/codec.ts';
import { FrameDecoder } from '../../src/protocol/frame.ts';
import { encodeRequestFrame, readResponseHeader } from '../../src/protocol/header.ts';
import type { ApiSchema, Encodable, Fields, Infer } from '../../src/protocol/schema.ts';

/** A socket to a broker, over which a test writes what it likes, byte by byte if it must. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder({ frameBytesMax: 256 * 1024 * 1024 });
  readonly #frames: Buffer[] = [];
  #waiting: PromiseWithResolvers<Buffer> | undefined;
  #correlationId = 0;
  #isClosed = false;
  /** Resolves once the broker has hung up, in order or by a reset. */
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    // A broker that closes with bytes unread resets the connection.
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true;
        this.#waiting?.reject(new Error('the broker closed the connection'));
        resolve();
      });
    });
  }

  static async open(target: { host: string; port: number }): Promise<RawConnection> {
    const socket = connect(target.port, target.host);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawConnection(socket);
  }

  #onData(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
    for (;;) {
      const step = this.#decoder.next();
      if (step.kind === 'need-more') return;
      if (step.kind === 'error') throw new Error(step.reason);
      if (step.kind === 'size') this.#decoder.accept();
      else this.#deliver(Buffer.concat(step.chunks));
    }
  }

  #deliver(frame: Buffer): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#frames.push(frame);
    else waiting.resolve(frame);
  }

  write(...pieces: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(pieces));
  }

  /** Writes, and waits until the system has taken it. */
  async writeThrough(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  /** The next response, without its size. Rejects when the broker hangs up first. */
  async frame(): Promise<Buffer> {
    const ready = this.#frames.shift();
    if (ready !== undefined) return ready;
    assert.ok(!this.#isClosed, 'the broker closed the connection');
    assert.equal(this.#waiting, undefined, 'one wait at a time');
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** The correlation ids of the next `count` responses, as they come. */
  async correlationIds(count: number): Promise<number[]> {
    const ids: number[] = [];
    while (ids.length < count) ids.push((await this.frame()).readInt32BE());
    return ids;
  }

  /** One request and its answer. */
  async call<Request extends ApiSchema, Response extends ApiSchema>(
    request: Request,
    response: Response,
    version: number,
    value: Encodable<Request>,
  ): Promise<Infer<Response>> {
    const correlationId = ++this.#correlationId;
    this.write(requestFrame(request, version, correlationId, value));
    const frame = await this.frame();
    assert.equal(frame.readInt32BE(), correlationId);
    return readResponse(response, version, frame);
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A whole request, its size in front. */
export function requestFrame<Request extends ApiSchema>(
  request: Request,
  version: number,
  correlationId: number,
  value: Encodable<Request>,
): Buffer {
  const header = { correlationId, clientId: 'raw' };
  const schema: ApiSchema<Fields> = request;
  return Buffer.concat(
    encodeRequestFrame(schema, version, header, value as Encodable<typeof schema>),
  );
}

/** The body of a response frame that came without its size. */
export function readResponse<Response extends ApiSchema>(
  response: Response,
  version: number,
  frame: Uint8Array,
): Infer<Response> {
  const reader = new ByteReader([frame]);
  readResponseHeader(response.apiKey, version, reader);
  return decodeMessage(response, version, reader) as Infer<Response>;
}

/** `bytes` behind their size. */
export function framed(bytes: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
