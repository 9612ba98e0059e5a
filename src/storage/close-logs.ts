import type { Clock, Timers } from '../runtime/runtime.ts';
import { concurrently } from '../util/concurrently.ts';
import { errorText } from '../util/is-error.ts';
import type { Logger } from '../util/logger.ts';
import type { LogDirectory } from './log-directory.ts';
import type { Log } from './log.ts';

const progressIntervalMs = 1000;
/** How long closing may hold up the event loop before other events are let in. */
const sliceMsMax = 20;

/** How logs are closed at a clean stop. */
export interface CloseOptions {
  /** For how long logs are flushed; the others are written and not synced. `Infinity`: all are flushed. */
  readonly flushMs: number;
  readonly concurrentLogsMax: number;
  /** Whether the files of a log are as a clean stop left them. */
  readonly isUntouched: (log: Log) => boolean;
}

/** What became of the logs of a directory: of those that are neither, all of it is flushed. */
export interface ClosedLogs {
  /** Directories with a log that could not be written, or that are offline. */
  readonly failed: ReadonlySet<LogDirectory>;
  /** Directories with a log whose last part is written and not synced. */
  readonly unsynced: ReadonlySet<LogDirectory>;
}

/**
 * Closes all logs in order, those first that have most to flush, with a line in the log every second. Never
 * fails: what cannot be written is logged.
 */
export async function closeLogs(
  entries: Iterable<readonly [Log, LogDirectory]>,
  options: CloseOptions,
  modules: { clock: Clock; timers: Timers; logger: Logger },
): Promise<ClosedLogs> {
  const { clock, timers, logger } = modules;
  const startMs = clock.monotonicMs();
  const largestFirst = [...entries].sort(([a], [b]) => b.unflushedBytes - a.unflushedBytes);
  const [failed, unsynced] = [new Set<LogDirectory>(), new Set<LogDirectory>()];
  let [closed, notFlushed, progressMs, sliceMs] = [0, 0, startMs, startMs];
  await concurrently(largestFirst, options.concurrentLogsMax, async ([log, directory]) => {
    const isInTime = clock.monotonicMs() - startMs < options.flushMs;
    const outcome = await closeLog(log, directory, isInTime, options, logger);
    if (outcome === 'failed') failed.add(directory);
    if (outcome === 'unsynced') {
      unsynced.add(directory);
      notFlushed++;
    }
    closed++;
    const nowMs = clock.monotonicMs();
    if (nowMs - progressMs >= progressIntervalMs) {
      progressMs = nowMs;
      const elapsedMs = Math.round(nowMs - startMs);
      logger.info('closing logs', { closed, total: largestFirst.length, elapsedMs });
    }
    if (nowMs - sliceMs < sliceMsMax) return;
    await new Promise<void>((resolve) => timers.setTimer(0, resolve));
    sliceMs = clock.monotonicMs();
  });
  const tookMs = Math.round(clock.monotonicMs() - startMs);
  logger.info('logs are closed', { logs: largestFirst.length, notFlushed, tookMs });
  return { failed, unsynced };
}

async function closeLog(
  log: Log,
  directory: LogDirectory,
  isInTime: boolean,
  { isUntouched }: CloseOptions,
  logger: Logger,
): Promise<'synced' | 'unsynced' | 'failed'> {
  if (!directory.online) {
    log.closeNow();
    return 'failed';
  }
  try {
    const outcome = await closeAsTimeAllows(log, isInTime, isUntouched(log));
    return directory.online ? outcome : 'failed';
  } catch (error) {
    const { topic, partition } = log;
    const reason = errorText(error);
    logger.error('log could not be closed in order', { topic, partition, reason });
    log.closeNow();
    return 'failed';
  }
}

async function closeAsTimeAllows(
  log: Log,
  isInTime: boolean,
  isUntouched: boolean,
): Promise<'synced' | 'unsynced'> {
  const isFlushed = log.recoveryPoint === log.logEndOffset;
  if (!(isUntouched && isFlushed) && isInTime) {
    await log.close();
    return 'synced';
  }
  if (isUntouched) log.closeNow();
  else await log.closeUnsynced();
  return isUntouched && isFlushed ? 'synced' : 'unsynced';
}
