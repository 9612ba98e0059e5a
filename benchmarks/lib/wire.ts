import { connect, type Socket } from 'node:net';
import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage } from '../../src/protocol/codec.ts';
import { FrameDecoder } from '../../src/protocol/frame.ts';
import { encodeRequestFrame, readResponseHeader } from '../../src/protocol/header.ts';
import type { ApiSchema, Encodable, Infer } from '../../src/protocol/schema.ts';
import { concatenated } from '../../src/util/bytes.ts';

/**
 * The leanest client there is: frames over one socket, several in flight. It counts answers and looks into
 * none unless asked to, so that a benchmark spends its time in the broker.
 */
export class Wire {
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder({ frameBytesMax: 256 * 1024 * 1024 });
  readonly #waiting: ((frame: readonly Uint8Array[]) => void)[] = [];
  #correlationId = 0;
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    // Who waits for an answer would wait for ever: the benchmark ends here.
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!this.#closed) throw new Error('the broker closed a connection');
    });
  }

  static async connect(bootstrap: string): Promise<Wire> {
    const [host = '127.0.0.1', port = '9092'] = bootstrap.split(':');
    const socket = connect(Number(port), host);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Wire(socket);
  }

  #onData(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
    for (;;) {
      const step = this.#decoder.next();
      if (step.kind === 'need-more') return;
      if (step.kind === 'error') throw new Error(step.reason);
      if (step.kind === 'size') this.#decoder.accept();
      else this.#waiting.shift()?.(step.chunks);
    }
  }

  /** Sends a frame that was encoded before, and calls `onAnswer` with the frame that answers it. */
  send(frame: Uint8Array, onAnswer: (frame: readonly Uint8Array[]) => void): void {
    this.#waiting.push(onAnswer);
    this.#socket.write(frame);
  }

  /** Sends a frame that nobody answers. */
  tell(frame: Uint8Array): void {
    this.#socket.write(frame);
  }

  /** One request and its decoded answer. */
  async call<Request extends ApiSchema, Response extends ApiSchema>(
    request: Request,
    response: Response,
    version: number,
    value: Encodable<Request>,
  ): Promise<Infer<Response>> {
    const frame = encoded(request, version, value, ++this.#correlationId);
    return new Promise((resolve, reject) => {
      this.send(frame, (answer) => {
        try {
          const reader = new ByteReader(answer);
          readResponseHeader(request.apiKey, version, reader);
          resolve(decodeMessage(response, version, reader) as Infer<Response>);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }
}

/** A request frame in one piece, to be sent any number of times. */
export function encoded<Request extends ApiSchema>(
  request: Request,
  version: number,
  value: Encodable<Request>,
  correlationId = 1,
): Uint8Array {
  const header = { correlationId, clientId: 'benchmark' };
  return new Uint8Array(concatenated(encodeRequestFrame(request, version, header, value as never)));
}

/**
 * Sends `frame`, or what it answers for a connection, `count` times over `wires`, `inFlight` at a time on each.
 * `check` sees every hundredth answer.
 */
export async function pump(
  wires: readonly Wire[],
  frame: Uint8Array | ((wire: Wire) => Uint8Array),
  options: { count: number; inFlight: number; check: (answer: readonly Uint8Array[]) => void },
): Promise<void> {
  const frameOf = typeof frame === 'function' ? frame : () => frame;
  let toSend = options.count;
  let toCome = options.count;
  await new Promise<void>((resolve, reject) => {
    const one = (wire: Wire): void => {
      if (toSend === 0) return;
      toSend--;
      wire.send(frameOf(wire), (answer) => {
        try {
          if (toCome % 100 === 0) options.check(answer);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
        toCome--;
        if (toCome === 0) resolve();
        else one(wire);
      });
    };
    for (let i = 0; i < options.inFlight; i++) for (const wire of wires) one(wire);
  });
}
