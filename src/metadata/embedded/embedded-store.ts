import type { Files, Timers } from '../../runtime/runtime.ts';
import type { Logger } from '../../util/logger.ts';
import { errorText } from '../../util/is-error.ts';
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
import { WatchHub } from '../watch-hub.ts';
import { Journal } from './journal.ts';
import type { OpenedJournal } from './journal.ts';
import { journalFormat } from './journal-format.ts';
import type { JournalCommit } from './journal-format.ts';

/** Where an embedded store is, and its bounds. */
export interface EmbeddedStoreOptions {
  /** Absolute, there already, and locked by the caller. */
  readonly directory: string;
  /** Nothing is synced: for data that need not outlive the machine's next start. */
  readonly temporary: boolean;
  /** `odradek.metadata.journal.bytes`: size below which the journal is not written anew. */
  readonly journalBytesMax: number;
  /** `odradek.metadata.history.commits`: commits that are kept for watchers who come late. */
  readonly historyCommitsMax: number;
}

/** What an embedded store works with. */
export interface EmbeddedStoreModules {
  readonly files: Files;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Names of the files that the store has in its directory. */
export const embeddedStoreFiles: readonly string[] = [
  journalFormat.fileName,
  journalFormat.newFileName,
];

/** Whether a store has its journal in `directory`. Throws as `Files` does. */
export function hasEmbeddedStore(files: Files, directory: string): boolean {
  return files.stat(files.join(directory, journalFormat.fileName)) !== undefined;
}

/**
 * Opens the store of a directory. Fails with `CORRUPT_DATA`, `NEWER_FORMAT`, and as `Files` does.
 */
export async function openEmbeddedStore(
  options: EmbeddedStoreOptions,
  modules: EmbeddedStoreModules,
): Promise<EmbeddedStore> {
  const opened = await Journal.open(options, modules.files);
  if (opened.cutBytes > 0) {
    modules.logger.info('cut off the unfinished end of the metadata journal', {
      directory: options.directory,
      bytes: opened.cutBytes,
    });
  }
  return new EmbeddedStore(opened, options, modules);
}

/** A commit that waits for its turn. */
interface Waiting {
  readonly compares: readonly Compare[];
  readonly changes: readonly Change[];
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A round of commits: those whose compares hold, and those that conflict, as of some revision. */
interface Judged {
  readonly accepted: { readonly waiting: Waiting; readonly commit: JournalCommit }[];
  readonly refused: { readonly waiting: Waiting; readonly revision: number }[];
}

/** An entry, and the lease that it stands under. */
interface HeldEntry extends StoreEntry {
  readonly leaseId: string | undefined;
}

/**
 * The metadata store in this process: a map in memory and a journal in one directory. Commits that come while
 * others are being synced gather, and are made durable together by one fsync. What is not durable yet is seen
 * by nobody: neither by `read` nor by a watch.
 *
 * A write that fails fails the commits of that write alone. After a failed fsync nobody knows what is durable:
 * those commits answer `unknown`, and the store serves no more.
 */
export class EmbeddedStore implements MetadataStore {
  readonly #journal: Journal;
  readonly #options: EmbeddedStoreOptions;
  readonly #modules: EmbeddedStoreModules;
  readonly #hub: WatchHub;
  readonly #leases: Leases;
  /** What is durable. */
  readonly #entries = new Map<string, HeldEntry>();
  #revision: number;
  #waiting: Waiting[] = [];
  /** Settles when nothing waits any more; undefined when nothing does. */
  #draining: Promise<void> | undefined;
  /** Size of the journal from which it is written anew. */
  #compactFromBytes: number;
  #failure: OdradekError | undefined;
  #closed = false;

  /** Use `openEmbeddedStore`. */
  constructor(opened: OpenedJournal, options: EmbeddedStoreOptions, modules: EmbeddedStoreModules) {
    this.#journal = opened.journal;
    this.#options = options;
    this.#modules = modules;
    this.#revision = opened.revision;
    this.#hub = new WatchHub(opened.revision, options.historyCommitsMax);
    this.#leases = new Leases(modules.timers, (leaseId) => {
      void this.#removeUnder(leaseId);
    });
    for (const [key, entry] of opened.entries)
      this.#entries.set(key, { ...entry, leaseId: undefined });
    this.#compactFromBytes = this.#nextCompactionBytes();
  }

