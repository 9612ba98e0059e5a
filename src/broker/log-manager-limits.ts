import type { BrokerConfig } from '../config/broker-config.ts';
import type { LogManagerLimits } from '../storage/log-manager-options.ts';

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
  };
}
