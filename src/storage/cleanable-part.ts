import type { LogConfig } from './log-config.ts';

/** What decides about a segment whether it is cleaned, oldest first. */
export interface CleanableSegment {
  readonly baseOffset: number;
  /** The base offset of the next, the log's end for the active one. */
  readonly endOffset: number;
  readonly sizeBytes: number;
  readonly largestTimestampMs: () => number;
  /** The largest timestamp of its first batch, -1 where there is none. */
  readonly firstTimestampMs: () => number;
}

/** Where a log stands. */
export interface CleanableLog {
  readonly segments: readonly CleanableSegment[];
  /** The first offset that was not cleaned. */
  readonly firstDirtyOffset: number;
  /** Bytes of its segment that stand before it. */
  readonly cleanBytesInSegment: number;
  readonly lastStableOffset: number;
}

/** The part of a log that can be cleaned now, and how much that is worth. */
export interface CleanablePart {
  readonly firstDirtyOffset: number;
  /** Where the last segment ends that can be cleaned. */
  readonly endOffset: number;
  readonly cleanBytes: number;
  readonly dirtyBytes: number;
  /** The dirty share of what can be cleaned, in `[0, 1]`. */
  readonly dirtyRatio: number;
  /** By how much `max.compaction.lag.ms` has passed for the oldest dirty record; 0 where it has not. */
  readonly overdueMs: number;
}

/**
 * What of a log can be cleaned: whole segments that end below the last stable offset, without the active one,
 * and without those that `min.compaction.lag.ms` protects, as Apache Kafka has it.
 */
export function cleanablePart(log: CleanableLog, config: LogConfig, nowMs: number): CleanablePart {
  const { segments, firstDirtyOffset } = log;
  let [endOffset, cleanBytes, dirtyBytes] = [firstDirtyOffset, 0, 0];
  let overdueMs = 0;
  for (const segment of segments.slice(0, -1)) {
    if (segment.endOffset <= firstDirtyOffset) {
      cleanBytes += segment.sizeBytes;
      continue;
    }
    if (segment.endOffset > log.lastStableOffset || isTooYoung(segment, config, nowMs)) break;
    const cleanHere = segment.baseOffset < firstDirtyOffset ? log.cleanBytesInSegment : 0;
    cleanBytes += cleanHere;
    dirtyBytes += segment.sizeBytes - cleanHere;
    endOffset = segment.endOffset;
    overdueMs = Math.max(overdueMs, overdueOf(segment, config, nowMs));
  }
  const dirtyRatio = dirtyBytes === 0 ? 0 : dirtyBytes / (cleanBytes + dirtyBytes);
  return { firstDirtyOffset, endOffset, cleanBytes, dirtyBytes, dirtyRatio, overdueMs };
}

/** Whether cleaning it now is asked for, by its dirty share or its age. */
export function isWorthCleaning(part: CleanablePart, config: LogConfig): boolean {
  if (part.dirtyBytes === 0) return false;
  return part.overdueMs > 0 || part.dirtyRatio > config.minCleanableDirtyRatio;
}

/** Whether `a` is cleaned before `b`: those that are overdue first, then by their dirty share. */
export function isMoreUrgent(a: CleanablePart, b: CleanablePart): boolean {
  if (a.overdueMs > 0 !== b.overdueMs > 0) return a.overdueMs > 0;
  return a.dirtyRatio > b.dirtyRatio;
}

function isTooYoung(segment: CleanableSegment, config: LogConfig, nowMs: number): boolean {
  const { minCompactionLagMs } = config;
  return minCompactionLagMs > 0 && segment.largestTimestampMs() > nowMs - minCompactionLagMs;
}

function overdueOf(segment: CleanableSegment, config: LogConfig, nowMs: number): number {
  const cleanUntilMs = nowMs - config.maxCompactionLagMs;
  // Without a bound on the lag no file is read for it.
  if (cleanUntilMs <= 0) return 0;
  const firstMs = segment.firstTimestampMs();
  return firstMs > 0 ? Math.max(0, cleanUntilMs - firstMs) : 0;
}
