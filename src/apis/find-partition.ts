import type { TopicImage } from '../metadata/image.ts';
import type { Partition } from '../replication/partition.ts';
import type { ApiServices } from './services.ts';

/** The answer for a partition that is not to be found here. */
export type MissingPartition =
  | 'UNKNOWN_TOPIC_OR_PARTITION'
  | 'UNKNOWN_TOPIC_ID'
  | 'NOT_LEADER_OR_FOLLOWER'
  | 'KAFKA_STORAGE_ERROR';

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

function whyMissing(
  services: LookupServices,
  topic: TopicImage | undefined,
  index: number,
): MissingPartition {
  const partition = topic?.partitions[index];
  if (topic === undefined || partition === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION';
  if (services.partitions.isComing(topic.id, index)) return 'NOT_LEADER_OR_FOLLOWER';
  // A replica that should be here and is not has lost its log directory.
  return partition.replicas.includes(services.nodeId)
    ? 'KAFKA_STORAGE_ERROR'
    : 'NOT_LEADER_OR_FOLLOWER';
}
