import { topicsWithLogs } from '../metadata/filtered-topics.ts';
import type { ClusterImage } from '../metadata/image.ts';
import { serves } from './broker-state.ts';
import { noChanges } from './decision.ts';
import type { Decision } from './decision.ts';
import type { BrokerEpoch } from './elect-controller.ts';
import { registrationChange } from './registration-change.ts';

/** Whether somebody else is there to lead what a broker leads. */
export function canHandOver(image: ClusterImage, { nodeId }: BrokerEpoch): boolean {
  return [...image.brokers.values()].some((broker) => broker.nodeId !== nodeId && serves(broker));
}

/** Begins a controlled shutdown: says in the registration that its process is about to stop. */
export function announceStop(
  image: ClusterImage,
  { nodeId, epoch }: BrokerEpoch,
): Decision<BrokerEpoch> {
  const own = image.brokers.get(nodeId);
  if (own === undefined || own.epoch !== epoch || !own.live || own.stopping) {
    return { changes: noChanges, results: [{ nodeId, epoch }] };
  }
  const change = registrationChange(own, { stopping: true });
  return { changes: { prepare: [], publish: [change], tidy: [] }, results: [{ nodeId, epoch }] };
}

/** Whether a broker leads no partition. */
export function leadsNothing(image: ClusterImage, nodeId: number): boolean {
  for (const { partitions } of topicsWithLogs(image)) {
    if (partitions.some(({ leader }) => leader === nodeId)) return false;
  }
  return true;
}
