import type { Background, Clock, Files, Random, Timers } from '../runtime/runtime.ts';
import type { Logger } from '../util/logger.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { CleanerSettings } from './cleaner-settings.ts';
import type { CheckpointKind } from './checkpoints.ts';
import { DeletionQueue } from './deletion-queue.ts';
import { LogCleaner } from './log-cleaner.ts';
import type { LogDirectory } from './log-directory.ts';
import type { LogManagerLimits } from './log-manager-options.ts';
import type { LogRegistry } from './log-registry.ts';
import { LogSweep } from './log-sweep.ts';
import type { Log } from './log.ts';
import { Repeater } from './repeater.ts';

/** What maintenance needs around it. */
export interface LogMaintenanceModules {
  readonly files: Files;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly background: Background;
  readonly logger: Logger;
}

/**
 * What happens to the logs of a broker at intervals: retention, compaction, the expiry of producers, the
 * checkpoints, the removal of deleted logs.
 */
export class LogMaintenance {
  readonly cleaner: LogCleaner;
  readonly #limits: LogManagerLimits;
  readonly #registry: LogRegistry;
  readonly #directories: readonly LogDirectory[];
  readonly #onFailed: (path: string, error: unknown) => void;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #deletions: DeletionQueue;
  readonly #retention: LogSweep<Log>;
  readonly #expiry: LogSweep<Log>;
  #repeaters: readonly Repeater[] = [];

  /** `onFailed` is told of each operating failure, with the path of a directory that it concerns. */
  constructor(
    options: {
      limits: LogManagerLimits;
      registry: LogRegistry;
      directories: readonly LogDirectory[];
      cleaner: () => CleanerSettings;
      onFailed: (path: string, error: unknown) => void;
    },
    modules: LogMaintenanceModules,
  ) {
    this.#limits = options.limits;
    this.#registry = options.registry;
    this.#directories = options.directories;
    this.#onFailed = options.onFailed;
    this.#clock = modules.clock;
    this.#timers = modules.timers;
    this.#deletions = new DeletionQueue({ onFailed: options.onFailed }, modules);
    this.cleaner = new LogCleaner({ ...options, settings: options.cleaner }, modules);
    this.#retention = this.#sweep((log, nowMs) => void log.applyRetention(nowMs));
    this.#expiry = this.#sweep((log, nowMs) => log.expireProducers(nowMs));
  }

  /** Begins to repeat, when all logs are open. */
  start(): void {
    const { timers, limits } = { timers: this.#timers, limits: this.#limits };
    const every = (intervalMs: number, action: () => Promise<void>): Repeater =>
      new Repeater({ intervalMs, action }, { timers });
    this.#repeaters = [
      every(limits.retentionCheckIntervalMs, () => this.#retention.run()),
      every(limits.producerExpirationCheckIntervalMs, () => this.#expiry.run()),
      every(limits.recoveryPointCheckpointIntervalMs, () => this.checkpoint('recoveryPoint')),
      every(limits.logStartOffsetCheckpointIntervalMs, () => this.checkpoint('logStartOffset')),
      every(limits.highWatermarkCheckpointIntervalMs, () => this.checkpoint('highWatermark')),
    ];
    this.cleaner.start();
  }

  /** Nothing new begins from now on. Settles when the round of the cleaner that is under way has ended. */
  async stop(): Promise<void> {
    for (const repeater of this.#repeaters) repeater.stop();
    this.#retention.stop();
    this.#expiry.stop();
    this.#deletions.stop();
    await this.cleaner.stop();
  }

  applyRetention(): Promise<void> {
    return this.#retention.run();
  }

  async checkpoint(kind: CheckpointKind): Promise<void> {
    await Promise.all(this.#directories.map((directory) => directory.checkpoint(kind)));
  }

  /** Removes the directory `path` with all that is in it, once `delayMs` have passed. */
  removeLater(path: string, delayMs: number): void {
    this.#deletions.add(path, delayMs);
  }

  #sweep(visit: (log: Log, nowMs: number) => void): LogSweep<Log> {
    return new LogSweep(
      {
        logs: () => this.#registry.logs(),
        isLive: (log) => this.#registry.isUsable(log),
        visit: (log, nowMs) => this.#visit(log, nowMs, visit),
      },
      { clock: this.#clock, timers: this.#timers },
    );
  }

  #visit(log: Log, nowMs: number, visit: (log: Log, nowMs: number) => void): void {
    try {
      visit(log, nowMs);
    } catch (error) {
      if (!(error instanceof OdradekError)) throw error;
      this.#onFailed(log.directory, error);
    }
  }
}
