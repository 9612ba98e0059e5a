import type { Random, Timers } from '../../runtime/runtime.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import { checkCommit } from '../check-commit.ts';
import { Leases } from '../leases.ts';
import { comparesHold, entriesUnder } from '../prefix-entries.ts';
import type {
  Change,
  CommitResult,
  Compare,
  Lease,
  MetadataStore,
  StoreEntry,
  StoreSnapshot,
  StoreWatch,
  WatchListener,
} from '../store.ts';
import type { WatchedCommit } from '../watch-hub.ts';

/** How weak a simulated store is. */
export interface SimulatedStoreOptions {
  /** Longest time that a message takes in either direction. */
  readonly delayMsMax: number;
  /** How long a client waits for an answer. */
  readonly timeoutMs: number;
  /** Of a hundred commits, how many are never answered: they happened, did not, or happen later yet. */
  readonly unknownPercent: number;
  /** Longest time by which a watch is behind. */
  readonly watchDelayMsMax: number;
  /** Of a hundred commits, before how many lies a revision of somebody else. Default: 0. */
  readonly gapPercent?: number;
}

/** What decides when things happen, and which. */
export interface SimulatedStoreModules {
  readonly timers: Timers;
  readonly random: Random;
}

/** What a store that never fails and takes no time does. */
export const quickSimulatedStore: SimulatedStoreOptions = {
  delayMsMax: 0,
  timeoutMs: 1000,
  unknownPercent: 0,
  watchDelayMsMax: 0,
};

interface HeldEntry extends StoreEntry {
  readonly leaseId: string | undefined;
}

/**
 * A metadata store outside of any broker, with the weaknesses of etcd: answers that take time or never come,
 * commits that happen after their client gave up, watches that are late or find history compacted, and leases
 * that live longer because the store elected a leader. All of it follows from one `Random`.
 *
 * It is the cluster of stores; each broker has a `client` of its own.
 */
export class SimulatedStore {
  readonly #options: SimulatedStoreOptions;
  readonly #modules: SimulatedStoreModules;
  readonly #entries = new Map<string, HeldEntry>();
  readonly #leases: Leases;
  readonly #watches = new Set<LateWatch>();
  readonly #unreachable = new Set<string>();
  #history: WatchedCommit[] = [];
  #revision = 0;
  /** History up to here is gone. */
  #compactedRevision = 0;

  constructor(options: SimulatedStoreOptions, modules: SimulatedStoreModules) {
    this.#options = options;
    this.#modules = modules;
    this.#leases = new Leases(modules.timers, (leaseId) => this.#removeUnder(leaseId));
  }

  /** A client by its name, which `setReachable` knows it by. */
  client(name: string): MetadataStore {
    return new SimulatedClient(name, this);
  }

