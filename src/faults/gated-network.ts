import type { Connection, Listener, Network, Timers } from '../runtime/runtime.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { Cuts } from './cuts.ts';
import { GatedConnection } from './gated-connection.ts';
import type { PortOwners } from './port-owners.ts';
import type { ProcessGate } from './process-gate.ts';

/** Whose network it is. */
export interface GatedNetworkOptions {
  readonly nodeId: number;
}

/** What it is made of. */
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
export function gatedNetwork(
  { nodeId }: GatedNetworkOptions,
  { network, timers, gate, cuts, owners }: GatedNetworkModules,
): Network {
  /** Of a connection that this broker has accepted. */
  const accepted = (connection: Connection): Connection =>
    new GatedConnection(connection, {
      gate,
      cuts,
      isCut: () => cuts.isCut(nodeId, 'clients') && owners.at(connection.remotePort) === undefined,
      onGone() {},
    });

  /** Of a connection that it has opened. */
  const opened = (connection: Connection): Connection => {
    const { localPort, remotePort } = connection;
    owners.take(localPort, nodeId);
    return new GatedConnection(connection, {
      gate,
      cuts,
      isCut: () => isCutFrom(remotePort),
      onGone: () => owners.release(localPort, nodeId),
    });
  };

  const isCutFrom = (port: number): boolean => {
    const other = owners.at(port);
    return other !== undefined && other !== nodeId && cuts.isCut(nodeId, other);
  };

  const reached = (host: string, port: number): Promise<void> => {
    if (!isCutFrom(port)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = timers.setTimer(connectTimeoutMs, () => {
        unsubscribe();
        const message = `Could not connect to ${host}:${port} (ETIMEDOUT): cut off from it`;
        reject(new OdradekError(message, { code: 'CONNECTION_FAILED', host, port }));
      });
      const unsubscribe = cuts.subscribe(() => {
        if (isCutFrom(port)) return;
        unsubscribe();
        timers.clearTimer(timer);
        resolve();
      });
    });
  };

  const connect = async (host: string, port: number): Promise<Connection> => {
    await reached(host, port);
    const connection = await network.connect(host, port);
    if (gate.isDead) connection.destroy();
    return opened(connection);
  };

  const listen: Network['listen'] = async (options, onConnection) => {
    const listener = await network.listen(options, (connection) => {
      if (gate.isDead) connection.destroy();
      const gated = accepted(connection);
      gate.enter(() => onConnection(gated));
    });
    const gated = gatedListener(listener);
    if (gate.isDead) await gated.close();
    return gated;
  };

  const gatedListener = (listener: Listener): Listener => {
    const { host, port } = listener;
    owners.take(port, nodeId);
    const close = (): Promise<void> => {
      remove();
      owners.release(port, nodeId);
      return gate.throughDisk(listener.close());
    };
    const remove = gate.add({ look() {}, end: () => void close() });
    return { host, port, close };
  };

  return {
    ...network,
    listen: (options, onConnection) => gate.through(listen(options, onConnection)),
    connect: (host, port) => gate.through(connect(host, port)),
  };
}
