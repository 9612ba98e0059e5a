import { OdradekError } from '../util/odradek-error.ts';

/**
 * The four files of a log directory that hold one offset for each partition, by what they hold.
 * Format: docs/formats/log-directory.md.
 */
export const checkpointFileNames = {
  /** Below it everything is flushed: a start after a crash scans from there. */
  recoveryPoint: 'recovery-point-offset-checkpoint',
  /** Where a log starts, when DeleteRecords put that inside a segment. */
  logStartOffset: 'log-start-offset-checkpoint',
  highWatermark: 'replication-offset-checkpoint',
  /** The first offset that the cleaner has not cleaned. */
  cleanerOffset: 'cleaner-offset-checkpoint',
} as const;

/** A checkpoint, by what it holds. */
export type CheckpointKind = keyof typeof checkpointFileNames;

/** The offsets of a checkpoint by `partitionKey`. */
export type OffsetsByPartition = Map<string, number>;

/** What tells partitions apart in a map: the first two columns of a checkpoint's line. */
export function partitionKey(topic: string, partition: number): string {
  return `${topic} ${partition}`;
}

/** The lines of a checkpoint, `topic partition offset` each, for `encodeCheckpoint`. */
export function formatOffsets(offsets: ReadonlyMap<string, number>): string[] {
  const lines: string[] = [];
  for (const [key, offset] of offsets) lines.push(`${key} ${offset}`);
  return lines;
}

/**
 * Reads the lines of a checkpoint, as `decodeCheckpoint` answers them. Throws `CORRUPT_DATA` where one is
 * wrong or names a partition again: then nothing of it can be trusted. `path` is for this error.
 */
export function parseOffsets(lines: readonly string[], path: string): OffsetsByPartition {
  const offsets: OffsetsByPartition = new Map();
  for (const line of lines) {
    const match = /^(\S+ \d+) (\d+)$/.exec(line);
    const [key, offset] = [match?.[1], Number(match?.[2])];
    if (key === undefined || !Number.isSafeInteger(offset))
      throw corrupt(path, `a line reads "${line.slice(0, 300)}"`);
    if (offsets.has(key)) throw corrupt(path, `it names "${key}" twice`);
    offsets.set(key, offset);
  }
  return offsets;
}

function corrupt(path: string, reason: string): OdradekError {
  return new OdradekError(`${path} is damaged: ${reason}`, { code: 'CORRUPT_DATA', path, reason });
}