  /** Cuts a client off, or lets it through again. What it has under way may still arrive. */
  setReachable(name: string, reachable: boolean): void {
    if (!reachable) {
      this.#unreachable.add(name);
      return;
    }
    this.#unreachable.delete(name);
    for (const watch of this.#watches) watch.wake();
  }

  /** Forgets all history: watches that are behind have to read anew. */
  compact(): void {
    this.#history = [];
    this.#compactedRevision = this.#revision;
  }

  /** Whether a lease is alive, as the store itself knows. */
  hasLease(id: string): boolean {
    return this.#leases.has(id);
  }

  /** Elects a leader of the store: every lease starts anew. */
  electLeader(): void {
    this.#leases.renewAll();
  }

  /** Ends what waits on timers. */
  close(): void {
    this.#leases.close();
    for (const watch of this.#watches) watch.close();
  }

  /** Sends a request and waits for its answer. Rejects with `TIMED_OUT` when there is none. */
  call<Answer>(name: string, operation: string, serve: () => Answer): Promise<Answer> {
    const { timers } = this.#modules;
    return new Promise((resolve, reject) => {
      const timeout = timers.setTimer(this.#options.timeoutMs, () =>
        reject(timedOut(operation, this.#options)),
      );
      if (this.#unreachable.has(name)) return;
      this.#later(this.#options.delayMsMax, () => {
        const answer = serve();
        this.#later(this.#options.delayMsMax, () => {
          if (this.#unreachable.has(name)) return;
          timers.clearTimer(timeout);
          resolve(answer);
        });
      });
    });
  }

  async commit(
    name: string,
    compares: readonly Compare[],
    changes: readonly Change[],
  ): Promise<CommitResult> {
    const { random } = this.#modules;
    const serve = (): CommitResult => this.#serveCommit(compares, changes);
    try {
      if (random.below(100) >= this.#options.unknownPercent) {
        return await this.call(name, 'commit', serve);
      }
      const fate = random.below(3);
      if (fate === 0) serve();
      if (fate === 1) this.#later(2 * this.#options.timeoutMs, serve);
      return await this.call<CommitResult>(name, 'commit', () => ({ outcome: 'unknown' }));
    } catch {
      return { outcome: 'unknown' };
    }
  }

  readNow(prefix: string): StoreSnapshot {
    return { revision: this.#revision, entries: entriesUnder(this.#entries, prefix) };
  }

  watch(name: string, prefix: string, fromRevision: number, listener: WatchListener): StoreWatch {
    const watch = new LateWatch(prefix, fromRevision, listener, {
      commitAt: (revision) => this.#commitAt(revision),
      reschedule: (deliver) => {
        this.#later(this.#options.watchDelayMsMax, deliver);
      },
      isReachable: () => !this.#unreachable.has(name),
      forget: (closed) => this.#watches.delete(closed),
    });
    this.#watches.add(watch);
    watch.wake();
    return watch;
  }

  grantLease(ttlMs: number): string {
    return this.#leases.grant(ttlMs);
  }

  renewLease(id: string): boolean {
    return this.#leases.renew(id);
  }

  revokeLease(id: string): void {
    if (this.#leases.revoke(id)) this.#removeUnder(id);
  }

  /** The commit of a revision; null when it is history no more, undefined when it is not there yet. */
  #commitAt(revision: number): WatchedCommit | null | undefined {
    if (revision <= this.#compactedRevision) return null;
    return this.#history[revision - this.#compactedRevision - 1];
  }

  #serveCommit(compares: readonly Compare[], changes: readonly Change[]): CommitResult {
    const leasesHold = changes.every(
      ({ leaseId }) => leaseId === undefined || this.#leases.has(leaseId),
    );
    const revisionOf = (key: string): number => this.#entries.get(key)?.revision ?? 0;
    if (!leasesHold || !comparesHold(compares, revisionOf)) {
      return { outcome: 'conflict', revision: this.#revision };
    }
    this.#apply(changes);
    return { outcome: 'committed', revision: this.#revision };
  }

  #apply(changes: readonly Change[]): void {
    const { gapPercent = 0 } = this.#options;
    if (gapPercent > 0 && this.#modules.random.below(100) < gapPercent) {
      this.#history.push({ revision: ++this.#revision, changes: [] });
    }
    const revision = ++this.#revision;
    for (const { key, value, leaseId } of changes) {
      if (value === null) this.#entries.delete(key);
      else this.#entries.set(key, { key, value, revision, leaseId });
    }
    this.#history.push({ revision, changes: changes.map(({ key, value }) => ({ key, value })) });
    for (const watch of this.#watches) watch.wake();
  }

  #removeUnder(leaseId: string): void {
    const changes: Change[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.leaseId === leaseId) changes.push({ key: entry.key, value: null });
    }
    if (changes.length > 0) this.#apply(changes);
  }

  #later(delayMsMax: number, callback: () => void): void {
    const { timers, random } = this.#modules;
    timers.setTimer(delayMsMax === 0 ? 0 : random.below(delayMsMax + 1), callback);
  }
}

class SimulatedClient implements MetadataStore {
  readonly #name: string;
  readonly #store: SimulatedStore;
  readonly #watches = new Set<StoreWatch>();
  #closed = false;

  constructor(name: string, store: SimulatedStore) {
    this.#name = name;
    this.#store = store;
  }

  async read(prefix: string): Promise<StoreSnapshot> {
    this.#refuseIfClosed();
    return this.#store.call(this.#name, 'read', () => this.#store.readNow(prefix));
  }

  watch(prefix: string, fromRevision: number, listener: WatchListener): StoreWatch {
    const watch = this.#store.watch(this.#name, prefix, fromRevision, listener);
    this.#watches.add(watch);
    return watch;
  }

  async commit(compares: readonly Compare[], changes: readonly Change[]): Promise<CommitResult> {
    checkCommit(compares, changes);
    this.#refuseIfClosed();
    return this.#store.commit(this.#name, compares, changes);
  }

  async lease(ttlMs: number): Promise<Lease> {
    this.#refuseIfClosed();
    const id = await this.#store.call(this.#name, 'lease', () => this.#store.grantLease(ttlMs));
    return {
      id,
      ttlMs,
      renew: () => this.#store.call(this.#name, 'renew', () => this.#store.renewLease(id)),
      revoke: () => this.revoke(id),
    };
  }

  async revoke(leaseId: string): Promise<void> {
    this.#refuseIfClosed();
    await this.#store.call(this.#name, 'revoke', () => this.#store.revokeLease(leaseId));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const watch of this.#watches) watch.close();
  }

  #refuseIfClosed(): void {
    if (this.#closed) {
      throw new OdradekError('the metadata store is closed', { code: 'BROKER_STOPPED' });
    }
  }
}

interface LateWatchModules {
  readonly commitAt: (revision: number) => WatchedCommit | null | undefined;
  /** Calls back after a while. */
  readonly reschedule: (deliver: () => void) => void;
  readonly isReachable: () => boolean;
  readonly forget: (watch: LateWatch) => void;
}

/** A watch that learns of each commit some time after it, in order, and of none while it is cut off. */
class LateWatch implements StoreWatch {
  readonly #prefix: string;
  readonly #listener: WatchListener;
  readonly #modules: LateWatchModules;
  #nextRevision: number;
  #underWay = false;
  #closed = false;

