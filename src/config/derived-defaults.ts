/**
 * Defaults that are no fixed values: what acts of `default.replication.factor` and `min.insync.replicas` where
 * nobody has set them. They hold for one broker as for many, so that nobody has to know of them before a
 * cluster keeps what it acknowledges.
 */

/** Replicas that a topic has where nothing is said, and there are brokers enough. */
const replicationFactorWanted = 3;

/** From so many replicas on, a write that asks for all of them needs two. */
const replicasOfSafeTopic = 3;

/** Values by key, in the place of the default that a key does not have by itself. */
export type DerivedDefaults = ReadonlyMap<string, string>;

/**
 * `default.replication.factor`: as it is `set`, else 3, or as many as there are brokers registered, fenced ones
 * among them, where those are fewer.
 */
export function replicationFactorByDefault(
  set: number | undefined,
  brokersRegistered: number,
): number {
  return set ?? Math.max(1, Math.min(replicationFactorWanted, brokersRegistered));
}

/**
 * `min.insync.replicas` of a partition with `replicaCount` replicas: as it is `set`, else 2 of three or more and
 * 1 of fewer. Never more than there are replicas.
 */
export function minInsyncReplicas(set: number | undefined, replicaCount: number): number {
  const wanted = set ?? (replicaCount >= replicasOfSafeTopic ? 2 : 1);
  return Math.max(1, Math.min(wanted, replicaCount));
}

/** What stands for defaults in the description of a topic with so many replicas, or of a broker that makes such. */
export function derivedDefaults(replicationFactor: number): DerivedDefaults {
  return new Map([
    ['default.replication.factor', String(replicationFactor)],
    ['min.insync.replicas', String(minInsyncReplicas(undefined, replicationFactor))],
  ]);
}
