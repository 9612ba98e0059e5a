import { assert } from '../../util/assert.ts';
import { hasCode, OdradekError } from '../../util/odradek-error.ts';
import { checkCommit } from '../check-commit.ts';
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
import { answerOf, EtcdClient } from './etcd-client.ts';
import type { EtcdClientModules, EtcdClientOptions, EtcdOutcome } from './etcd-client.ts';
import { isCompacted, isLeaseNotFound } from './etcd-errors.ts';
import { EtcdHistory } from './etcd-history.ts';
import * as messages from './etcd-messages.ts';
import type { EtcdChange, EtcdKeyValue, LeaseAnswer, RangeAnswer } from './etcd-messages.ts';
import { EtcdWatch } from './etcd-watch.ts';

/** Where in an etcd a store is, and how it gets there. */
export interface EtcdStoreOptions extends EtcdClientOptions {
  /** In front of every key; not empty. */
  readonly namespace: string;
  /**
   * In front of those keys that the store has for itself, and shows to nobody. Under the prefix of every
   * watch whose owner waits for the revision of a conflict.
   */
  readonly ownPrefix: string;
  /** How much history is kept at least; 0: all of it. */
  readonly historyMs: number;
}

/** What it works with. */
export type EtcdStoreModules = EtcdClientModules;

/** Keys that one read asks for at a time, unless they are large. */
const pageKeysMax = 500;
/** How often a read begins again because the revision that it read was compacted meanwhile. */
const readsMax = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const noBytes = new Uint8Array(0);

/**
 * The metadata store in etcd, 3.4 or later, over gRPC. It opens no connection before it is asked something.
 *
 * etcd counts one revision for all of its keys, and a transaction that changes nothing has none of its own. So
 * that whoever waits for a revision under some prefix gets there, a conflict is a change of a key of the
 * store's own (in the same transaction), and so is a commit that only removes keys, which may be absent. The
 * watches tell these as commits without changes.
 */
export class EtcdStore implements MetadataStore {
  readonly #options: EtcdStoreOptions;
  readonly #modules: EtcdStoreModules;
  readonly #client: EtcdClient;
  readonly #history: EtcdHistory;
  readonly #watches = new Set<EtcdWatch>();
  /** The newest that an answer has named. */
  #revision = 0;
  /** That etcd has lost data. Whatever it says from then on is of another history than what is known of it. */
  #lost: OdradekError | undefined;
  #isConfirming = false;
  #closed = false;

