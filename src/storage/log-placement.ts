import type { Files, Random } from '../runtime/runtime.ts';
import type { Logger } from '../util/logger.ts';
import { newHexId } from './directory-id.ts';
import { DirectoryOnDemand } from './directory-on-demand.ts';
import type { LogConfig } from './log-config.ts';
import type { LogDirectory } from './log-directory.ts';
import type { Log, LogModules } from './log.ts';
import { createLog } from './open-log.ts';
import {
  deletedDirectoryName,
  partitionDirectoryName,
  strayDirectoryName,
} from './partition-directory.ts';
import { partitionMetadataFileName, writePartitionMetadata } from './partition-metadata.ts';
import { ifThereIsRoom, lacksRoom } from './storage-failure.ts';

/** A partition that is to have a log. */
export interface NewLog {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: string;
  readonly config: LogConfig;
  /** Whether its directory is made with the first file in it. */
  readonly onDemand: boolean;
}

interface PlacementModules {
  readonly files: Files;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Makes the directory of a partition, unless that is left to its first file, and the log in it. Nothing is
 * left of it when the disk is full. Throws as `Files` does.
 */
export function placeLog(
  directory: LogDirectory,
  { topic, partition, topicId, config, onDemand }: NewLog,
  modules: PlacementModules & LogModules,
): Log {
  const { files } = modules;
  const path = files.join(directory.path, partitionDirectoryName(topic, partition));
  directory.forgetOffsetsOf(topic, partition);
  clearTheWay(directory, path, { topic, partition }, modules);
  const directoryOnDemand = new DirectoryOnDemand(() => {
    files.makeDirectory(path);
    writePartitionMetadata(files, path, topicId);
    directory.syncSoon();
  });
  try {
    if (!onDemand) directoryOnDemand.make();
    const options = { directory: path, topic, partition, topicId, config };
    return createLog(onDemand ? { ...options, directoryOnDemand } : options, modules);
  } catch (error) {
    // Removing takes a descriptor too: else the next attempt does it.
    if (lacksRoom(error)) ifThereIsRoom(() => files.removeTree(path));
    throw error;
  }
}

/**
 * What lies where a new partition is to be is not ours to delete, unless it holds nothing but what an attempt
 * for which there was no room has left.
 */
function clearTheWay(
  directory: LogDirectory,
  path: string,
  { topic, partition }: { topic: string; partition: number },
  { files, random, logger }: PlacementModules,
): void {
  const found = files.stat(path);
  if (found === undefined) return;
  if (found.kind === 'directory' && files.list(path).every(isOfAnAttempt)) {
    files.removeTree(path);
    return;
  }
  const aside = strayDirectoryName(topic, partition, newHexId(random));
  files.rename(path, files.join(directory.path, aside));
  logger.warn('directory was in the way of a new log and is set aside', { path, aside });
}

function isOfAnAttempt(name: string): boolean {
  return name.startsWith(partitionMetadataFileName);
}

/**
 * Renames the directory of a log that is closed to `…-delete` or `…-stray`; answers the new path. Throws as
 * `Files` does.
 */
export function renameLog(
  directory: LogDirectory,
  log: Pick<Log, 'topic' | 'partition' | 'directory'>,
  suffix: 'delete' | 'stray',
  { files, random }: PlacementModules,
): string {
  const nameOf = suffix === 'delete' ? deletedDirectoryName : strayDirectoryName;
  const path = files.join(directory.path, nameOf(log.topic, log.partition, newHexId(random)));
  files.rename(log.directory, path);
  directory.syncSoon();
  return path;
}
