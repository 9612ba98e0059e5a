import type { Clock, DirectoryLock, Files, Timer, Timers } from '../runtime/runtime.ts';
import { errorText, isError } from '../util/is-error.ts';
import type { Logger } from '../util/logger.ts';
import { hasCode } from '../util/odradek-error.ts';
import { CheckpointWriter } from './checkpoint-writer.ts';
import {
  type CheckpointKind,
  checkpointFileNames,
  type OffsetsByPartition,
  partitionKey,
} from './checkpoints.ts';
import {
  type CleanShutdown,
  readCleanShutdown,
  removeCleanShutdown,
  writeCleanShutdown,
} from './clean-shutdown.ts';
import { unknownId } from './directory-id.ts';
import type { DirectoryPace } from './directory-pace.ts';
import { FlushScheduler } from './flush-scheduler.ts';
import { lockDataDirectory } from './lock-directory.ts';
import type { Log } from './log.ts';
import {
  type CompleteMetaProperties,
  type MetaProperties,
  readMetaProperties,
  writeMetaProperties,
} from './meta-properties.ts';
import { missingDirectories } from './new-directories.ts';
import { lacksRoom } from './storage-failure.ts';

/** Bytes written or flushed since the recovery points were last written, from which on they are at once. */
const bytesPerCheckpoint = 64 * 1024 * 1024;
/** Pause before the directory is synced again for which there was no descriptor. */
const syncRetryMs = 1000;
/** Otherwise they are written this long after a flush. */
const checkpointDelayMs = 1000;

/** What a log directory is told. */
export interface LogDirectoryOptions {
  /** Absolute. */
  readonly path: string;
  /** Bounds of unflushed bytes and the interval of looks at `flush.ms`; see `LogManagerLimits`. */
  readonly flushPartitionBytesMax: number;
  readonly flushDirectoryBytesMax: number;
  readonly flushCheckIntervalMs: number;
  /** Called once, with the error that made the directory unusable. */
  readonly onOffline: (directory: LogDirectory, error: Error) => void;
}

/** What a log directory needs around it. */
export interface LogDirectoryModules {
  readonly files: Files;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly pace: DirectoryPace;
}

/**
 * One of `log.dirs`: its lock, whose it is, its checkpoints, and whether it can be used. An I/O error takes it
 * offline for as long as this broker runs; nothing is written to it from then on.
 */
export class LogDirectory {
  readonly path: string;
  readonly pace: DirectoryPace;
  /** The open logs by `partitionKey`. */
  readonly logs = new Map<string, Log>();
  directoryId = unknownId;
  /** Directories that were made so that this one is there; its own among them. */
  made: readonly string[] = [];
  /** What the last stop left; undefined after an unclean one. */
  cleanShutdown: CleanShutdown | undefined;
  /** A log could not be opened: the next start is to look at this directory as after a crash. */
  hasUnavailableLogs = false;
  /** A log was opened with a gap beyond its recovery point, and is flushed since. */
  hasGaps = false;
  #error: Error | undefined;
  #lock: DirectoryLock | undefined;
  /** Since the recovery points were last written. */
  #writtenBytes = 0;
  #flushedBytes = 0;
  #checkpointTimer: Timer | undefined;
  #syncing: Promise<void> | undefined;
  #syncAgain = false;
  #syncTimer: Timer | undefined;
  #areLogsOpen = false;
  #closed = false;
  /** Offsets of partitions that are here and not opened, by checkpoint: they stay in the files. */
  readonly #foreignOffsets = new Map<CheckpointKind, OffsetsByPartition>();
  readonly #flusher: FlushScheduler<Log>;
  readonly #checkpoints: Record<CheckpointKind, CheckpointWriter>;
  readonly #onOffline: LogDirectoryOptions['onOffline'];
  readonly #files: Files;
  readonly #timers: Timers;
  readonly #logger: Logger;

  constructor(options: LogDirectoryOptions, modules: LogDirectoryModules) {
    this.path = options.path;
    this.pace = modules.pace;
    this.#onOffline = options.onOffline;
    this.#files = modules.files;
    this.#timers = modules.timers;
    this.#logger = modules.logger;
    this.#flusher = this.#newFlusher(options, modules);
    const writer = (kind: CheckpointKind): CheckpointWriter =>
      new CheckpointWriter(
        { path: this.#files.join(this.path, checkpointFileNames[kind]) },
        modules,
      );
    this.#checkpoints = {
      recoveryPoint: writer('recoveryPoint'),
      logStartOffset: writer('logStartOffset'),
      highWatermark: writer('highWatermark'),
      cleanerOffset: writer('cleanerOffset'),
    };
  }

