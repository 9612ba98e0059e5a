import type { OdradekError } from '../util/odradek-error.ts';

/** Connections that speak HTTP/2, to servers of gRPC. In a simulation there are none. */
export interface Http {
  /**
   * Begins to connect, and answers at once: `handler` is told how it goes on, never within this call.
   */
  connect(options: HttpConnectOptions, handler: HttpConnectionHandler): HttpConnection;
}

/** Whom to connect to. */
export interface HttpConnectOptions {
  readonly host: string;
  readonly port: number;
  /** Undefined: nothing is encrypted. */
  readonly tls: TlsOptions | undefined;
}

/** What TLS goes by; all in PEM. */
export interface TlsOptions {
  /** Whom to trust. Undefined: whom Node.js trusts. */
  readonly ca: string | undefined;
  /** Who we are, for servers that ask. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly keyPassword: string | undefined;
}

/** What a connection tells its owner. */
export interface HttpConnectionHandler {
  /** Requests can be made. */
  onOpen(): void;
  /**
   * No request can be made any more; those that were made may still be answered. Comes once, whatever
   * happens: `CONNECTION_FAILED` before `onOpen`, `CONNECTION_CLOSED` after it.
   */
  onClose(reason: OdradekError): void;
}

/** One connection, for many requests at a time. */
export interface HttpConnection {
  /** Makes a POST request. After `onClose` it ends at once. */
  request(headers: HttpHeaders, handler: HttpStreamHandler): HttpStream;
  /** Asks whether the other side is there; `onAnswer` is called when it says so. */
  ping(onAnswer: () => void): void;
  /** Closes now, with all requests; `reason` is for messages. */
  destroy(reason: string): void;
}

/** By lower-case names; those that begin with a colon are HTTP/2's own. */
export type HttpHeaders = Readonly<Record<string, string>>;

/** What becomes of a request. No call comes within `request`, none after `onClose`. */
export interface HttpStreamHandler {
  onHeaders(headers: HttpHeaders): void;
  /** The bytes belong to the receiver. */
  onData(chunk: Uint8Array): void;
  onTrailers(headers: HttpHeaders): void;
  /** The last call. `reason` says why it ended before its time. */
  onClose(reason: string | undefined): void;
}

/** The body of a request. */
export interface HttpStream {
  /** Sends `bytes`, which must not change any more. */
  write(bytes: Uint8Array): void;
  /** Nothing more will be sent. */
  end(): void;
  /** Ends it in both directions; `onClose` is not called. */
  cancel(): void;
}
