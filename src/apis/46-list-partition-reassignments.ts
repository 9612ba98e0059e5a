/**
 * ListPartitionReassignments, version 0.
 *
 * The partitions that are on their way to other brokers, with the replicas that are added and removed (KIP-455).
 *
 * Gaps: none.
 */
import { topicsWithLogs } from '../metadata/filtered-topics.ts';
import type { PartitionImage, TopicImage } from '../metadata/image.ts';
import {
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from '../protocol/messages/list-partition-reassignments.ts';
import { defineApi } from './api.ts';

/** Serves ListPartitionReassignments. */
export const listPartitionReassignmentsApi = defineApi({
  name: 'ListPartitionReassignments',
  request: listPartitionReassignmentsRequest,
  response: listPartitionReassignmentsResponse,
  handle({ request }, services) {
    const { topicsByName } = services.image();
    const asked =
      request.topics?.map(({ name, partitionIndexes }) =>
        movingOf(topicsByName.get(name), partitionIndexes),
      ) ??
      Array.from(topicsWithLogs(services.image()), (topic) =>
        movingOf(topic, topic.partitions.keys()),
      );
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      errorMessage: null,
      topics: asked.filter(({ partitions }) => partitions.length > 0),
    };
  },
});

/** What moves in a filtered topic moves in its source. */
function movingOf(topic: TopicImage | undefined, indexes: Iterable<number>) {
  const found =
    topic?.filtered === undefined ? Array.from(indexes, (index) => topic?.partitions[index]) : [];
  const partitions = found.filter((partition) => partition !== undefined).filter(isMoving);
  return {
    name: topic?.name ?? '',
    partitions: partitions.map(({ index, replicas, addingReplicas, removingReplicas }) => ({
      partitionIndex: index,
      replicas,
      addingReplicas,
      removingReplicas,
    })),
  };
}

function isMoving({ addingReplicas, removingReplicas }: PartitionImage): boolean {
  return addingReplicas.length + removingReplicas.length > 0;
}
