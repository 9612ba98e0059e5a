/**
 * Names and sizes of the files of a partition, Kafka's own.
 * Formats: docs/formats/segment.md, offset-index.md, time-index.md, transaction-index.md,
 * producer-snapshot.md, leader-epoch-checkpoint.md.
 */

/** The ends of the names of the files of a segment. */
export const logFileSuffix = '.log';
/** Of the offset index. */
export const offsetIndexSuffix = '.index';
/** Of the time index. */
export const timeIndexSuffix = '.timeindex';
/** Of the transaction index. */
export const transactionIndexSuffix = '.txnindex';
/** Of all the files of a segment, its `.log` file first. */
export const segmentFileSuffixes = [
  logFileSuffix,
  offsetIndexSuffix,
  timeIndexSuffix,
  transactionIndexSuffix,
] as const;
/** Of a producer snapshot, named by the offset at which it was taken. */
export const producerSnapshotSuffix = '.snapshot';
/** Behind the name of a file that waits for its removal. */
export const deletedSuffix = '.deleted';
/** Behind the name of a file that a cleaner has not finished. */
export const cleanedSuffix = '.cleaned';
/** Behind the name of one that it has, and that is about to replace others. */
export const swapSuffix = '.swap';

/** Which leader epoch began at which offset. */
export const leaderEpochCheckpointName = 'leader-epoch-checkpoint';
/** The same as a stop left it that had no time to sync it. */
export const unsyncedEpochsName = 'leader-epoch-checkpoint.unsynced';

/** A relative offset (int32) and a position in the `.log` file (int32). */
export const offsetIndexEntryBytes = 8;
/** A timestamp (int64) and a relative offset (int32). */
export const timeIndexEntryBytes = 12;
/** A version (int16), a producer id, a first, a last and a last stable offset (int64 each). */
export const transactionIndexEntryBytes = 34;
/** The only version that there is. */
export const transactionIndexVersion = 0;
/** The only version that there is. */
export const producerSnapshotVersion = 1;

/** The largest offset in a segment, relative to its base offset: an int32. */
export const relativeOffsetMax = 0x7fff_ffff;

/** Most bytes that one read asks of a file, unless its first batch is larger. */
export const readBytesMax = 1024 * 1024;
/** Bytes of log between two flushes of what recovery starts from: index entries and a producer snapshot. */
export const bookkeepingIntervalBytes = 1024 * 1024;

const fileNameDigits = 20;

/** `offset` as the 20 digits at the start of a file's name. */
export function offsetFileName(offset: number, suffix: string): string {
  return String(offset).padStart(fileNameDigits, '0') + suffix;
}

/** The offset in the name of a file that ends in `suffix`, or undefined where it is named otherwise. */
export function offsetOfFileName(name: string, suffix: string): number | undefined {
  if (name.length !== fileNameDigits + suffix.length || !name.endsWith(suffix)) return undefined;
  const digits = name.slice(0, fileNameDigits);
  if (!/^[0-9]+$/.test(digits)) return undefined;
  const offset = Number(digits);
  return Number.isSafeInteger(offset) ? offset : undefined;
}
