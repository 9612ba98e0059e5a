import type { Files } from '../runtime/runtime.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { readTextIfThere } from './small-files.ts';

/** The file in a partition's directory that says whose it is. Format: docs/formats/log-directory.md. */
export const partitionMetadataFileName = 'partition.metadata';

const knownVersion = 0;

/**
 * Reads the topic id of `<partitionDirectory>/partition.metadata`. Undefined where the file is absent, and
 * where it is empty, as power loss leaves it.
 *
 * Throws `NEWER_FORMAT` for a version above 0 and `CORRUPT_DATA` for anything else that it cannot read.
 */
export function readPartitionMetadata(
  files: Files,
  partitionDirectory: string,
): string | undefined {
  const path = files.join(partitionDirectory, partitionMetadataFileName);
  const text = readTextIfThere(files, path);
  return text === undefined || text === '' ? undefined : parsePartitionMetadata(text, path);
}

/** The topic id in the content of a `partition.metadata`; `path` is for the errors. */
export function parsePartitionMetadata(text: string, path: string): string {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
  }
  const version = Number(fields.get('version') ?? 'NaN');
  if (version > knownVersion) {
    throw new OdradekError(
      `${path} has version ${version}; this Odradek knows version ${knownVersion}`,
      {
        code: 'NEWER_FORMAT',
        path,
        found: version,
        known: knownVersion,
      },
    );
  }
  const topicId = fields.get('topic_id');
  if (version !== knownVersion || topicId === undefined || !/^[A-Za-z0-9_-]{22}$/.test(topicId)) {
    const reason = 'it does not hold "version: 0" and "topic_id: <22 characters>"';
    throw new OdradekError(`${path} cannot be read: ${reason}`, {
      code: 'CORRUPT_DATA',
      path,
      reason,
    });
  }
  return topicId;
}

/** What `partition.metadata` holds for a topic, as Apache Kafka writes it: no newline behind. */
export function formatPartitionMetadata(topicId: string): string {
  return `version: ${knownVersion}\ntopic_id: ${topicId}`;
}

/**
 * Writes `partition.metadata`, which is synced with the first flush of the log. A file that power loss emptied
 * before stands beside records that nobody was promised.
 */
export function writePartitionMetadata(
  files: Files,
  partitionDirectory: string,
  topicId: string,
): void {
  const path = files.join(partitionDirectory, partitionMetadataFileName);
  files.replaceFile(path, new TextEncoder().encode(formatPartitionMetadata(topicId)));
}
