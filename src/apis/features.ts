/** A feature with the levels that are supported; the highest is finalized (KIP-584). */
export interface ServedFeature {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** Apache's levels of metadata.version from 3.3-IV3 to 4.3-IV0. */
const metadataVersion: ServedFeature = { name: 'metadata.version', minVersion: 7, maxVersion: 30 };

/** KIP-848. That the protocol is there cannot be taken back, so that level 0 is none of those supported. */
const groupVersion: ServedFeature = { name: 'group.version', minVersion: 1, maxVersion: 1 };

/** KIP-966; as for `group.version`, there is no level without it. */
const eligibleLeaderReplicasVersion: ServedFeature = {
  name: 'eligible.leader.replicas.version',
  minVersion: 1,
  maxVersion: 1,
};

/**
 * Every feature there is here, in the order of their names. The others of Apache (`transaction.version`,
 * `share.version`, `streams.version`) come with what they stand for, `kraft.version` never.
 */
export const servedFeatures: readonly ServedFeature[] = [
  eligibleLeaderReplicasVersion,
  groupVersion,
  metadataVersion,
];
