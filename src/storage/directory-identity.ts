import type { Random } from '../runtime/runtime.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { newId } from './directory-id.ts';
import type { LogDirectories } from './log-directories.ts';
import type { LogDirectory } from './log-directory.ts';
import type { MetaProperties } from './meta-properties.ts';

/**
 * Holds the `meta.properties` of all directories against each other and against what the broker was told,
 * and answers the cluster id: the one that `clusterIdFor` theirs gives, else theirs, else a new one. Directories
 * that cannot be read are offline afterwards and do not count.
 *
 * Throws `INVALID_CONFIG` where a directory belongs to another node or cluster, or is a copy of another.
 */
export async function agreeOnIdentity(
  directories: LogDirectories,
  told: {
    nodeId: number;
    clusterIdFor: (found: string | undefined) => Promise<string | undefined>;
  },
  random: Random,
): Promise<string> {
  const found = new Map<LogDirectory, MetaProperties | undefined>();
  for (const directory of directories.all) {
    await directories.attempt(directory, () => void found.set(directory, directory.readIdentity()));
  }
  for (const [directory, meta] of found) requireNode(directory, meta, told.nodeId);
  requireDistinct(found);
  const theirs = oneClusterId(found, undefined);
  const clusterId = oneClusterId(found, await told.clusterIdFor(theirs)) ?? newId(random);
  for (const [directory, meta] of found) {
    await directories.attempt(directory, () =>
      settle(directory, meta, clusterId, told.nodeId, random),
    );
  }
  return clusterId;
}

function requireNode(
  directory: LogDirectory,
  meta: MetaProperties | undefined,
  nodeId: number,
): void {
  if (meta?.nodeId === undefined || meta.nodeId === nodeId) return;
  throw new OdradekError(
    `node.id is ${nodeId}, but the data directory ${directory.path} belongs to node ${meta.nodeId}; ` +
      `set node.id=${meta.nodeId} or choose another directory`,
    { code: 'INVALID_CONFIG', key: 'node.id', value: nodeId, expected: String(meta.nodeId) },
  );
}

function oneClusterId(
  found: ReadonlyMap<LogDirectory, MetaProperties | undefined>,
  told: string | undefined,
): string | undefined {
  let clusterId = told;
  let saidBy = 'the metadata';
  for (const [directory, meta] of found) {
    if (meta?.clusterId === undefined) continue;
    if (clusterId !== undefined && clusterId !== meta.clusterId) {
      throw new OdradekError(
        `the data directory ${directory.path} belongs to cluster ${meta.clusterId}, ` +
          `but ${saidBy} to cluster ${clusterId}; choose another directory`,
        { code: 'INVALID_CONFIG', key: 'cluster.id', value: clusterId, expected: meta.clusterId },
      );
    }
    clusterId = meta.clusterId;
    if (told === undefined) saidBy = directory.path;
  }
  return clusterId;
}

function requireDistinct(found: ReadonlyMap<LogDirectory, MetaProperties | undefined>): void {
  const pathById = new Map<string, string>();
  for (const [directory, meta] of found) {
    if (meta?.directoryId === undefined) continue;
    const other = pathById.get(meta.directoryId);
    if (other !== undefined) {
      throw new OdradekError(
        `the data directories ${other} and ${directory.path} have the same directory.id; one is a copy of the other`,
        {
          code: 'INVALID_CONFIG',
          key: 'log.dirs',
          value: directory.path,
          expected: 'directories of their own',
        },
      );
    }
    pathById.set(meta.directoryId, directory.path);
  }
}

/** Writes `meta.properties` where it is absent or lacks something. */
async function settle(
  directory: LogDirectory,
  meta: MetaProperties | undefined,
  clusterId: string,
  nodeId: number,
  random: Random,
): Promise<void> {
  directory.directoryId = meta?.directoryId ?? newId(random);
  const complete =
    meta?.clusterId !== undefined && meta.nodeId !== undefined && meta.directoryId !== undefined;
  if (!complete)
    await directory.writeIdentity({ clusterId, nodeId, directoryId: directory.directoryId });
}
