import { ownBytes } from '../../util/bytes.ts';
import { toErrorImage } from '../../util/error-image.ts';
import type { Lease, MetadataStore, StoreSnapshot, StoreWatch } from '../store.ts';
import type { AnsweringPort, LeaseAnswer, StoreRequest, ToStore } from './store-messages.ts';

/**
 * Has a store of this thread used by a `RemoteStore` of another one, at the other end of `port`, until that is
 * closed or its thread ends. Its leases live on in the store. The store is its owner's to close.
 */
export function serveStore(store: MetadataStore, port: AnsweringPort): void {
  const server = new StoreServer(store, port);
  port.start({
    onMessage: (message) => server.receive(message),
    onClose: () => server.close(),
  });
}

class StoreServer {
  readonly #store: MetadataStore;
  readonly #port: AnsweringPort;
  readonly #watches = new Map<number, StoreWatch>();
  readonly #leases = new Map<string, Lease>();
  #isClosed = false;

  constructor(store: MetadataStore, port: AnsweringPort) {
    this.#store = store;
    this.#port = port;
  }

  receive(message: ToStore): void {
    switch (message.kind) {
      case 'ask':
        void this.#answer(message.id, message.request);
        break;
      case 'watch':
        this.#watch(message.id, message.prefix, message.fromRevision);
        break;
      case 'close watch':
        this.#watches.get(message.id)?.close();
        this.#watches.delete(message.id);
        break;
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
  }

  async #answer(id: number, request: StoreRequest): Promise<void> {
    try {
      const answer = await this.#perform(request);
      if (!this.#isClosed) this.#port.post({ kind: 'answer', id, answer });
    } catch (error) {
      if (!this.#isClosed) this.#port.post({ kind: 'failure', id, error: toErrorImage(error) });
    }
  }

  async #perform(request: StoreRequest): Promise<unknown> {
    switch (request.kind) {
      case 'read':
        return withOwnBytes(await this.#store.read(request.prefix));
      case 'commit':
        return this.#store.commit(request.compares, request.changes);
      case 'lease':
        return this.#grant(await this.#store.lease(request.ttlMs));
      case 'renew':
        return this.#renew(request.leaseId);
      case 'revoke':
        return this.#store.revoke(request.leaseId);
    }
  }

  #grant(lease: Lease): LeaseAnswer {
    this.#leases.set(lease.id, lease);
    return { id: lease.id, ttlMs: lease.ttlMs, isThere: true };
  }

  async #renew(id: string): Promise<LeaseAnswer> {
    const lease = this.#leases.get(id);
    const isThere = (await lease?.renew()) === true;
    if (!isThere) this.#leases.delete(id);
    return { id, ttlMs: lease?.ttlMs ?? 0, isThere };
  }

  #watch(id: number, prefix: string, fromRevision: number): void {
    const watch = this.#store.watch(prefix, fromRevision, {
      onCommit: (revision, changes) => {
        const copied = changes.map(({ key, value }) => ({ key, value: value && ownBytes(value) }));
        this.#port.post({ kind: 'committed', id, revision, changes: copied });
      },
      onCompacted: () => {
        this.#watches.delete(id);
        this.#port.post({ kind: 'compacted', id });
      },
    });
    this.#watches.set(id, watch);
  }
}

/** A copy of a value that is a part of a larger buffer would be a copy of the whole. */
function withOwnBytes({ revision, entries }: StoreSnapshot): StoreSnapshot {
  return {
    revision,
    entries: entries.map((entry) => ({ ...entry, value: ownBytes(entry.value) })),
  };
}
