import { hasEmbeddedStore } from '../metadata/embedded/embedded-store.ts';
import type { DirectoryLock, Files } from '../runtime/runtime.ts';
import { lockDataDirectory } from '../storage/lock-directory.ts';
import { hasCode, OdradekError } from '../util/odradek-error.ts';

/** Where the metadata is, and where it would be with other settings; absolute. */
export interface MetadataPlace {
  readonly metadataDirectory: string;
  /** The log directories, which are locked already. */
  readonly directories: readonly string[];
}

/**
 * Makes the directory of the metadata journal ready to be opened, and answers its lock, which the caller
 * owns; undefined where it is a log directory, whose lock is held.
 *
 * Throws `INVALID_CONFIG` where the journal is in another of the log directories: with a new one the broker
 * would come up without its topics' configs, and give out producer ids a second time. Also throws
 * `DATA_DIR_LOCKED`, and as `Files` does.
 */
export async function takeMetadataDirectory(
  { metadataDirectory, directories }: MetadataPlace,
  files: Files,
): Promise<DirectoryLock | undefined> {
  const lock = directories.includes(metadataDirectory)
    ? undefined
    : await lockDataDirectory(files, metadataDirectory);
  try {
    requireJournalNowhereElse({ metadataDirectory, directories }, files);
    return lock;
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

function requireJournalNowhereElse(
  { metadataDirectory, directories }: MetadataPlace,
  files: Files,
): void {
  if (hasEmbeddedStore(files, metadataDirectory)) return;
  const elsewhere = directories.find((directory) => isStoreSeen(files, directory));
  if (elsewhere === undefined) return;
  throw new OdradekError(
    `the metadata of this broker is in ${elsewhere}, not in ${metadataDirectory}; ` +
      `set metadata.log.dir=${elsewhere}, or name that directory first in log.dirs`,
    {
      code: 'INVALID_CONFIG',
      key: 'metadata.log.dir',
      value: metadataDirectory,
      expected: elsewhere,
    },
  );
}

/** A log directory that cannot be read is offline, and no reason not to start. */
function isStoreSeen(files: Files, directory: string): boolean {
  try {
    return hasEmbeddedStore(files, directory);
  } catch (error) {
    if (hasCode(error, 'IO_ERROR')) return false;
    throw error;
  }
}
