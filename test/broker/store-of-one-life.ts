import type {
  Change,
  CommitResult,
  Compare,
  Lease,
  MetadataStore,
  StoreSnapshot,
  StoreWatch,
  WatchListener,
} from '../../src/metadata/store.ts';

/**
 * A store as one process sees it: nothing comes back to one that has crashed, and to one that is paused it comes
 * when it goes on.
 */
export class StoreOfOneLife implements MetadataStore {
  readonly #store: MetadataStore;
  #isAlive = true;
  #isPaused = false;
  /** What came while it was paused, in order. */
  #held: (() => void)[] = [];

  constructor(store: MetadataStore) {
    this.#store = store;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  end(): void {
    this.#isAlive = false;
    this.#held = [];
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const tell of this.#held.splice(0)) tell();
  }

  #tell(tell: () => void): void {
    if (!this.#isAlive) return;
    if (this.#isPaused) this.#held.push(tell);
    else tell();
  }

  #hear<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.#tell(() => resolve(value)),
        (error: unknown) => this.#tell(() => reject(error)),
      );
    });
  }

  read(prefix: string): Promise<StoreSnapshot> {
    return this.#hear(this.#store.read(prefix));
  }

  watch(prefix: string, fromRevision: number, listener: WatchListener): StoreWatch {
    return this.#store.watch(prefix, fromRevision, {
      onCommit: (revision, changes) => this.#tell(() => listener.onCommit(revision, changes)),
      onCompacted: () => this.#tell(() => listener.onCompacted()),
    });
  }

  commit(compares: readonly Compare[], changes: readonly Change[]): Promise<CommitResult> {
    return this.#hear(this.#store.commit(compares, changes));
  }

  async lease(ttlMs: number): Promise<Lease> {
    const lease = await this.#hear(this.#store.lease(ttlMs));
    return {
      id: lease.id,
      get ttlMs() {
        return lease.ttlMs;
      },
      renew: () => this.#hear(lease.renew()),
      revoke: () => this.#hear(lease.revoke()),
    };
  }

  revoke(leaseId: string): Promise<void> {
    return this.#hear(this.#store.revoke(leaseId));
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
