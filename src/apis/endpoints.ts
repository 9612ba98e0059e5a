import type { BrokerImage } from '../metadata/image.ts';
import type { ApiServices } from './services.ts';

/** Where a client reaches a broker. */
export interface Endpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** The address of `broker` for clients that came by `listenerName`; undefined where it has no such listener. */
export function endpointOf(broker: BrokerImage, listenerName: string): Endpoint | undefined {
  const listener = broker.listeners.find(({ name }) => name === listenerName);
  if (listener === undefined) return undefined;
  return { nodeId: broker.nodeId, host: listener.host, port: listener.port, rack: broker.rack };
}

/** The addresses of all live brokers for clients that came by `listenerName`, by id. */
export function endpointsOf(services: ApiServices, listenerName: string): Endpoint[] {
  const endpoints: Endpoint[] = [];
  for (const broker of services.image().brokers.values()) {
    const endpoint = broker.fenced ? undefined : endpointOf(broker, listenerName);
    if (endpoint !== undefined) endpoints.push(endpoint);
  }
  return endpoints.toSorted((a, b) => a.nodeId - b.nodeId);
}
