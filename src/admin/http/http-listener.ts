import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AdminAddress, HttpLimits } from '../../config/admin-config.ts';
import { OdradekError } from '../../util/odradek-error.ts';

/** How a listener listens. */
export interface HttpListenerOptions {
  readonly address: AdminAddress;
  /** How many of the ports behind it are tried while others listen there. */
  readonly portTries: number;
  readonly limits: HttpLimits;
  /** It keeps no process alive. */
  readonly unref: boolean;
}

/** What handles a request; it must not throw. */
export type HttpHandler = (message: IncomingMessage, response: ServerResponse) => void;

/** How often Node looks for headers that are too slow, at most. */
const checkEveryMs = 1000;
const portMax = 65_535;

/**
 * An HTTP server of Node with every bound set. Its parser is strict: what two servers could read in two ways (both
 * Content-Length and Transfer-Encoding, say) is refused with 400, large headers with 431, slow ones with 408.
 */
export class HttpListener {
  readonly host: string;
  readonly port: number;
  readonly #server: Server;
  readonly #requestsMax: number;
  readonly #requests = new WeakMap<object, number>();

  /** A connection is closed after `connectionRequestsMax` requests. */
  constructor(server: Server, { connectionRequestsMax }: HttpLimits) {
    this.#requestsMax = connectionRequestsMax;
    const address = server.address();
    const isBound = typeof address === 'object' && address !== null;
    this.host = isBound ? address.address : '';
    this.port = isBound ? address.port : 0;
    this.#server = server;
  }

  /** As a browser takes it; for every address of the machine that of loopback. */
  get url(): string {
    const host = this.host === '0.0.0.0' || this.host === '::' ? '127.0.0.1' : this.host;
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** Hands requests to `handler` from now on; none can have come before, within the turn in which it was bound. */
  open(handler: HttpHandler): void {
    this.#server.on('request', (message, response) => {
      const requests = (this.#requests.get(message.socket) ?? 0) + 1;
      this.#requests.set(message.socket, requests);
      // Node's own bound leaves it to the client to close.
      if (requests >= this.#requestsMax) response.setHeader('connection', 'close');
      handler(message, response);
    });
  }

  /** Accepts nothing more, and closes the connections on which nothing goes on. */
  close(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  /** Closes every connection. */
  closeConnections(): void {
    this.#server.closeAllConnections();
  }
}

/** Listens. Rejects with `PORT_IN_USE`, where none of the ports is free, or `ADDRESS_UNAVAILABLE`. */
export async function listenHttp(options: HttpListenerOptions): Promise<HttpListener> {
  const { address, portTries, unref } = options;
  const server = newServer(options.limits);
  // A bound of its own beside the header's bytes.
  server.maxHeadersCount = 100;
  server.maxConnections = options.limits.connectionsMax;
  if (unref) {
    server.on('connection', (socket) => socket.unref());
    server.unref();
  }
  const lastPort = address.port === 0 ? 0 : Math.min(portMax, address.port + portTries);
  for (let port = address.port; ; port++) {
    const failure = await bound(server, address.host, port);
    if (failure === undefined) return new HttpListener(server, options.limits);
    if (failure.code === 'EADDRINUSE' && port < lastPort) continue;
    throw listenError(failure, address);
  }
}

function newServer(limits: HttpLimits): Server {
  const { headerTimeoutMs, idleTimeoutMs, sendTimeoutMs } = limits;
  const server = createServer({
    insecureHTTPParser: false,
    requireHostHeader: true,
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: headerTimeoutMs,
    // A body has its own bound in time, by whoever reads it.
    requestTimeout: 0,
    keepAliveTimeout: idleTimeoutMs,
    connectionsCheckingInterval: Math.min(checkEveryMs, headerTimeoutMs),
    noDelay: true,
  });
  // Where neither side does anything: a client that does not read its answer, or sends nothing at all.
  server.setTimeout(Math.max(sendTimeoutMs, idleTimeoutMs, headerTimeoutMs));
  return server;
}

/** Undefined once the server listens on `port`. */
function bound(
  server: Server,
  host: string,
  port: number,
): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening);
      resolve(error);
    };
    const onListening = (): void => {
      server.off('error', onError);
      // No descriptor left for a connection: it waits, and the server goes on.
      server.on('error', () => {});
      resolve(undefined);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen({ host, port, exclusive: true });
  });
}

function listenError(cause: NodeJS.ErrnoException, { host, port }: AdminAddress): OdradekError {
  const code = cause.code === 'EADDRINUSE' ? 'PORT_IN_USE' : 'ADDRESS_UNAVAILABLE';
  return new OdradekError(
    `http://${host}:${port} cannot be listened on: ${cause.message}`,
    { code, host, port },
    { cause },
  );
}
