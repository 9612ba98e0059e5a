import { LeaderEpochCache } from './leader-epoch-cache.ts';
import { Log } from './log.ts';
import type { LogModules } from './log.ts';
import type { LogOptions } from './log-options.ts';
import { loadLog } from './log-recovery.ts';
import { newSegment } from './log-state.ts';
import { ProducerSnapshots } from './producer-snapshots.ts';
import { ProducerState } from './producer-state.ts';
import { Segments } from './segments.ts';

/**
 * Opens a partition's directory. What lies beyond the recovery point is checked and repaired, unless the log
 * is clean; what cannot be repaired is cut off at the end.
 *
 * Rejects with the codes of `Files` and with `NEWER_FORMAT`.
 */
export async function openLog(options: LogOptions, modules: LogModules): Promise<Log> {
  return new Log(options, modules, await loadLog(options, modules));
}

/** A log for a new partition, whose directory is empty. Its files are made when they are first written. */
export function createLog(options: LogOptions, modules: LogModules): Log {
  const { directory, logStartOffset = 0 } = options;
  return new Log(options, modules, {
    segments: new Segments([newSegment(logStartOffset, options, modules)]),
    producers: new ProducerState(),
    epochs: new LeaderEpochCache([]),
    snapshots: new ProducerSnapshots({ directory, offsets: [] }, modules),
    logStartOffset,
    logEndOffset: logStartOffset,
    recoveryPoint: logStartOffset,
    unflushedBytes: 0,
  });
}
