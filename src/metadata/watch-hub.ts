import type { StoreChange, StoreWatch, WatchListener } from './store.ts';

/** One commit, as watchers see it. */
export interface WatchedCommit {
  readonly revision: number;
  readonly changes: readonly StoreChange[];
}

/**
 * The watches of a store, and the newest of its commits, for those who begin with an older one. Commits are
 * told in their order, each watcher's in microtasks of their own, never within the call that made them.
 */
export class WatchHub {
  readonly #historyMax: number;
  /** The newest commits, in order, without gaps up to `#revision`. */
  #history: WatchedCommit[] = [];
  /** The newest revision there is. */
  #revision: number;
  readonly #watches = new Set<Watch>();

  constructor(revision: number, historyMax: number) {
    this.#revision = revision;
    this.#historyMax = historyMax;
  }

  watch(prefix: string, fromRevision: number, listener: WatchListener): StoreWatch {
    const watch = new Watch(prefix, listener, () => this.#watches.delete(watch));
    this.#watches.add(watch);
    if (fromRevision < this.#oldestRevision()) {
      watch.compacted();
      return watch;
    }
    for (const commit of this.#history) if (commit.revision >= fromRevision) watch.push(commit);
    return watch;
  }

  /** Tells a commit that has happened. Revisions grow. */
  publish(commit: WatchedCommit): void {
    this.#revision = commit.revision;
    this.#history.push(commit);
    // Cut in large pieces, so that a commit does not move the whole history.
    if (this.#history.length >= 2 * this.#historyMax) {
      this.#history = this.#history.slice(-this.#historyMax);
    }
    for (const watch of this.#watches) watch.push(commit);
  }

  /** Forgets all history: watches that have not been told it yet are. */
  forget(): void {
    this.#history = [];
  }

  /** Ends all watches; none is told. */
  close(): void {
    for (const watch of this.#watches) watch.close();
  }

  #oldestRevision(): number {
    return this.#history[0]?.revision ?? this.#revision + 1;
  }
}

class Watch implements StoreWatch {
  readonly #prefix: string;
  readonly #listener: WatchListener;
  readonly #onClose: () => void;
  #queue: (WatchedCommit | 'compacted')[] = [];
  #scheduled = false;
  #closed = false;

  constructor(prefix: string, listener: WatchListener, onClose: () => void) {
    this.#prefix = prefix;
    this.#listener = listener;
    this.#onClose = onClose;
  }

  push({ revision, changes }: WatchedCommit): void {
    const seen = changes.filter(({ key }) => key.startsWith(this.#prefix));
    if (seen.length > 0) this.#enqueue({ revision, changes: seen });
  }

  compacted(): void {
    this.#enqueue('compacted');
  }

  close(): void {
    this.#closed = true;
    this.#queue = [];
    this.#onClose();
  }

  #enqueue(event: WatchedCommit | 'compacted'): void {
    if (this.#closed) return;
    this.#queue.push(event);
    if (this.#scheduled) return;
    this.#scheduled = true;
    void this.#deliver();
  }

  async #deliver(): Promise<void> {
    await Promise.resolve();
    this.#scheduled = false;
    for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
      if (event === 'compacted') {
        this.close();
        this.#listener.onCompacted();
      } else {
        this.#listener.onCommit(event.revision, event.changes);
      }
    }
  }
}
