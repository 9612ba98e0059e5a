import type { Files } from '../runtime/runtime.ts';
import { OdradekError } from '../util/odradek-error.ts';

/**
 * Kafka's text checkpoint: a line with the version, a line with the number of entries, an entry a line.
 * Used for `leader-epoch-checkpoint` in a partition's directory and for the offset checkpoints of a log
 * directory. Format: docs/formats/leader-epoch-checkpoint.md.
 */
const checkpointVersion = 0;

/** The content of a checkpoint with `entries`, none of which has a line break. */
export function encodeCheckpoint(entries: readonly string[]): Uint8Array {
  const lines = [String(checkpointVersion), String(entries.length), ...entries];
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

/**
 * The entries of a checkpoint's `content`; `path` is for errors. An empty file has none.
 *
 * Throws `NEWER_FORMAT` for a version above 0 and `CORRUPT_DATA` where the lines are not what they say.
 */
export function decodeCheckpoint(content: Uint8Array, path: string): string[] {
  const lines = new TextDecoder().decode(content).split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) return [];
  const version = wholeNumber(lines[0]);
  if (version === undefined) throw corrupt(path, 'the first line is not a version');
  if (version > checkpointVersion) {
    throw new OdradekError(
      `${path} has format version ${version}; this release knows versions up to ${checkpointVersion}`,
      { code: 'NEWER_FORMAT', path, found: version, known: checkpointVersion },
    );
  }
  const entries = lines.slice(2);
  const expected = wholeNumber(lines[1]);
  if (expected !== entries.length) {
    throw corrupt(
      path,
      `${entries.length} entries where the second line says ${lines[1] ?? 'none'}`,
    );
  }
  return entries;
}

/** Reads a checkpoint; undefined where there is none. Throws as `decodeCheckpoint` and `Files` do. */
export function readCheckpoint(files: Files, path: string): string[] | undefined {
  if (files.stat(path) === undefined) return undefined;
  return decodeCheckpoint(files.readFile(path), path);
}

/**
 * Replaces a checkpoint so that a crash leaves the old or the new one; once it has settled, the new one survives
 * power loss. The waiting is done by the thread pool. One call a path at a time.
 */
export async function replaceCheckpointAsync(
  files: Files,
  path: string,
  entries: readonly string[],
): Promise<void> {
  const beside = `${path}.tmp`;
  const handle = files.open(beside, 'create');
  try {
    handle.truncate(0);
    handle.writev([encodeCheckpoint(entries)], 0);
    await handle.sync();
  } finally {
    handle.close();
  }
  files.rename(beside, path);
  await files.syncDirectory(files.dirname(path));
}

/** A line of digits as a number, else undefined. */
export function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^-?[0-9]{1,19}$/.test(text)) return undefined;
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(text)));
}

function corrupt(path: string, reason: string): OdradekError {
  return new OdradekError(`${path} is damaged: ${reason}`, { code: 'CORRUPT_DATA', path, reason });
}
