import type { BrokerConfig } from '../config/broker-config.ts';

/**
 * Counts the connections of a broker against `max.connections`, `max.connections.per.ip` and its overrides.
 */
export class ConnectionLimits {
  readonly #config: () => BrokerConfig;
  readonly #byHost = new Map<string, number>();
  #total = 0;

  constructor(config: () => BrokerConfig) {
    this.#config = config;
  }

  /** Counts a connection in; answers the key that forbids it, in which case it is not counted. */
  add(host: string): 'max.connections' | 'max.connections.per.ip' | undefined {
    const { maxConnections, maxConnectionsPerIp, maxConnectionsPerIpOverrides } = this.#config();
    if (this.#total >= maxConnections) return 'max.connections';
    const ofHost = this.#byHost.get(host) ?? 0;
    if (ofHost >= (maxConnectionsPerIpOverrides.get(host) ?? maxConnectionsPerIp)) {
      return 'max.connections.per.ip';
    }
    this.#total++;
    this.#byHost.set(host, ofHost + 1);
    return undefined;
  }

  /** Counts one out that was counted in. */
  remove(host: string): void {
    this.#total--;
    const left = (this.#byHost.get(host) ?? 1) - 1;
    if (left === 0) this.#byHost.delete(host);
    else this.#byHost.set(host, left);
  }
}
