import type { Decision } from '../controller/decision.ts';
import type { ClusterImage } from '../metadata/image.ts';

/** How handlers change the cluster: by decisions over the image, carried out one behind the other. */
export interface MetadataCommands {
  /**
   * Has `decide` look at the newest image, commits what it decides and waits until this broker acts on it.
   * `decide` may be called again when somebody else's commit came first. Rejects when the store fails.
   */
  run<Result>(decide: (image: ClusterImage) => Decision<Result>): Promise<readonly Result[]>;
  /** A producer id that nobody had, ever (KIP-360). */
  nextProducerId(): Promise<number>;
}
