import { hasEmbeddedStore } from '../metadata/embedded/embedded-store.ts';
import type { Files } from '../runtime/runtime.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { MetadataPlace } from './metadata-directory.ts';

/*
 * The folder of a cluster that runs in one process: `broker-1` and so on, and `metadata` with the journal that they
 * share. It and the folder of a broker by itself must not be taken for each other: `broker-1` is the name of a
 * partition there, and what the topics in `broker-1` are is known to the journal beside it alone.
 */

/** What a folder of a broker by itself always has. */
const brokerFile = 'meta.properties';

/** In the folder of a cluster: that of the journal. */
export const clusterMetadataName = 'metadata';

/** In the folder of a cluster: that of a broker. */
export function clusterBrokerName(nodeId: number): string {
  return `broker-${nodeId}`;
}

/** Throws `INVALID_CONFIG` where the folder of a cluster is that of a broker. */
export function refuseBrokerFolder(files: Files, root: string): void {
  if (files.stat(files.join(root, brokerFile)) === undefined) return;
  const message = `the folder ${root} has the data of one broker, not of a cluster`;
  throw refused(root, message, 'another folder');
}

/** Throws `INVALID_CONFIG` where a folder of a broker is that of a cluster, or of one of its brokers. */
export function refuseClusterFolder(
  files: Files,
  { directories, metadataDirectory }: MetadataPlace,
): void {
  for (const directory of directories) {
    const isMember = /^broker-\d+$/.test(files.basename(directory));
    for (const root of isMember ? [directory, files.dirname(directory)] : [directory]) {
      const journal = files.join(root, clusterMetadataName);
      if (journal === metadataDirectory || !hasEmbeddedStore(files, journal)) continue;
      const message = `the folder ${root} has the data of a cluster: odradek start --brokers, or createCluster, runs it`;
      throw refused(directory, message, 'the folder of one broker');
    }
  }
}

function refused(value: string, message: string, expected: string): OdradekError {
  return new OdradekError(message, { code: 'INVALID_CONFIG', key: 'log.dirs', value, expected });
}
