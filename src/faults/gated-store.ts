import type {
  Change,
  CommitResult,
  Compare,
  Lease,
  MetadataStore,
  StoreChange,
  StoreSnapshot,
  StoreWatch,
  WatchListener,
} from '../metadata/store.ts';
import type { Timers } from '../runtime/runtime.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { Cuts } from './cuts.ts';
import type { ProcessGate } from './process-gate.ts';

/** How a process waits for its store. */
export interface GatedStoreOptions {
  readonly nodeId: number;
  /** How long it waits for an answer while it is cut off from the store. */
  readonly timeoutMs: number;
}

/** What it is made of. */
export interface GatedStoreModules {
  /** Others have it too: it is not closed with this one. */
  readonly store: MetadataStore;
  /** Of the world, not of the process. */
  readonly timers: Timers;
  readonly gate: ProcessGate;
  readonly cuts: Cuts;
}

/** Commits that are kept for a watch that is cut off; with more it has to read anew. */
const heldCommitsMax = 10_000;

/**
 * The store as a process sees it that can be stopped, killed and cut off from it. What it asks while it is cut
 * off is not answered: a read fails in the end, of a commit nobody knows. Leases go on in the store.
 */
export class GatedStore implements MetadataStore {
  readonly #options: GatedStoreOptions;
  readonly #modules: GatedStoreModules;
  readonly #watches = new Set<StoreWatch>();
  #isClosed = false;

  constructor(options: GatedStoreOptions, modules: GatedStoreModules) {
    this.#options = options;
    this.#modules = modules;
    modules.gate.add({ look() {}, end: () => this.#end() });
  }

  read(prefix: string): Promise<StoreSnapshot> {
    return this.#ask('reading the metadata', () => this.#modules.store.read(prefix));
  }

  watch(prefix: string, fromRevision: number, listener: WatchListener): StoreWatch {
    const gated = new GatedWatch(listener, { ...this.#modules, isCut: () => this.#isCut });
    const inner = this.#modules.store.watch(prefix, fromRevision, gated);
    const watch = {
      close: (): void => {
        this.#watches.delete(watch);
        gated.close();
        inner.close();
      },
    };
    this.#watches.add(watch);
    return watch;
  }

  commit(compares: readonly Compare[], changes: readonly Change[]): Promise<CommitResult> {
    const send = (): Promise<CommitResult> => this.#modules.store.commit(compares, changes);
    return this.#ask('a commit', send, { outcome: 'unknown' });
  }

  async lease(ttlMs: number): Promise<Lease> {
    const lease = await this.#ask('taking a lease', () => this.#modules.store.lease(ttlMs));
    return {
      id: lease.id,
      get ttlMs() {
        return lease.ttlMs;
      },
      renew: () => this.#ask('renewing a lease', () => lease.renew()),
      revoke: () => this.#ask('ending a lease', () => lease.revoke()),
    };
  }

  revoke(leaseId: string): Promise<void> {
    return this.#ask('ending a lease', () => this.#modules.store.revoke(leaseId));
  }

  close(): Promise<void> {
    this.#end();
    return Promise.resolve();
  }

  #end(): void {
    this.#isClosed = true;
    for (const watch of this.#watches) watch.close();
  }

  get #isCut(): boolean {
    return this.#modules.cuts.isCut(this.#options.nodeId, 'store');
  }

  /** What the store answers, or `unanswered`, or a rejection when packets do not pass in time, to or fro. */
  async #ask<T>(operation: string, send: () => Promise<T>, unanswered?: T): Promise<T> {
    if (this.#isClosed) {
      throw new OdradekError('the metadata store is closed', { code: 'BROKER_STOPPED' });
    }
    return await this.#modules.gate.through(this.#answer(operation, send, unanswered));
  }

  async #answer<T>(operation: string, send: () => Promise<T>, unanswered?: T): Promise<T> {
    if (await this.#passes()) {
      const answer = await send();
      if (await this.#passes()) return answer;
    }
    if (unanswered !== undefined) return unanswered;
    const { timeoutMs: afterMs } = this.#options;
    const message = `the metadata store did not answer within ${afterMs} ms: ${operation}`;
    throw new OdradekError(message, { code: 'TIMED_OUT', operation, afterMs });
  }

  /** True once packets pass, false when they did not in time. */
  #passes(): Promise<boolean> {
    if (!this.#isCut) return Promise.resolve(true);
    const { timers, cuts } = this.#modules;
    return new Promise((resolve) => {
      const settle = (passes: boolean): void => {
        unsubscribe();
        timers.clearTimer(timer);
        resolve(passes);
      };
      const timer = timers.setTimer(this.#options.timeoutMs, () => settle(false));
      const unsubscribe = cuts.subscribe(() => {
        if (!this.#isCut) settle(true);
      });
    });
  }
}

interface HeldCommit {
  readonly revision: number;
  readonly changes: readonly StoreChange[];
}

/** Tells its listener of commits once packets pass and the process runs. */
class GatedWatch implements WatchListener {
  readonly #listener: WatchListener;
  readonly #modules: Pick<GatedStoreModules, 'gate' | 'cuts'> & { readonly isCut: () => boolean };
  readonly #unsubscribe: readonly (() => void)[];
  #held: HeldCommit[] = [];
  #isCompacted = false;
  #isClosed = false;

  constructor(
    listener: WatchListener,
    modules: Pick<GatedStoreModules, 'gate' | 'cuts'> & { readonly isCut: () => boolean },
  ) {
    this.#listener = listener;
    this.#modules = modules;
    const look = (): void => this.#tell();
    this.#unsubscribe = [modules.gate.add({ look, end() {} }), modules.cuts.subscribe(look)];
  }

  onCommit(revision: number, changes: readonly StoreChange[]): void {
    if (this.#isCompacted) return;
    this.#held.push({ revision, changes });
    if (this.#held.length > heldCommitsMax) this.onCompacted();
    this.#tell();
  }

  onCompacted(): void {
    this.#isCompacted = true;
    this.#held = [];
    this.#tell();
  }

  close(): void {
    this.#isClosed = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #tell(): void {
    const { gate, isCut } = this.#modules;
    while (!this.#isClosed && gate.isRunning && !isCut()) {
      const commit = this.#held.shift();
      if (commit !== undefined) {
        this.#listener.onCommit(commit.revision, commit.changes);
        continue;
      }
      if (!this.#isCompacted) return;
      this.close();
      this.#listener.onCompacted();
    }
  }
}
