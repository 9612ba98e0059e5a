import type { LogConfig } from './log-config.ts';

/** What retention looks at in a segment, oldest first. */
export interface RetainedSegment {
  readonly sizeBytes: number;
  /** Where its offsets end: the base offset of the next, or the log's end. */
  readonly endOffset: number;
  readonly largestTimestampMs: () => number;
}

/** What retention goes by, beside the configuration. */
export interface RetentionLimits {
  readonly logStartOffset: number;
  readonly highWatermark: number;
  readonly nowMs: number;
}

/**
 * How many of the oldest segments are to be deleted, the active one among them where even that has to go:
 * by time, by the size of the whole log, and those that lie wholly below the log's start. What the high
 * watermark has not passed stays, and so does an active segment without records.
 */
export function countDeletable(
  segments: readonly RetainedSegment[],
  config: LogConfig,
  limits: RetentionLimits,
): number {
  const below = countWhile(segments, limits, (segment, isActive) => {
    return !isActive && segment.endOffset <= limits.logStartOffset;
  });
  if (!config.cleanupPolicyDelete) return below;
  const old = countWhile(segments, limits, (segment) => {
    return limits.nowMs - segment.largestTimestampMs() > config.retentionMs;
  });
  let excessBytes = -config.retentionBytes;
  for (const segment of segments) excessBytes += segment.sizeBytes;
  const excess = countWhile(segments, limits, (segment) => {
    excessBytes -= segment.sizeBytes;
    return excessBytes >= 0;
  });
  return Math.max(below, old, excess);
}

function countWhile(
  segments: readonly RetainedSegment[],
  limits: RetentionLimits,
  goes: (segment: RetainedSegment, isActive: boolean) => boolean,
): number {
  let count = 0;
  for (const segment of segments) {
    const isActive = count === segments.length - 1;
    if (segment.endOffset > limits.highWatermark) break;
    if (isActive && segment.sizeBytes === 0) break;
    if (!goes(segment, isActive)) break;
    count++;
  }
  return count;
}
