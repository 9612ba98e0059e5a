import type { GroupListing } from '../client/group/admin-groups.ts';
import type { BrokerFigures, GroupFigures, PartitionFigures, Why } from './contract/picture.ts';
import type { FilterCounters } from './contract/topics.ts';

/**
 * What is counted about the cluster, as lists and pages need it. Answers may be a second or two old: one look at all
 * brokers serves everybody who asks meanwhile. What could not be found out is null or absent, and never an error.
 */
export interface Figures {
  /** Of all topics, by name. The more there are the older it may be. */
  topics(): Promise<ReadonlyMap<string, TopicCounts>>;
  /** Of these topics, newly asked for, by name: those that a page of the list shows. */
  topicsOf(names: readonly string[]): Promise<ReadonlyMap<string, TopicCounts>>;
  /** Of each partition of a topic, by index. Empty where there is no such topic. */
  partitions(topic: string): Promise<readonly PartitionFigures[]>;
  /** Of all groups, by id. */
  groups(): Promise<ReadonlyMap<string, GroupCounts>>;
  /** Of these groups, newly asked for, by id: those that a page of the list shows. */
  groupsOf(groups: readonly GroupListing[]): Promise<ReadonlyMap<string, GroupCounts>>;
  /** One group, newly asked for. Rejects with `UNKNOWN_GROUP`. */
  group(groupId: string): Promise<GroupFigures>;
  /** What the filter of a filtered topic has done; null where nobody tells. */
  filterCounters(topic: string): Promise<FilterCounters | null>;
  /** In the order of their node ids. */
  brokers(): Promise<readonly BrokerFigures[]>;
  /** What stands still about a group or a topic. */
  whys(kind: 'topic' | 'group', name: string): Promise<readonly Why[]>;
}

/** Those that any client can find out, of however many topics and groups there are. */
export type ClientSideFigures = Pick<
  Figures,
  'topics' | 'topicsOf' | 'groups' | 'groupsOf' | 'group'
>;

/** What the line of a topic in the list has of figures. */
export interface TopicCounts {
  /** Null where a leader did not say. */
  readonly messages: number | null;
  readonly sizeBytes: number | null;
  readonly messagesPerSecond: number;
}

/** What the line of a group in the list has of figures. */
export interface GroupCounts extends Pick<
  GroupFigures,
  'type' | 'state' | 'coordinatorId' | 'lag' | 'lagSeconds' | 'trend'
> {
  readonly members: number;
  /** Which it has committed something for, or reads, by name. */
  readonly topics: readonly string[];
}
