import type { BrokerConfig } from '../config/broker-config.ts';
import type { CleanerSettings } from '../storage/cleaner-settings.ts';
import type { LogManagerLimits } from '../storage/log-manager-options.ts';

const loadFactorLeast = 0.1;

/** The bounds and intervals of the log manager, as the broker's configuration has them. */
export function logManagerLimits(config: BrokerConfig): Partial<LogManagerLimits> {
  return {
    openFilesMax: config.openFilesMax,
    batchCacheBytes: config.fetchCacheBytes,
    readBufferBytes: config.readBufferBytes,
    decompressedBytesMax: config.decompressedBatchMaxBytes,
    blockingWriteBytesMax: config.blockingWriteMaxBytes,
    slowCallMs: config.blockingCallSlowMs,
    flushPartitionBytesMax: config.flushPartitionBytes,
    flushDirectoryBytesMax: config.flushDirectoryBytes,
    flushCheckIntervalMs: Math.min(1000, config.logFlushSchedulerIntervalMs),
    retentionCheckIntervalMs: config.logRetentionCheckIntervalMs,
    recoveryPointCheckpointIntervalMs: config.logFlushOffsetCheckpointIntervalMs,
    logStartOffsetCheckpointIntervalMs: config.logFlushStartOffsetCheckpointIntervalMs,
    highWatermarkCheckpointIntervalMs: config.replicaHighWatermarkCheckpointIntervalMs,
    shutdownFlushMs: config.shutdownFlushMs,
  };
}

/** How logs are compacted, as the broker's configuration has it now; what is out of all bounds is brought in. */
export function cleanerSettings(config: BrokerConfig): CleanerSettings {
  return {
    isEnabled: config.logCleanerEnable,
    backoffMs: config.logCleanerBackoffMs,
    dedupeBufferBytes: Math.max(0, config.logCleanerDedupeBufferSize),
    loadFactor: Math.min(1, Math.max(loadFactorLeast, config.logCleanerIoBufferLoadFactor)),
    ioBufferBytes: config.logCleanerIoBufferSize,
    ioBytesPerSecondMax: Math.max(1, config.logCleanerIoMaxBytesPerSecond),
    decompressedBytesMax: config.decompressedBatchMaxBytes,
  };
}
