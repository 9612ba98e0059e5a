import type { Files } from '../runtime/runtime.ts';
import { hasCode } from '../util/odradek-error.ts';

/** The whole of a small text file, or undefined where there is none. */
export function readTextIfThere(files: Files, path: string): string | undefined {
  try {
    return new TextDecoder().decode(files.readFile(path));
  } catch (error) {
    if (hasCode(error, 'FILE_NOT_FOUND')) return undefined;
    throw error;
  }
}

/**
 * Replaces a small text file so that it survives power loss once this has settled, without blocking the
 * event loop while the disk works: written beside, synced, renamed over, the directory synced.
 *
 * Two calls for one path must not overlap. After a failure the old content is there.
 */
export async function replaceTextDurably(files: Files, path: string, text: string): Promise<void> {
  files.rename(await syncedBeside(files, path, new TextEncoder().encode(text)), path);
  await files.syncDirectory(files.dirname(path));
}

/** The first half of it: writes `content` to a file beside `path`, syncs that, and answers its path. */
export async function syncedBeside(
  files: Files,
  path: string,
  content: Uint8Array,
): Promise<string> {
  const beside = `${path}.new`;
  files.remove(beside);
  const handle = files.open(beside, 'create');
  try {
    handle.writev([content], 0);
    await handle.sync();
  } finally {
    handle.close();
  }
  return beside;
}

/** Makes what was written to the file at `path` survive power loss. Throws before anything is synced where it cannot be opened. */
export async function syncFile(files: Files, path: string): Promise<void> {
  const handle = files.open(path, 'write');
  try {
    await handle.sync();
  } finally {
    handle.close();
  }
}