  async read(prefix: string): Promise<StoreSnapshot> {
    this.#refuseIfGone();
    return { revision: this.#revision, entries: entriesUnder(this.#entries, prefix) };
  }

  watch(prefix: string, fromRevision: number, listener: WatchListener): StoreWatch {
    return this.#hub.watch(prefix, fromRevision, listener);
  }

  async commit(compares: readonly Compare[], changes: readonly Change[]): Promise<CommitResult> {
    checkCommit(compares, changes);
    this.#refuseIfGone();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ compares, changes, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  async lease(ttlMs: number): Promise<Lease> {
    this.#refuseIfGone();
    const id = this.#leases.grant(ttlMs);
    return {
      id,
      ttlMs,
      renew: async () => {
        this.#refuseIfGone();
        return this.#leases.renew(id);
      },
      revoke: () => this.revoke(id),
    };
  }

  async revoke(leaseId: string): Promise<void> {
    this.#refuseIfGone();
    if (this.#leases.revoke(leaseId)) await this.#removeUnder(leaseId);
  }

  /** Commits under way are finished first. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#draining;
    this.#hub.close();
    this.#leases.close();
    this.#journal.close();
  }

  #refuseIfGone(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) {
      throw new OdradekError('the metadata store is closed', { code: 'BROKER_STOPPED' });
    }
  }

  /** Makes durable what waits, round after round, until nothing does. */
  async #drain(): Promise<void> {
    // Whatever is asked for in this turn goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const round = this.#waiting.splice(0);
      if (this.#failure === undefined) await this.#makeDurable(round);
      else for (const { reject } of round) reject(this.#failure);
      if (this.#failure === undefined && this.#journal.sizeBytes >= this.#compactFromBytes) {
        await this.#compact();
      }
    }
    this.#draining = undefined;
  }

  async #makeDurable(round: readonly Waiting[]): Promise<void> {
    const { accepted, refused } = this.#judge(round);
    if (accepted.length > 0) {
      try {
        await this.#journal.append(accepted.map(({ commit }) => commit));
      } catch (error) {
        // Those that were refused may have been on account of what is not written now.
        for (const { waiting } of [...accepted, ...refused]) waiting.reject(error);
        return;
      }
      try {
        await this.#journal.sync();
      } catch (error) {
        const failure = this.#fail(error);
        for (const { waiting } of accepted) waiting.resolve({ outcome: 'unknown' });
        for (const { waiting } of refused) waiting.reject(failure);
        return;
      }
    }
    for (const { waiting, commit } of accepted) {
      this.#apply(commit, waiting.changes);
      waiting.resolve({ outcome: 'committed', revision: commit.revision });
    }
    for (const { waiting, revision } of refused) waiting.resolve({ outcome: 'conflict', revision });
  }

  /** Which of a round hold, each judged as if those before it had happened. */
  #judge(round: readonly Waiting[]): Judged {
    const judged: Judged = { accepted: [], refused: [] };
    const ahead = new Map<string, number>();
    const revisionOf = (key: string): number =>
      ahead.get(key) ?? this.#entries.get(key)?.revision ?? 0;
    for (const waiting of round) {
      const before = this.#revision + judged.accepted.length;
      const leasesHold = waiting.changes.every(
        ({ leaseId }) => leaseId === undefined || this.#leases.has(leaseId),
      );
      if (!leasesHold || !comparesHold(waiting.compares, revisionOf)) {
        judged.refused.push({ waiting, revision: before });
        continue;
      }
      const revision = before + 1;
      for (const { key, value } of waiting.changes) ahead.set(key, value === null ? 0 : revision);
      const changes = waiting.changes.map(({ key, value, leaseId }) => ({
        key,
        value,
        leased: leaseId !== undefined,
      }));
      judged.accepted.push({ waiting, commit: { revision, changes } });
    }
    return judged;
  }

  #apply({ revision }: JournalCommit, changes: readonly Change[]): void {
    this.#revision = revision;
    for (const { key, value, leaseId } of changes) {
      if (value === null) this.#entries.delete(key);
      else this.#entries.set(key, { key, value, revision, leaseId });
    }
    this.#hub.publish({ revision, changes: changes.map(({ key, value }) => ({ key, value })) });
    for (const { leaseId } of changes) {
      // It ended while its key was being made durable.
      if (leaseId !== undefined && !this.#leases.has(leaseId)) void this.#removeUnder(leaseId);
    }
  }

  /** The keys of a lease that is gone go with it. */
  async #removeUnder(leaseId: string): Promise<void> {
    const changes: Change[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.leaseId === leaseId) changes.push({ key: entry.key, value: null });
    }
    if (changes.length === 0 || this.#closed || this.#failure !== undefined) return;
    try {
      await this.commit([], changes);
    } catch (error) {
      // A full disk, say. The journal has them as leased, so that no later start sees them.
      this.#modules.logger.error('could not remove the metadata of a lease that ended', {
        error: errorText(error),
      });
    }
  }

  async #compact(): Promise<void> {
    const entries = [...this.#entries.values()].filter(({ leaseId }) => leaseId === undefined);
    let bytes: number;
    try {
      bytes = await this.#journal.writeSnapshot(this.#revision, entries);
    } catch (error) {
      // The journal serves on; when it has grown by half it is tried again.
      this.#compactFromBytes = Math.ceil(this.#journal.sizeBytes * 1.5);
      this.#modules.logger.warn('could not write the metadata journal anew', {
        error: errorText(error),
      });
      return;
    }
    try {
      await this.#journal.replaceWith(bytes);
      this.#compactFromBytes = this.#nextCompactionBytes();
    } catch (error) {
      this.#fail(error);
    }
  }

  #nextCompactionBytes(): number {
    return Math.max(this.#options.journalBytesMax, 2 * this.#journal.snapshotBytes);
  }

  #fail(cause: unknown): OdradekError {
    const { directory } = this.#options;
    const failure = new OdradekError(
      `the metadata journal in ${directory} cannot be made durable any more; the broker has to be started again`,
      {
        code: 'IO_ERROR',
        path: this.#modules.files.join(directory, journalFormat.fileName),
        operation: 'fsync',
      },
      { cause },
    );
    this.#failure = failure;
    this.#modules.logger.error('the metadata store has failed', { error: errorText(cause) });
    return failure;
  }
}