  constructor(options: EtcdStoreOptions, modules: EtcdStoreModules) {
    assert(options.namespace !== '', 'the keys of a store in etcd have a prefix');
    this.#options = options;
    this.#modules = modules;
    this.#client = new EtcdClient(options, modules);
    this.#history = new EtcdHistory(
      { key: this.#keyOf(`${options.ownPrefix}history`), intervalMs: options.historyMs },
      { ...modules, client: this.#client },
    );
  }

  async read(prefix: string): Promise<StoreSnapshot> {
    this.#refuseIfClosed();
    for (let reads = 1; ; reads++) {
      const snapshot = await this.#readPages(prefix, reads === readsMax);
      if (snapshot !== undefined) return snapshot;
    }
  }

  watch(prefix: string, fromRevision: number, listener: WatchListener): StoreWatch {
    const watch = new EtcdWatch(
      {
        range: messages.rangeOf(this.#keyOf(prefix)),
        fromRevision,
        keyOf: (key) => this.#nameOf(key),
      },
      listener,
      {
        ...this.#modules,
        client: this.#client,
        onClosed: (closed) => this.#watches.delete(closed),
        onBehind: (revision) => void this.#confirm(revision),
      },
    );
    this.#watches.add(watch);
    return watch;
  }

  async commit(compares: readonly Compare[], changes: readonly Change[]): Promise<CommitResult> {
    checkCommit(compares, changes);
    this.#refuseIfClosed();
    const mark = this.#mark();
    const asked = changes.map((change) => this.#etcdChange(change));
    const isSeen = asked.some(({ value }) => value !== null);
    const atLeast = this.#revision;
    const outcome = await this.#client.call({
      method: messages.etcdMethods.txn,
      operation: 'commit a change',
      request: messages.encodeTxn({
        compares: compares.map(({ key, revision }) => ({ key: this.#keyOf(key), revision })),
        changes: isSeen ? asked : [...asked, mark],
        otherwise: [mark],
      }),
      decode: messages.decodeTxn,
      mayRepeat: false,
    });
    if (outcome.kind === 'unknown') return outcomeUnknown;
    if (outcome.kind === 'refused') {
      if (isLeaseNotFound(outcome.status)) return this.#leaseConflict();
      throw outcome.error;
    }
    const { header, succeeded } = outcome.answer;
    this.#note(header.revision, atLeast);
    return { outcome: succeeded ? 'committed' : 'conflict', revision: header.revision };
  }

  async lease(ttlMs: number): Promise<Lease> {
    this.#refuseIfClosed();
    const granted = answerOf(
      await this.#client.call({
        method: messages.etcdMethods.leaseGrant,
        operation: 'grant a lease',
        request: messages.encodeLeaseGrant(Math.max(1, Math.ceil(ttlMs / 1000))),
        decode: messages.decodeLease,
        // One that was granted unheard runs out by itself.
        mayRepeat: true,
      }),
    );
    return new EtcdLease(granted, {
      renew: (id) => this.#renew(id),
      revoke: (id) => this.revoke(id),
    });
  }

  async revoke(leaseId: string): Promise<void> {
    this.#refuseIfClosed();
    const outcome = await this.#client.call({
      method: messages.etcdMethods.leaseRevoke,
      operation: 'end a lease',
      request: messages.encodeLeaseId(BigInt(leaseId)),
      decode: messages.decodeAnswer,
      mayRepeat: true,
    });
    if (outcome.kind === 'refused' && isLeaseNotFound(outcome.status)) return;
    answerOf(outcome);
  }

