import type { Background, Clock, Random, Timers } from '../runtime/runtime.ts';
import { errorText } from '../util/is-error.ts';
import type { Logger } from '../util/logger.ts';
import { hasCode, OdradekError } from '../util/odradek-error.ts';
import { type CleanablePart, isMoreUrgent, isWorthCleaning } from './cleanable-part.ts';
import { CleanerControl } from './cleaner-control.ts';
import type { CleanerSettings } from './cleaner-settings.ts';
import { CompactionRun, type CompactionOutcome } from './compaction-run.ts';
import type { LogRegistry } from './log-registry.ts';
import { LogSweep } from './log-sweep.ts';
import type { Log } from './log.ts';
import { Repeater } from './repeater.ts';
import { lacksRoom } from './storage-failure.ts';

const noRoom = 'log.cleaner.dedupe.buffer.size has no room for the keys of one batch';

interface Candidate {
  readonly log: Log;
  readonly part: CleanablePart;
}

/** What a cleaner works on. */
export interface LogCleanerOptions {
  readonly registry: LogRegistry;
  /** Asked whenever they act. */
  readonly settings: () => CleanerSettings;
  /** Told of each failure to read or write, with the path of the partition that it concerns. */
  readonly onFailed: (path: string, error: unknown) => void;
}

/** What a cleaner needs around it. */
export interface LogCleanerModules {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly background: Background;
  readonly logger: Logger;
}

/**
 * Compacts the logs of a broker whose `cleanup.policy` asks for it: one at a time, those that
 * `max.compaction.lag.ms` makes overdue first, then by their dirty share. The reading and writing is done by
 * background tasks; this thread decides, waits, and swaps.
 *
 * A log with a batch that cannot be read is named once, and left alone until the broker starts anew.
 */
export class LogCleaner {
  readonly #options: LogCleanerOptions;
  readonly #modules: LogCleanerModules;
  readonly #sweep: LogSweep<Log>;
  readonly #uncleanable = new WeakSet<Log>();
  #candidates: Candidate[] = [];
  #control: CleanerControl | undefined;
  #repeater: Repeater | undefined;
  #backoffMs = 0;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(options: LogCleanerOptions, modules: LogCleanerModules) {
    this.#options = options;
    this.#modules = modules;
    this.#sweep = new LogSweep(
      {
        logs: () => options.registry.logs(),
        isLive: (log) => options.registry.isUsable(log),
        visit: (log, nowMs) => this.#consider(log, nowMs),
      },
      modules,
    );
  }

  /** Begins to look at the logs, again and again. */
  start(): void {
    this.#backoffMs = this.#options.settings().backoffMs;
    this.#repeater = new Repeater(
      { intervalMs: this.#backoffMs, action: () => this.run() },
      this.#modules,
    );
  }

  /** Settles when a round that is under way has ended, which is soon. Nothing begins from now on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#repeater?.stop();
    this.#sweep.stop();
    this.#control?.cancel();
    await this.#running;
  }

  /** The settings may have changed: they act on the pause and on the round that are under way. */
  settingsChanged(): void {
    const { backoffMs, ioBytesPerSecondMax } = this.#options.settings();
    this.#control?.setBytesPerSecond(ioBytesPerSecondMax);
    if (this.#repeater === undefined || this.#stopped || backoffMs === this.#backoffMs) return;
    this.#repeater.stop();
    this.start();
  }

  /** Cleans what is worth it until nothing is. A run that is under way is joined, not doubled. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const failed = new Set<Log>();
    while (!this.#stopped && this.#options.settings().isEnabled) {
      this.#candidates = [];
      await this.#sweep.run();
      const candidates = this.#candidates.filter(({ log }) => !failed.has(log));
      const next = mostUrgent(candidates);
      if (this.#stopped || next === undefined) return;
      if (!(await this.#clean(next.log))) failed.add(next.log);
    }
  }

  #consider(log: Log, nowMs: number): void {
    const { config, compaction } = log;
    if (!config.cleanupPolicyCompact || this.#uncleanable.has(log)) return;
    if (compaction.hasOnlyActiveSegment) return;
    try {
      const part = compaction.part(nowMs);
      if (isWorthCleaning(part, config)) this.#candidates.push({ log, part });
    } catch (error) {
      if (!(error instanceof OdradekError)) throw error;
      this.#options.onFailed(log.directory, error);
    }
  }

  /** Whether the log was cleaned; one that was not is left for the next run. */
  async #clean(log: Log): Promise<boolean> {
    const settings = this.#options.settings();
    const control = new CleanerControl(settings.ioBytesPerSecondMax);
    const directory = this.#options.registry.directoryOf(log);
    const startMs = this.#modules.clock.monotonicMs();
    this.#control = control;
    try {
      // Only what a flush has covered is cleaned, with the markers that decided it: power loss must not take
      // the reason why a record was dropped. That it was flushed is written down, so that a start never takes
      // what compaction took out for lost.
      const { lastStableOffset } = log;
      await log.flush();
      await directory.checkpoint('recoveryPoint');
      if (this.#stopped || !this.#options.registry.isUsable(log)) return false;
      const part = log.compaction.part(this.#modules.clock.nowMs(), lastStableOffset);
      if (part.dirtyBytes === 0 || part.endOffset > log.recoveryPoint) return false;
      const run = new CompactionRun({ log, part, control, settings }, this.#modules);
      const outcome = await run.run();
      this.#report(log, outcome, startMs);
      await directory.checkpoint('cleanerOffset');
      return outcome.outcome === 'cleaned';
    } catch (error) {
      if (!control.isCancelled) this.#failed(log, error);
      return false;
    } finally {
      this.#control = undefined;
    }
  }

  #report(log: Log, outcome: CompactionOutcome, startMs: number): void {
    const { topic, partition } = log;
    const { logger, clock } = this.#modules;
    switch (outcome.outcome) {
      case 'cleaned': {
        const tookMs = Math.round(clock.monotonicMs() - startMs);
        const { endOffset, totals } = outcome;
        logger.debug('log was compacted', { topic, partition, endOffset, ...totals, tookMs });
        return;
      }
      case 'unreadable':
        this.#leaveAlone(log, outcome.reason, outcome.offset);
        return;
      case 'no room':
        this.#leaveAlone(log, noRoom, outcome.offset);
        return;
      case 'cancelled':
    }
  }

  #leaveAlone(log: Log, reason: string, offset?: number): void {
    const { topic, partition } = log;
    this.#uncleanable.add(log);
    const fields = { topic, partition, reason, ...(offset === undefined ? {} : { offset }) };
    this.#modules.logger.error('log cannot be compacted and is left as it is', fields);
  }

  #failed(log: Log, error: unknown): void {
    if (this.#stopped || !this.#options.registry.isUsable(log)) return;
    const { topic, partition } = log;
    if (!(error instanceof OdradekError)) {
      this.#leaveAlone(log, errorText(error));
      return;
    }
    const fields = { topic, partition, error: error.message };
    this.#modules.logger.warn('log could not be compacted now', fields);
    // Retention may take files from under a task.
    if (lacksRoom(error) || hasCode(error, 'FILE_NOT_FOUND')) {
      if (!log.compaction.isAmid) return;
    }
    this.#options.onFailed(log.directory, error);
  }
}

function mostUrgent(candidates: readonly Candidate[]): Candidate | undefined {
  let best = candidates[0];
  for (const candidate of candidates) {
    if (best !== undefined && isMoreUrgent(candidate.part, best.part)) best = candidate;
  }
  return best;
}
