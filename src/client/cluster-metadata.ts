import type { MetadataResponse } from '../protocol/messages/metadata.ts';
import { zeroUuid } from '../protocol/uuid.ts';

/** A broker as Metadata names it. */
export interface BrokerNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** A partition as Metadata describes it. */
export interface PartitionMetadata {
  readonly partition: number;
  /** LEADER_NOT_AVAILABLE and the like; 0 where all is well. */
  readonly errorCode: number;
  /** -1 where there is none. */
  readonly leaderId: number;
  /** -1 where the broker is too old to say. */
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offlineReplicas: readonly number[];
}

/** A topic as Metadata describes it. */
export interface TopicMetadata {
  readonly name: string;
  /** Undefined where the broker is too old to have topic ids. */
  readonly topicId: string | undefined;
  readonly isInternal: boolean;
  /** Ordered by number. */
  readonly partitions: readonly PartitionMetadata[];
}

/** What a Metadata response says, in the shape that is looked up. */
export interface ClusterMetadata {
  readonly clusterId: string | null;
  /** -1 where the broker does not say. */
  readonly controllerId: number;
  readonly brokers: ReadonlyMap<number, BrokerNode>;
  /** Topics that exist. */
  readonly topics: readonly TopicMetadata[];
  /** The error codes of topics that were asked for and could not be described. */
  readonly topicErrors: ReadonlyMap<string, number>;
}

/** Reads a Metadata response of any version. */
export function clusterMetadata(response: MetadataResponse): ClusterMetadata {
  const topics: TopicMetadata[] = [];
  const topicErrors = new Map<string, number>();
  for (const topic of response.topics) {
    if (topic.errorCode !== 0) topicErrors.set(topic.name ?? '', topic.errorCode);
    else if (topic.name !== null) topics.push(topicMetadata(topic.name, topic));
  }
  return {
    clusterId: response.clusterId,
    controllerId: response.controllerId,
    brokers: new Map(
      response.brokers.map(({ nodeId, host, port, rack }) => [
        nodeId,
        { nodeId, host, port, rack },
      ]),
    ),
    topics,
    topicErrors,
  };
}

function topicMetadata(name: string, topic: MetadataResponse['topics'][number]): TopicMetadata {
  const partitions = topic.partitions.map((partition) => ({
    partition: partition.partitionIndex,
    errorCode: partition.errorCode,
    leaderId: partition.leaderId,
    leaderEpoch: partition.leaderEpoch,
    replicas: partition.replicaNodes,
    isr: partition.isrNodes,
    offlineReplicas: partition.offlineReplicas,
  }));
  partitions.sort((a, b) => a.partition - b.partition);
  const topicId = topic.topicId === zeroUuid ? undefined : topic.topicId;
  return { name, topicId, isInternal: topic.isInternal, partitions };
}
