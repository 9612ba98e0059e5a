import type { Clock, Timers } from '../runtime/runtime.ts';
import { concurrently } from '../util/concurrently.ts';
import { hasCode } from '../util/odradek-error.ts';
import type { FoundLog } from './find-logs.ts';
import type { LogConfig } from './log-config.ts';
import type { LoadProgress } from './log-manager-options.ts';
import type { Log, LogModules } from './log.ts';
import type { LogOptions } from './log-options.ts';
import { openLog } from './open-log.ts';
import { lacksRoom } from './storage-failure.ts';

const progressIntervalMs = 1000;
/** How long opening may hold up the event loop before other events are let in. */
const sliceMsMax = 20;

/** What opening needs to know, and who is told of each log. */
export interface LoadOptions {
  readonly configOf: (topic: string) => LogConfig;
  /** Whether nobody knows the topic here: another program may have written its logs. */
  readonly isForeign: (topic: string) => boolean;
  /**
   * Whether power loss may have brought back what was cut off, in place of what was written there later. High
   * watermarks then mean nothing beyond recovery points, until a leader says otherwise.
   */
  readonly mayLackRecords: boolean;
  readonly concurrentLogsMax: number;
  readonly modulesOf: (found: FoundLog) => LogModules;
  /** A log is about to be opened. */
  readonly onOpening: (found: FoundLog) => void;
  /** A log is open. */
  readonly onOpened: (found: FoundLog, log: Log) => void;
  /** A log could not be opened because of what its files say; the others of its directory can. */
  readonly onUnavailable: (found: FoundLog, error: Error) => void;
  readonly onProgress: (progress: LoadProgress) => void;
}

/**
 * Opens the logs that were found, some at a time. Those of a directory that goes offline meanwhile are left
 * out. Fails only for what is a defect.
 */
export async function loadLogs(
  logs: readonly FoundLog[],
  options: LoadOptions,
  modules: { clock: Clock; timers: Timers },
): Promise<void> {
  const { clock, timers } = modules;
  const startMs = clock.monotonicMs();
  let [opened, progressMs, sliceMs] = [0, startMs, startMs];
  await concurrently(logs, options.concurrentLogsMax, async (found) => {
    await loadLog(found, options);
    opened += 1;
    const nowMs = clock.monotonicMs();
    if (nowMs - progressMs >= progressIntervalMs) {
      progressMs = nowMs;
      options.onProgress({ opened, total: logs.length, elapsedMs: nowMs - startMs });
    }
    if (nowMs - sliceMs < sliceMsMax) return;
    await new Promise<void>((resolve) => timers.setTimer(0, resolve));
    sliceMs = clock.monotonicMs();
  });
}

async function loadLog(found: FoundLog, options: LoadOptions): Promise<void> {
  if (!found.logDirectory.online) return;
  try {
    options.onOpening(found);
    let hasGap = false;
    const onGap = (): void => {
      hasGap = true;
    };
    const log = await openLog({ ...logOptions(found, options), onGap }, options.modulesOf(found));
    const { recoveryPoint } = log;
    // The next start may know more, and must not take it for a loss: from now on it is below the recovery point.
    if (hasGap) await log.flush();
    found.logDirectory.hasGaps ||= hasGap;
    const told = found.logDirectory.checkpointed('highWatermark', found.topic, found.partition);
    const known = options.mayLackRecords ? recoveryPoint : log.logEndOffset;
    log.setHighWatermark(Math.max(log.logStartOffset, Math.min(told ?? 0, known)));
    options.onOpened(found, log);
  } catch (error) {
    if (hasCode(error, 'IO_ERROR')) found.logDirectory.takeOffline(error);
    else if (isOfTheLog(error)) options.onUnavailable(found, error);
    else throw error;
  }
}

function isOfTheLog(error: unknown): error is Error {
  return (
    hasCode(error, 'CORRUPT_DATA') ||
    hasCode(error, 'NEWER_FORMAT') ||
    lacksRoom(error) ||
    hasCode(error, 'FILE_NOT_FOUND')
  );
}

function logOptions(found: FoundLog, options: LoadOptions): LogOptions {
  const { logDirectory, topic, partition } = found;
  return {
    directory: found.path,
    topic,
    partition,
    topicId: found.topicId ?? '',
    config: options.configOf(topic),
    logStartOffset: logDirectory.checkpointed('logStartOffset', topic, partition) ?? 0,
    recoveryPoint: logDirectory.checkpointed('recoveryPoint', topic, partition),
    isForeign: options.isForeign(topic),
    cleanedEndOffset: logDirectory.checkpointed('cleanerOffset', topic, partition),
    clean: logDirectory.cleanShutdown !== undefined,
    isSynced: logDirectory.cleanShutdown?.isSynced ?? false,
  };
}
