import type { Random } from '../runtime/runtime.ts';
import type { FetchPartition } from './fetch-partition.ts';
import type { SessionChanges } from './session-changes.ts';

/** An incremental fetch session: the partitions that the client need not name again. */
export interface FetchSession {
  readonly id: number;
  readonly usesTopicIds: boolean;
  /** The epoch of the next request: `[1, 2^31)`. */
  epoch: number;
  /** By `fetchKey`, in the order in which they are read. One that had data moves to the end: all get their turn. */
  readonly partitions: Map<string, FetchPartition>;
  /** A follower's: what its next fetch has to look at. A consumer's looks at all. */
  readonly changes: SessionChanges | undefined;
  readonly createdMs: number;
  lastUsedMs: number;
}

/** Why a session cannot be used: names of Kafka's errors. */
export type SessionError =
  | 'FETCH_SESSION_ID_NOT_FOUND'
  | 'INVALID_FETCH_SESSION_EPOCH'
  | 'FETCH_SESSION_TOPIC_ID_ERROR';

/** A session may be put aside for another once it was not used, or has existed, for this long. */
const evictionMs = 120_000;
const sessionIdBound = 0x7fff_ffff;

/** The epoch that follows `epoch`: after 2^31-1 comes 1, as 0 opens a session and -1 ends it. */
export function nextSessionEpoch(epoch: number): number {
  return epoch >= 0x7fff_ffff ? 1 : epoch + 1;
}

/**
 * The incremental fetch sessions of a broker (KIP-227), at most
 * `max.incremental.fetch.session.cache.slots` of them. When all are taken, a new one replaces the one that
 * was not used for two minutes, else a smaller one that is older than that; else the client goes on without.
 */
export class FetchSessions {
  readonly #slots: number;
  readonly #random: Random;
  readonly #sessions = new Map<number, FetchSession>();

  constructor(options: { slots: number }, modules: { random: Random }) {
    this.#slots = options.slots;
    this.#random = modules.random;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** The session of a request, its epoch moved on; or why it cannot be used. */
  use(
    id: number,
    epoch: number,
    usesTopicIds: boolean,
    nowMs: number,
  ): FetchSession | { error: SessionError } {
    const session = this.#sessions.get(id);
    if (session === undefined) return { error: 'FETCH_SESSION_ID_NOT_FOUND' };
    if (session.epoch !== epoch) return { error: 'INVALID_FETCH_SESSION_EPOCH' };
    if (session.usesTopicIds !== usesTopicIds) return { error: 'FETCH_SESSION_TOPIC_ID_ERROR' };
    session.epoch = nextSessionEpoch(epoch);
    session.lastUsedMs = nowMs;
    return session;
  }

  /** Opens a session over `partitions`, or answers undefined when there is no slot to be had. */
  open(
    partitions: Map<string, FetchPartition>,
    usesTopicIds: boolean,
    nowMs: number,
    changes?: SessionChanges,
  ): FetchSession | undefined {
    if (this.#sessions.size >= this.#slots && !this.#evictFor(partitions.size, nowMs)) {
      return undefined;
    }
    const session: FetchSession = {
      id: this.#freeId(),
      usesTopicIds,
      epoch: 1,
      partitions,
      changes,
      createdMs: nowMs,
      lastUsedMs: nowMs,
    };
    this.#sessions.set(session.id, session);
    return session;
  }

  close(id: number): void {
    this.#sessions.get(id)?.changes?.close();
    this.#sessions.delete(id);
  }

  #freeId(): number {
    for (;;) {
      const id = 1 + this.#random.below(sessionIdBound - 1);
      if (!this.#sessions.has(id)) return id;
    }
  }

  #evictFor(partitionCount: number, nowMs: number): boolean {
    let stalest: FetchSession | undefined;
    let smallest: FetchSession | undefined;
    for (const session of this.#sessions.values()) {
      if (stalest === undefined || session.lastUsedMs < stalest.lastUsedMs) stalest = session;
      if (nowMs - session.createdMs < evictionMs) continue;
      if (smallest === undefined || session.partitions.size < smallest.partitions.size) {
        smallest = session;
      }
    }
    const evicted =
      stalest !== undefined && nowMs - stalest.lastUsedMs > evictionMs
        ? stalest
        : smallest !== undefined && smallest.partitions.size < partitionCount
          ? smallest
          : undefined;
    if (evicted === undefined) return false;
    this.close(evicted.id);
    return true;
  }
}
