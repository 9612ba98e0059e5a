import type { Connection, Listener, ListenOptions, Network, Timers } from '../runtime/runtime.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { Cuts } from './cuts.ts';
import { GatedConnection } from './gated-connection.ts';
import type { PortOwners } from './port-owners.ts';
import type { ProcessGate } from './process-gate.ts';

/** What the network of a process is made of. */
export interface GatedNetworkModules {
  readonly network: Network;
  /** Of the world, not of the process: a system gives up on a machine also while the process is stopped. */
  readonly timers: Timers;
  readonly gate: ProcessGate;
  readonly cuts: Cuts;
  readonly owners: PortOwners;
}

/** How long a system tries to reach a machine that does not answer. */
const connectTimeoutMs = 10_000;

/**
 * The network of a process that can be stopped, killed and cut off. Between two brokers it is the one that
 * opened a connection that cuts it; the other, which may not know yet whom it has accepted, lets it be.
 */
export class GatedNetwork implements Network {
  readonly #nodeId: number;
  readonly #modules: GatedNetworkModules;

  constructor(options: { readonly nodeId: number }, modules: GatedNetworkModules) {
    this.#nodeId = options.nodeId;
    this.#modules = modules;
  }

  hostName(): string {
    return this.#modules.network.hostName();
  }

  listen(
    options: ListenOptions,
    onConnection: (connection: Connection) => void,
  ): Promise<Listener> {
    return this.#modules.gate.through(this.#listen(options, onConnection));
  }

  connect(host: string, port: number): Promise<Connection> {
    return this.#modules.gate.through(this.#connect(host, port));
  }

  async #listen(
    options: ListenOptions,
    onConnection: (connection: Connection) => void,
  ): Promise<Listener> {
    const { network, gate, cuts, owners } = this.#modules;
    const listener = await network.listen(options, (connection) => {
      if (gate.isDead) {
        connection.destroy();
        return;
      }
      const { remotePort } = connection;
      const gated = new GatedConnection(connection, {
        gate,
        cuts,
        isCut: () => cuts.isCut(this.#nodeId, 'clients') && owners.at(remotePort) === undefined,
        onGone() {},
      });
      gate.enter(() => onConnection(gated));
    });
    const { host, port } = listener;
    owners.take(port, this.#nodeId);
    const close = (): Promise<void> => {
      remove();
      owners.release(port, this.#nodeId);
      return gate.throughDisk(listener.close());
    };
    const remove = gate.add({ look() {}, end: () => void close() });
    if (gate.isDead) await close();
    return { host, port, close };
  }

  async #connect(host: string, port: number): Promise<Connection> {
    const { network, gate, cuts, owners } = this.#modules;
    await this.#reached(host, port);
    const connection = await network.connect(host, port);
    if (gate.isDead) connection.destroy();
    const { localPort } = connection;
    owners.take(localPort, this.#nodeId);
    return new GatedConnection(connection, {
      gate,
      cuts,
      isCut: () => this.#isCutFrom(port),
      onGone: () => owners.release(localPort, this.#nodeId),
    });
  }

  #isCutFrom(port: number): boolean {
    const { cuts, owners } = this.#modules;
    const other = owners.at(port);
    return other !== undefined && other !== this.#nodeId && cuts.isCut(this.#nodeId, other);
  }

  /** Settles when packets pass. */
  #reached(host: string, port: number): Promise<void> {
    if (!this.#isCutFrom(port)) return Promise.resolve();
    const { timers, cuts } = this.#modules;
    return new Promise((resolve, reject) => {
      const timer = timers.setTimer(connectTimeoutMs, () => {
        unsubscribe();
        const message = `Could not connect to ${host}:${port} (ETIMEDOUT)`;
        reject(new OdradekError(message, { code: 'CONNECTION_FAILED', host, port }));
      });
      const unsubscribe = cuts.subscribe(() => {
        if (this.#isCutFrom(port)) return;
        unsubscribe();
        timers.clearTimer(timer);
        resolve();
      });
    });
  }
}
