import type { Files } from '../runtime/runtime.ts';
import { readTextIfThere, replaceTextDurably } from './small-files.ts';

/** Present in a log directory that was left in order. Format: docs/formats/log-directory.md. */
const cleanShutdownFileName = '.kafka_cleanshutdown';

/** What a clean stop left: the epoch that the broker had, -1 where the file does not say. */
export interface CleanShutdown {
  readonly brokerEpoch: number;
}

/**
 * Reads the mark of a clean stop; undefined where there is none. That the file exists is what counts, as
 * for Apache Kafka: older releases left it empty.
 */
export function readCleanShutdown(files: Files, logDirectory: string): CleanShutdown | undefined {
  const text = readTextIfThere(files, files.join(logDirectory, cleanShutdownFileName));
  return text === undefined ? undefined : { brokerEpoch: brokerEpochIn(text) };
}

function brokerEpochIn(text: string): number {
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content !== 'object' || content === null || !('brokerEpoch' in content)) return -1;
    return typeof content.brokerEpoch === 'number' ? content.brokerEpoch : -1;
  } catch {
    return -1;
  }
}

/**
 * Removes the mark: from here on a stop is an unclean one. It comes before the first write to any log.
 * Settles once the removal survives power loss.
 */
export async function removeCleanShutdown(files: Files, logDirectory: string): Promise<void> {
  files.remove(files.join(logDirectory, cleanShutdownFileName));
  await files.syncDirectory(logDirectory);
}

/**
 * Writes the mark, the last thing before the lock goes: every log of the directory is flushed and the
 * checkpoints are written.
 */
export async function writeCleanShutdown(
  files: Files,
  logDirectory: string,
  content: CleanShutdown,
): Promise<void> {
  const path = files.join(logDirectory, cleanShutdownFileName);
  const text = JSON.stringify({ version: 0, brokerEpoch: content.brokerEpoch });
  await replaceTextDurably(files, path, text);
}