  constructor(
    prefix: string,
    fromRevision: number,
    listener: WatchListener,
    modules: LateWatchModules,
  ) {
    this.#prefix = prefix;
    this.#nextRevision = fromRevision;
    this.#listener = listener;
    this.#modules = modules;
  }

  /** There may be something new. */
  wake(): void {
    if (this.#underWay || this.#closed) return;
    if (this.#modules.commitAt(this.#nextRevision) === undefined) return;
    this.#underWay = true;
    this.#modules.reschedule(() => this.#deliver());
  }

  close(): void {
    this.#closed = true;
    this.#modules.forget(this);
  }

  #deliver(): void {
    this.#underWay = false;
    if (this.#closed || !this.#modules.isReachable()) return;
    this.#deliverNext();
    this.wake();
  }

  #deliverNext(): void {
    const commit = this.#modules.commitAt(this.#nextRevision);
    if (commit === undefined) return;
    if (commit === null) {
      this.close();
      this.#listener.onCompacted();
      return;
    }
    this.#nextRevision++;
    const changes = commit.changes.filter(({ key }) => key.startsWith(this.#prefix));
    if (changes.length > 0) this.#listener.onCommit(commit.revision, changes);
  }
}

function timedOut(operation: string, { timeoutMs }: SimulatedStoreOptions): OdradekError {
  return new OdradekError(
    `the metadata store did not answer a ${operation} within ${timeoutMs} ms`,
    {
      code: 'TIMED_OUT',
      operation,
      afterMs: timeoutMs,
    },
  );
}
