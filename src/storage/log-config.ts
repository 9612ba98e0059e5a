import { infinite, type LogConfig as ResolvedTopicConfig } from '../config/log-config.ts';

/**
 * What a `Log` needs of a topic's and the broker's configuration, as plain numbers: bytes and milliseconds,
 * `infinite` for "without end". Their bounds are checked where keys are parsed.
 */
export interface LogConfig extends ResolvedTopicConfig {
  /** How long an idle producer is remembered (`producer.id.expiration.ms`, a broker's key). */
  readonly producerIdExpirationMs: number;
}

/** Apache Kafka's defaults. */
export const defaultLogConfig: LogConfig = {
  cleanupPolicyDelete: true,
  cleanupPolicyCompact: false,
  segmentBytes: 1_073_741_824,
  segmentMs: 604_800_000,
  segmentJitterMs: 0,
  segmentIndexBytes: 10_485_760,
  indexIntervalBytes: 4096,
  preallocate: false,
  fileDeleteDelayMs: 60_000,
  retentionBytes: infinite,
  retentionMs: 604_800_000,
  flushMessages: infinite,
  flushMs: infinite,
  maxMessageBytes: 1_048_588,
  compressionType: 'producer',
  compressionGzipLevel: -1,
  compressionLz4Level: 9,
  compressionZstdLevel: 3,
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: infinite,
  messageTimestampAfterMaxMs: 3_600_000,
  deleteRetentionMs: 86_400_000,
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: infinite,
  minInsyncReplicas: undefined,
  uncleanLeaderElectionEnable: false,
  leaderReplicationThrottledReplicas: [],
  followerReplicationThrottledReplicas: [],
  batchValidation: 'header',
  producerIdExpirationMs: 86_400_000,
};

/** `segment.ms`, or less where records have to come under compaction sooner. */
export function segmentMsMax(config: LogConfig): number {
  if (!config.cleanupPolicyCompact) return config.segmentMs;
  return Math.min(config.segmentMs, config.maxCompactionLagMs);
}
