import type { Timer, Timers } from '../../runtime/runtime.ts';
import { errorText } from '../../util/is-error.ts';
import type { Logger } from '../../util/logger.ts';
import type { StoreChange, StoreWatch, WatchListener } from '../store.ts';
import type { EtcdClient, EtcdStream } from './etcd-client.ts';
import { isAboutToken } from './etcd-errors.ts';
import { decodeWatch, encodeWatchCreate, etcdMethods } from './etcd-messages.ts';
import type { KeyRange, WatchAnswer, WatchEvent } from './etcd-messages.ts';
import type { GrpcEnd } from './grpc-call.ts';

/** What is watched. */
export interface EtcdWatchOptions {
  readonly range: KeyRange;
  readonly fromRevision: number;
  /** What a key of etcd is to the listener; undefined: none of its own. */
  readonly keyOf: (key: Uint8Array) => string | undefined;
}

/** What a watch works with. */
export interface EtcdWatchModules {
  readonly client: EtcdClient;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly onClosed: (watch: EtcdWatch) => void;
  /** Whoever answers is at an earlier revision than this one, which was told: a member that lags, or data are lost. */
  readonly onBehind: (revision: number) => void;
}

const retryMsMin = 100;
const retryMsMax = 2000;

/**
 * A watch that goes on over whatever connection there is: when one breaks, from behind the last commit that
 * was told. A commit is told once it is whole; etcd may send it in pieces.
 */
export class EtcdWatch implements StoreWatch {
  readonly #options: EtcdWatchOptions;
  readonly #modules: EtcdWatchModules;
  readonly #listener: WatchListener;
  /** Everything before it has been told. */
  #nextRevision: number;
  /** Of the commit `#nextRevision` or a later one, as far as it has come. */
  #events: WatchEvent[] = [];
  #stream: EtcdStream | undefined;
  #retry: Timer | undefined;
  #retryMs = retryMsMin;
  /** Nothing has been told since it was opened anew. */
  #isFailing = false;
  #closed = false;

  constructor(options: EtcdWatchOptions, listener: WatchListener, modules: EtcdWatchModules) {
    this.#options = options;
    this.#listener = listener;
    this.#modules = modules;
    this.#nextRevision = options.fromRevision;
    void this.#open();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stream?.cancel();
    if (this.#retry !== undefined) this.#modules.timers.clearTimer(this.#retry);
    this.#modules.onClosed(this);
  }

  async #open(): Promise<void> {
    this.#events = [];
    try {
      const stream = await this.#modules.client.openStream(etcdMethods.watch, 'watch keys', {
        onMessage: (message) => this.#onMessage(message),
        onEnd: (end) => this.#onEnd(end),
      });
      if (this.#closed) {
        stream.cancel();
        return;
      }
      this.#stream = stream;
      stream.send(encodeWatchCreate(this.#options.range, this.#nextRevision));
    } catch (error) {
      this.#openLater(errorText(error));
    }
  }

  #onMessage(message: Uint8Array): void {
    if (this.#closed) return;
    let answer: WatchAnswer;
    try {
      answer = decodeWatch(message);
    } catch (error) {
      this.#stream?.cancel();
      this.#openLater(errorText(error));
      return;
    }
    if (answer.canceled) this.#onCanceled(answer);
    else this.#onAnswer(answer);
  }

  #onAnswer({ header, events, fragment }: WatchAnswer): void {
    this.#worksAgain();
    const told = this.#nextRevision - 1;
    if (header.revision < told) this.#modules.onBehind(told);
    for (const event of events) {
      const [first] = this.#events;
      if (first !== undefined && first.modRevision !== event.modRevision) this.#tell();
      if (event.modRevision >= this.#nextRevision) this.#events.push(event);
    }
    if (!fragment) this.#tell();
  }

  #worksAgain(): void {
    this.#retryMs = retryMsMin;
    if (!this.#isFailing) return;
    this.#isFailing = false;
    const endpoint = this.#stream?.endpoint;
    this.#modules.logger.info('etcd is watched again', { endpoint });
  }

  #onCanceled({ compactRevision, cancelReason }: WatchAnswer): void {
    this.#stream?.cancel();
    if (compactRevision > 0) {
      this.close();
      this.#listener.onCompacted();
      return;
    }
    // etcd 3.4 calls a token that it does not know any more a permission that is missing.
    if (isAboutToken(cancelReason) || cancelReason.includes('permission denied')) {
      this.#modules.client.forgetToken();
    }
    this.#openLater(cancelReason === '' ? 'etcd ended the watch' : cancelReason);
  }

  /** The commit is whole. */
  #tell(): void {
    const [first] = this.#events;
    if (first === undefined || this.#closed) return;
    const changes: StoreChange[] = [];
    for (const { key, value, isRemoval } of this.#events) {
      const name = this.#options.keyOf(key);
      if (name !== undefined) changes.push({ key: name, value: isRemoval ? null : value });
    }
    this.#events = [];
    this.#nextRevision = first.modRevision + 1;
    this.#listener.onCommit(first.modRevision, changes);
  }

  #onEnd(end: GrpcEnd): void {
    if (this.#closed) return;
    if (!('lost' in end) && isAboutToken(end.message)) this.#modules.client.forgetToken();
    this.#openLater('lost' in end ? end.lost : end.message);
  }

  #openLater(reason: string): void {
    this.#stream = undefined;
    if (this.#closed) return;
    const { logger, timers } = this.#modules;
    // Once, not as often as it is tried.
    const log = this.#isFailing ? logger.debug : logger.warn;
    log('etcd is not watched for the moment', { reason, fromRevision: this.#nextRevision });
    this.#isFailing = true;
    this.#retry = timers.setTimer(this.#retryMs, () => void this.#open());
    this.#retryMs = Math.min(2 * this.#retryMs, retryMsMax);
  }
}
