import type { BrokerImage, ClusterImage } from '../metadata/image.ts';
import { topicsWithLogs } from '../metadata/filtered-topics.ts';
import { isLedByProcessBefore } from './broker-state.ts';
import type { Decision } from './decision.ts';
import { registrationChange } from './registration-change.ts';

/** A broker that is let in. */
export interface AdmittedBroker {
  readonly nodeId: number;
  readonly epoch: number;
}

/**
 * Lets brokers in that have registered and are live, once they lead nothing any more in an epoch of the process
 * before, and those whose logs may have lost records are in sync with nothing, nor eligible (KIP-966).
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
  const unclean = waiting.filter(({ uncleanShutdown }) => uncleanShutdown);
  for (const { partitions } of topicsWithLogs(image)) {
    for (const partition of partitions) {
      const { leader, isr, elr } = partition;
      if (isLedByProcessBefore(image.brokers.get(leader), partition)) busy.add(leader);
      for (const { nodeId } of unclean) {
        if (isr.includes(nodeId) || elr.includes(nodeId)) busy.add(nodeId);
      }
    }
  }
  return waiting.filter(({ nodeId }) => !busy.has(nodeId));
}
