/**
 * DeleteRecords, versions 0-2.
 *
 * Moves the log start offset of partitions forward (KIP-107); -1 means all that is acknowledged. What lies
 * before is no longer read from that moment on; its segments go as soon as they hold nothing else. It is answered
 * when all replicas whose brokers are alive start there too, for `timeoutMs` at most (REQUEST_TIMED_OUT). A filtered
 * topic has no records of its own to delete (POLICY_VIOLATION).
 *
 * Gaps: none.
 */
import { errorCodes, type ErrorName } from '../protocol/error-codes.ts';
import { internalTopics } from '../metadata/image.ts';
import {
  deleteRecordsRequest,
  deleteRecordsResponse,
  type DeleteRecordsRequest,
} from '../protocol/messages/delete-records.ts';
import { isOfFiles } from '../storage/storage-failure.ts';
import { defineApi } from './api.ts';
import { deletionsOver, isOver, type Deletion } from './deletion-wait.ts';
import { findPartition } from './find-partition.ts';
import type { ApiServices } from './services.ts';

type Asked = DeleteRecordsRequest['topics'][number]['partitions'][number];

/** Serves DeleteRecords. */
export const deleteRecordsApi = defineApi({
  name: 'DeleteRecords',
  request: deleteRecordsRequest,
  response: deleteRecordsResponse,
  handle({ request }, services) {
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: lastOfEach(partitions).map(({ partitionIndex, offset }) => ({
        partitionIndex,
        result: deleteBefore(services, name, partitionIndex, offset),
      })),
    }));
    const response = () => ({
      throttleTimeMs: 0,
      topics: topics.map(({ name, partitions }) => ({ name, partitions: partitions.map(answer) })),
    });
    const results = topics.flatMap(({ partitions }) => partitions.map(({ result }) => result));
    const waiting = results.filter((result) => typeof result !== 'string');
    if (waiting.every(isOver)) return response();
    return deletionsOver(waiting, request.timeoutMs, services).then(response);
  },
});

function answer(asked: { readonly partitionIndex: number; readonly result: Deletion | ErrorName }) {
  const { partitionIndex, result } = asked;
  if (typeof result === 'string') {
    return { partitionIndex, lowWatermark: -1, errorCode: errorCodes[result] };
  }
  const { partition } = result;
  const error = !partition.isLeader
    ? 'NOT_LEADER_OR_FOLLOWER'
    : isOver(result)
      ? 'NONE'
      : 'REQUEST_TIMED_OUT';
  return { partitionIndex, lowWatermark: partition.lowWatermark, errorCode: errorCodes[error] };
}

/** Of a partition that is named twice, the last counts. */
function lastOfEach(partitions: readonly Asked[]): Asked[] {
  return [...new Map(partitions.map((asked) => [asked.partitionIndex, asked])).values()];
}

function deleteBefore(
  services: ApiServices,
  topic: string,
  index: number,
  offset: number,
): Deletion | ErrorName {
  if (internalTopics.has(topic)) return 'INVALID_TOPIC_EXCEPTION';
  const partition = findPartition(services, topic, index);
  if (typeof partition === 'string') return partition;
  try {
    const result = partition.deleteRecordsBefore(offset);
    return 'error' in result ? result.error : { partition, offset: result.startOffset };
  } catch (error) {
    // The log has seen to it what it means for its directory.
    if (!isOfFiles(error)) throw error;
    services.logger.error('records could not be deleted', {
      topic,
      partition: index,
      error: error.message,
    });
    return 'KAFKA_STORAGE_ERROR';
  }
}
