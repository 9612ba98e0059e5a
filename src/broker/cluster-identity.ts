import { encodeValue, imageKeys } from '../metadata/image-keys.ts';
import type { ClusterImage } from '../metadata/image.ts';
import type { Random } from '../runtime/runtime.ts';
import { newId } from '../storage/directory-id.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { ClusterMetadata } from './cluster-metadata.ts';
import type { OpenedStore } from './open-store.ts';

/** What the id of a cluster depends on. */
export interface ClusterIdModules extends Pick<OpenedStore, 'isShared' | 'marker'> {
  readonly random: Random;
}

/**
 * The id of the cluster that log directories must belong to, or undefined where nobody knows it yet: that of
 * the metadata; where it has none, that of the directories (`found`), which the registration then writes.
 *
 * Brokers that begin a cluster in a shared store at the same moment must not each draw an id of their own and
 * write it into their directories: those without one agree on one in the store first.
 *
 * Throws `INVALID_CONFIG` where the store has no cluster and the directories have been one's that was in it
 * (`marker` says so): a broker that began it anew would lead what it has, however little of it that is, and the
 * logs of all others would be strays.
 */
export async function clusterIdOf(
  metadata: ClusterMetadata,
  found: string | undefined,
  { isShared, marker, random }: ClusterIdModules,
): Promise<string | undefined> {
  if (metadata.image.clusterId === '' && marker !== undefined) throw hasLostCluster(marker);
  if (metadata.image.clusterId === '' && found === undefined && isShared) {
    const value = encodeValue({ clusterId: newId(random) });
    await metadata.run((image) => {
      const isThere = image.clusterId !== '';
      const publish = isThere ? [] : [{ key: imageKeys.cluster, value, ifRevision: 0 }];
      return { changes: { prepare: [], publish, tidy: [] }, results: [] };
    });
  }
  const { clusterId } = metadata.image;
  return clusterId === '' ? undefined : clusterId;
}

function hasLostCluster(marker: string): OdradekError {
  const key = 'odradek.metadata.store';
  const expected = `the store that ${marker} names, with the metadata of this broker in it`;
  return new OdradekError(
    `the metadata store has no cluster in it, though the metadata of this broker was in one, as ${marker} says: ` +
      `name that store in ${key}, or bring its data back. To begin without them, with the topics that this broker ` +
      'has and none of their configs, remove that file',
    { code: 'INVALID_CONFIG', key, value: 'a store without a cluster', expected },
  );
}

/** Throws `INVALID_CONFIG` where another broker has begun the cluster meanwhile, under another id. */
export function requireSameCluster(image: ClusterImage, clusterId: string): void {
  if (image.clusterId === '' || image.clusterId === clusterId) return;
  throw new OdradekError(
    `the data directories belong to cluster ${clusterId}, but the metadata to cluster ${image.clusterId}: ` +
      'take other directories, or the metadata of their cluster',
    { code: 'INVALID_CONFIG', key: 'cluster.id', value: clusterId, expected: image.clusterId },
  );
}
