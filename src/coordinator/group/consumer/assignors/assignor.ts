import type { Partitions } from '../partitions.ts';

/** A member, as far as assignors concern themselves with it. */
export interface AssignedMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  /** Topics that exist and that it subscribes to. Members with equal subscriptions may share one set. */
  readonly topicIds: ReadonlySet<string>;
  /** What it has been told to own until now. */
  readonly target: Partitions;
}

/** A group, as far as assignors concern themselves with it. */
export interface AssignedGroup {
  readonly members: readonly AssignedMember[];
  /** Whether all members subscribe to the same topics. */
  readonly isHomogeneous: boolean;
  /** Of a topic that a member subscribes to. */
  readonly partitionCount: (topicId: string) => number;
}

/**
 * Shares partitions out: each partition of each topic goes to one member that subscribes to the topic. The
 * result has every member, also those that get nothing.
 */
export type Assignor = (group: AssignedGroup) => ReadonlyMap<string, Partitions>;
