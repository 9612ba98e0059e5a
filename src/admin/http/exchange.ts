import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Timer, Timers } from '../../runtime/runtime.ts';
import type { AdminAnswer, AnswerHeaders, AnswerWriter, StreamedAnswer } from './answer.ts';
import { clientGone } from './request-body.ts';
import { securityHeaders } from './security-headers.ts';

/** How long a stream may be silent. */
const keepAliveAfterMs = 15_000;

/** One request and its answer, as they stand on a connection. */
export class Exchange {
  readonly message: IncomingMessage;
  /** Its headers by their names in lower case; of those that came several times, what Node makes of them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
  readonly #response: ServerResponse;
  readonly #timers: Timers;
  readonly #sendTimeoutMs: number;
  readonly #ending = new AbortController();

  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    modules: { timers: Timers; sendTimeoutMs: number },
  ) {
    this.message = message;
    this.headers = headersOf(message);
    this.remoteAddress = message.socket.remoteAddress ?? '';
    this.#response = response;
    this.#timers = modules.timers;
    this.#sendTimeoutMs = modules.sendTimeoutMs;
    // Also once everything was written, when it has no effect any more.
    response.once('close', () => this.#ending.abort());
    // What a write to a connection that is gone fails with is told by `close` as well.
    response.on('error', () => {});
  }

  /** Aborts when the client has gone, or `abort` was called. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Whether some of the answer is sent, so that there can be no other one. */
  get hasBegun(): boolean {
    return this.#response.headersSent;
  }

  /** Calls `callback` when the client has read the answer, or gone. */
  onceClosed(callback: () => void): void {
    if (this.#response.closed) callback();
    else this.#response.once('close', callback);
  }

  /** The answer is to end: the listener closes. */
  abort(): void {
    this.#ending.abort();
  }

  /** Sends an answer with `more` headers; settles once it is written. Rejects as a streamed answer does. */
  async send(answer: AdminAnswer, more: AnswerHeaders): Promise<void> {
    const response = this.#response;
    const headers = { ...securityHeaders, 'cache-control': 'no-store', ...more, ...answer.headers };
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    // What was sent and is not read must not be taken for the next request.
    if (!this.message.complete) response.setHeader('connection', 'close');
    if ('run' in answer) {
      await this.#stream(answer);
      return;
    }
    response.statusCode = answer.status;
    if (answer.status !== 204 && answer.status !== 304) {
      response.setHeader('content-length', Buffer.byteLength(answer.body));
    }
    response.end(answer.body);
    this.#forgetBody();
  }

  async #stream(answer: StreamedAnswer): Promise<void> {
    const response = this.#response;
    response.statusCode = 200;
    if (this.message.method === 'HEAD') {
      response.end();
      return;
    }
    const writer = new ResponseWriter(this.signal, response, this.#timers, {
      sendTimeoutMs: this.#sendTimeoutMs,
      keepAlive: answer.keepAlive,
    });
    try {
      await answer.run(writer);
      response.end();
    } catch (error) {
      if (response.headersSent) response.destroy();
      if (!this.signal.aborted) throw error;
    } finally {
      writer.close();
    }
  }

  /** The rest of a body that nobody wants is not waited for. */
  #forgetBody(): void {
    if (this.message.complete) return;
    this.#response.once('finish', () => {
      // The client may still send: with the connection closed at once it would never read the answer.
      this.message.resume();
      const timer = this.#timers.setTimer(lingerMs, () => this.message.socket.destroy());
      this.message.socket.once('close', () => this.#timers.clearTimer(timer));
    });
  }
}

/** How long what comes after an early answer is read and dropped. */
const lingerMs = 1000;

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
}

/** Writes a streamed answer. */
class ResponseWriter implements AnswerWriter {
  readonly signal: AbortSignal;
  readonly #response: ServerResponse;
  readonly #timers: Timers;
  readonly #options: { sendTimeoutMs: number; keepAlive: string | undefined };
  #silence: Timer | undefined;
  #isClosed = false;

  constructor(
    signal: AbortSignal,
    response: ServerResponse,
    timers: Timers,
    options: { sendTimeoutMs: number; keepAlive: string | undefined },
  ) {
    this.signal = signal;
    this.#response = response;
    this.#timers = timers;
    this.#options = options;
    this.#watchSilence();
  }

  get isBehind(): boolean {
    return this.#response.writableNeedDrain;
  }

  async write(piece: Uint8Array | string): Promise<void> {
    if (this.signal.aborted) throw clientGone();
    this.#watchSilence();
    if (this.#response.write(piece)) return;
    await this.#drained();
  }

  #drained(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = this.#timers.setTimer(this.#options.sendTimeoutMs, () => {
      // It takes nothing: closing in order would wait for it too.
      this.#response.destroy();
    });
    const onGone = (): void => reject(clientGone());
    this.#response.once('drain', resolve);
    this.signal.addEventListener('abort', onGone, { once: true });
    return promise.finally(() => {
      this.#timers.clearTimer(timer);
      this.#response.off('drain', resolve);
      this.signal.removeEventListener('abort', onGone);
    });
  }

  #watchSilence(): void {
    const { keepAlive } = this.#options;
    if (this.#silence !== undefined) this.#timers.clearTimer(this.#silence);
    if (keepAlive === undefined || this.#isClosed) return;
    this.#silence = this.#timers.setTimer(keepAliveAfterMs, () => {
      if (this.signal.aborted) return;
      if (this.#response.headersSent && !this.isBehind) this.#response.write(keepAlive);
      this.#watchSilence();
    });
  }

  close(): void {
    this.#isClosed = true;
    if (this.#silence !== undefined) this.#timers.clearTimer(this.#silence);
  }
}
