import type { Files, Runtime } from '../runtime/runtime.ts';
import { assert, must } from '../util/assert.ts';
import type { Logger } from '../util/logger.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { defaultCleanerSettings } from './cleaner-settings.ts';
import { type CheckpointKind, partitionKey } from './checkpoints.ts';
import { closeLogs } from './close-logs.ts';
import { agreeOnIdentity } from './directory-identity.ts';
import { DirectoryPace } from './directory-pace.ts';
import {
  type FoundLog,
  groupByTopic,
  listLogDirectory,
  outlivedLogs,
  requireDistinctLogs,
} from './find-logs.ts';
import { loadLogs } from './load-logs.ts';
import type { LogConfig } from './log-config.ts';
import type { LogCleaner } from './log-cleaner.ts';
import { LogDirectories } from './log-directories.ts';
import { LogDirectory } from './log-directory.ts';
import { logFiles } from './log-files.ts';
import {
  defaultLogManagerLimits,
  type DirectoryDescription,
  type DirectoryOfflineListener,
  type FoundTopic,
  type LoadProgress,
  type LogDescription,
  type LogManagerLimits,
  type LogManagerModules,
  type LogManagerOptions,
} from './log-manager-options.ts';
import { LogMaintenance } from './log-maintenance.ts';
import { placeLog, renameLog } from './log-placement.ts';
import { removeNewDirectories } from './new-directories.ts';
import { LogRegistry } from './log-registry.ts';
import type { Log, LogModules } from './log.ts';
import { writePartitionMetadata } from './partition-metadata.ts';
import { sharedByLogs } from './shared-by-logs.ts';
import { lacksRoom } from './storage-failure.ts';
import { UntouchedLogs } from './untouched-logs.ts';

/**
 * All logs of a broker, over its log directories: opens and recovers them at start, makes and deletes them,
 * and does in the background what they need: flushes, checkpoints, retention, the expiry of producers.
 *
 * It knows nothing of the cluster: it never deletes a log that it was not told to, and those it finds are for
 * the broker to judge (`foundTopics`).
 */
export class LogManager {
  readonly #options: LogManagerOptions;
  readonly #limits: LogManagerLimits;
  readonly #runtime: Runtime;
  readonly #logger: Logger;
  readonly #files: Files;
  readonly #directories: LogDirectories;
  readonly #shared: Omit<LogModules, 'pace' | 'onIoFailure' | 'beforeCut' | 'flushSoon'>;
  readonly #registry = new LogRegistry();
  readonly #untouched = new UntouchedLogs();
  /** Why a log that is on disk could not be opened, by `partitionKey`. */
  readonly #unavailable = new Map<string, Error>();
  readonly #offlineListeners: DirectoryOfflineListener[] = [];
  readonly #maintenance: LogMaintenance;
  #clusterId = '';
  #foundTopics: readonly FoundTopic[] = [];
  #stopping: Promise<void> | undefined;

