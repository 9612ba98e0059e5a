import type { BrokerImage } from '../metadata/image.ts';

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
