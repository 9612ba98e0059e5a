import type { AppendError, Decision } from '../coordinator.ts';
import type { ClassicEvent } from './classic/classic-groups.ts';
import type { GroupEvent } from './group-events.ts';
import type { GroupRecord } from './group-records.ts';

/** Records of consumer groups. */
export type ConsumerGroupRecord = Exclude<
  GroupRecord,
  { readonly type: 'offsetCommit' | 'groupMetadata' }
>;

/**
 * What a group coordinator asks of those groups that speak the consumer protocol (KIP-848). They stand in the
 * table of all groups, and are put there and removed by `replay`.
 */
export interface ConsumerGroups {
  handleHeartbeat(
    event: Extract<GroupEvent, { kind: 'consumerGroupHeartbeat' }>,
    nowMs: number,
  ): Decision<GroupRecord>;
  describe(event: Extract<GroupEvent, { kind: 'consumerGroupDescribe' }>): Decision<GroupRecord>;
  /** A request of a classic member to a consumer group that has members. */
  handleClassic(event: ClassicEvent, nowMs: number): Decision<GroupRecord>;
  /** Of a key that is not a classic group's and not of the sweep over offsets. */
  deadline(key: string, nowMs: number): Decision<GroupRecord>;
  /** Of a tag that is not a classic group's and not of the sweep over offsets. */
  appendEnded(tag: string, error: AppendError | undefined, nowMs: number): Decision<GroupRecord>;
  requestGone(requestId: number, nowMs: number): Decision<GroupRecord>;
  topicsChanged(names: readonly string[], nowMs: number): Decision<GroupRecord>;
  topicsDeleted(names: readonly string[], nowMs: number): Decision<GroupRecord>;
  loaded(nowMs: number): Decision<GroupRecord>;
  replay(record: ConsumerGroupRecord): void;
}
