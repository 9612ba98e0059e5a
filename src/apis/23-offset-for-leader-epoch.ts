/**
 * OffsetForLeaderEpoch, versions 2-4.
 *
 * Where the records of a leader epoch end, so that a reader finds out whether its log has parted from the
 * leader's (KIP-101, KIP-320). The answer is the largest epoch that is not above the one asked for, and its
 * end offset; -1 for both where the epoch is not known. A filtered topic has the epochs of its source.
 *
 * Versions: 3 names the replica; nothing else changes.
 *
 * Gaps: none.
 */
import { errorCodes, type ErrorName } from '../protocol/error-codes.ts';
import {
  offsetForLeaderEpochRequest,
  offsetForLeaderEpochResponse,
} from '../protocol/messages/offset-for-leader-epoch.ts';
import { defineApi } from './api.ts';
import { findShownPartition } from './find-partition.ts';

/** Serves OffsetForLeaderEpoch. */
export const offsetForLeaderEpochApi = defineApi({
  name: 'OffsetForLeaderEpoch',
  request: offsetForLeaderEpochRequest,
  response: offsetForLeaderEpochResponse,
  handle({ request }, services) {
    return {
      topics: request.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition: index, currentLeaderEpoch, leaderEpoch }) => {
          const partition = findShownPartition(services, topic, index);
          const error: ErrorName | undefined =
            typeof partition === 'string'
              ? partition
              : partition.checkLeaderEpoch(currentLeaderEpoch);
          if (typeof partition === 'string' || error !== undefined) {
            return {
              partition: index,
              errorCode: errorCodes[error ?? 'UNKNOWN_SERVER_ERROR'],
              leaderEpoch: -1,
              endOffset: -1,
            };
          }
          const end = partition.endOffsetForEpoch(leaderEpoch);
          return {
            partition: index,
            errorCode: 0,
            leaderEpoch: end.epoch,
            endOffset: end.endOffset,
          };
        }),
      })),
    };
  },
});
