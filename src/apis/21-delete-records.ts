/**
 * DeleteRecords, versions 0-2.
 *
 * Moves the log start offset of partitions forward (KIP-107); -1 means all that is acknowledged. What lies
 * before is no longer read from that moment on; its segments go as soon as they hold nothing else.
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
import { findPartition } from './find-partition.ts';
import type { ApiServices } from './services.ts';

type Asked = DeleteRecordsRequest['topics'][number]['partitions'][number];

/** Serves DeleteRecords. */
export const deleteRecordsApi = defineApi({
  name: 'DeleteRecords',
  request: deleteRecordsRequest,
  response: deleteRecordsResponse,
  handle({ request }, services) {
    return {
      throttleTimeMs: 0,
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: lastOfEach(partitions).map(({ partitionIndex, offset }) => {
          const result = deleteBefore(services, name, partitionIndex, offset);
          return typeof result === 'string'
            ? { partitionIndex, lowWatermark: -1, errorCode: errorCodes[result] }
            : { partitionIndex, lowWatermark: result.lowWatermark, errorCode: 0 };
        }),
      })),
    };
  },
});

/** Of a partition that is named twice, the last counts. */
function lastOfEach(partitions: readonly Asked[]): Asked[] {
  return [...new Map(partitions.map((asked) => [asked.partitionIndex, asked])).values()];
}

function deleteBefore(
  services: ApiServices,
  topic: string,
  index: number,
  offset: number,
): { lowWatermark: number } | ErrorName {
  if (internalTopics.has(topic)) return 'INVALID_TOPIC_EXCEPTION';
  const partition = findPartition(services, topic, index);
  if (typeof partition === 'string') return partition;
  try {
    const result = partition.deleteRecordsBefore(offset);
    return 'error' in result ? result.error : result;
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
