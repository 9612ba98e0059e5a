import type { HttpConnection, HttpHeaders, HttpStream } from '../../runtime/http.ts';
import type { Timers } from '../../runtime/runtime.ts';
import { errorText } from '../../util/is-error.ts';
import { hasCode } from '../../util/odradek-error.ts';
import { GrpcFrames, grpcFrame } from './grpc-frames.ts';

/** Statuses of gRPC that are told apart. */
export const grpcStatus = {
  ok: 0,
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  outOfRange: 11,
  unimplemented: 12,
  unauthenticated: 16,
} as const;

/** What the server made of a call. */
export interface GrpcStatus {
  readonly status: number;
  readonly message: string;
}

/** How a call ended: answered, answered with another status than OK, or cut off. */
export type GrpcOutcome =
  | { readonly kind: 'answer'; readonly message: Uint8Array }
  | ({ readonly kind: 'refused' } & GrpcStatus)
  /** Whether the server has acted is not known. */
  | { readonly kind: 'lost'; readonly reason: string; readonly isTooLarge: boolean };

/** What calls have in common. */
export interface GrpcOptions {
  /** Its path: `/package.Service/Method`. */
  readonly method: string;
  /** Undefined: none. */
  readonly token: string | undefined;
  /** Of one answer. */
  readonly messageBytesMax: number;
}

/** Makes a call that has one message in each direction, and waits `timeoutMs` for its end. */
export function grpcCall(
  message: Uint8Array,
  options: GrpcOptions & { readonly timeoutMs: number },
  { connection, timers }: { readonly connection: HttpConnection; readonly timers: Timers },
): Promise<GrpcOutcome> {
  const { timeoutMs } = options;
  return new Promise((resolve) => {
    let answer: Uint8Array | undefined;
    const timer = timers.setTimer(timeoutMs, () => {
      stream.cancel();
      resolve({ kind: 'lost', reason: `no answer within ${timeoutMs} ms`, isTooLarge: false });
    });
    const stream = new GrpcStream(
      connection,
      { ...options, deadlineMs: timeoutMs },
      {
        onMessage: (bytes) => {
          answer ??= bytes;
        },
        onEnd: (end) => {
          timers.clearTimer(timer);
          resolve(outcomeOf(end, answer));
        },
      },
    );
    stream.send(message);
    stream.end();
  });
}

function outcomeOf(end: GrpcEnd, answer: Uint8Array | undefined): GrpcOutcome {
  if ('lost' in end) return { kind: 'lost', reason: end.lost, isTooLarge: end.isTooLarge === true };
  if (end.status !== grpcStatus.ok) return { kind: 'refused', ...end };
  if (answer !== undefined) return { kind: 'answer', message: answer };
  return { kind: 'lost', reason: 'an answer without a message', isTooLarge: false };
}

/** How a stream ended: by what the server said, or for another reason. */
export type GrpcEnd = GrpcStatus | { readonly lost: string; readonly isTooLarge?: boolean };

/** What a stream tells. No call comes within its construction. */
export interface GrpcStreamHandler {
  onMessage(message: Uint8Array): void;
  /** The last call. */
  onEnd(end: GrpcEnd): void;
}

/** A call with any number of messages in either direction. */
export class GrpcStream {
  readonly #handler: GrpcStreamHandler;
  readonly #frames: GrpcFrames;
  readonly #stream: HttpStream;
  /** What is wrong with the answer itself. */
  #problem: string | undefined;
  #status: GrpcStatus | undefined;
  #ended = false;

  constructor(
    connection: HttpConnection,
    options: GrpcOptions & { readonly deadlineMs?: number },
    handler: GrpcStreamHandler,
  ) {
    this.#handler = handler;
    this.#frames = new GrpcFrames(options.messageBytesMax);
    this.#stream = connection.request(requestHeaders(options), {
      onHeaders: (headers) => this.#onHeaders(headers),
      onData: (chunk) => this.#onData(chunk),
      onTrailers: (headers) => this.#readStatus(headers),
      onClose: (reason) => this.#onClose(reason),
    });
  }

  send(message: Uint8Array): void {
    this.#stream.write(grpcFrame(message));
  }

  /** Nothing more will be sent. */
  end(): void {
    this.#stream.end();
  }

  /** Ends it now; the handler is told nothing more. */
  cancel(): void {
    this.#ended = true;
    this.#stream.cancel();
  }

  #onHeaders(headers: HttpHeaders): void {
    const { ':status': httpStatus, 'content-type': type = '' } = headers;
    if (httpStatus !== '200') this.#problem ??= `it answers with HTTP status ${String(httpStatus)}`;
    else if (!type.startsWith('application/grpc')) this.#problem ??= 'it does not speak gRPC';
    this.#readStatus(headers);
  }

  #onData(chunk: Uint8Array): void {
    if (this.#ended || this.#problem !== undefined) return;
    try {
      for (const message of this.#frames.push(chunk)) {
        this.#handler.onMessage(message);
        if (this.#ended) return;
      }
    } catch (error) {
      this.#stream.cancel();
      this.#finish({
        lost: errorText(error),
        isTooLarge: hasCode(error, 'RECORDS_TOO_LARGE'),
      });
    }
  }

  #readStatus({ 'grpc-status': status, 'grpc-message': message = '' }: HttpHeaders): void {
    if (status === undefined || !/^\d{1,3}$/.test(status)) return;
    this.#status = { status: Number(status), message: unescaped(message) };
  }

  #onClose(reason: string | undefined): void {
    if (this.#problem !== undefined) this.#finish({ lost: this.#problem });
    else if (this.#status === undefined) {
      this.#finish({ lost: reason ?? 'the answer ended in the midst' });
    } else if (this.#status.status === grpcStatus.ok && this.#frames.isWithin) {
      this.#finish({ lost: 'the answer ended within a message' });
    } else this.#finish(this.#status);
  }

  #finish(end: GrpcEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#handler.onEnd(end);
  }
}

function requestHeaders({
  method,
  token,
  deadlineMs,
}: GrpcOptions & { readonly deadlineMs?: number }): HttpHeaders {
  return {
    ':path': method,
    'content-type': 'application/grpc',
    te: 'trailers',
    // A stream has no deadline: a member that loses its leader is to end it, instead of keeping quiet. A call
    // had better wait for the next leader.
    ...(deadlineMs === undefined
      ? { hasleader: 'true' }
      : { 'grpc-timeout': `${Math.ceil(deadlineMs)}m` }),
    ...(token === undefined ? {} : { token }),
  };
}

/** Longest text of a server that is repeated. */
const messageCharactersMax = 300;

function unescaped(message: string): string {
  let text = message;
  try {
    text = decodeURIComponent(message);
  } catch {
    // It is shown as it came.
  }
  return text.slice(0, messageCharactersMax);
}
