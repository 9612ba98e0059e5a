import * as net from 'node:net';
import { hostname } from 'node:os';
import { errorText } from '../../util/is-error.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import {
  defaultSendBufferBytes,
  type Connection,
  type Listener,
  type ListenOptions,
  type Network,
} from '../runtime.ts';
import { NodeConnection } from './node-connection.ts';
import { systemCode } from './system-error.ts';

/** Silence after which the system asks whether the other side is still there. */
const keepAliveAfterMs = 60_000;

/** TCP. With `unref` no listener and no connection keeps the process alive. */
export function createNodeNetwork(options: { readonly unref: boolean }): Network {
  return {
    listen: (where, onConnection) => listen(where, onConnection, options.unref),
    connect: (host, port) => connect(host, port, options.unref),
    hostName: () => hostname(),
  };
}

function listen(
  { host, port, backlog, sendBufferBytes = defaultSendBufferBytes }: ListenOptions,
  onConnection: (connection: Connection) => void,
  unref: boolean,
): Promise<Listener> {
  const server = net.createServer({
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveAfterMs,
    highWaterMark: sendBufferBytes,
    pauseOnConnect: true,
  });
  server.on('connection', (socket) => {
    if (unref) socket.unref();
    onConnection(new NodeConnection(socket));
  });
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(listenError(error, host, port));
    server.once('error', fail);
    try {
      // Exclusive: workers of node:cluster that each run a broker would else share one port.
      server.listen({ host, port, exclusive: true, ...(backlog === undefined ? {} : { backlog }) });
    } catch (error) {
      fail(error);
      return;
    }
    server.once('listening', () => {
      server.off('error', fail);
      // No descriptor left for a connection: it waits in the backlog, and the broker goes on.
      server.on('error', () => {});
      if (unref) server.unref();
      resolve(new NodeListener(server));
    });
  });
}

class NodeListener implements Listener {
  readonly host: string;
  readonly port: number;
  readonly #server: net.Server;

  constructor(server: net.Server) {
    const address = server.address() as net.AddressInfo;
    this.host = address.address;
    this.port = address.port;
    this.#server = server;
  }

  /** The port is free once `close` has returned; the server's own callback waits for connections too. */
  close(): Promise<void> {
    this.#server.close();
    return Promise.resolve();
  }
}

function connect(host: string, port: number, unref: boolean): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(connectError(error, host, port));
    // The types do not know that a socket takes the options of a stream too.
    const options: net.TcpNetConnectOpts & { readonly highWaterMark: number } = {
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveAfterMs,
      highWaterMark: defaultSendBufferBytes,
    };
    try {
      const socket = net.connect(options);
      if (unref) socket.unref();
      socket.once('error', fail);
      socket.once('connect', () => {
        socket.off('error', fail);
        socket.pause();
        resolve(new NodeConnection(socket));
      });
    } catch (error) {
      fail(error);
    }
  });
}

function listenError(error: unknown, host: string, port: number): OdradekError {
  const cause = { cause: error };
  const where = `${host}:${port}`;
  if (systemCode(error) === 'EADDRINUSE') {
    return new OdradekError(
      `Something listens on ${where} already: stop it, or choose another port (0 for any that is free)`,
      { code: 'PORT_IN_USE', host, port },
      cause,
    );
  }
  return new OdradekError(
    `Cannot listen on ${where}: ${listenRemedy(error)}`,
    { code: 'ADDRESS_UNAVAILABLE', host, port },
    cause,
  );
}

function listenRemedy(error: unknown): string {
  switch (systemCode(error)) {
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address; 127.0.0.1 and 0.0.0.0 always work';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name has no address; give an address of this machine';
    case 'EACCES':
    case 'EPERM':
      return 'the system does not allow it; ports below 1024 often need a privilege, choose a higher one';
    case 'ERR_SOCKET_BAD_PORT':
      return 'a port is a whole number from 0 to 65535';
    default:
      return errorText(error);
  }
}

function connectError(error: unknown, host: string, port: number): OdradekError {
  const reason = systemCode(error) || errorText(error);
  return new OdradekError(
    `Could not connect to ${host}:${port} (${reason}): is a broker listening there?`,
    { code: 'CONNECTION_FAILED', host, port, isRefused: systemCode(error) === 'ECONNREFUSED' },
    { cause: error },
  );
}
