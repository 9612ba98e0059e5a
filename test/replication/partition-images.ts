import type { PartitionImage } from '../../src/metadata/image.ts';

/** A partition led by the first of `replicas`, all in sync, unless told otherwise. */
export function partitionImage(
  replicas: readonly number[],
  changes: Partial<PartitionImage> = {},
): PartitionImage {
  return {
    index: 0,
    leader: replicas[0] ?? -1,
    leaderEpoch: 0,
    partitionEpoch: 0,
    replicas,
    isr: replicas,
    elr: [],
    lastKnownElr: [],
    addingReplicas: [],
    removingReplicas: [],
    revision: 1,
    ...changes,
  };
}
