import type { TopicImage } from '../metadata/image.ts';
import type { Partition } from '../replication/partition.ts';
import type { ApiServices } from './services.ts';

/** The answer for a partition that is not to be found here; a filtered topic has none of its own. */
export type MissingPartition =
  | 'UNKNOWN_TOPIC_OR_PARTITION'
  | 'UNKNOWN_TOPIC_ID'
  | 'NOT_LEADER_OR_FOLLOWER'
  | 'KAFKA_STORAGE_ERROR'
  | 'POLICY_VIOLATION';

/** Of the broker, what it takes to look a partition up. */
type LookupServices = Pick<ApiServices, 'partitions' | 'image' | 'nodeId'>;

/** The partition `index` of a topic named by its name, or why there is none here. */
export function findPartition(
  services: LookupServices,
  topic: string,
  index: number,
): Partition | MissingPartition {
  const partition = services.partitions.get(topic, index);
  if (partition !== undefined) return partition;
  return whyMissing(services, services.image().topicsByName.get(topic), index);
}

/** The partition `index` of a topic named by its id, or why there is none here. */
export function findPartitionById(
  services: LookupServices,
  topicId: string,
  index: number,
): Partition | MissingPartition {
  const partition = services.partitions.getById(topicId, index);
  if (partition !== undefined) return partition;
  const topic = services.image().topicsById.get(topicId);
  return topic === undefined ? 'UNKNOWN_TOPIC_ID' : whyMissing(services, topic, index);
}

/** As `findPartition`, for who only reads: of a filtered topic, the source's partition. */
export function findShownPartition(
  services: LookupServices,
  topic: string,
  index: number,
): Partition | MissingPartition {
  const found = findPartition(services, topic, index);
  if (found !== 'POLICY_VIOLATION') return found;
  return findInSource(services, services.image().topicsByName.get(topic), index);
}

/** The source's partition `index` of a filtered topic, or why there is none here. */
export function findInSource(
  services: LookupServices,
  topic: TopicImage | undefined,
  index: number,
): Partition | MissingPartition {
  if (topic?.filtered === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION';
  const found = findPartitionById(services, topic.filtered.sourceTopicId, index);
  return found === 'UNKNOWN_TOPIC_ID' ? 'UNKNOWN_TOPIC_OR_PARTITION' : found;
}

function whyMissing(
  services: LookupServices,
  topic: TopicImage | undefined,
  index: number,
): MissingPartition {
  const partition = topic?.partitions[index];
  if (topic === undefined || partition === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION';
  if (topic.filtered !== undefined) return 'POLICY_VIOLATION';
  if (services.partitions.isComing(topic.id, index)) return 'NOT_LEADER_OR_FOLLOWER';
  // A replica that should be here and is not has lost its log directory.
  return partition.replicas.includes(services.nodeId)
    ? 'KAFKA_STORAGE_ERROR'
    : 'NOT_LEADER_OR_FOLLOWER';
}
