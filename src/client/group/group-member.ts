import type { TopicMetadata } from '../cluster-metadata.ts';
import type { CommitIdentity } from './group-offsets.ts';
import type { TopicPartition } from './topic-partition.ts';

/** Membership in a group, by one protocol or the other. */
export interface GroupMember {
  /** In whose name offsets are committed now. */
  readonly identity: CommitIdentity;
  /**
   * Joins and stays until `leave`, joining again as often as it takes. Rejects where that cannot go on:
   * `BROKER_REFUSED`, `TIMED_OUT`, or what the handler has failed with.
   */
  run(): Promise<void>;
  /** Leaves at once. Never rejects: a coordinator that does not hear of it finds out by the session timeout. */
  leave(timeoutMs: number): Promise<void>;
}

/** What a membership needs of the consumer that it is for. */
export interface GroupMemberHandler {
  /** The topics that are subscribed to, as they are now. */
  topics(): Promise<readonly TopicMetadata[]>;
  /**
   * The group rebalances. Settles when `partitions` are read no further, what was handed out of them has been
   * dealt with, and how far they were read is committed.
   */
  revoke(partitions: readonly TopicPartition[]): Promise<void>;
  /** From now on `partitions` are read, beside those that were not revoked. */
  assign(partitions: readonly TopicPartition[]): Promise<void>;
  /** The rebalance is over: nothing more is assigned for now. */
  settled(): void;
  /** The group has given the member's partitions to others: nothing can be committed for them any more. */
  lost(): void;
  /** For how long somebody has been busy with what was handed out; 0 where nobody is. */
  busyMs(): number;
}

/** What both protocols need to know. All times in milliseconds. */
export interface GroupMemberOptions {
  readonly groupId: string;
  /** Makes the member a static one (KIP-345): a restart with the same id takes its place. */
  readonly instanceId: string | null;
  /** Who deals longer than this with what was handed out leaves the group, and joins again afterwards. */
  readonly maxPollIntervalMs: number;
  /** How often it is looked whether topics have changed. */
  readonly topicsRefreshMs: number;
  /** When failing again and again becomes final; 0 for never. */
  readonly giveUpAfterMs: number;
  /** Where requests go that the coordinator may hold for long. */
  readonly lane: string;
}
