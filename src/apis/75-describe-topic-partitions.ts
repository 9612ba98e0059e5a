/**
 * DescribeTopicPartitions, version 0.
 *
 * Topics with their partitions, page by page (KIP-966): ordered by name, at most as many partitions as the
 * client and `max.request.partition.size.limit` allow, and a cursor to where the next page begins.
 *
 * Gaps: none.
 */
import { topicNameProblem } from '../controller/topic-names.ts';
import type { PartitionImage, TopicImage } from '../metadata/image.ts';
import { internalTopics } from '../metadata/image.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import {
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
  type DescribeTopicPartitionsRequest,
} from '../protocol/messages/describe-topic-partitions.ts';
import type { Encodable } from '../protocol/schema.ts';
import { zeroUuid } from '../protocol/uuid.ts';
import { defineApi } from './api.ts';
import { topicOperations } from './authorized-operations.ts';
import type { ApiServices } from './services.ts';
import { offlineReplicas, servingLeader } from './serving-brokers.ts';

type Response = Encodable<typeof describeTopicPartitionsResponse>;
type TopicAnswer = Response['topics'][number];

/** Serves DescribeTopicPartitions. */
export const describeTopicPartitionsApi = defineApi({
  name: 'DescribeTopicPartitions',
  request: describeTopicPartitionsRequest,
  response: describeTopicPartitionsResponse,
  handle({ request }, services): Response {
    if (!isCursorLegal(request)) return refused(request);
    const limit = Math.max(
      1,
      Math.min(request.responsePartitionLimit, services.config.maxRequestPartitionSizeLimit),
    );
    const topics: TopicAnswer[] = [];
    let room = limit;
    for (const name of namesFromCursor(request, services)) {
      if (room === 0) return { topics, nextCursor: { topicName: name, partitionIndex: 0 } };
      const topic = services.image().topicsByName.get(name);
      if (topic === undefined) {
        topics.push(missing(name));
        continue;
      }
      const first = request.cursor?.topicName === name ? request.cursor.partitionIndex : 0;
      const end = Math.min(topic.partitions.length, first + room);
      topics.push(found(topic, first, end, services));
      room -= Math.max(0, end - first);
      if (end < topic.partitions.length) {
        return { topics, nextCursor: { topicName: name, partitionIndex: end } };
      }
    }
    return { topics };
  },
});

/** A cursor stands at a partition of a topic that is asked for. */
function isCursorLegal({ topics, cursor }: DescribeTopicPartitionsRequest): boolean {
  if (cursor === null) return true;
  if (cursor.partitionIndex < 0) return false;
  return topics.length === 0 || topics.some(({ name }) => name === cursor.topicName);
}

function refused({ topics }: DescribeTopicPartitionsRequest): Response {
  return {
    topics: topics.map(({ name }) => ({
      errorCode: errorCodes.INVALID_REQUEST,
      name,
      topicId: zeroUuid,
      partitions: [],
    })),
  };
}

/** The names that are asked for (none: all there are), sorted, from the cursor's on. */
function namesFromCursor(
  { topics, cursor }: DescribeTopicPartitionsRequest,
  services: ApiServices,
): string[] {
  const asked =
    topics.length === 0
      ? [...services.image().topicsByName.keys()]
      : topics.map(({ name }) => name);
  const names = [...new Set(asked)].toSorted((a, b) => (a < b ? -1 : 1));
  return cursor === null ? names : names.filter((name) => name >= cursor.topicName);
}

function missing(name: string): TopicAnswer {
  const illegal = topicNameProblem(name) !== undefined;
  return {
    errorCode: illegal ? errorCodes.INVALID_TOPIC_EXCEPTION : errorCodes.UNKNOWN_TOPIC_OR_PARTITION,
    name,
    topicId: zeroUuid,
    isInternal: internalTopics.has(name),
    partitions: [],
    topicAuthorizedOperations: topicOperations,
  };
}

function found(topic: TopicImage, first: number, end: number, services: ApiServices): TopicAnswer {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: topic.partitions
      .slice(Math.max(0, first), end)
      .map((partition) => partitionAnswer(partition, services)),
    topicAuthorizedOperations: topicOperations,
  };
}

function partitionAnswer(partition: PartitionImage, services: ApiServices) {
  const leaderId = servingLeader(partition, services);
  return {
    errorCode: leaderId < 0 ? errorCodes.LEADER_NOT_AVAILABLE : 0,
    partitionIndex: partition.index,
    leaderId,
    leaderEpoch: partition.leaderEpoch,
    replicaNodes: partition.replicas,
    isrNodes: partition.isr,
    eligibleLeaderReplicas: partition.elr,
    lastKnownElr: partition.lastKnownElr,
    offlineReplicas: offlineReplicas(partition, services),
  };
}
