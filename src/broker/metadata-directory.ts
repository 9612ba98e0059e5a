import { hasEmbeddedStore } from '../metadata/embedded/embedded-store.ts';
import type { Files, Random } from '../runtime/runtime.ts';
import { newId } from '../storage/directory-id.ts';
import { lockDataDirectory } from '../storage/lock-directory.ts';
import {
  type MetadataPlaceNote,
  noteMetadataPlace,
  readMetaProperties,
  writeMetaProperties,
} from '../storage/meta-properties.ts';
import { missingDirectories, removeNewDirectories } from '../storage/new-directories.ts';
import { errorText } from '../util/is-error.ts';
import type { Logger } from '../util/logger.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { ifReadable } from './if-readable.ts';

/** Where the metadata is, and where it would be with other settings; absolute. */
export interface MetadataPlace {
  readonly metadataDirectory: string;
  /** The log directories, which are locked already. */
  readonly directories: readonly string[];
}

/** The directory of the metadata journal, which is this broker's while it is held. */
export interface MetadataDirectory {
  /** Lets go of it. With `discardNew`, for a start that fails, it goes where this start has made it. */
  release(options: { readonly discardNew: boolean }): Promise<void>;
}

const heldByItsLogs: MetadataDirectory = { release: () => Promise.resolve() };

/**
 * Makes the directory of the metadata journal ready to be opened, and answers it, locked. A log directory is
 * locked already, and its lock is not given back.
 *
 * Throws `INVALID_CONFIG` where the journal is in another place, be it another of the log directories or what
 * `metadata.log.dir` was at an earlier start: with a new one the broker would come up without its topics'
 * configs, and give out producer ids a second time. Also throws `DATA_DIR_LOCKED`, and as `Files` does.
 */
export async function takeMetadataDirectory(
  place: MetadataPlace,
  files: Files,
): Promise<MetadataDirectory> {
  const { metadataDirectory, directories } = place;
  const held = directories.includes(metadataDirectory)
    ? heldByItsLogs
    : await lockAlone(metadataDirectory, files);
  try {
    requireNotedPlace(place, files);
    requireJournalNowhereElse(place, files);
    return held;
  } catch (error) {
    await held.release({ discardNew: true });
    throw error;
  }
}

async function lockAlone(metadataDirectory: string, files: Files): Promise<MetadataDirectory> {
  const missing = missingDirectories(files, metadataDirectory);
  const lock = await lockDataDirectory(files, metadataDirectory);
  return {
    release: async ({ discardNew }) => {
      if (discardNew) removeNewDirectories(files, missing, new Set([metadataDirectory]));
      await lock.release();
    },
  };
}

/** Holds the place against what the log directories say of it. A journal that was moved is where it is now. */
function requireNotedPlace({ metadataDirectory, directories }: MetadataPlace, files: Files): void {
  const isThere = hasEmbeddedStore(files, metadataDirectory);
  const directoryId = readMetaProperties(files, metadataDirectory)?.directoryId;
  for (const directory of directories) {
    const noted = notedPlace(files, directory);
    if (noted === undefined) continue;
    const isSame = noted.directoryId === directoryId || noted.path === metadataDirectory;
    if (isThere && (isSame || !isStoreSeen(files, noted.path))) continue;
    throw elsewhere(metadataDirectory, noted.path, directory);
  }
}

function elsewhere(metadataDirectory: string, noted: string, directory: string): OdradekError {
  const place =
    noted === metadataDirectory
      ? `metadata.log.dir is ${noted}, where the metadata of this broker was and is no more; put its journal back there`
      : `the metadata of this broker is in ${noted}, as ${directory} says, not in ${metadataDirectory}; ` +
        `set metadata.log.dir=${noted}`;
  return new OdradekError(
    `${place}. To begin without it, with the topics that are found and none of their configs, remove the lines ` +
      'that begin with odradek.metadata from the meta.properties of each log directory',
    {
      code: 'INVALID_CONFIG',
      key: 'metadata.log.dir',
      value: metadataDirectory,
      expected: noted,
    },
  );
}

function requireJournalNowhereElse(
  { metadataDirectory, directories }: MetadataPlace,
  files: Files,
): void {
  if (hasEmbeddedStore(files, metadataDirectory)) return;
  const found = directories.find((directory) => isStoreSeen(files, directory));
  if (found === undefined) return;
  throw new OdradekError(
    `the metadata of this broker is in ${found}, not in ${metadataDirectory}; ` +
      `set metadata.log.dir=${found}, or name that directory first in log.dirs`,
    {
      code: 'INVALID_CONFIG',
      key: 'metadata.log.dir',
      value: metadataDirectory,
      expected: found,
    },
  );
}

/** Throws `INVALID_CONFIG` where the journal is that of another cluster than the log directories. */
export function requireJournalOf(
  metadataDirectory: string,
  journalClusterId: string | undefined,
  clusterId: string | undefined,
): void {
  if (journalClusterId === undefined || clusterId === undefined) return;
  if (journalClusterId === clusterId) return;
  throw new OdradekError(
    `the metadata in ${metadataDirectory} is that of cluster ${journalClusterId}, but the log directories belong ` +
      `to cluster ${clusterId}; set metadata.log.dir to where the metadata of theirs is`,
    {
      code: 'INVALID_CONFIG',
      key: 'metadata.log.dir',
      value: metadataDirectory,
      expected: `the metadata of cluster ${clusterId}`,
    },
  );
}

/**
 * Notes in the log directories that the journal, which is open, is in `metadataDirectory`, so that a later start
 * with other settings finds out. A log directory that cannot be written goes without.
 */
export async function noteMetadataDirectory(
  { metadataDirectory, directories }: MetadataPlace,
  identity: { readonly clusterId: string; readonly nodeId: number },
  { files, random, logger }: { files: Files; random: Random; logger: Logger },
): Promise<void> {
  let directoryId = readMetaProperties(files, metadataDirectory)?.directoryId;
  if (directoryId === undefined) {
    directoryId = newId(random);
    await writeMetaProperties(files, metadataDirectory, { ...identity, directoryId });
  }
  for (const directory of directories) {
    const noted = notedPlace(files, directory);
    if (noted?.path === metadataDirectory && noted.directoryId === directoryId) continue;
    try {
      await noteMetadataPlace(files, directory, { path: metadataDirectory, directoryId });
    } catch (error) {
      const fields = { directory, error: errorText(error) };
      logger.warn('could not note in a log directory where the metadata is', fields);
    }
  }
}

/** A log directory that cannot be read is offline, and no reason not to start. */
function notedPlace(files: Files, directory: string): MetadataPlaceNote | undefined {
  return ifReadable(() => readMetaProperties(files, directory)?.metadataPlace);
}

function isStoreSeen(files: Files, directory: string): boolean {
  return ifReadable(() => hasEmbeddedStore(files, directory)) === true;
}
