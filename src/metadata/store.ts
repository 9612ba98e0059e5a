/**
 * Where a cluster keeps what all its brokers must agree on: a small, ordered map of keys to bytes with
 * revisions, compare-and-swap, watches and leases. It knows nothing of topics; `image-keys.ts` says what is
 * kept in it. Its promises are those that etcd can keep, and no more.
 *
 * Every commit that happens has its own revision, which is greater than that of each one before; others may lie
 * between them, for a store may count for others too. A reader sees a commit whole or not at all. What `commit` has answered survives power loss (stores that say so excepted:
 * temporary and in memory).
 */
export interface MetadataStore {
  /**
   * All entries whose key starts with `prefix`, in the order of their keys, as they are at one revision. The
   * bytes are the store's and must not be written. Rejects with an `OdradekError` when the store cannot
   * answer.
   */
  read(prefix: string): Promise<StoreSnapshot>;

  /**
   * Tells `listener` of every commit that touches a key under `prefix`, from `fromRevision` on (the
   * revision of a snapshot, plus one), in order and each once, until it is closed or compacted. Whoever watches
   * all of the cluster's keys is told of the revision of every commit and of every conflict, or of a later one.
   */
  watch(prefix: string, fromRevision: number, listener: WatchListener): StoreWatch;

  /**
   * Makes all `changes`, or none: they are made when each of `compares` holds. At most `storeLimits` of
   * compares, changes and bytes (an assertion otherwise; see `plan-commits.ts`), and no key twice. A change may name a
   * lease that must be alive, else it is a conflict.
   *
   * `unknown` is an answer that never came: the commit may have happened, may not have, and may yet. It
   * rejects with an `OdradekError` when the store is closed, or failed before anything was written: then
   * nothing has happened, nor will.
   */
  commit(compares: readonly Compare[], changes: readonly Change[]): Promise<CommitResult>;

  /**
   * A lease of `ttlMs`: when it ends, the keys that were put under it go, in one commit. A store that ends
   * with the process of its only client grants `Infinity` too.
   */
  lease(ttlMs: number): Promise<Lease>;

  /**
   * Ends a lease, whoever it belongs to, with its keys, which go in one commit. Fine when it is gone, or never
   * was. An answer that does not come rejects with an `OdradekError`: it may have ended all the same.
   */
  revoke(leaseId: string): Promise<void>;

  /** No call may follow. Leases of this client stay until they run out. */
  close(): Promise<void>;
}

/** Of one commit: etcd's own bounds, with room to spare. */
export const storeLimits = { comparesMax: 128, changesMax: 100, bytesMax: 1024 * 1024 } as const;

/** A key, as it stands. */
export interface StoreEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Of the commit that last put this key. */
  readonly revision: number;
}

/** What stands under a prefix at one revision. */
export interface StoreSnapshot {
  readonly revision: number;
  readonly entries: readonly StoreEntry[];
}

/** Holds when the key was last put at `revision`; 0: when there is no such key. */
export interface Compare {
  readonly key: string;
  readonly revision: number;
}

/** Puts `value`, or removes the key where it is null (fine when it is absent). */
export interface Change {
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly leaseId?: string;
}

/** What became of a commit. */
export type CommitResult =
  | { readonly outcome: 'committed'; readonly revision: number }
  /** Some compare did not hold at `revision`, or a lease was gone. */
  | { readonly outcome: 'conflict'; readonly revision: number }
  | { readonly outcome: 'unknown' };

/** Calls come one at a time, from one watch, and none after `close`. */
export interface WatchListener {
  /**
   * What one commit did under the prefix. Removed keys have value null. There may be no changes: then all up
   * to `revision` has been told.
   */
  onCommit(revision: number, changes: readonly StoreChange[]): void;
  /** The last call: history before some revision is gone. Read anew, then watch from there. */
  onCompacted(): void;
}

/** What a commit did to one key. */
export interface StoreChange {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** A watch that runs, to be closed by its owner. */
export interface StoreWatch {
  close(): void;
}

/** A time to live for keys, prolonged by its owner. */
export interface Lease {
  /** By which others can end it. */
  readonly id: string;
  /** As the store grants it, which may be more than was asked for; after each renewal as that one did. */
  readonly ttlMs: number;
  /**
   * Starts the time anew. False when the lease is gone. An answer that does not come rejects with an
   * `OdradekError`: count the time from when the last one that was answered was sent.
   */
  renew(): Promise<boolean>;
  /** Ends it now, with its keys, as the store's `revoke` does. */
  revoke(): Promise<void>;
}
