/** A feature with the levels that are supported; the highest is finalized (KIP-584). */
export interface ServedFeature {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** Apache's levels of metadata.version from 3.3-IV3 to 4.3-IV0. */
const metadataVersion: ServedFeature = { name: 'metadata.version', minVersion: 7, maxVersion: 30 };

/** Every feature there is here. The others of Apache come with what they stand for. */
export const servedFeatures: readonly ServedFeature[] = [metadataVersion];
