import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { errorText } from '../../util/is-error.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import type {
  Http,
  HttpConnectOptions,
  HttpConnection,
  HttpConnectionHandler,
  HttpHeaders,
  HttpStream,
  HttpStreamHandler,
} from '../http.ts';
import { systemCode } from './system-error.ts';

/** What may be received of one answer, and of all of a connection, before it is read. */
const streamWindowBytes = 1024 * 1024;
const connectionWindowBytes = 8 * 1024 * 1024;
/** In MB: what Node.js may hold for a connection before it refuses new requests. */
const sessionMemoryMb = 256;

/** HTTP/2 of this machine. With `unref` no connection keeps the process alive. */
export function createNodeHttp(options: { readonly unref: boolean }): Http {
  return { connect: (where, handler) => new NodeHttpConnection(where, handler, options.unref) };
}

class NodeHttpConnection implements HttpConnection {
  readonly #options: HttpConnectOptions;
  readonly #handler: HttpConnectionHandler;
  #session: ClientHttp2Session | undefined;
  #isOpen = false;
  #isClosed = false;

  constructor(options: HttpConnectOptions, handler: HttpConnectionHandler, unref: boolean) {
    this.#options = options;
    this.#handler = handler;
    void this.#connect(unref);
  }

  request(headers: HttpHeaders, handler: HttpStreamHandler): HttpStream {
    return new NodeHttpStream(this.#isClosed ? undefined : this.#session, headers, handler);
  }

  ping(onAnswer: () => void): void {
    const session = this.#session;
    if (session === undefined || session.destroyed) return;
    session.ping((error) => {
      if (error === null) onAnswer();
    });
  }

  destroy(reason: string): void {
    this.#closed(reason);
    this.#session?.destroy();
  }

  async #connect(unref: boolean): Promise<void> {
    try {
      // Loaded when it is first needed: few brokers speak HTTP/2.
      const { connect } = await import('node:http2');
      if (this.#isClosed) return;
      const session = connect(this.#authority(), this.#sessionOptions());
      this.#session = session;
      this.#listen(session, unref);
    } catch (error) {
      // Certificates that cannot be read, say.
      this.#closed(systemCode(error) || errorText(error), error);
    }
  }

  #authority(): string {
    const { host, port, tls } = this.#options;
    const shown = host.includes(':') ? `[${host}]` : host;
    return `${tls === undefined ? 'http' : 'https'}://${shown}:${port}`;
  }

  #sessionOptions(): object {
    const { tls } = this.#options;
    const settings = { enablePush: false, initialWindowSize: streamWindowBytes };
    const common = { settings, maxSessionMemory: sessionMemoryMb };
    if (tls === undefined) return common;
    const { ca, certificate: cert, key, keyPassword: passphrase } = tls;
    return { ...common, ca, cert, key, passphrase };
  }

  #listen(session: ClientHttp2Session, unref: boolean): void {
    let failure: unknown;
    session.on('connect', () => {
      if (this.#isClosed) return;
      if (unref) session.unref();
      session.setLocalWindowSize(connectionWindowBytes);
      this.#isOpen = true;
      this.#handler.onOpen();
    });
    session.on('error', (error) => {
      failure ??= error;
    });
    // It serves what it has, and nothing new.
    session.on('goaway', () => this.#closed('the server takes no more requests'));
    session.on('close', () => {
      this.#closed(systemCode(failure) || errorText(failure ?? 'it was closed'), failure);
    });
  }

  #closed(reason: string, cause?: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { host, port } = this.#options;
    const error = this.#isOpen
      ? new OdradekError(
          `The connection with ${host}:${port} broke (${reason})`,
          { code: 'CONNECTION_CLOSED', host, port },
          { cause },
        )
      : new OdradekError(
          `Could not connect to ${host}:${port} (${reason})`,
          { code: 'CONNECTION_FAILED', host, port },
          { cause },
        );
    void Promise.resolve().then(() => this.#handler.onClose(error));
  }
}

class NodeHttpStream implements HttpStream {
  readonly #stream: ClientHttp2Stream | undefined;
  #handler: HttpStreamHandler | undefined;
  #failure: unknown;

  constructor(
    session: ClientHttp2Session | undefined,
    headers: HttpHeaders,
    handler: HttpStreamHandler,
  ) {
    this.#handler = handler;
    try {
      this.#stream = session?.request({ ':method': 'POST', ...headers });
    } catch (error) {
      this.#failure = error;
    }
    if (this.#stream === undefined) void Promise.resolve().then(() => this.#closed());
    else this.#listen(this.#stream);
  }

  write(bytes: Uint8Array): void {
    if (this.#stream?.writable === true) this.#stream.write(bytes);
  }

  end(): void {
    this.#stream?.end();
  }

  cancel(): void {
    this.#handler = undefined;
    // 8 is CANCEL: nobody waits for the rest.
    if (this.#stream?.destroyed === false) this.#stream.close(8);
  }

  #listen(stream: ClientHttp2Stream): void {
    stream.on('response', (headers) => this.#handler?.onHeaders(textHeaders(headers)));
    stream.on('data', (chunk: Buffer) => this.#handler?.onData(chunk));
    stream.on('trailers', (headers) => this.#handler?.onTrailers(textHeaders(headers)));
    stream.on('error', (error) => {
      this.#failure ??= error;
    });
    stream.on('close', () => {
      if (stream.rstCode !== 0) this.#failure ??= `reset with ${stream.rstCode}`;
      this.#closed();
    });
  }

  #closed(): void {
    const handler = this.#handler;
    this.#handler = undefined;
    const failure = this.#failure;
    const isWhole = failure === undefined && this.#stream !== undefined;
    handler?.onClose(isWhole ? undefined : systemCode(failure) || errorText(failure ?? 'closed'));
  }
}

function textHeaders(headers: Readonly<Record<string, unknown>>): HttpHeaders {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) texts[name] = String(value);
  return texts;
}
