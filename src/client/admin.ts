import { errorCodes } from '../protocol/error-codes.ts';
import { type ClusterDescription, describeCluster, unregisterBroker } from './admin-cluster.ts';
import {
  type ConfigChange,
  type ConfigEntry,
  type ConfigResource,
  describeConfigs,
  type DescribeConfigsOptions,
  incrementalAlterConfigs,
} from './admin-configs.ts';
import { type Outcome, settleItems, valueOf } from './admin-items.ts';
import {
  alterReassignments,
  listReassignments,
  type OngoingReassignment,
  type Reassignment,
} from './admin-reassignments.ts';
import {
  createPartitions,
  type CreatedTopic,
  createTopics,
  deleteRecords,
  deleteTopics,
  describeTopics,
  type NewTopic,
  type RecordsToDelete,
} from './admin-topics.ts';
import { askWhys, type WhySubject } from './admin-whys.ts';
import { apis } from './apis.ts';
import { brokerRefused } from './client-errors.ts';
import type { TopicMetadata } from './cluster-metadata.ts';
import type { Cluster } from './cluster.ts';
import {
  alterGroupOffsets,
  deleteGroupOffsets,
  deleteGroups,
  type GroupListing,
  listGroups,
  type ListGroupsOptions,
} from './group/admin-groups.ts';
import { describeGroups, type GroupDescription } from './group/describe-groups.ts';
import type { GroupCoordinators } from './group/group-coordinators.ts';
import {
  type CommittedOffset,
  fetchOffsets,
  fetchOffsetsOfGroups,
  type OffsetToCommit,
} from './group/group-offsets.ts';
import type { TopicPartition } from './group/topic-partition.ts';
import {
  type FoundOffset,
  type IsolationLevel,
  listOffsets,
  type OffsetQuery,
  tryListOffsets,
} from './list-offsets.ts';

/** One log directory of a broker. */
export interface LogDirDescription {
  readonly brokerId: number;
  readonly path: string;
  /** The directory is offline where this is not 0. */
  readonly errorCode: number;
  /** -1 where the broker is too old to say. */
  readonly totalBytes: number;
  readonly usableBytes: number;
  /** It is to get no new partitions (KIP-1066); false where the broker is too old to say. */
  readonly isCordoned: boolean;
  readonly replicas: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly sizeBytes: number;
    readonly offsetLag: number;
    /** It is being moved here from another directory. */
    readonly isFuture: boolean;
  }[];
}

/**
 * Looks after topics, groups, configuration and brokers. What concerns several things answers an outcome for each, in
 * order; the calls in the singular throw. Everything is tried again while it may still succeed, up to the
 * client's `operationTimeoutMs`. All calls fail with `CONNECTION_FAILED` or `TIMED_OUT` where nobody answers.
 */
export class Admin {
  readonly #cluster: Cluster;
  readonly #coordinators: GroupCoordinators;

  constructor(modules: { cluster: Cluster; coordinators: GroupCoordinators }) {
    this.#cluster = modules.cluster;
    this.#coordinators = modules.coordinators;
  }

