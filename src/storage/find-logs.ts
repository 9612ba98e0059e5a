import type { Files } from '../runtime/runtime.ts';
import type { Logger } from '../util/logger.ts';
import { hasCode, OdradekError } from '../util/odradek-error.ts';
import { partitionKey } from './checkpoints.ts';
import type { LogDirectory } from './log-directory.ts';
import type { FoundPartition, FoundTopic } from './log-manager-options.ts';
import { parsePartitionDirectoryName } from './partition-directory.ts';
import { readPartitionMetadata } from './partition-metadata.ts';

/** Topics whose logs belong to parts of Apache Kafka that Odradek does not have. */
const foreignTopics: ReadonlySet<string> = new Set(['__cluster_metadata', '__share_group_state']);

/** The directory of a partition, found in a log directory. */
export interface FoundLog {
  readonly logDirectory: LogDirectory;
  /** Path of the partition's directory. */
  readonly path: string;
  readonly topic: string;
  readonly partition: number;
  /** Undefined where `partition.metadata` does not say it. */
  readonly topicId: string | undefined;
}

/** What lies in a log directory. */
export interface DirectoryContent {
  readonly logs: readonly FoundLog[];
  /** Paths of partitions that were deleted and whose files may go. */
  readonly deleted: readonly string[];
}

/** Lists a log directory. `leaveAlone` are names in it that are not ours to judge. Throws as `Files` does. */
export function listLogDirectory(
  logDirectory: LogDirectory,
  leaveAlone: ReadonlySet<string>,
  modules: { files: Files; logger: Logger },
): DirectoryContent {
  const { files, logger } = modules;
  const logs: FoundLog[] = [];
  const deleted: string[] = [];
  for (const name of files.list(logDirectory.path)) {
    if (leaveAlone.has(name)) continue;
    const path = files.join(logDirectory.path, name);
    const parsed = parsePartitionDirectoryName(name);
    if (parsed.kind === 'deleted') deleted.push(path);
    else if (parsed.kind === 'partition') {
      if (foreignTopics.has(parsed.topic)) {
        logDirectory.keepOffsetsOf(parsed.topic, parsed.partition);
      } else if (files.stat(path)?.kind === 'directory') {
        const { topic, partition } = parsed;
        logs.push({ logDirectory, path, topic, partition, topicId: readTopicId(path, modules) });
      }
    } else if (parsed.kind !== 'other') {
      logger.info('directory is left alone', { path, kind: parsed.kind });
    }
  }
  return { logs, deleted };
}

/** A damaged file costs the topic id, which the metadata store knows too; not the log. */
function readTopicId(path: string, modules: { files: Files; logger: Logger }): string | undefined {
  try {
    return readPartitionMetadata(modules.files, path);
  } catch (error) {
    if (!hasCode(error, 'CORRUPT_DATA')) throw error;
    modules.logger.warn('partition.metadata cannot be read; its topic id is taken as unknown', {
      path,
      reason: error.message,
    });
    return undefined;
  }
}

/**
 * Of two logs of a partition, the one whose topic was deleted while its directory was offline: the other has the
 * id that the topic of this name has now.
 */
export function outlivedLogs(
  logs: readonly FoundLog[],
  topicIdOf: (topic: string) => string | undefined,
): FoundLog[] {
  const known = logs.filter(({ topicId }) => topicId !== undefined);
  const isCurrent = ({ topic, topicId }: FoundLog): boolean => topicId === topicIdOf(topic);
  const keyOf = ({ topic, partition }: FoundLog): string => partitionKey(topic, partition);
  const current = new Set(known.filter(isCurrent).map(keyOf));
  return known.filter((log) => !isCurrent(log) && current.has(keyOf(log)));
}

/**
 * Throws `CORRUPT_DATA` where two log directories have the same partition: which one is right, only a person
 * can tell. Apache Kafka does the same.
 */
export function requireDistinctLogs(logs: readonly FoundLog[]): void {
  const pathByKey = new Map<string, string>();
  for (const log of logs) {
    const key = partitionKey(log.topic, log.partition);
    const other = pathByKey.get(key);
    if (other !== undefined) {
      const reason = `${other} holds the same partition; move one of the two away`;
      throw new OdradekError(`${log.path}: ${reason}`, {
        code: 'CORRUPT_DATA',
        path: log.path,
        reason,
      });
    }
    pathByKey.set(key, log.path);
  }
}

/** `logs` by topic, in the order of topic names; a name with two ids is two topics. */
export function groupByTopic(logs: readonly FoundLog[]): FoundTopic[] {
  const topics = new Map<
    string,
    { topic: string; topicId: string | undefined; partitions: FoundPartition[] }
  >();
  for (const log of logs) {
    const key = `${log.topic} ${log.topicId ?? ''}`;
    let found = topics.get(key);
    if (found === undefined) {
      found = { topic: log.topic, topicId: log.topicId, partitions: [] };
      topics.set(key, found);
    }
    found.partitions.push({ partition: log.partition, logDirectory: log.logDirectory.path });
  }
  const sorted = [...topics.values()].sort((a, b) => (a.topic < b.topic ? -1 : 1));
  for (const found of sorted) found.partitions.sort((a, b) => a.partition - b.partition);
  return sorted;
}
