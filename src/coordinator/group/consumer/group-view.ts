import { regexOf } from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';
import type { Partitions } from './partitions.ts';

/** What a regular expression was found to match. */
export interface ResolvedRegex {
  readonly topics: ReadonlySet<string>;
  /** Of the metadata, as Apache Kafka counts it; there is no such count here, and 0 is written. */
  readonly version: bigint;
  readonly timestampMs: number;
}

/** A group as it is, or as a decision makes it. */
export interface GroupView {
  readonly groupId: string;
  /** Rises with each change of members, subscriptions or topics. */
  readonly groupEpoch: number;
  /** Over the topics that the group subscribes to, as they were when `groupEpoch` rose. */
  readonly metadataHash: bigint;
  /** The group epoch for which the targets were made. */
  readonly assignmentEpoch: number;
  /** When they were made; 0 where that is not known. */
  readonly assignmentTimestampMs: number;
  readonly memberCount: number;
  member(memberId: string): ConsumerMember | undefined;
  members(): Iterable<ConsumerMember>;
  /** The member of a group instance id. */
  staticMember(instanceId: string): ConsumerMember | undefined;
  target(memberId: string): Partitions;
  ownerOf(topicId: string, partition: number): string | undefined;
  resolvedRegexes(): Iterable<readonly [string, ResolvedRegex]>;
  resolvedRegex(regex: string): ResolvedRegex | undefined;
}

/** The regular expressions that members of a group subscribe with, and how many do. */
export function regexSubscribers(group: GroupView): Map<string, number> {
  const counts = new Map<string, number>();
  for (const member of group.members()) {
    const regex = regexOf(member);
    if (regex !== undefined) counts.set(regex, (counts.get(regex) ?? 0) + 1);
  }
  return counts;
}
