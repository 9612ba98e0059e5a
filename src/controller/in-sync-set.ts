import type { PartitionImage } from '../metadata/image.ts';

/**
 * A partition with another in-sync set, in the same leader epoch. Members that leave while too few stay for
 * anything to be acknowledged have all that was: they are eligible to lead for as long (KIP-966).
 */
export function withInSyncSet(
  partition: PartitionImage,
  isr: readonly number[],
  minInsyncReplicas: number,
): PartitionImage {
  const least = Math.min(minInsyncReplicas, partition.replicas.length);
  const eligible = isr.length >= least ? [] : [...partition.elr, ...partition.isr];
  const stays = (nodeId: number): boolean =>
    partition.replicas.includes(nodeId) && !isr.includes(nodeId);
  return {
    ...partition,
    isr,
    elr: [...new Set(eligible)].filter(stays),
    // It has a leader, who asks for this.
    lastKnownElr: [],
    partitionEpoch: partition.partitionEpoch + 1,
  };
}
