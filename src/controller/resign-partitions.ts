import type { ClusterImage } from '../metadata/image.ts';
import { changePartition } from './partition-change.ts';
import { partitionChange, partitionRules } from './partition-rules.ts';
import type { ControllerSettings } from './controller-settings.ts';
import { newChanges, type Decision } from './decision.ts';

/** A partition by the id of its topic. */
export interface PartitionId {
  readonly topicId: string;
  readonly index: number;
}

/**
 * Takes a broker that has lost the logs of some partitions, with a disk, out of their in-sync and eligible sets, as
 * what it had may be gone, and has others lead where it led. Where nobody else has everything it stays: the
 * partition waits for its disk.
 */
export function resignPartitions(
  image: ClusterImage,
  nodeId: number,
  partitions: readonly PartitionId[],
  { layers }: Pick<ControllerSettings, 'layers'>,
): Decision<PartitionId> {
  const changes = newChanges();
  const results: PartitionId[] = [];
  for (const { topicId, index } of partitions) {
    const topic = image.topicsById.get(topicId);
    const partition = topic?.partitions[index];
    if (topic === undefined || partition === undefined) continue;
    const isOther = (id: number): boolean => id !== nodeId;
    const whole = [...partition.isr, ...partition.elr];
    if (whole.every(isOther) || !whole.some(isOther)) continue;
    const isr = partition.isr.filter(isOther);
    const rules = partitionRules(image, topic, layers);
    const value = changePartition(
      partition,
      { isr, uncleanReplicas: new Set([nodeId]) },
      { ...rules, mayLead: (id) => isOther(id) && rules.mayLead(id) },
    );
    if (value === undefined) continue;
    changes.publish.push(partitionChange(topic, partition, value));
    results.push({ topicId, index });
  }
  return { changes, results };
}
