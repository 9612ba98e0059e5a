/**
 * ListOffsets, versions 1-11.
 *
 * The offset at a place of a partition's log: its ends (-1 latest, -2 earliest), the record with the largest
 * timestamp (-3, KIP-734), or the first at or after a time. There is no remote storage: earliest-local (-4)
 * is the earliest, latest-tiered (-5) and earliest-pending-upload (-6) answer -1, as Apache does then.
 *
 * Versions: 2 isolation level; 4 leader epochs; 7, 8, 9 and 11 bring -3, -4, -5 and -6, which lower versions
 * answer with UNSUPPORTED_VERSION. A new leader that does not know yet how far records are replicated answers
 * OFFSET_NOT_AVAILABLE (KIP-207), before version 5 LEADER_NOT_AVAILABLE.
 *
 * Of a filtered topic the answers are its source's, also by time: what it shows from there on is the first record that
 * matches behind it, and nothing has to be read to say so.
 *
 * Gaps: none.
 */
import { errorCodes, type ErrorName } from '../protocol/error-codes.ts';
import {
  listOffsetsRequest,
  listOffsetsResponse,
  type ListOffsetsRequest,
} from '../protocol/messages/list-offsets.ts';
import type { Partition } from '../replication/partition.ts';
import type { TimestampOffset } from '../storage/log.ts';
import { isOfFiles } from '../storage/storage-failure.ts';
import { hasCode, OdradekError } from '../util/odradek-error.ts';
import { defineApi } from './api.ts';
import { findShownPartition } from './find-partition.ts';
import type { ApiServices } from './services.ts';

type Asked = ListOffsetsRequest['topics'][number]['partitions'][number];
/** Followers ask for all that there is. */
type Isolation = 'read_uncommitted' | 'read_committed' | 'all';
interface Found {
  readonly timestamp: number;
  readonly offset: number;
  readonly leaderEpoch: number;
}

const latest = -1;
const earliest = -2;
const maxTimestamp = -3;
const earliestLocal = -4;
const latestTiered = -5;
const earliestPendingUpload = -6;

/** The first version in which each of the special timestamps may be asked for. */
const firstVersions = new Map([
  [latest, 1],
  [earliest, 1],
  [maxTimestamp, 7],
  [earliestLocal, 8],
  [latestTiered, 9],
  [earliestPendingUpload, 11],
]);

/** Lower versions have no room for the epoch of what was found. */
const leaderEpochFirstVersion = 4;

/** Lower versions do not know the error. */
const notAvailableFirstVersion = 5;

/** Serves ListOffsets. */
export const listOffsetsApi = defineApi({
  name: 'ListOffsets',
  request: listOffsetsRequest,
  response: listOffsetsResponse,
  async handle({ request, apiVersion }, services) {
    const isolation = isolationOf(request);
    const topics = [];
    for (const [name, partitions] of byTopic(request)) {
      const answers = [];
      for (const [partitionIndex, asked] of partitions) {
        const found =
          asked === 'twice'
            ? 'INVALID_REQUEST'
            : await lookUp(services, name, asked, isolation, apiVersion);
        answers.push(answer(partitionIndex, found, apiVersion));
      }
      topics.push({ name, partitions: answers });
    }
    return { topics };
  },
});

function isolationOf({ replicaId, isolationLevel }: ListOffsetsRequest): Isolation {
  if (replicaId >= 0) return 'all';
  return isolationLevel === 1 ? 'read_committed' : 'read_uncommitted';
}

/** What is asked of each partition, by topic and index: a partition that is named twice is refused once. */
function byTopic({ topics }: ListOffsetsRequest): Map<string, Map<number, Asked | 'twice'>> {
  const grouped = new Map<string, Map<number, Asked | 'twice'>>();
  for (const { name, partitions } of topics) {
    const known = grouped.get(name) ?? new Map<number, Asked | 'twice'>();
    grouped.set(name, known);
    for (const asked of partitions) {
      known.set(asked.partitionIndex, known.has(asked.partitionIndex) ? 'twice' : asked);
    }
  }
  return grouped;
}