  createTopics(
    topics: readonly NewTopic[],
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<readonly Outcome<CreatedTopic>[]> {
    return createTopics(this.#cluster, topics, options.validateOnly ?? false);
  }

  /** Throws `BROKER_REFUSED` (TOPIC_ALREADY_EXISTS and the like). */
  async createTopic(topic: NewTopic): Promise<CreatedTopic> {
    return single(await this.createTopics([topic]));
  }

  deleteTopics(names: readonly string[]): Promise<readonly Outcome<string>[]> {
    return deleteTopics(this.#cluster, names);
  }

  /** Throws `UNKNOWN_TOPIC` or `BROKER_REFUSED`. */
  async deleteTopic(name: string): Promise<void> {
    single(await this.deleteTopics([name]));
  }

  createPartitions(
    topics: readonly { readonly name: string; readonly count: number }[],
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<readonly Outcome<string>[]> {
    return createPartitions(this.#cluster, topics, options.validateOnly ?? false);
  }

  /** All topics, ordered by name. */
  async listTopics(): Promise<readonly TopicMetadata[]> {
    const { topics } = await this.#cluster.metadata('all');
    return topics.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  describeTopics(names: readonly string[]): Promise<readonly Outcome<TopicMetadata>[]> {
    return describeTopics(this.#cluster, names);
  }

  deleteRecords(partitions: readonly RecordsToDelete[]): Promise<readonly Outcome<number>[]> {
    return deleteRecords(this.#cluster, partitions);
  }

  describeConfigs(
    resources: readonly ConfigResource[],
    options: DescribeConfigsOptions = {},
  ): Promise<readonly Outcome<readonly ConfigEntry[]>[]> {
    return describeConfigs(this.#cluster, resources, options);
  }

  incrementalAlterConfigs(
    changes: readonly {
      readonly resource: ConfigResource;
      readonly changes: readonly ConfigChange[];
    }[],
    options: { readonly validateOnly?: boolean } = {},
  ): Promise<readonly Outcome<ConfigResource>[]> {
    return incrementalAlterConfigs(this.#cluster, changes, options.validateOnly ?? false);
  }

  /** As `listOffsets`. Throws where one partition cannot be asked. */
  listOffsets(
    queries: readonly OffsetQuery[],
    isolation?: IsolationLevel,
  ): Promise<readonly FoundOffset[]> {
    return listOffsets(this.#cluster, queries, isolation);
  }

  /** As `tryListOffsets`. */
  tryListOffsets(queries: readonly OffsetQuery[]): Promise<readonly (FoundOffset | undefined)[]> {
    return tryListOffsets(this.#cluster, queries);
  }

  /** All groups, ordered by their ids. */
  listGroups(options: ListGroupsOptions = {}): Promise<readonly GroupListing[]> {
    return listGroups(this.#cluster, options);
  }

  /** One that is not there is `UNKNOWN_GROUP`. `timeoutMs` of 0 asks once. */
  describeGroups(
    groupIds: readonly string[],
    options: { readonly timeoutMs?: number } = {},
  ): Promise<readonly Outcome<GroupDescription>[]> {
    return describeGroups(this.#cluster, this.#coordinators, groupIds, options.timeoutMs);
  }

  /** Only groups without members can be deleted. */
  deleteGroups(groupIds: readonly string[]): Promise<readonly Outcome<string>[]> {
    return deleteGroups(this.#cluster, this.#coordinators, groupIds);
  }

  /** What a group has committed; nothing where there is no such group. Throws `BROKER_REFUSED`. */
  listGroupOffsets(groupId: string): Promise<readonly CommittedOffset[]> {
    return this.#cluster.retrying(`OffsetFetch of group ${groupId}`, () =>
      fetchOffsets(this.#coordinators, groupId),
    );
  }

  /** The same of many groups, asked once. */
  listOffsetsOfGroups(
    groupIds: readonly string[],
  ): Promise<readonly Outcome<readonly CommittedOffset[]>[]> {
    return fetchOffsetsOfGroups(this.#cluster, this.#coordinators, groupIds);
  }

  /** Commits offsets for a group without members, which comes to be where there is none. */
  alterGroupOffsets(
    groupId: string,
    offsets: readonly OffsetToCommit[],
  ): Promise<readonly Outcome<TopicPartition>[]> {
    return alterGroupOffsets(this.#cluster, this.#coordinators, groupId, offsets);
  }

  /** Forgets what a group has committed for topics that it does not read now. */
  deleteGroupOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<readonly Outcome<TopicPartition>[]> {
    return deleteGroupOffsets(this.#cluster, this.#coordinators, groupId, partitions);
  }

  /** Fenced brokers are among them where the cluster can tell. Throws `BROKER_REFUSED`. */
  describeCluster(): Promise<ClusterDescription> {
    return describeCluster(this.#cluster);
  }

  /** As `askWhys`. */
  askWhys(subject: WhySubject): Promise<string | undefined> {
    return askWhys(this.#cluster, subject);
  }

  /** Forgets a broker that has stopped for good. Throws `BROKER_REFUSED`. */
  unregisterBroker(nodeId: number): Promise<void> {
    return unregisterBroker(this.#cluster, nodeId);
  }

  /** Begins to move partitions to other brokers, or with null for their replicas stops it. */
  alterReassignments(
    reassignments: readonly Reassignment[],
  ): Promise<readonly Outcome<TopicPartition>[]> {
    return alterReassignments(this.#cluster, reassignments);
  }

  /** All partitions that are on their way, ordered by topic and number. Throws `BROKER_REFUSED`. */
  listReassignments(): Promise<readonly OngoingReassignment[]> {
    return listReassignments(this.#cluster);
  }

  /** The log directories of `brokerIds`, or of all brokers; of their replicas those of `topics`, or all. */
  async describeLogDirs(
    brokerIds?: readonly number[],
    topics?: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
  ): Promise<readonly LogDirDescription[]> {
    const asked = brokerIds ?? [...(await this.#cluster.metadata([])).brokers.keys()];
    const outcomes = await settleItems(this.#cluster, 'DescribeLogDirs', asked, (open) =>
      Promise.all(open.map((brokerId) => this.#logDirsOf(brokerId, topics ?? null))),
    );
    return outcomes.flatMap(valueOf);
  }

  async #logDirsOf(
    brokerId: number,
    topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null,
  ): Promise<Outcome<readonly LogDirDescription[]>> {
    const response = await this.#cluster.requestTo(brokerId, apis.describeLogDirs, {
      topics,
    });
    if (response.errorCode !== errorCodes.NONE) {
      return { error: brokerRefused(`log directories of ${brokerId}`, response.errorCode) };
    }
    const value = response.results.map(
      ({ errorCode, logDir, topics, totalBytes, usableBytes, isCordoned }) => ({
        brokerId,
        path: logDir,
        errorCode,
        totalBytes,
        usableBytes,
        isCordoned,
        replicas: topics.flatMap(({ name, partitions }) =>
          partitions.map(({ partitionIndex, partitionSize, offsetLag, isFutureKey }) => ({
            topic: name,
            partition: partitionIndex,
            sizeBytes: partitionSize,
            offsetLag,
            isFuture: isFutureKey,
          })),
        ),
      }),
    );
    return { value };
  }
}

function single<T>(outcomes: readonly Outcome<T>[]): T {
  return valueOf(outcomes[0] as Outcome<T>);
}
