import type { ErrorName } from '../../protocol/error-codes.ts';
import type { GroupRecord } from './group-records.ts';

/** Who commits or asks for offsets, as the request says. */
export interface OffsetsCaller {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** Of a classic group the generation, of a consumer group the member epoch; -1 from outside of a group. */
  readonly generationIdOrMemberEpoch: number;
  readonly apiVersion: number;
}

/** What a commit is about: for kinds of group that ask whose a partition is. */
export interface CommittedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: readonly { readonly partitionIndex: number }[];
}

/**
 * What the retention of a group's offsets counts from: a moment, each offset's own commit, or nothing, since
 * they are in use.
 */
export type RetentionStart = number | 'commit' | 'never';

/** What every kind of group is to offsets, and to those who list, describe and delete groups. */
export interface Group {
  readonly groupId: string;
  readonly kind: 'classic' | 'consumer';
  /** Of a classic group what its members say (`consumer`, `connect`), undefined where none has said it. */
  readonly protocolType: string | undefined;
  /** As ListGroups has it: `Stable`, `PreparingRebalance`, `Reconciling`, … */
  readonly stateName: string;
  readonly isEmpty: boolean;
  /** Whether a live member reads this topic: its offsets neither expire nor are deleted. */
  isSubscribedTo(topic: string): boolean;
  /** For the offsets of topics that no live member reads. */
  retentionStart(): RetentionStart;
  /** Why offsets of these topics, which exist, may not be committed. */
  checkOffsetCommit(
    caller: OffsetsCaller,
    topics: readonly CommittedTopic[],
  ): ErrorName | undefined;
  checkOffsetFetch(memberId: string | null, memberEpoch: number): ErrorName | undefined;
  checkOffsetDelete(): ErrorName | undefined;
  checkDelete(): ErrorName | undefined;
  /** Records that remove all of it but its offsets. */
  tombstones(): GroupRecord[];
}
