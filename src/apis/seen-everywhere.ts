import type { ApiServices } from './services.ts';

/**
 * Settles once this broker acts on what it knows now of the cluster, with the logs of its new partitions, and the
 * others that serve do too, or have been waited for long enough. Never rejects.
 */
export async function seenEverywhere({
  image,
  partitions,
  peers,
}: Pick<ApiServices, 'image' | 'partitions' | 'peers'>): Promise<void> {
  const { revision } = image();
  await Promise.all([partitions.reached(revision), peers.reached(revision)]);
}
