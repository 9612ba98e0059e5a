import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Files } from '../runtime.ts';
import { realDateNow } from './captured.ts';
import { lockFileName } from './node-lock.ts';

/** What the names of Odradek's temporary folders begin with. */
const prefix = 'odradek-tmp-';
/** A folder without a lock file may be one whose broker is about to start; after this long it is not. */
const startMs = 60_000;

/** Makes a folder of its own for a temporary broker, which removes it when it stops. */
export function makeTemporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), prefix));
}

/**
 * Removes such a folder with all that is in it, off the event loop. Never fails: what cannot be removed now,
 * as another broker's sweep may be at it, goes with the next start.
 */
export async function removeTemporaryDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}

/**
 * Removes what brokers that were killed left behind: temporary folders whose lock nobody holds. `own` is
 * left alone. Never fails: what cannot be removed stays for the next time.
 */
export async function removeAbandonedDirectories(files: Files, own: string): Promise<void> {
  const parent = tmpdir();
  for (const name of files.list(parent)) {
    const path = join(parent, name);
    if (!name.startsWith(prefix) || path === own) continue;
    try {
      if (isStarting(files, path)) continue;
      const lock = await files.lock(path);
      if ('heldBy' in lock) continue;
      // Under its lock: nobody begins to use it meanwhile. The directory itself goes after it, as the lock
      // would else be held by an inode that a new directory may get; which it has already where another
      // broker's sweep removed it just now.
      try {
        await removeContent(files, path);
      } finally {
        await lock.release();
      }
      await removeTemporaryDirectory(path);
    } catch {
      // Another user's folder, or one that goes away at this moment.
    }
  }
}

async function removeContent(files: Files, directory: string): Promise<void> {
  for (const name of files.list(directory)) {
    if (name !== lockFileName) await removeTemporaryDirectory(join(directory, name));
  }
}

/** Whether the folder was made a moment ago and never locked. */
function isStarting(files: Files, path: string): boolean {
  if (files.stat(join(path, lockFileName)) !== undefined) return false;
  return realDateNow() - (files.stat(path)?.modifiedMs ?? 0) < startMs;
}