  #newFlusher(options: LogDirectoryOptions, modules: LogDirectoryModules): FlushScheduler<Log> {
    return new FlushScheduler(
      {
        partitionBytesMax: options.flushPartitionBytesMax,
        directoryBytesMax: options.flushDirectoryBytesMax,
        checkIntervalMs: options.flushCheckIntervalMs,
        logs: () => this.logs.values(),
        isLive: (log) =>
          this.online && this.logs.get(partitionKey(log.topic, log.partition)) === log,
        onFlushed: (bytes) => this.#noteFlushed(bytes),
        onFailed: (log, error) => this.#flushFailed(log, error),
      },
      modules,
    );
  }

  get online(): boolean {
    return this.#error === undefined;
  }

  /** Why it is offline. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** From now on nothing is read or written here. `error` says why. */
  takeOffline(error: unknown): void {
    if (this.#error !== undefined || this.#closed) return;
    this.#error = isError(error) ? error : new Error(String(error));
    this.#clearTimers();
    this.#logger.error('log directory is offline', { path: this.path, error: this.#error.message });
    this.#onOffline(this, this.#error);
  }

  /**
   * Takes the lock, making the directory where it is absent. Throws `DATA_DIR_LOCKED` where another broker
   * has it, and as `Files` does.
   */
  async lock(): Promise<void> {
    const missing = missingDirectories(this.#files, this.path);
    this.#lock = await lockDataDirectory(this.#files, this.path);
    this.made = missing;
  }

  readIdentity(): MetaProperties | undefined {
    return readMetaProperties(this.#files, this.path);
  }

  async writeIdentity(properties: CompleteMetaProperties): Promise<void> {
    await writeMetaProperties(this.#files, this.path, properties);
  }

  /** Reads what the last run left, and removes the mark of a clean stop. */
  async readState(): Promise<void> {
    this.cleanShutdown = readCleanShutdown(this.#files, this.path);
    await removeCleanShutdown(this.#files, this.path);
    for (const kind of Object.keys(this.#checkpoints) as CheckpointKind[])
      this.#readCheckpoint(kind);
  }

  /** Damage costs time, not data: without recovery points, all is checked. */
  #readCheckpoint(kind: CheckpointKind): void {
    try {
      this.#checkpoints[kind].read();
    } catch (error) {
      if (!hasCode(error, 'CORRUPT_DATA')) throw error;
      this.#logger.warn('checkpoint cannot be read and is taken as empty', {
        reason: error.message,
      });
    }
  }

  /** What a checkpoint says of a partition; undefined where it says nothing. */
  checkpointed(kind: CheckpointKind, topic: string, partition: number): number | undefined {
    return this.#checkpoints[kind].content.get(partitionKey(topic, partition));
  }

  /** Keeps the lines of a partition that is here, and not opened, in the checkpoints. */
  keepOffsetsOf(topic: string, partition: number): void {
    const key = partitionKey(topic, partition);
    for (const kind of Object.keys(this.#checkpoints) as CheckpointKind[]) {
      const offset = this.#checkpoints[kind].content.get(key);
      if (offset === undefined) continue;
      const kept = this.#foreignOffsets.get(kind) ?? new Map<string, number>();
      this.#foreignOffsets.set(kind, kept.set(key, offset));
    }
  }

  /**
   * Makes sure that no checkpoint has a line of a partition that is about to be created: an older log of that
   * name left it, and it would hide a torn tail or move the start. Seldom has to do anything; throws as
   * `Files` does.
   */
  forgetOffsetsOf(topic: string, partition: number): void {
    const key = partitionKey(topic, partition);
    for (const kind of Object.keys(this.#checkpoints) as CheckpointKind[]) {
      if (this.#checkpoints[kind].mayHold(key))
        this.#checkpoints[kind].writeNow(this.#collect(kind));
    }
  }

  /**
   * A log is about to be cut, so that it ends at `endOffset`. The checkpoint must not call flushed what comes there
   * next: it says so, and survives power loss, before anything is cut. Seldom has to do anything, since what is cut
   * has mostly not been flushed; throws as `Files` does.
   */
  lowerRecoveryPoint(log: Log, endOffset: number): void {
    const key = partitionKey(log.topic, log.partition);
    if (!this.#checkpoints.recoveryPoint.mayExceed(key, endOffset)) return;
    const offsets = this.#collect('recoveryPoint');
    offsets.set(key, Math.min(endOffset, log.recoveryPoint));
    this.#checkpoints.recoveryPoint.writeNow(offsets);
  }

  /** All logs are open: from now on the checkpoints can be written without losing lines. Never rejects. */
  async logsAreOpen(): Promise<void> {
    this.#areLogsOpen = true;
    // What recovery found is flushed with what is written from now on, so that it is not found again and again.
    for (const { unflushedBytes } of this.logs.values()) {
      if (unflushedBytes > 0) this.#flusher.noteWritten(unflushedBytes);
    }
    if (this.hasGaps) await this.checkpoint('recoveryPoint');
  }

  /** Writes a checkpoint, unless the file says the same. Want of room is waited out. */
  async checkpoint(kind: CheckpointKind): Promise<void> {
    if (!this.online || this.#closed || !this.#areLogsOpen) return;
    try {
      await this.#checkpoints[kind].write(() => this.#collect(kind));
    } catch (error) {
      if (!lacksRoom(error)) this.takeOffline(error);
      else
        this.#logger.warn('no room to write a checkpoint; it is written later', {
          path: this.path,
          kind,
          reason: error.message,
        });
    }
  }

  #collect(kind: CheckpointKind): OffsetsByPartition {
    const offsets: OffsetsByPartition = new Map(this.#foreignOffsets.get(kind));
    for (const [key, log] of this.logs) {
      const offset = this.#offsetOf(kind, log);
      if (offset !== undefined) offsets.set(key, offset);
    }
    return offsets;
  }

  #offsetOf(kind: CheckpointKind, log: Log): number | undefined {
    switch (kind) {
      case 'recoveryPoint':
        return log.recoveryPoint;
      case 'logStartOffset':
        return log.logStartOffset > 0 ? log.logStartOffset : undefined;
      case 'highWatermark':
        return log.highWatermark;
      case 'cleanerOffset':
        return log.compaction.cleanedEndOffset;
    }
  }

  /**
   * `bytes` were written to a file of a log here. Logs flush by themselves too, when they roll; so recovery
   * points are looked at also when much was written.
   *
   * HOT: bench=produce-small
   */
  noteWritten(bytes: number): void {
    this.#flusher.noteWritten(bytes);
    this.#writtenBytes += bytes;
    if (this.#writtenBytes >= bytesPerCheckpoint) this.#checkpointIn(0);
  }

  /** Part of a log is gone, so its recovery point may lie lower than the file says. */
  noteCut(): void {
    this.#checkpointIn(0);
  }

  /** A segment of a log here has ended. */
  flushSoon(log: Log): void {
    this.#flusher.flushSoon(log);
  }

  /** Nothing is flushed in the background from now on; settles when the flush under way has. */
  async stopFlushing(): Promise<void> {
    await this.#flusher.stop();
  }

  /** A log that was closed or deleted meanwhile may fail; one in use that found no room is tried again later. */
  #flushFailed(log: Log, error: unknown): void {
    const isInUse = this.logs.get(partitionKey(log.topic, log.partition)) === log && !this.#closed;
    if (isInUse && !lacksRoom(error)) this.takeOffline(error);
  }

  /** `bytes` of some log were flushed: its recovery point is to be written before much more is. */
  #noteFlushed(bytes: number): void {
    this.#flushedBytes += bytes;
    if (this.#flushedBytes >= bytesPerCheckpoint) this.#checkpointIn(0);
    else if (this.#checkpointTimer === undefined) this.#checkpointIn(checkpointDelayMs);
  }

  #checkpointIn(delayMs: number): void {
    this.#writtenBytes = 0;
    this.#flushedBytes = 0;
    this.#clearCheckpointTimer();
    if (this.#closed || !this.#areLogsOpen) return;
    this.#checkpointTimer = this.#timers.setTimer(delayMs, () => {
      this.#checkpointTimer = undefined;
      void this.checkpoint('recoveryPoint');
    });
  }

  #clearTimers(): void {
    this.#clearCheckpointTimer();
    if (this.#syncTimer !== undefined) this.#timers.clearTimer(this.#syncTimer);
    this.#syncTimer = undefined;
  }

  #clearCheckpointTimer(): void {
    if (this.#checkpointTimer !== undefined) this.#timers.clearTimer(this.#checkpointTimer);
    this.#checkpointTimer = undefined;
  }

  /** Makes directories that were made or renamed here survive power loss, in a while: one sync for many. */
  syncSoon(): void {
    if (this.#syncing !== undefined) {
      this.#syncAgain = true;
      return;
    }
    this.#syncing = this.#syncNow().finally(() => {
      this.#syncing = undefined;
      if (this.#syncAgain && this.online && !this.#closed) this.syncSoon();
      this.#syncAgain = false;
    });
  }

  async #syncNow(): Promise<void> {
    try {
      await this.#files.syncDirectory(this.path);
    } catch (error) {
      if (!lacksRoom(error)) return this.takeOffline(error);
      this.#syncLater();
    }
  }

  #syncLater(): void {
    if (this.#closed) return;
    this.#syncTimer ??= this.#timers.setTimer(syncRetryMs, () => {
      this.#syncTimer = undefined;
      this.syncSoon();
    });
  }

  /**
   * The last step of a clean stop, when all logs are closed and flushed: checkpoints, mark, lock.
   * `brokerEpoch` is noted in the mark; undefined leaves it out: the next start looks as after a crash.
   */
  async close(mark: CleanShutdown | undefined): Promise<void> {
    this.#clearTimers();
    await this.#syncing;
    if (this.online) {
      await this.checkpoint('logStartOffset');
      await this.checkpoint('highWatermark');
      await this.checkpoint('recoveryPoint');
      await this.checkpoint('cleanerOffset');
    }
    await this.#mark(mark);
    await this.release();
  }

  async #mark(mark: CleanShutdown | undefined): Promise<void> {
    if (mark === undefined || !this.online || this.hasUnavailableLogs) return;
    try {
      await writeCleanShutdown(this.#files, this.path, mark);
    } catch (error) {
      this.#logger.warn('clean stop could not be marked; the next start checks what it finds', {
        path: this.path,
        error: errorText(error),
      });
    }
  }

  /** Gives the lock back and does nothing more. */
  async release(): Promise<void> {
    this.#closed = true;
    this.#clearTimers();
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }
}
