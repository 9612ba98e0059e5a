import type { ClusterImage } from '../../metadata/image.ts';
import type { BrokerFigures } from '../contract/picture.ts';
import { brokerState } from './broker-figures.ts';

/** Since when brokers are in their states, as far as this broker saw them come into these. */
export class BrokerStates {
  readonly #states = new Map<
    number,
    { readonly state: BrokerFigures['state']; readonly sinceMs: number | null }
  >();

  /** Takes in the image as it is now; of what it shows first nobody knows since when it is so. */
  note(image: ClusterImage, wallMs: number): void {
    for (const nodeId of this.#states.keys()) {
      if (!image.brokers.has(nodeId)) this.#states.delete(nodeId);
    }
    for (const broker of image.brokers.values()) {
      const state = brokerState(broker, image);
      const known = this.#states.get(broker.nodeId);
      if (known?.state === state) continue;
      this.#states.set(broker.nodeId, { state, sinceMs: known === undefined ? null : wallMs });
    }
  }

  /** Wall-clock time; null where it was in that state when it was seen first. */
  sinceMs(nodeId: number): number | null {
    return this.#states.get(nodeId)?.sinceMs ?? null;
  }
}
