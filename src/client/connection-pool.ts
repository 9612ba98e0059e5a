import { OdradekError } from '../util/odradek-error.ts';
import type { Address, ResolvedClientOptions } from './client-options.ts';
import type { ClientRuntime } from './client-runtime.ts';
import { BrokerConnection } from './connection.ts';

/** Above what any fetch may bring: a larger response is a broken one. */
const responseBytesMax = 0x7fff_ffff;

/** One open connection for each address and lane, made when it is first asked for and again after it broke. */
export class ConnectionPool {
  readonly #options: ResolvedClientOptions;
  readonly #runtime: ClientRuntime;
  readonly #open = new Map<string, BrokerConnection>();
  readonly #opening = new Map<string, Promise<BrokerConnection>>();
  #isClosed = false;

  constructor(options: ResolvedClientOptions, runtime: ClientRuntime) {
    this.#options = options;
    this.#runtime = runtime;
  }

  /** Fails as `BrokerConnection.open` does, and with `CONNECTION_CLOSED` once the pool is closed. */
  connection(address: Address, lane: string): Promise<BrokerConnection> {
    const key = `${address.host}:${address.port}/${lane}`;
    const open = this.#open.get(key);
    if (open?.isOpen === true) return Promise.resolve(open);
    if (this.#isClosed) return Promise.reject(closedError(address));
    let opening = this.#opening.get(key);
    if (opening === undefined) {
      opening = this.#connect(key, address);
      this.#opening.set(key, opening);
    }
    return opening;
  }

  /** Closes the connections of one lane, which is not used again. */
  closeLane(lane: string): void {
    for (const [key, connection] of this.#open) {
      if (!key.endsWith(`/${lane}`)) continue;
      connection.close();
      this.#open.delete(key);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#open.values()) connection.close();
    this.#open.clear();
  }

  async #connect(key: string, { host, port }: Address): Promise<BrokerConnection> {
    const { clientId, connectTimeoutMs, requestTimeoutMs } = this.#options;
    try {
      const connection = await BrokerConnection.open(
        { host, port, clientId, connectTimeoutMs, requestTimeoutMs, responseBytesMax },
        this.#runtime,
      );
      if (this.#isClosed) {
        connection.close();
        throw closedError({ host, port });
      }
      this.#open.set(key, connection);
      return connection;
    } finally {
      this.#opening.delete(key);
    }
  }
}

function closedError({ host, port }: Address): OdradekError {
  return new OdradekError('the client is closed', { code: 'CONNECTION_CLOSED', host, port });
}