  private constructor(options: LogManagerOptions, modules: LogManagerModules) {
    assert(options.directories.length > 0, 'there is at least one log directory');
    this.#options = options;
    this.#limits = { ...defaultLogManagerLimits, ...options.limits };
    this.#runtime = modules.runtime;
    this.#logger = modules.logger;
    this.#files = logFiles(modules.runtime.files, {
      temporary: options.temporary === true,
      observe: (path) => this.#observerOf(path),
    });
    const { clock, timers, random } = modules.runtime;
    this.#shared = {
      files: this.#files,
      clock,
      timers,
      random,
      logger: this.#logger,
      ...sharedByLogs(this.#limits, this.#files),
    };
    this.#directories = new LogDirectories(
      options.directories.map((path) => this.#directory(path)),
    );
    this.#maintenance = new LogMaintenance(
      {
        limits: this.#limits,
        registry: this.#registry,
        directories: this.#directories.all,
        cleaner: options.cleaner ?? (() => defaultCleanerSettings),
        onFailed: (path, error) => this.#failedBelow(path, error),
      },
      { ...modules.runtime, files: this.#files, logger: this.#logger },
    );
  }

  /**
   * Locks the directories, reads whose they are, and opens every log in them: what was left in order as it
   * is, anything else after a check of what lies beyond its recovery point. A directory that fails is offline;
   * the start fails when all do.
   *
   * Throws `DATA_DIR_LOCKED`, `INVALID_CONFIG` (another node's or cluster's directory), `NEWER_FORMAT`,
   * `CORRUPT_DATA` (two directories have one partition) and `IO_ERROR`. No lock is kept then.
   */
  static async start(options: LogManagerOptions, modules: LogManagerModules): Promise<LogManager> {
    const manager = new LogManager(options, modules);
    try {
      await manager.#start();
    } catch (error) {
      await manager.abandon({ discardNew: true });
      throw error;
    }
    return manager;
  }

  /** The cluster that the directories belong to. */
  get clusterId(): string {
    return this.#clusterId;
  }

  /** What was found at start, in the order of topic names. */
  get foundTopics(): readonly FoundTopic[] {
    return this.#foundTopics;
  }

  get(topic: string, partition: number): Log | undefined {
    return this.#registry.get(topic, partition);
  }

  logs(): IterableIterator<Log> {
    return this.#registry.logs();
  }

  /**
   * Makes the log of a new partition, in the online directory that has the fewest. Throws `DISK_FULL`,
   * `TOO_MANY_OPEN_FILES` and `IO_ERROR` when no directory takes it, and what the log on disk was refused for when there is one that
   * could not be opened. With `isNew: false` the partition has had a log, which may lie in a directory that is
   * offline: while one is, none is made, and the reason is thrown. With `onDemand` its directory is made with
   * the first file in it.
   */
  create(
    topic: string,
    partition: number,
    topicId: string,
    config: LogConfig,
    { isNew = true, onDemand = false }: { isNew?: boolean; onDemand?: boolean } = {},
  ): Log {
    assert(this.#stopping === undefined, 'a stopped log manager makes no logs');
    assert(this.get(topic, partition) === undefined, 'a log is made once');
    const hidden = isNew ? undefined : this.#directories.failure;
    const obstacle = this.#unavailable.get(partitionKey(topic, partition)) ?? hidden;
    if (obstacle !== undefined) throw obstacle;
    let failure: unknown;
    for (const directory of this.#directories.byFewestLogs()) {
      try {
        const log = placeLog(
          directory,
          { topic, partition, topicId, config, onDemand },
          this.#modulesOf(directory),
        );
        this.#registry.add(directory, log);
        return log;
      } catch (error) {
        if (!(error instanceof OdradekError)) throw error;
        if (!lacksRoom(error)) directory.takeOffline(error);
        failure = error;
      }
    }
    throw failure ?? must(this.#directories.failure);
  }

  /**
   * Takes a log out of use. Its directory is renamed at once, so that the partition can be made anew, and
   * removed when `file.delete.delay.ms` have passed. Nothing happens where there is no such log.
   */
  delete(topic: string, partition: number): void {
    const log = this.get(topic, partition);
    if (log === undefined) return;
    const path = this.#retire(log, 'delete');
    if (path !== undefined) this.#maintenance.removeLater(path, log.config.fileDeleteDelayMs);
  }

  /**
   * The same for a log of which the cluster knows nothing though it should: its files stay, renamed to
   * `…-stray`, until a person decides.
   */
  setAside(topic: string, partition: number): void {
    const log = this.get(topic, partition);
    if (log === undefined) return;
    const path = this.#retire(log, 'stray');
    this.#logger.warn('log that the cluster does not know was set aside', {
      topic,
      partition,
      path,
    });
  }

  /** Gives a log that was found without a topic id (`topicId` is empty) its own. Throws as `Files` does. */
  assignTopicId(log: Log, topicId: string): void {
    writePartitionMetadata(this.#files, log.directory, topicId);
    log.topicId = topicId;
  }

  /** The directories, as they are now. */
  directories(): DirectoryDescription[] {
    return this.#directories.all.map((directory) => ({
      path: directory.path,
      directoryId: directory.directoryId,
      online: directory.online,
      error: directory.error,
      totalBytes: directory.online ? this.#files.totalBytes(directory.path) : undefined,
      usableBytes: directory.online ? this.#files.freeBytes(directory.path) : undefined,
    }));
  }

  /** Where those are that are online; like the ids, without asking the file system. */
  onlinePaths(): string[] {
    return this.#directories.all.filter(({ online }) => online).map(({ path }) => path);
  }

  /** Their ids alone. */
  directoryIds(): string[] {
    return this.#directories.all.map(({ directoryId }) => directoryId);
  }

  /** The broker epoch in which all of them were left in order; -1 where one was not. */
  cleanEpoch(): number {
    const epochs = this.#directories.all.map((one) => one.cleanShutdown?.brokerEpoch ?? -1);
    const [first = -1] = epochs;
    return epochs.every((epoch) => epoch === first) ? first : -1;
  }

  /** The logs in one of `log.dirs`; none where it is offline. */
  describeLogs(path: string): LogDescription[] {
    const directory = this.#directories.all.find((one) => one.online && one.path === path);
    return Array.from(directory?.logs.values() ?? [], (log) => ({
      topic: log.topic,
      partition: log.partition,
      sizeBytes: log.sizeBytes,
      offsetLag: Math.max(0, log.highWatermark - log.logEndOffset),
    }));
  }

  /** Which of `log.dirs` has the log, and whether that can be used. */
  directoryOf(log: Log): { path: string; directoryId: string; online: boolean } {
    const { path, directoryId, online } = this.#registry.directoryOf(log);
    return { path, directoryId, online };
  }

  /** `listener` is called, some turns later, for each directory that goes offline from now on. */
  onDirectoryOffline(listener: DirectoryOfflineListener): void {
    this.#offlineListeners.push(listener);
  }

  /** Applies retention to every log, as happens every `log.retention.check.interval.ms`. */
  applyRetention(): Promise<void> {
    return this.#maintenance.applyRetention();
  }

  /** What compacts the logs. */
  get cleaner(): LogCleaner {
    return this.#maintenance.cleaner;
  }

  /** Writes a checkpoint of every directory, as happens in its interval. */
  checkpoint(kind: CheckpointKind): Promise<void> {
    return this.#maintenance.checkpoint(kind);
  }

  /**
   * Stops in order: all is written, and flushed as far as `shutdownFlushMs` allows, the mark of a clean stop is
   * set, the locks are given back. Never fails: what cannot be written is logged, and checked at the next start.
   */
  stop(options: { brokerEpoch?: number } = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.brokerEpoch ?? -1);
    return this.#stopping;
  }

  /**
   * Lets go of files and locks and leaves what a crash leaves. With `discardNew`, for a start that fails,
   * directories that this start has made go, unless a partition is in them.
   */
  abandon({ discardNew = false }: { discardNew?: boolean } = {}): Promise<void> {
    this.#stopping ??= this.#abandon(discardNew);
    return this.#stopping;
  }

  async #start(): Promise<void> {
    await this.#directories.onEach(async (directory) => directory.lock());
    const clusterIdFor = async (clusterId: string | undefined): Promise<string | undefined> => {
      this.#directories.requireOneOnline();
      return this.#options.clusterId ?? (await this.#options.onLocked?.({ clusterId }));
    };
    const told = { nodeId: this.#options.nodeId, clusterIdFor };
    this.#clusterId = await agreeOnIdentity(this.#directories, told, this.#runtime.random);
    this.#directories.requireOneOnline();
    await this.#directories.onEach((directory) => directory.readState());
    const found = await this.#find();
    this.#foundTopics = groupByTopic(found);
    await this.#load(found);
    this.#directories.requireOneOnline();
    await Promise.all(this.#directories.all.map((directory) => directory.logsAreOpen()));
    this.#maintenance.start();
  }

  async #find(): Promise<FoundLog[]> {
    const leaveAlone = new Set(this.#options.leaveAlone);
    const found: FoundLog[] = [];
    await this.#directories.onEach((directory) => {
      const content = listLogDirectory(directory, leaveAlone, {
        files: this.#files,
        logger: this.#logger,
      });
      found.push(...content.logs);
      for (const path of content.deleted) this.#maintenance.removeLater(path, 0);
    });
    const outlived = outlivedLogs(found, (topic) => this.#options.topicIdOf?.(topic));
    for (const log of outlived) await this.#setFoundAside(log);
    const left = found.filter((log) => !outlived.includes(log));
    requireDistinctLogs(left);
    return left;
  }

  async #setFoundAside({ logDirectory, topic, partition, path: from }: FoundLog): Promise<void> {
    await this.#directories.attempt(logDirectory, () => {
      const log = { topic, partition, directory: from };
      const path = renameLog(logDirectory, log, 'stray', this.#shared);
      this.#logger.warn('log of a topic that was deleted was set aside', {
        topic,
        partition,
        path,
      });
    });
  }

  async #load(found: readonly FoundLog[]): Promise<void> {
    const { clock, timers } = this.#runtime;
    const startMs = clock.monotonicMs();
    await loadLogs(
      found,
      {
        configOf: this.#options.configOf,
        isForeign: (topic) => this.#options.topicIdOf?.(topic) === undefined,
        mayLackRecords: this.#options.mayLackRecords?.(this) === true,
        concurrentLogsMax: this.#limits.concurrentLogsMax,
        modulesOf: ({ logDirectory }) => this.#modulesOf(logDirectory),
        onOpening: (log) => this.#noteOpening(log),
        onOpened: ({ logDirectory }, log) => {
          this.#registry.add(logDirectory, log);
          this.#untouched.opened(log);
        },
        onUnavailable: (log, error) => this.#noteUnavailable(log, error),
        onProgress: (progress) => this.#reportProgress(progress),
      },
      { clock, timers },
    );
    this.#logger.info('logs are open', {
      logs: found.length,
      ...(this.#options.inMemory === true ? {} : { directories: this.#directories.all.length }),
      recovered: found.filter(({ logDirectory }) => logDirectory.cleanShutdown === undefined)
        .length,
      tookMs: Math.round(clock.monotonicMs() - startMs),
    });
  }

  #noteOpening({ logDirectory, path }: FoundLog): void {
    if (logDirectory.cleanShutdown !== undefined) this.#untouched.opening(path);
  }

  #noteUnavailable(found: FoundLog, error: Error): void {
    const { topic, partition, path, logDirectory } = found;
    this.#unavailable.set(partitionKey(topic, partition), error);
    logDirectory.hasUnavailableLogs = true;
    logDirectory.keepOffsetsOf(topic, partition);
    this.#logger.error('log cannot be opened and is left as it is', {
      topic,
      partition,
      path,
      reason: error.message,
    });
  }

  #reportProgress(progress: LoadProgress): void {
    const { opened, total, elapsedMs } = progress;
    this.#logger.info('opening logs', { opened, total, elapsedMs: Math.round(elapsedMs) });
    this.#options.onProgress?.(progress);
  }

  async #stop(brokerEpoch: number): Promise<void> {
    await this.#quiet();
    const { clock, timers } = this.#runtime;
    const { concurrentLogsMax, shutdownFlushMs } = this.#limits;
    // What is not synced can be believed again only where it is known whether the machine kept its memory.
    const flushMs = this.#files.bootId() === undefined ? Infinity : shutdownFlushMs;
    const isUntouched = (log: Log): boolean => this.#untouched.has(log);
    const { failed, unsynced } = await closeLogs(
      this.#registry.entries(),
      { flushMs, concurrentLogsMax, isUntouched },
      { clock, timers, logger: this.#logger },
    );
    for (const directory of this.#directories.all) {
      const mark = { brokerEpoch, isSynced: !unsynced.has(directory) };
      await directory.close(failed.has(directory) ? undefined : mark);
    }
  }

  async #abandon(discardNew: boolean): Promise<void> {
    for (const log of this.logs()) log.closeNow();
    await this.#quiet();
    if (discardNew) {
      const made = this.#directories.all.flatMap((directory) => directory.made);
      removeNewDirectories(this.#files, made, new Set(this.#options.directories));
    }
    for (const directory of this.#directories.all) await directory.release();
  }

  /** Ends all work in the background. */
  async #quiet(): Promise<void> {
    await this.#maintenance.stop();
    await Promise.all(this.#directories.all.map((directory) => directory.stopFlushing()));
  }

  #directory(path: string): LogDirectory {
    const { clock, timers } = this.#runtime;
    const { flushPartitionBytesMax, flushDirectoryBytesMax, flushCheckIntervalMs } = this.#limits;
    return new LogDirectory(
      {
        path,
        flushPartitionBytesMax,
        flushDirectoryBytesMax,
        flushCheckIntervalMs,
        onOffline: (directory, error) => this.#directoryFailed(directory, error),
      },
      {
        files: this.#files,
        clock,
        timers,
        logger: this.#logger,
        pace: new DirectoryPace({ slowCallMs: this.#limits.slowCallMs }, { clock }),
      },
    );
  }

  #modulesOf(directory: LogDirectory): LogModules {
    return {
      ...this.#shared,
      pace: directory.pace,
      onIoFailure: (_, error) => directory.takeOffline(error),
      beforeCut: (log, endOffset) => directory.lowerRecoveryPoint(log, endOffset),
      flushSoon: (log) => directory.flushSoon(log),
    };
  }

  /** Takes a log out of use and renames its directory; answers the new path, undefined where that is offline. */
  #retire(log: Log, suffix: 'delete' | 'stray'): string | undefined {
    const directory = this.#registry.directoryOf(log);
    this.#registry.drop(log);
    if (!directory.online) return undefined;
    log.closeNow();
    if (!log.hasDirectory) return undefined;
    try {
      return renameLog(directory, log, suffix, this.#shared);
    } catch (error) {
      directory.takeOffline(error);
      return undefined;
    }
  }

  /** The directory cannot be used: its logs let go of their files, now that their own work is done. */
  #directoryFailed(directory: LogDirectory, error: Error): void {
    this.#runtime.timers.setTimer(0, () => {
      const logs = [...directory.logs.values()];
      if (this.#stopping === undefined) for (const log of logs) log.closeNow();
      for (const listener of this.#offlineListeners) listener(directory.path, logs, error);
    });
  }

  #failedBelow(path: string, error: unknown): void {
    if (lacksRoom(error)) return;
    this.#directories.above(path)?.takeOffline(error);
  }

  /** What is to be told of writes to a file. Temporary data is not flushed in the background. */
  #observerOf(path: string): (bytes: number) => void {
    const partitionDirectory = this.#files.dirname(path);
    const isFlushed = this.#options.temporary !== true;
    const directory = isFlushed ? this.#directories.above(partitionDirectory) : undefined;
    return (bytes) => {
      this.#untouched.touched(partitionDirectory);
      if (bytes > 0) directory?.noteWritten(bytes);
      else directory?.noteCut();
    };
  }
}
