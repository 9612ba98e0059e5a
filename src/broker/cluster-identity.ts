import { encodeValue, imageKeys } from '../metadata/image-keys.ts';
import type { ClusterImage } from '../metadata/image.ts';
import type { Random } from '../runtime/runtime.ts';
import { newId } from '../storage/directory-id.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { ClusterMetadata } from './cluster-metadata.ts';

/**
 * The id of the cluster that log directories must belong to, or undefined where nobody knows it yet: that of
 * the metadata; where it has none, that of the directories (`found`), which the registration then writes.
 *
 * Brokers that begin a cluster in a shared store at the same moment must not each draw an id of their own and
 * write it into their directories: those without one agree on one in the store first.
 */
export async function clusterIdOf(
  metadata: ClusterMetadata,
  found: string | undefined,
  { isShared, random }: { readonly isShared: boolean; readonly random: Random },
): Promise<string | undefined> {
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

/** Throws `INVALID_CONFIG` where another broker has begun the cluster meanwhile, under another id. */
export function requireSameCluster(image: ClusterImage, clusterId: string): void {
  if (image.clusterId === '' || image.clusterId === clusterId) return;
  throw new OdradekError(
    `the data directories belong to cluster ${clusterId}, but the metadata to cluster ${image.clusterId}: ` +
      'take other directories, or the metadata of their cluster',
    { code: 'INVALID_CONFIG', key: 'cluster.id', value: clusterId, expected: image.clusterId },
  );
}
