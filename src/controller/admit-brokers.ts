import type { BrokerImage, ClusterImage } from '../metadata/image.ts';
import type { Decision } from './decision.ts';
import { registrationChange } from './registration-change.ts';

/** A broker that is let in. */
export interface AdmittedBroker {
  readonly nodeId: number;
  readonly epoch: number;
}

/**
 * Lets brokers in that have registered and are live, once nothing in the cluster says any more that they lead or
 * are in sync: what they had then is over, in epochs that nobody confuses with what comes (KIP-841, KIP-966).
 */
export function admitBrokers(image: ClusterImage): Decision<AdmittedBroker> {
  const waiting = [...image.brokers.values()].filter(({ live, admitted }) => live && !admitted);
  const ready = waiting.length === 0 ? [] : notBusy(image, waiting);
  return {
    changes: {
      prepare: [],
      publish: ready.map((broker) =>
        registrationChange(broker, { fenced: false, uncleanShutdown: false }),
      ),
      tidy: [],
    },
    results: ready.map(({ nodeId, epoch }) => ({ nodeId, epoch })),
  };
}

function notBusy(image: ClusterImage, waiting: readonly BrokerImage[]): BrokerImage[] {
  const busy = new Set<number>();
  for (const { partitions } of image.topicsByName.values()) {
    for (const { leader, isr, elr } of partitions) {
      busy.add(leader);
      for (const id of isr) busy.add(id);
      for (const id of elr) {
        if (image.brokers.get(id)?.uncleanShutdown === true) busy.add(id);
      }
    }
  }
  return waiting.filter(({ nodeId }) => !busy.has(nodeId));
}
