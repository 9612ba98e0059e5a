import { topicsWithLogs } from '../metadata/filtered-topics.ts';
import { imageKeys } from '../metadata/image-keys.ts';
import type { ClusterImage } from '../metadata/image.ts';
import type { GuardedChange } from '../metadata/plan-commits.ts';
import type { ControllerSettings } from './controller-settings.ts';
import { noChanges, refuse } from './decision.ts';
import type { Decision, Refusal } from './decision.ts';
import { changePartition } from './partition-change.ts';
import { partitionChange, partitionRules } from './partition-rules.ts';

/** What was decided of a broker. */
export interface UnregisterBrokerResult {
  /** Undefined where it is not registered any more. */
  readonly refusal: Refusal | undefined;
}

/**
 * Decides UnregisterBroker: forgets a broker that will not come back. One whose process lives is refused, which
 * Apache forgets too: it would go on, and nobody would know of it. Replicas that it holds stay in
 * the lists of their partitions until those are moved. Its configs go with it: another broker of its id is not to be
 * cordoned because this one was.
 */
export function unregisterBroker(
  image: ClusterImage,
  nodeId: number,
  settings: ControllerSettings,
): Decision<UnregisterBrokerResult> {
  const broker = image.brokers.get(nodeId);
  if (broker === undefined) {
    const message = `Broker ID ${nodeId} is not currently registered`;
    return refused(refuse('BROKER_ID_NOT_REGISTERED', message));
  }
  if (!broker.fenced || broker.live) {
    const message = `Broker ID ${nodeId} is alive: it can be unregistered once it has stopped and is fenced`;
    return refused(refuse('INVALID_REQUEST', message));
  }
  // The registration goes last: a request that is cut off can be made again.
  const registration = { key: imageKeys.broker(nodeId), value: null, ifRevision: broker.revision };
  const publish = [...partitionsWithout(image, nodeId, settings), registration];
  const tidy = image.brokerConfigs.has(nodeId)
    ? [{ key: imageKeys.brokerConfig(nodeId), value: null }]
    : [];
  return { changes: { prepare: [], publish, tidy }, results: [{ refusal: undefined }] };
}

function refused(refusal: Refusal): Decision<UnregisterBrokerResult> {
  return { changes: noChanges, results: [{ refusal }] };
}

/** Takes the broker from every set whose members may come to lead. */
function partitionsWithout(
  image: ClusterImage,
  nodeId: number,
  { layers }: ControllerSettings,
): GuardedChange[] {
  const changes: GuardedChange[] = [];
  for (const topic of topicsWithLogs(image)) {
    const rules = partitionRules(image, topic, layers);
    for (const partition of topic.partitions) {
      const members = [...partition.isr, ...partition.elr, ...partition.lastKnownElr];
      if (!members.includes(nodeId)) continue;
      const isr = partition.isr.filter((id) => id !== nodeId);
      const value = changePartition(partition, { isr, uncleanReplicas: new Set([nodeId]) }, rules);
      const changed = value ?? { ...partition, partitionEpoch: partition.partitionEpoch + 1 };
      // Nor is one waited for that has its id and none of its logs.
      const lastKnownElr = changed.lastKnownElr.filter((id) => id !== nodeId);
      changes.push(partitionChange(topic, partition, { ...changed, lastKnownElr }));
    }
  }
  return changes;
}