async function lookUp(
  services: ApiServices,
  topic: string,
  asked: Asked,
  isolation: Isolation,
  apiVersion: number,
): Promise<Found | ErrorName> {
  const { partitionIndex, currentLeaderEpoch, timestamp } = asked;
  if (timestamp < 0 && apiVersion < (firstVersions.get(timestamp) ?? Infinity)) {
    return 'UNSUPPORTED_VERSION';
  }
  const partition = findShownPartition(services, topic, partitionIndex);
  if (typeof partition === 'string') return partition;
  const wrongEpoch = partition.checkLeaderEpoch(currentLeaderEpoch);
  if (wrongEpoch !== undefined) return wrongEpoch;
  let found: Found | ErrorName;
  try {
    found = await offsetAt(partition, timestamp, isolation);
    if (isUnsure(found, partition, timestamp, isolation)) found = unsureError(apiVersion);
  } catch (error) {
    found = lookUpFailed(services, partition, error);
  }
  // It went while its files were read: the answer is that of what is there now.
  return partition.isClosed ? lookUp(services, topic, asked, isolation, apiVersion) : found;
}

/** The log has seen to it what a failure of its files means for it; a defect is thrown on. */
function lookUpFailed(services: ApiServices, partition: Partition, error: unknown): ErrorName {
  if (!(error instanceof OdradekError)) throw error;
  if (!partition.isClosed) {
    services.logger.error('an offset could not be looked up', {
      topic: partition.topic,
      partition: partition.index,
      error: error.message,
    });
  }
  if (isOfFiles(error)) return 'KAFKA_STORAGE_ERROR';
  return hasCode(error, 'CORRUPT_RECORDS') ? 'INVALID_RECORD' : 'UNKNOWN_SERVER_ERROR';
}

async function offsetAt(
  partition: Partition,
  timestamp: number,
  isolation: Isolation,
): Promise<Found> {
  const { log } = partition;
  switch (timestamp) {
    case latest: {
      const offset =
        isolation === 'all' ? partition.log.logEndOffset : partition.readableEndOffset(isolation);
      return { timestamp: -1, offset, leaderEpoch: partition.leaderEpoch };
    }
    case earliest:
    case earliestLocal: {
      const offset = log.logStartOffset;
      return { timestamp: -1, offset, leaderEpoch: partition.epochForOffset(offset) };
    }
    case latestTiered:
    case earliestPendingUpload:
      return nothing;
    case maxTimestamp:
      return visible(await log.offsetOfMaxTimestamp(), partition, isolation);
    default:
      return visible(await log.offsetForTimestamp(timestamp), partition, isolation);
  }
}

/** Whether the answer may come to be another one once the new leader has heard of its followers. */
function isUnsure(
  { offset }: Found,
  partition: Partition,
  timestamp: number,
  isolation: Isolation,
): boolean {
  if (isolation === 'all' || !partition.isHighWatermarkBehind) return false;
  return timestamp === latest || (offset === -1 && (timestamp >= 0 || timestamp === maxTimestamp));
}

function unsureError(apiVersion: number): ErrorName {
  return apiVersion < notAvailableFirstVersion ? 'LEADER_NOT_AVAILABLE' : 'OFFSET_NOT_AVAILABLE';
}

const nothing: Found = { timestamp: -1, offset: -1, leaderEpoch: -1 };

/** A record that was found, unless this reader may not read as far yet. */
function visible(
  record: TimestampOffset | undefined,
  partition: Partition,
  isolation: Isolation,
): Found {
  const end =
    isolation === 'all' ? partition.log.logEndOffset : partition.readableEndOffset(isolation);
  if (record === undefined || record.offset >= end) return nothing;
  return { timestamp: record.timestampMs, offset: record.offset, leaderEpoch: record.leaderEpoch };
}

function answer(partitionIndex: number, found: Found | ErrorName, apiVersion: number) {
  if (typeof found === 'string') {
    return { partitionIndex, errorCode: errorCodes[found], ...nothing };
  }
  const { timestamp, offset } = found;
  const leaderEpoch = apiVersion < leaderEpochFirstVersion ? -1 : found.leaderEpoch;
  return { partitionIndex, errorCode: 0, timestamp, offset, leaderEpoch };
}
