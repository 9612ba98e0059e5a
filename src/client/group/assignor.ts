import type { Subscription } from './consumer-protocol.ts';
import type { TopicPartition } from './topic-partition.ts';

/** A member as the leader of its group sees it. */
export interface SubscribedMember extends Subscription {
  readonly memberId: string;
  /** Null where the member is not static. */
  readonly instanceId: string | null;
}

/** Partitions by member id. Every member is there, also one that gets none. */
export type GroupAssignment = ReadonlyMap<string, readonly TopicPartition[]>;

/** A way to share partitions. Pure: the same members and partitions are answered alike. */
export interface Assignor {
  /** As it stands in JoinGroup. */
  readonly name: string;
  /**
   * Whether members keep reading what they own through a rebalance, and what is to move is given to nobody
   * before its owner has given it up (KIP-429).
   */
  readonly isCooperative: boolean;
  /** `partitionCounts` has the topics that exist. */
  assign(
    members: readonly SubscribedMember[],
    partitionCounts: ReadonlyMap<string, number>,
  ): GroupAssignment;
}
