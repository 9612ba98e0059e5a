import type { DirectoryLock, Files } from '../runtime/runtime.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { missingDirectories } from './new-directories.ts';

/**
 * Takes the lock of a data directory, making the directory where it is absent. The caller owns the lock.
 * Throws `DATA_DIR_LOCKED` where another broker has it, and as `Files` does.
 */
export async function lockDataDirectory(files: Files, path: string): Promise<DirectoryLock> {
  await makeForGood(files, path);
  const lock = await files.lock(path);
  if ('release' in lock) return lock;
  const holder = lock.heldBy === undefined ? 'another broker' : lock.heldBy;
  throw new OdradekError(
    `the data directory ${path} is in use by ${holder}; stop that broker or choose another directory`,
    { code: 'DATA_DIR_LOCKED', path, holder: lock.heldBy },
  );
}

/** What is synced in a directory survives power loss only where its own name does, and those above it. */
async function makeForGood(files: Files, path: string): Promise<void> {
  const missing = missingDirectories(files, path);
  files.makeDirectory(path);
  for (const directory of missing) {
    const parent = files.dirname(directory);
    if (parent !== directory) await files.syncDirectory(parent);
  }
}
