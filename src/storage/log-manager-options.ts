import type { Runtime } from '../runtime/runtime.ts';
import type { Logger } from '../util/logger.ts';
import type { CleanerSettings } from './cleaner-settings.ts';
import type { LogConfig } from './log-config.ts';
import type { Log } from './log.ts';

/** What `LogManager.start` is told. */
export interface LogManagerOptions {
  /** `log.dirs`: absolute paths, at least one, no two alike. They are made where they are absent. */
  readonly directories: readonly string[];
  /** `[0, 2^31)`; must be what the directories say, where they say it. */
  readonly nodeId: number;
  /** Must be what the directories say; unless given it is theirs, and a new one where they have none. */
  readonly clusterId?: string;
  /** The configuration of a topic whose logs are opened. Called at start only; `Log.updateConfig` follows. */
  readonly configOf: (topic: string) => LogConfig;
  /**
   * The id of the topic that has this name now, once `onLocked` has settled. Of two logs of one partition, the one
   * with another id is set aside.
   */
  readonly topicIdOf?: (topic: string) => string | undefined;
  /** Whether power loss may have taken what was written before, once `onLocked` has settled. False unless given. */
  readonly mayLackRecords?: (directories: DirectoriesBefore) => boolean;
  /** Nothing is ever synced: for data that need not outlive the machine's next start. */
  readonly temporary?: boolean;
  /** The directories are on no disk: nobody is told how many there are. */
  readonly inMemory?: boolean;
  /**
   * Names in the log directories that belong to others, such as the metadata journal, beside those that
   * never are logs here (`__cluster_metadata-*`, `__share_group_state-*`).
   */
  readonly leaveAlone?: readonly string[];
  /**
   * Called when the directories are locked and known to be this node's and of one cluster, before anything is
   * written into them: the moment to open what else lies in them. `found` is the cluster that they name, if any.
   * Answers the cluster that they must belong to, and will; undefined where nobody knows. If it fails, the start
   * fails.
   */
  readonly onLocked?: (found: { clusterId: string | undefined }) => Promise<string | undefined>;
  /** Called at most once a second while logs are opened. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** How logs are compacted, asked whenever it acts; `defaultCleanerSettings` unless given. */
  readonly cleaner?: () => CleanerSettings;
  /** Bounds and intervals that differ from `defaultLogManagerLimits`. */
  readonly limits?: Partial<LogManagerLimits>;
}

/** How far the opening of logs has come. */
export interface LoadProgress {
  readonly opened: number;
  readonly total: number;
  readonly elapsedMs: number;
}

/** Bounds and intervals; the config key of each stands behind it. */
export interface LogManagerLimits {
  /** Files of logs that are open at a time (`odradek.open.files.max`). */
  readonly openFilesMax: number;
  /** Memory for the newest batches (`odradek.fetch.cache.bytes`). */
  readonly batchCacheBytes: number;
  /** Memory kept for reads of files (`odradek.read.buffer.bytes`). */
  readonly readBufferBytes: number;
  /** Most bytes that a batch may become when a record is looked for in it (`odradek.decompressed.batch.max.bytes`). */
  readonly decompressedBytesMax: number;
  /** A larger write goes through the thread pool (`odradek.blocking.write.max.bytes`). */
  readonly blockingWriteBytesMax: number;
  /** A blocking call that takes longer makes its directory slow (`odradek.blocking.call.slow.ms`). */
  readonly slowCallMs: number;
  /** A partition with more unflushed bytes is flushed (`odradek.flush.partition.bytes`). */
  readonly flushPartitionBytesMax: number;
  /** A directory with more has its oldest flushed (`odradek.flush.directory.bytes`). */
  readonly flushDirectoryBytesMax: number;
  /** Longest time between two looks at `flush.ms` while something is unflushed (`log.flush.scheduler.interval.ms`). */
  readonly flushCheckIntervalMs: number;
  /** `log.retention.check.interval.ms` */
  readonly retentionCheckIntervalMs: number;
  /** `producer.id.expiration.check.interval.ms`, which Apache Kafka does not list. */
  readonly producerExpirationCheckIntervalMs: number;
  /** `log.flush.offset.checkpoint.interval.ms` */
  readonly recoveryPointCheckpointIntervalMs: number;
  /** `log.flush.start.offset.checkpoint.interval.ms` */
  readonly logStartOffsetCheckpointIntervalMs: number;
  /** `replica.high.watermark.checkpoint.interval.ms` */
  readonly highWatermarkCheckpointIntervalMs: number;
  /** For how long a clean stop flushes logs; the others are written only (`odradek.shutdown.flush.ms`). */
  readonly shutdownFlushMs: number;
  /** Logs that are opened or closed at a time. */
  readonly concurrentLogsMax: number;
}

/** What acts unless set. Durations in milliseconds are Apache Kafka's. */
export const defaultLogManagerLimits: LogManagerLimits = {
  openFilesMax: 16_384,
  batchCacheBytes: 64 * 1024 * 1024,
  readBufferBytes: 16 * 1024 * 1024,
  decompressedBytesMax: 128 * 1024 * 1024,
  blockingWriteBytesMax: 1024 * 1024,
  slowCallMs: 5,
  flushPartitionBytesMax: 64 * 1024 * 1024,
  flushDirectoryBytesMax: 512 * 1024 * 1024,
  flushCheckIntervalMs: 1000,
  retentionCheckIntervalMs: 300_000,
  producerExpirationCheckIntervalMs: 600_000,
  recoveryPointCheckpointIntervalMs: 60_000,
  logStartOffsetCheckpointIntervalMs: 60_000,
  highWatermarkCheckpointIntervalMs: 5000,
  shutdownFlushMs: 5000,
  concurrentLogsMax: 8,
};

/** What a `LogManager` needs around it. */
export interface LogManagerModules {
  readonly runtime: Runtime;
  readonly logger: Logger;
}

/** What log directories say of themselves and of how the process before left them. */
export interface DirectoriesBefore {
  /** The broker epoch in which all of them were left in order; -1 where one was not. */
  cleanEpoch(): number;
  directoryIds(): readonly string[];
  onlinePaths(): readonly string[];
}

/** A topic whose logs were found at start: what a broker needs to adopt it. */
export interface FoundTopic {
  readonly topic: string;
  /** Undefined where no `partition.metadata` says it. Two topics of one name with different ids may be found. */
  readonly topicId: string | undefined;
  /** In ascending order; numbers may be missing. */
  readonly partitions: readonly FoundPartition[];
}

/** A partition whose log was found, and where. */
export interface FoundPartition {
  readonly partition: number;
  /** Path of the log directory that has it. */
  readonly logDirectory: string;
}

/** One of `log.dirs`, as it is now. */
export interface DirectoryDescription {
  readonly path: string;
  /** 22 characters of URL-base64; the zero id where the directory failed before it was read. */
  readonly directoryId: string;
  readonly online: boolean;
  /** Why it is offline. */
  readonly error: Error | undefined;
  /** Undefined where not known. */
  readonly totalBytes: number | undefined;
  readonly usableBytes: number | undefined;
}

/** What DescribeLogDirs answers about one log. */
export interface LogDescription {
  readonly topic: string;
  readonly partition: number;
  readonly sizeBytes: number;
  /** How far the log's end is behind the high watermark: 0 but on a replica that catches up. */
  readonly offsetLag: number;
}

/** Told of a log directory that went offline, with the logs that were in it; they refuse everything now. */
export type DirectoryOfflineListener = (
  directory: string,
  logs: readonly Log[],
  error: Error,
) => void;
