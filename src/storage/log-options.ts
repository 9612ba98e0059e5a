import type { DirectoryOnDemand } from './directory-on-demand.ts';
import type { LogConfig } from './log-config.ts';

/** Which log it is. */
export interface LogOptions {
  /** Path of the partition's directory, which exists unless `directoryOnDemand` is given. */
  readonly directory: string;
  readonly directoryOnDemand?: DirectoryOnDemand | undefined;
  readonly topic: string;
  readonly partition: number;
  /** Kafka's 22-character form. */
  readonly topicId: string;
  readonly config: LogConfig;
  /** From the checkpoint; 0 unless given. */
  readonly logStartOffset?: number;
  /** From the checkpoint: everything below it survived power loss. 0 where the checkpoint says nothing. */
  readonly recoveryPoint?: number | undefined;
  /** Told where a gap beyond the recovery point is taken for what compaction leaves. */
  readonly onGap?: () => void;
  /** Whether another program, such as Apache Kafka, may have written it. False unless given. */
  readonly isForeign?: boolean;
  /** Whether the log was closed by `close()` or `closeUnsynced()` when it was last used. */
  readonly clean?: boolean;
  /**
   * Of a clean log: whether all of it was synced. Where not, what lies beyond the recovery point is in the files
   * and may be in memory alone. True unless given.
   */
  readonly isSynced?: boolean;
  /** From the checkpoint: below it the log was compacted. */
  readonly cleanedEndOffset?: number | undefined;
}
