import type { Files } from '../runtime/runtime.ts';
import { checkpointFileNames } from './checkpoints.ts';
import { readTextIfThere, replaceTextDurably } from './small-files.ts';

/** Present in a log directory that was left in order and synced. Format: docs/formats/log-directory.md. */
const cleanShutdownFileName = '.kafka_cleanshutdown';
/** Present in one that was left in order and not all synced. Format: docs/formats/log-directory.md. */
const unsyncedShutdownFileName = '.odradek_cleanshutdown';

/** What a clean stop left. */
export interface CleanShutdown {
  /** The epoch that the broker had, -1 where the file does not say. */
  readonly brokerEpoch: number;
  /** Whether all was synced. Where not, what lies beyond the recovery points may be in the machine's memory alone. */
  readonly isSynced: boolean;
}

/**
 * Reads the mark of a clean stop; undefined where there is none. That Apache Kafka's file exists is what counts,
 * as for Apache Kafka: older releases left it empty. Our own counts while the machine runs on which it was
 * written, and nobody else has used the directory since: each broker writes its high watermarks at once.
 */
export function readCleanShutdown(files: Files, logDirectory: string): CleanShutdown | undefined {
  const text = readTextIfThere(files, files.join(logDirectory, cleanShutdownFileName));
  if (text !== undefined) {
    return { brokerEpoch: numberIn(fieldsOf(text), 'brokerEpoch') ?? -1, isSynced: true };
  }
  const unsynced = readTextIfThere(files, files.join(logDirectory, unsyncedShutdownFileName));
  if (unsynced === undefined) return undefined;
  const fields = fieldsOf(unsynced);
  const bootId = files.bootId();
  const isOfThisBoot = bootId !== undefined && fields.get('bootId') === bootId;
  const isLast = fields.get('highWatermarksMs') === highWatermarksMs(files, logDirectory);
  if (fields.get('version') !== 0 || !isOfThisBoot || !isLast) return undefined;
  return { brokerEpoch: numberIn(fields, 'brokerEpoch') ?? -1, isSynced: false };
}

/** When the high watermarks of a directory were last written; null where they never were. */
function highWatermarksMs(files: Files, logDirectory: string): number | null {
  const path = files.join(logDirectory, checkpointFileNames.highWatermark);
  return files.stat(path)?.modifiedMs ?? null;
}

function fieldsOf(text: string): ReadonlyMap<string, unknown> {
  try {
    const content: unknown = JSON.parse(text);
    return new Map(typeof content === 'object' && content !== null ? Object.entries(content) : []);
  } catch {
    return new Map();
  }
}

function numberIn(fields: ReadonlyMap<string, unknown>, name: string): number | undefined {
  const value = fields.get(name);
  return typeof value === 'number' ? value : undefined;
}

/**
 * Removes the mark, if there is one: from here on a stop is an unclean one. It comes before the first write to any
 * log. Settles once the removal survives power loss.
 */
export async function removeCleanShutdown(files: Files, logDirectory: string): Promise<void> {
  const paths = [cleanShutdownFileName, unsyncedShutdownFileName].map((name) =>
    files.join(logDirectory, name),
  );
  const present = paths.filter((path) => files.stat(path) !== undefined);
  for (const path of present) files.remove(path);
  if (present.length > 0) await files.syncDirectory(logDirectory);
}

/**
 * Writes the mark, the last thing before the lock goes: every log of the directory is written, and flushed where it
 * says so, and the checkpoints are written. What is not all synced gets no mark that Apache Kafka knows, which
 * would believe it after power loss too.
 */
export async function writeCleanShutdown(
  files: Files,
  logDirectory: string,
  { brokerEpoch, isSynced }: CleanShutdown,
): Promise<void> {
  const name = isSynced ? cleanShutdownFileName : unsyncedShutdownFileName;
  const ofThisBoot = {
    bootId: files.bootId(),
    highWatermarksMs: highWatermarksMs(files, logDirectory),
  };
  const content = { version: 0, brokerEpoch, ...(isSynced ? {} : ofThisBoot) };
  await replaceTextDurably(files, files.join(logDirectory, name), JSON.stringify(content));
}
