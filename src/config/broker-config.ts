import type { AdminConfig } from './admin-config.ts';
import type { GroupConfig } from './group-config.ts';
import type { EndPoint } from './listeners.ts';
import type { MembershipConfig } from './membership-config.ts';
import type { MetadataStoreConfig } from './metadata-store-config.ts';
import type { ReplicationConfig } from './replication-config.ts';

/**
 * One broker's own configuration, parsed and typed: what was in effect when it was built from static values
 * and those set at run time. Never changed; a change at run time is a new object (`resolveBrokerConfig`).
 * What topics inherit is not here, it is in each topic's `LogConfig`.
 *
 * Names are those of the keys in camel case, with their unit last. Without bound is `infinite`.
 */
export interface BrokerConfig extends GroupConfig, ReplicationConfig, MembershipConfig {
  readonly nodeId: number;
  readonly brokerRack: string | undefined;

  /** Where it accepts connections. At least one. Port 0 is any free one. */
  readonly listeners: readonly EndPoint[];
  /** Where clients are told to go; those of `listeners` unless set. Port 0: the one that was bound. */
  readonly advertisedListeners: readonly EndPoint[];
  /** Name of the listener that other brokers use. */
  readonly interBrokerListenerName: string;

  /** `log.dirs`, else `log.dir`; undefined where neither is set and the caller chooses. */
  readonly logDirs: readonly string[] | undefined;
  /** Where the metadata journal is; undefined means the first of `logDirs`. */
  readonly metadataLogDir: string | undefined;
  readonly metadataStore: MetadataStoreConfig;
  readonly admin: AdminConfig;

  readonly socketRequestMaxBytes: number;
  readonly socketListenBacklogSize: number;
  readonly queuedMaxRequestBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
  /** Bound of connections by address, where it differs from `maxConnectionsPerIp`. */
  readonly maxConnectionsPerIpOverrides: ReadonlyMap<string, number>;
  /** `infinite` when idle connections stay. */
  readonly connectionsMaxIdleMs: number;
  readonly requestBodyTimeoutMs: number;
  readonly requestBodyContendedTimeoutMs: number;
  readonly requestBodyGraceMs: number;
  readonly queuedMaxAnswerBytes: number;
  readonly answerContendedTimeoutMs: number;
  readonly connectionRequestsMax: number;
  readonly sendBufferBytes: number;
  readonly topicVisibleTimeoutMs: number;
  readonly shutdownDrainMs: number;
  readonly shutdownFlushMs: number;

  readonly fetchMaxBytes: number;
  readonly maxIncrementalFetchSessionCacheSlots: number;
  readonly maxRequestPartitionSizeLimit: number;

  readonly autoCreateTopicsEnable: boolean;
  readonly deleteTopicEnable: boolean;
  readonly numPartitions: number;
  /** As it was set; what acts is `replicationFactorByDefault(set, brokersRegistered)`. */
  readonly defaultReplicationFactor: number | undefined;

  readonly logRetentionCheckIntervalMs: number;
  readonly logFlushSchedulerIntervalMs: number;
  readonly logFlushOffsetCheckpointIntervalMs: number;
  readonly logFlushStartOffsetCheckpointIntervalMs: number;
  readonly replicaHighWatermarkCheckpointIntervalMs: number;
  readonly logCleanerEnable: boolean;
  readonly logCleanerBackoffMs: number;
  readonly logCleanerDedupeBufferSize: number;
  /** In `(0, 1]`. */
  readonly logCleanerIoBufferLoadFactor: number;
  readonly logCleanerIoBufferSize: number;
  readonly logCleanerIoMaxBytesPerSecond: number;
  readonly producerIdExpirationMs: number;
  readonly transactionMaxTimeoutMs: number;

  // Named bounds, each that of its key behind `odradek.`; docs/CONFIGURATION.md says what they bound.
  readonly blockingCallSlowMs: number;
  readonly blockingWriteMaxBytes: number;
  readonly fetchCacheBytes: number;
  readonly filterCacheBytes: number;
  readonly flushPartitionBytes: number;
  readonly flushDirectoryBytes: number;
  readonly openFilesMax: number;
  readonly readBufferBytes: number;
  readonly memoryStorageBytes: number;
  readonly decompressedBatchMaxBytes: number;
  readonly describedConfigsMax: number;
  readonly metadataJournalBytes: number;
  readonly metadataHistoryCommits: number;
  readonly partitionsPerRequestMax: number;
}
