import type { PartitionImage } from './image.ts';

/**
 * How many replicas a partition is held to have. While it moves, the smaller of what it had and what it will
 * have: who is added does not count before it is there, so that a partition that grows takes writes meanwhile as
 * it did before.
 */
export function replicaCountOf({
  replicas,
  addingReplicas,
  removingReplicas,
}: Pick<PartitionImage, 'replicas' | 'addingReplicas' | 'removingReplicas'>): number {
  return replicas.length - Math.max(addingReplicas.length, removingReplicas.length);
}
