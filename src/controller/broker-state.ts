import type { BrokerImage } from '../metadata/image.ts';

/** Whether a broker is there to lead, to be in sync and to get replicas: not fenced, and not about to stop. */
export function serves(broker: BrokerImage | undefined): boolean {
  return broker !== undefined && !broker.fenced && !broker.stopping;
}
