import { encodePartition, imageKeys } from '../metadata/image-keys.ts';
import type { GuardedChange } from '../metadata/plan-commits.ts';
import type { Placement } from './placement.ts';

/**
 * The change that brings a partition into being. Not guarded by itself: nobody sees it before its topic's key
 * counts it, and a decision that is made again writes it again.
 */
export function newPartitionChange(
  topicId: string,
  index: number,
  { replicas, isr }: Placement,
  leaderEpoch = 0,
): GuardedChange {
  return {
    key: imageKeys.partition(topicId, index),
    value: encodePartition({
      leader: isr[0] ?? -1,
      leaderEpoch,
      partitionEpoch: 0,
      replicas,
      isr,
      elr: [],
      lastKnownElr: [],
      addingReplicas: [],
      removingReplicas: [],
    }),
  };
}
