import { errorCodes, type ErrorName } from '../protocol/error-codes.ts';
import type { FetchResponse } from '../protocol/messages/fetch.ts';
import type { LogRead } from '../storage/log.ts';
import { isRead, type FetchTarget } from './fetch-target.ts';
import type { ApiServices } from './services.ts';
import { leaderHint } from './serving-brokers.ts';

/** The answer for one partition. */
export type PartitionData = FetchResponse['responses'][number]['partitions'][number];

/** The first version that names a new leader (KIP-951). */
const newLeaderFirstVersion = 16;
const noRecords: readonly Uint8Array[] = [];
const none = { epoch: -1, endOffset: -1 };
const noLeader = { leaderId: -1, leaderEpoch: -1 };

/** What became of a target. */
interface TargetOutcome {
  readonly read: LogRead | undefined;
  readonly error: ErrorName | undefined;
}

/** What a fetch answers for a target. HOT: bench=fetch */
export function partitionData(
  services: ApiServices,
  { asked, partition, divergence, preferredReplica }: FetchTarget,
  { read, error }: TargetOutcome,
  { apiVersion, committed }: { readonly apiVersion: number; readonly committed: boolean },
): PartitionData {
  const log = error === undefined ? partition?.log : undefined;
  const leaderMoved =
    apiVersion >= newLeaderFirstVersion &&
    (error === 'NOT_LEADER_OR_FOLLOWER' || error === 'FENCED_LEADER_EPOCH');
  return {
    partitionIndex: asked.partition,
    errorCode: error === undefined ? 0 : errorCodes[error],
    highWatermark: log?.highWatermark ?? -1,
    lastStableOffset: log?.lastStableOffset ?? -1,
    logStartOffset: log?.logStartOffset ?? -1,
    divergingEpoch: divergence ?? none,
    currentLeader: leaderMoved
      ? leaderHint(services, asked.topic, asked.topicId, asked.partition)
      : noLeader,
    snapshotId: none,
    abortedTransactions:
      committed && log !== undefined
        ? read === undefined
          ? []
          : log.abortedTransactions(
              asked.fetchOffset,
              partition?.readableEndOffset('read_committed') ?? -1,
            )
        : null,
    preferredReadReplica: preferredReplica,
    records: read?.chunks ?? noRecords,
  };
}
/** Whether the answer says anything that the session's last one did not (KIP-227). */
export function isNews(
  target: FetchTarget,
  read: LogRead | undefined,
  data: PartitionData,
): boolean {
  const { asked } = target;
  return (
    data.errorCode !== 0 ||
    !isRead(target) ||
    (read !== undefined && read.sizeBytes > 0) ||
    asked.sentHighWatermark !== data.highWatermark ||
    asked.sentLogStartOffset !== data.logStartOffset
  );
}
