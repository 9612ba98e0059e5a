import type { FollowerProgress } from './follower-progress.ts';
import type { Partition } from './partition.ts';

/** Where replicas are, as seen by the consumer that asks. */
export interface ConsumerPlace {
  /** Of the leader. */
  readonly nodeId: number;
  /** Whether a replica lives in the consumer's rack. */
  readonly isInRack: (nodeId: number) => boolean;
}

/**
 * The follower that a consumer should read from (KIP-392), -1 for the leader: one in its rack that has what it
 * asks for, if the leader itself is not there. Of several, the one that is furthest, then the one that was last
 * caught up, as Apache chooses.
 */
export function preferredReplica(
  partition: Partition,
  fetchOffset: number,
  place: ConsumerPlace,
): number {
  if (place.isInRack(place.nodeId)) return -1;
  let best: FollowerProgress | undefined;
  for (const follower of partition.leaderState?.followers() ?? []) {
    const { nodeId, logEndOffset, logStartOffset } = follower;
    if (!place.isInRack(nodeId) || logEndOffset < fetchOffset || logStartOffset > fetchOffset)
      continue;
    if (best === undefined || isBetter(follower, best)) best = follower;
  }
  return best?.nodeId ?? -1;
}

function isBetter(follower: FollowerProgress, best: FollowerProgress): boolean {
  if (follower.logEndOffset !== best.logEndOffset) return follower.logEndOffset > best.logEndOffset;
  return follower.lastCaughtUpMs > best.lastCaughtUpMs;
}
