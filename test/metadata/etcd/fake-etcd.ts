import * as http2 from 'node:http2';
import type { AddressInfo } from 'node:net';

/** What a fake etcd does with a request: `stream` is open, `message` is what came first. */
export type FakeAnswer = (stream: http2.ServerHttp2Stream, message: Buffer) => void;

/** A server of gRPC in this process that answers as a test has it. */
export class FakeEtcd {
  readonly endpoint: string;
  /** The paths of the requests that came, in their order. */
  readonly asked: string[] = [];
  readonly #server: http2.Http2Server;
  readonly #sessions: Set<http2.ServerHttp2Session>;

  private constructor(server: http2.Http2Server, sessions: Set<http2.ServerHttp2Session>) {
    this.#server = server;
    this.#sessions = sessions;
    this.endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(answers: Readonly<Record<string, FakeAnswer>>): Promise<FakeEtcd> {
    const server = http2.createServer();
    const sessions = new Set<http2.ServerHttp2Session>();
    server.on('session', (session) => {
      sessions.add(session);
      session.on('error', () => {});
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const fake = new FakeEtcd(server, sessions);
    server.on('stream', (stream, headers) => {
      const path = String(headers[':path']);
      stream.on('error', () => {});
      stream.once('data', (chunk: Buffer) => {
        fake.asked.push(path);
        const name = path.split('/').at(-1) ?? '';
        (answers[name] ?? answers['*'])?.(stream, chunk.subarray(5));
      });
    });
    return fake;
  }

  stop(): void {
    this.#server.close();
    this.cut();
  }

  /** Breaks all connections. */
  cut(): void {
    for (const session of this.#sessions) session.destroy();
  }
}

const grpc = { ':status': 200, 'content-type': 'application/grpc' };

/** A frame of gRPC around `message`. */
export function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Sends `bytes` as the body of an answer, and ends it with a status of gRPC. */
export function answer(stream: http2.ServerHttp2Stream, bytes: Uint8Array, status = 0): void {
  stream.respond(grpc, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status) }));
  stream.end(bytes);
}

/** Answers with a status alone. */
export function refuse(stream: http2.ServerHttp2Stream, status: number, message: string): void {
  const headers = { ...grpc, 'grpc-status': String(status), 'grpc-message': message };
  stream.respond(headers, { endStream: true });
}

/** Begins an answer, to which more may be written. */
export function begin(stream: http2.ServerHttp2Stream): void {
  stream.respond(grpc);
}
