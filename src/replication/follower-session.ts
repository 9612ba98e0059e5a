import type { FetchedFrom, ReplicaFetch, ReplicaFetched } from './replica-client.ts';

/** What a fetch names of the session, and of the partitions. */
export type SessionRequest = Pick<
  ReplicaFetch,
  'sessionId' | 'sessionEpoch' | 'partitions' | 'forgotten'
>;

/**
 * A follower's side of an incremental fetch session (KIP-227). It knows what the leader was told, so that a
 * fetch names only what has changed since; where the leader has no session to give, each fetch names all.
 */
export class FollowerSession {
  #id = 0;
  /** Of the next request; 0 opens a session. */
  #epoch = 0;

  /** Whether the leader remembers what it was told. */
  get isOpen(): boolean {
    return this.#epoch !== 0;
  }

  /** The next request: of `partitions`, which is all of them where the session is not open. */
  request(
    partitions: readonly FetchedFrom[],
    forgotten: readonly Pick<FetchedFrom, 'topicId' | 'index'>[],
  ): SessionRequest {
    return {
      sessionId: this.#id,
      sessionEpoch: this.#epoch,
      partitions,
      forgotten: this.isOpen ? forgotten : [],
    };
  }

  /** Takes in the answer to the last request. */
  answered({ error, sessionId }: Pick<ReplicaFetched, 'error' | 'sessionId'>): void {
    if (error !== undefined) {
      this.#epoch = 0;
      if (error === 'FETCH_SESSION_ID_NOT_FOUND') this.#id = 0;
      return;
    }
    if (!this.isOpen) {
      this.#id = sessionId;
      this.#epoch = sessionId === 0 ? 0 : 1;
      return;
    }
    this.#epoch = sessionId === 0 ? 0 : nextEpoch(this.#epoch);
    this.#id = sessionId;
  }

  /** No answer came: whether the leader took the request is not known. The next one begins anew. */
  failed(): void {
    this.#epoch = 0;
  }
}

/** After 2^31-1 comes 1. */
function nextEpoch(epoch: number): number {
  return epoch >= 0x7fff_ffff ? 1 : epoch + 1;
}
