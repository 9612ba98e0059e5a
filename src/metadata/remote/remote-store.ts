import { ownBytes } from '../../util/bytes.ts';
import { fromErrorImage } from '../../util/error-image.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import { checkCommit } from '../check-commit.ts';
import type {
  Change,
  CommitResult,
  Compare,
  Lease,
  MetadataStore,
  StoreSnapshot,
  StoreWatch,
  WatchListener,
} from '../store.ts';
import type { AskingPort, FromStore, LeaseAnswer, StoreRequest } from './store-messages.ts';

interface Asked {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** What it comes to where no answer comes; a rejection where this is undefined. */
  readonly unanswered: CommitResult | undefined;
}

/** The store of another thread, which serves it at the other end of a port. It lives as long as that thread. */
export class RemoteStore implements MetadataStore {
  readonly #port: AskingPort;
  readonly #asked = new Map<number, Asked>();
  readonly #listeners = new Map<number, WatchListener>();
  #nextId = 0;
  #isClosed = false;

  constructor(port: AskingPort) {
    this.#port = port;
    port.start({
      onMessage: (message) => this.#receive(message),
      onClose: () => this.#end(),
    });
  }

  async read(prefix: string): Promise<StoreSnapshot> {
    return (await this.#ask({ kind: 'read', prefix })) as StoreSnapshot;
  }

  watch(prefix: string, fromRevision: number, listener: WatchListener): StoreWatch {
    const id = this.#nextId++;
    if (!this.#isClosed) {
      this.#listeners.set(id, listener);
      this.#port.post({ kind: 'watch', id, prefix, fromRevision });
    }
    return {
      close: () => {
        if (this.#listeners.delete(id)) this.#port.post({ kind: 'close watch', id });
      },
    };
  }

  async commit(compares: readonly Compare[], changes: readonly Change[]): Promise<CommitResult> {
    checkCommit(compares, changes);
    const copied = changes.map((change) => ({
      ...change,
      value: change.value && ownBytes(change.value),
    }));
    const request = { kind: 'commit', compares, changes: copied } as const;
    return (await this.#ask(request, { outcome: 'unknown' })) as CommitResult;
  }

  async lease(ttlMs: number): Promise<Lease> {
    let newest = (await this.#ask({ kind: 'lease', ttlMs })) as LeaseAnswer;
    const { id: leaseId } = newest;
    return {
      id: leaseId,
      get ttlMs() {
        return newest.ttlMs;
      },
      renew: async () => {
        newest = (await this.#ask({ kind: 'renew', leaseId })) as LeaseAnswer;
        return newest.isThere;
      },
      revoke: () => this.revoke(leaseId),
    };
  }

  async revoke(leaseId: string): Promise<void> {
    await this.#ask({ kind: 'revoke', leaseId });
  }

  close(): Promise<void> {
    if (!this.#isClosed) this.#port.close();
    this.#end();
    return Promise.resolve();
  }

  #ask(request: StoreRequest, unanswered?: CommitResult): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(closed());
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject, unanswered });
      this.#port.post({ kind: 'ask', id, request });
    });
  }

  /** Nobody answers any more. What was asked may have happened. */
  #end(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    for (const { resolve, reject, unanswered } of this.#asked.values()) {
      if (unanswered === undefined) reject(closed());
      else resolve(unanswered);
    }
    this.#asked.clear();
  }

  #receive(message: FromStore): void {
    const { id } = message;
    switch (message.kind) {
      case 'answer':
        this.#asked.get(id)?.resolve(message.answer);
        this.#asked.delete(id);
        break;
      case 'failure':
        this.#asked.get(id)?.reject(fromErrorImage(message.error));
        this.#asked.delete(id);
        break;
      case 'committed':
        this.#listeners.get(id)?.onCommit(message.revision, message.changes);
        break;
      case 'compacted': {
        const listener = this.#listeners.get(id);
        this.#listeners.delete(id);
        listener?.onCompacted();
        break;
      }
    }
  }
}

function closed(): OdradekError {
  return new OdradekError('the metadata store is closed', { code: 'BROKER_STOPPED' });
}
