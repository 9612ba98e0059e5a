import type { ErrorName } from '../protocol/error-codes.ts';
import type { Partition } from '../replication/partition.ts';
import type { FetchReader } from './fetch-reader.ts';
import type { FetchPartition } from './fetch-partition.ts';
import type { FilteredScan } from './filtered/filtered-scan.ts';
import type { TopicFilter } from './filtered/topic-filter.ts';
import { findInSource, findPartition, findPartitionById } from './find-partition.ts';
import type { ApiServices } from './services.ts';

/** One partition of a fetch: what was asked, and what stands behind it here. */
export interface FetchTarget {
  readonly asked: FetchPartition;
  readonly partition: Partition | undefined;
  readonly error: ErrorName | undefined;
  /** Where the reader's log parts from this one (KIP-320); then nothing is read. */
  readonly divergence: { epoch: number; endOffset: number } | undefined;
  /** Of the partition as it was looked up: in another epoch it is looked up anew. */
  readonly leaderEpoch: number;
  /** The follower that a consumer should rather read from (KIP-392), -1 for none; then nothing is read. */
  readonly preferredReplica: number;
  /** Of a filtered topic, whose records are those of `partition` that match. */
  readonly filter: TopicFilter | undefined;
  /** What looks for them; made by the fetch. */
  scan: FilteredScan | undefined;
  /** Bytes that can be read, as far as they matter for `minBytes`. */
  availableBytes: number;
}

/** Whether records are read of the target, when there are any. */
export function isRead({ error, divergence, preferredReplica }: FetchTarget): boolean {
  return error === undefined && divergence === undefined && preferredReplica === -1;
}

/** Looks up what a reader asks for, and where it stands there. A follower's position is noted at its leader. */
export function resolveTarget(
  services: ApiServices,
  asked: FetchPartition,
  reader: FetchReader,
  { usesTopicIds }: { usesTopicIds: boolean },
): FetchTarget {
  const found = usesTopicIds
    ? findPartitionById(services, asked.topicId, asked.partition)
    : findPartition(services, asked.topic, asked.partition);
  if (found === 'POLICY_VIOLATION') {
    return resolveFiltered(services, asked, reader, { usesTopicIds });
  }
  if (typeof found === 'string') return failedTarget(asked, found);
  if (asked.topic === '') asked.topic = found.topic;
  return resolveIn(found, services, asked, reader);
}

/** The same in a filtered topic. It has no replicas: nobody follows it. */
function resolveFiltered(
  services: ApiServices,
  asked: FetchPartition,
  reader: FetchReader,
  { usesTopicIds }: { usesTopicIds: boolean },
): FetchTarget {
  const { topicsById, topicsByName } = services.image();
  const topic = usesTopicIds ? topicsById.get(asked.topicId) : topicsByName.get(asked.topic);
  const found = findInSource(services, topic, asked.partition);
  if (topic === undefined || typeof found === 'string') {
    return failedTarget(asked, typeof found === 'string' ? found : 'UNKNOWN_TOPIC_OR_PARTITION');
  }
  if (asked.topic === '') asked.topic = topic.name;
  if (reader.replicaId >= 0) return failedTarget(asked, 'NOT_LEADER_OR_FOLLOWER');
  const filter = services.topicFilters.of(topic);
  // Clients ask again: another broker, or this one in a later version, may know the filter.
  if (filter === undefined) return failedTarget(asked, 'UNKNOWN_SERVER_ERROR');
  return { ...resolveIn(found, services, asked, reader), filter };
}

function resolveIn(
  found: Partition,
  services: ApiServices,
  asked: FetchPartition,
  reader: FetchReader,
): FetchTarget {
  // Any epoch below zero is one that the reader does not say.
  const epoch = Math.max(asked.currentLeaderEpoch, -1);
  const refusal = reader.readsFollowers ? found.checkEpoch(epoch) : found.checkLeaderEpoch(epoch);
  if (refusal !== undefined) return failedTarget(asked, refusal);
  const target = place(asked, found);
  if (reader.replicaId < 0) {
    found.figures.readers.fetched(reader, asked.topic, asked.fetchOffset);
    return withPreferredReplica(target, services, reader);
  }
  if (target.error !== undefined || target.divergence !== undefined) return target;
  const stale = noteFollower(services, found, asked, reader);
  return stale === undefined ? target : failedTarget(asked, stale);
}

/** A target of which nothing is read. */
function failedTarget(asked: FetchPartition, error: ErrorName): FetchTarget {
  return {
    asked,
    partition: undefined,
    error,
    divergence: undefined,
    leaderEpoch: -1,
    preferredReplica: -1,
    filter: undefined,
    scan: undefined,
    availableBytes: 0,
  };
}

/** Where the reader stands in the partition's log. */
function place(asked: FetchPartition, partition: Partition): FetchTarget {
  const { log, leaderEpoch } = partition;
  const { fetchOffset, lastFetchedEpoch } = asked;
  let divergence: FetchTarget['divergence'];
  if (lastFetchedEpoch >= 0) {
    const end = partition.endOffsetForEpoch(lastFetchedEpoch);
    if (end.endOffset < 0) return outOfRange(asked, partition);
    if (end.epoch < lastFetchedEpoch || end.endOffset < fetchOffset) divergence = end;
  }
  if (divergence === undefined) {
    if (fetchOffset < log.logStartOffset || fetchOffset > log.logEndOffset) {
      return outOfRange(asked, partition);
    }
  }
  return {
    asked,
    partition,
    error: undefined,
    divergence,
    leaderEpoch,
    preferredReplica: -1,
    filter: undefined,
    scan: undefined,
    availableBytes: 0,
  };
}

/**
 * Only a leader can say what is out of range: a follower may have less, and clients that believe it would go to
 * another place in the log. They look for the leader instead.
 */
function outOfRange(asked: FetchPartition, { leaderState }: Partition): FetchTarget {
  const isLeader = leaderState !== undefined;
  return failedTarget(asked, isLeader ? 'OFFSET_OUT_OF_RANGE' : 'NOT_LEADER_OR_FOLLOWER');
}

/** Why the fetch of a follower is refused. One of an earlier incarnation says nothing of the one that lives. */
function noteFollower(
  services: ApiServices,
  partition: Partition,
  asked: FetchPartition,
  { replicaId, replicaEpoch }: FetchReader,
): ErrorName | undefined {
  const registered = services.image().brokers.get(replicaId);
  if (registered !== undefined && replicaEpoch >= 0 && replicaEpoch < registered.epoch) {
    return 'NOT_LEADER_OR_FOLLOWER';
  }
  const { fetchOffset, logStartOffset } = asked;
  const refusal = partition.followerFetched(replicaId, {
    brokerEpoch: replicaEpoch,
    fetchOffset,
    logStartOffset,
  });
  // Who names the leader epoch may know of a replica of which the image here does not yet: as in Apache.
  const namesNoEpoch = asked.currentLeaderEpoch < 0;
  return refusal === 'UNKNOWN_LEADER_EPOCH' && namesNoEpoch ? 'NOT_LEADER_OR_FOLLOWER' : refusal;
}

function withPreferredReplica(
  target: FetchTarget,
  services: ApiServices,
  reader: FetchReader,
): FetchTarget {
  const { partition, divergence, asked } = target;
  if (partition === undefined || divergence !== undefined) return target;
  if (reader.rackId === '' || services.selectReplica === undefined) return target;
  const preferredReplica = services.selectReplica(partition, asked.fetchOffset, reader.rackId);
  return preferredReplica === -1 ? target : { ...target, preferredReplica };
}
