/**
 * What a log needs to know of its topic's configuration, resolved: the topic's own value, else the broker's,
 * else the default. Names are those of the topic keys in camel case, with their unit last.
 *
 * "Without end" is `infinite` everywhere: `retention.ms=-1`, `retention.bytes=-1`, and Kafka's largest int64.
 * The object is never changed; a new configuration is a new object.
 */
export interface LogConfig {
  /** `cleanup.policy` has `delete`: old segments go by time and size. Both may be false: nothing goes. */
  readonly cleanupPolicyDelete: boolean;
  /** `cleanup.policy` has `compact`: the newest record of each key stays. */
  readonly cleanupPolicyCompact: boolean;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly segmentJitterMs: number;
  readonly segmentIndexBytes: number;
  readonly indexIntervalBytes: number;
  readonly preallocate: boolean;
  readonly fileDeleteDelayMs: number;
  /** `infinite` when size does not count. */
  readonly retentionBytes: number;
  /** `infinite` when age does not count. */
  readonly retentionMs: number;
  /** Records that may be unsynced before the log is; `infinite` leaves it to the background flush. */
  readonly flushMessages: number;
  readonly flushMs: number;
  /** Bytes of the largest batch, as it is stored. */
  readonly maxMessageBytes: number;
  readonly compressionType: TopicCompression;
  /** -1 is zlib's own default, else 1-9. */
  readonly compressionGzipLevel: number;
  readonly compressionLz4Level: number;
  readonly compressionZstdLevel: number;
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime';
  /** How far a record's timestamp may lie before the broker's clock. */
  readonly messageTimestampBeforeMaxMs: number;
  /** How far a record's timestamp may lie after the broker's clock. */
  readonly messageTimestampAfterMaxMs: number;
  /** How long a tombstone outlives the compaction that could have dropped it. */
  readonly deleteRetentionMs: number;
  readonly minCleanableDirtyRatio: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  /** As it was set; what acts is `minInsyncReplicas(set, replicaCount)`. */
  readonly minInsyncReplicas: number | undefined;
  readonly uncleanLeaderElectionEnable: boolean;
  /** `partition:broker` pairs, or `*` alone for all. */
  readonly leaderReplicationThrottledReplicas: readonly string[];
  readonly followerReplicationThrottledReplicas: readonly string[];
  /** How much of a batch is checked: its header and CRC, or each record too, as Apache does. */
  readonly batchValidation: BatchValidation;
}

/** `producer` keeps what the producer chose; all others recompress. */
export type TopicCompression = 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** How much of a batch is checked before it is written (`odradek.batch.validation`). */
export type BatchValidation = 'header' | 'records';

/** No bound. */
export const infinite = Number.MAX_SAFE_INTEGER;
