import { decodeBroker, decodeValue } from './image-keys.ts';
import type { BrokerValue, LiveValue } from './image-keys.ts';
import type { BrokerImage } from './image.ts';

/**
 * The brokers of an image that is brought forward key by key. Each is put together from two keys, its
 * registration and the one that its process keeps alive, which come and go in either order.
 */
export class LiveBrokers {
  readonly images = new Map<number, BrokerImage>();
  readonly #registrations = new Map<number, BrokerValue & { readonly revision: number }>();
  readonly #live = new Map<number, LiveValue & { readonly revision: number }>();

  /** Takes in the key of a registration. Throws as `decodeBroker` does. */
  setRegistration(nodeId: number, key: string, value: Uint8Array | null, revision: number): void {
    if (value === null) this.#registrations.delete(nodeId);
    else this.#registrations.set(nodeId, { ...decodeBroker(key, value), revision });
    this.#show(nodeId);
  }

  /** Takes in the key of a process. Throws as `decodeValue` does. */
  setLive(nodeId: number, key: string, value: Uint8Array | null, revision: number): void {
    if (value === null) this.#live.delete(nodeId);
    else this.#live.set(nodeId, { ...decodeValue<LiveValue>(key, value), revision });
    this.#show(nodeId);
  }

  #show(nodeId: number): void {
    const registration = this.#registrations.get(nodeId);
    if (registration === undefined) {
      this.images.delete(nodeId);
      return;
    }
    const { fenced, ...said } = registration;
    const process = this.#live.get(nodeId);
    const liveRevision = process?.epoch === said.epoch ? process.revision : 0;
    const live = liveRevision > 0;
    const admitted = !fenced;
    this.images.set(nodeId, {
      ...said,
      nodeId,
      admitted,
      live,
      liveRevision,
      fenced: !admitted || !live,
    });
  }
}