  /** Does not wait for what is under way: it ends as when no answer comes. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const watch of this.#watches) watch.close();
    this.#history.close();
    this.#client.close();
  }

  async #readPages(prefix: string, isLast: boolean): Promise<StoreSnapshot | undefined> {
    const { key: start, rangeEnd } = messages.rangeOf(this.#keyOf(prefix));
    const atLeast = this.#revision;
    const entries: StoreEntry[] = [];
    let revision = 0;
    let key = start;
    let limit = pageKeysMax;
    for (;;) {
      const outcome = await this.#readPage(
        messages.encodeRange({ key, rangeEnd }, limit, revision),
      );
      if (outcome.kind === 'refused') {
        if (isCompacted(outcome.status) && !isLast) return undefined;
        if (hasCode(outcome.error, 'RECORDS_TOO_LARGE') && limit > 1) {
          limit = Math.ceil(limit / 4);
          continue;
        }
      }
      const page = answerOf(outcome);
      if (revision === 0) {
        ({ revision } = page.header);
        this.#note(revision, atLeast);
      }
      for (const entry of page.entries) this.#add(entry, entries);
      const last = page.entries.at(-1);
      if (!page.more || last === undefined) return { revision, entries };
      key = nextKey(last.key);
    }
  }

  #readPage(request: Uint8Array): Promise<EtcdOutcome<RangeAnswer>> {
    return this.#client.call({
      method: messages.etcdMethods.range,
      operation: 'read keys',
      request,
      decode: messages.decodeRange,
      mayRepeat: true,
    });
  }

  #add({ key, value, modRevision }: EtcdKeyValue, entries: StoreEntry[]): void {
    const name = this.#nameOf(key);
    if (name !== undefined) entries.push({ key: name, value, revision: modRevision });
  }

  async #renew(id: bigint): Promise<LeaseAnswer> {
    this.#refuseIfClosed();
    return answerOf(
      await this.#client.call({
        method: messages.etcdMethods.leaseKeepAlive,
        operation: 'renew a lease',
        request: messages.encodeLeaseId(id),
        decode: messages.decodeLease,
        mayRepeat: true,
      }),
    );
  }

  /** What would be put under a lease that is gone refuses the transaction as a whole, with the mark. */
  async #leaseConflict(): Promise<CommitResult> {
    const { header } = answerOf(
      await this.#client.call({
        method: messages.etcdMethods.put,
        operation: 'mark a conflict',
        request: messages.encodePut(this.#mark()),
        decode: messages.decodeAnswer,
        mayRepeat: true,
      }),
    );
    return { outcome: 'conflict', revision: header.revision };
  }

  /** A change that is none to anybody, and has a revision. */
  #mark(): EtcdChange {
    return { key: this.#keyOf(`${this.#options.ownPrefix}mark`), value: noBytes, lease: 0n };
  }

  #etcdChange({ key, value, leaseId }: Change): EtcdChange {
    return { key: this.#keyOf(key), value, lease: BigInt(leaseId ?? 0) };
  }

  #keyOf(name: string): Uint8Array {
    return encoder.encode(this.#options.namespace + name);
  }

  /** Undefined for a key of the store's own. */
  #nameOf(key: Uint8Array): string | undefined {
    const { namespace, ownPrefix } = this.#options;
    const name = decoder.decode(key).slice(namespace.length);
    return name.startsWith(ownPrefix) ? undefined : name;
  }

  /** Holds a revision against one that was known before it was asked for: etcd never goes back. */
  #note(revision: number, atLeast: number): void {
    if (revision < atLeast) throw this.#loseData(revision, atLeast);
    this.#revision = Math.max(this.#revision, revision);
  }

  #loseData(revision: number, atLeast: number): OdradekError {
    const names = this.#options.endpoints.map(({ name }) => name).join(', ');
    const reason = `it was at revision ${atLeast} and is at ${revision}`;
    this.#lost = new OdradekError(
      `etcd at ${names} has lost data (${reason}): it has been restored or begun anew; ` +
        'all brokers of this cluster have to be started again',
      { code: 'METADATA_REFUSED', endpoint: names, reason },
    );
    const event = 'etcd has lost data: all brokers of this cluster have to be started again';
    this.#modules.logger.error(event, { endpoint: names, reason });
    for (const watch of this.#watches) watch.close();
    return this.#lost;
  }

  /** Asks, of whom all members follow, whether etcd has `revision`, which it had. */
  async #confirm(revision: number): Promise<void> {
    if (this.#isConfirming || this.#closed || this.#lost !== undefined) return;
    this.#isConfirming = true;
    const { key } = this.#mark();
    const request = messages.encodeRange({ key, rangeEnd: noBytes }, 1, 0);
    const outcome = await this.#readPage(request);
    this.#isConfirming = false;
    if (outcome.kind !== 'answer' || this.#lost !== undefined) return;
    const { header } = outcome.answer;
    if (header.revision < revision) this.#loseData(header.revision, revision);
  }

  #refuseIfClosed(): void {
    if (this.#lost !== undefined) throw this.#lost;
    if (!this.#closed) return;
    throw new OdradekError('the metadata store is closed', { code: 'BROKER_STOPPED' });
  }
}

const outcomeUnknown: CommitResult = { outcome: 'unknown' };

/** A lease by its id, which is 64 bits. */
class EtcdLease implements Lease {
  readonly id: string;
  readonly #id: bigint;
  readonly #calls: {
    readonly renew: (id: bigint) => Promise<LeaseAnswer>;
    readonly revoke: (id: string) => Promise<void>;
  };
  #ttlMs: number;

  constructor(
    { id, ttlSeconds }: LeaseAnswer,
    calls: {
      readonly renew: (id: bigint) => Promise<LeaseAnswer>;
      readonly revoke: (id: string) => Promise<void>;
    },
  ) {
    this.id = String(id);
    this.#id = id;
    this.#calls = calls;
    this.#ttlMs = ttlSeconds * 1000;
  }

  get ttlMs(): number {
    return this.#ttlMs;
  }

  async renew(): Promise<boolean> {
    const { ttlSeconds } = await this.#calls.renew(this.#id);
    if (ttlSeconds === 0) return false;
    this.#ttlMs = ttlSeconds * 1000;
    return true;
  }

  revoke(): Promise<void> {
    return this.#calls.revoke(this.id);
  }
}

/** The first key behind `key`. */
function nextKey(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
