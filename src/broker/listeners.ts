import type { BrokerConfig } from '../config/broker-config.ts';
import type { EndPoint } from '../config/listeners.ts';
import type { Connection, Listener, Network } from '../runtime/runtime.ts';
import type { Logger } from '../util/logger.ts';
import { ConnectionLimits } from './connection-limits.ts';
import { ClientConnection, type ConnectionModules } from './connection.ts';

/** What listeners need to be bound. */
export interface ListenersModules {
  readonly network: Network;
  readonly logger: Logger;
  readonly config: () => BrokerConfig;
  /** A defect that showed itself here: it stops the broker. */
  readonly defect: (error: unknown) => void;
}

/** A listener that is bound: its configuration, with the port that it got. */
export interface BoundListener {
  readonly endPoint: EndPoint;
  /** The host that was bound, as the system names it. */
  readonly host: string;
  readonly port: number;
}

const everyInterface = ['', '0.0.0.0', '::'];
/**
 * Fewest connections that may wait to be accepted. All work of a broker is done in one thread, where Apache's
 * broker has one that only accepts; and who finds the queue full, comes again a second later.
 */
const backlogMin = 511;
const loopback = /^(127\.|::1$|localhost$)/;

/**
 * The broker's listeners and the connections that came by them. Bound at once, so that a port in use fails
 * the start; connections are let in from `open` on.
 */
export class Listeners {
  readonly #modules: ListenersModules;
  readonly #limits: ConnectionLimits;
  readonly #connections = new Set<ClientConnection>();
  readonly #listeners: Listener[] = [];
  /** Those that came before `open`. */
  #early: (() => void)[] | undefined = [];
  #connectionModules: Omit<ConnectionModules, 'onClosed'> | undefined;
  #draining = false;

  constructor(modules: ListenersModules) {
    this.#modules = modules;
    this.#limits = new ConnectionLimits(modules.config);
  }

  /** Binds all of `listeners`; none stays bound when one fails (`PORT_IN_USE`, `ADDRESS_UNAVAILABLE`). */
  async bind(): Promise<BoundListener[]> {
    const { listeners, socketListenBacklogSize } = this.#modules.config();
    const backlog = Math.max(socketListenBacklogSize, backlogMin);
    const bound: BoundListener[] = [];
    try {
      for (const endPoint of listeners) {
        // An empty host is every interface; '::' takes IPv4 too.
        const host = endPoint.host === '' ? '::' : endPoint.host;
        const listener = await this.#listen(endPoint, host, backlog);
        this.#listeners.push(listener);
        bound.push({ endPoint, host: listener.host, port: listener.port });
        this.#warnIfOpen(endPoint);
      }
    } catch (error) {
      await this.#closeListeners();
      throw error;
    }
    return bound;
  }

  async #listen(endPoint: EndPoint, host: string, backlog: number): Promise<Listener> {
    const onConnection = (socket: Connection): void => {
      const admit = (): void => this.#admit(socket, endPoint.name);
      if (this.#early === undefined) admit();
      else this.#early.push(admit);
    };
    const { sendBufferBytes } = this.#modules.config();
    return this.#modules.network.listen(
      { host, port: endPoint.port, backlog, sendBufferBytes },
      onConnection,
    );
  }

  #warnIfOpen(endPoint: EndPoint): void {
    const { host, name, port } = endPoint;
    if (loopback.test(host)) return;
    this.#modules.logger.warn(
      'this listener reaches beyond loopback and has no security yet: anybody who reaches it may read, write and delete',
      { listener: name, host: everyInterface.includes(host) ? 'every interface' : host, port },
    );
  }

  /** Lets connections in. */
  open(modules: Omit<ConnectionModules, 'onClosed'>): void {
    this.#connectionModules = modules;
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const admit of early) admit();
  }

  #admit(socket: Connection, listenerName: string): void {
    try {
      this.#connect(socket, listenerName);
    } catch (error) {
      socket.destroy();
      this.#modules.defect(error);
    }
  }

  #connect(socket: Connection, listenerName: string): void {
    const modules = this.#connectionModules;
    if (modules === undefined || this.#draining) {
      socket.destroy();
      return;
    }
    const host = socket.remoteHost;
    const limit = this.#limits.add(host);
    if (limit !== undefined) {
      this.#modules.logger.info('refused a connection', { client: host, reason: limit });
      socket.destroy();
      return;
    }
    const connection = new ClientConnection(
      socket,
      { listenerName },
      {
        ...modules,
        onClosed: (closed) => {
          this.#connections.delete(closed);
          this.#limits.remove(host);
        },
      },
    );
    this.#connections.add(connection);
    connection.start();
  }

  /** Others wait for memory: closes the connections that hold some and do not move. */
  closeSlow(): void {
    for (const connection of this.#connections) connection.closeIfSlow();
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Whether every request that was begun has been answered. */
  get idle(): boolean {
    for (const connection of this.#connections) if (connection.isBusy) return false;
    return true;
  }

  /** No connection is let in and no request begun from now on. */
  async drain(): Promise<void> {
    this.#draining = true;
    for (const refuse of this.#early ?? []) refuse();
    this.#early = undefined;
    for (const connection of this.#connections) connection.drain();
    await this.#closeListeners();
  }

  /** Closes every connection: in order, what was answered is sent, or at once. */
  closeConnections(how: 'end' | 'destroy'): void {
    for (const connection of this.#connections) {
      if (how === 'end') connection.end();
      else connection.destroy();
    }
  }

  async #closeListeners(): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
  }
}
