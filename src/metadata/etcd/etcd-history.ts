import type { Timer, Timers } from '../../runtime/runtime.ts';
import { errorText } from '../../util/is-error.ts';
import type { Logger } from '../../util/logger.ts';
import { answerOf, type EtcdClient } from './etcd-client.ts';
import { decodeAnswer, decodeRange, decodeTxn } from './etcd-messages.ts';
import { grpcStatus } from './grpc-call.ts';
import { encodeCompact, encodeRange, encodeTxn, etcdMethods } from './etcd-messages.ts';

/** How much history is kept. */
export interface EtcdHistoryOptions {
  /** The key that says who compacted last, by its revision. */
  readonly key: Uint8Array;
  /** Nothing younger is compacted; 0: nothing ever is. */
  readonly intervalMs: number;
}

/** What it works with. */
export interface EtcdHistoryModules {
  readonly client: EtcdClient;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** What was seen at the last look. */
interface Seen {
  /** Of the key; 0 when it was not there. */
  readonly keyRevision: number;
  /** Of etcd. */
  readonly revision: number;
}

const noBytes = new Uint8Array(0);

/**
 * Has etcd forget its history, which it keeps for good unless it is told otherwise. Every store looks once an
 * interval; the first one that finds the key as it was at its own last look has etcd forget what was history
 * then, and changes the key, by which the others know. So it happens once an interval however many stores
 * there are, needs nobody in particular, and whatever is forgotten is an interval old by the clock of the one
 * who had it forgotten.
 *
 * Newer releases let only root compact. A store that may not says so once, and looks no more.
 */
export class EtcdHistory {
  readonly #options: EtcdHistoryOptions;
  readonly #modules: EtcdHistoryModules;
  #timer: Timer | undefined;
  #seen: Seen | undefined;
  /** Closed, or not allowed to. */
  #closed = false;

  constructor(options: EtcdHistoryOptions, modules: EtcdHistoryModules) {
    this.#options = options;
    this.#modules = modules;
    if (options.intervalMs > 0) this.#lookLater();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== undefined) this.#modules.timers.clearTimer(this.#timer);
  }

  #lookLater(): void {
    if (this.#closed) return;
    this.#timer = this.#modules.timers.setTimer(this.#options.intervalMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    try {
      this.#seen = this.#seen === undefined ? await this.#read() : await this.#compact(this.#seen);
    } catch (error) {
      if (!this.#closed) {
        this.#modules.logger.warn('the history of etcd could not be compacted', {
          error: errorText(error),
        });
      }
    }
    this.#lookLater();
  }

  async #compact(seen: Seen): Promise<Seen> {
    const { key } = this.#options;
    const outcome = await this.#modules.client.call({
      method: etcdMethods.txn,
      operation: 'have its history compacted',
      request: encodeTxn({
        compares: [{ key, revision: seen.keyRevision }],
        changes: [{ key, value: noBytes, lease: 0n }],
        otherwise: [],
      }),
      decode: decodeTxn,
      mayRepeat: false,
    });
    if (outcome.kind === 'refused') throw outcome.error;
    if (outcome.kind === 'unknown' || !outcome.answer.succeeded) return this.#read();
    const { revision } = outcome.answer.header;
    const compacted = await this.#modules.client.call({
      method: etcdMethods.compact,
      operation: 'compact its history',
      request: encodeCompact(seen.revision),
      decode: decodeAnswer,
      mayRepeat: false,
    });
    // Who else uses this etcd may have compacted it further already.
    if (compacted.kind === 'refused' && !compacted.status.message.includes('compacted')) {
      if (compacted.status.status === grpcStatus.permissionDenied) this.#giveUp();
      else throw compacted.error;
    }
    return { keyRevision: revision, revision };
  }

  #giveUp(): void {
    this.#closed = true;
    this.#modules.logger.warn(
      'etcd lets its root alone compact its history: have it do so by itself, with --auto-compaction-retention, ' +
        'and set odradek.metadata.history.ms=0',
    );
  }

  async #read(): Promise<Seen> {
    const { key } = this.#options;
    const outcome = await this.#modules.client.call({
      method: etcdMethods.range,
      operation: 'read keys',
      request: encodeRange({ key, rangeEnd: noBytes }, 1, 0),
      decode: decodeRange,
      mayRepeat: true,
    });
    const { header, entries } = answerOf(outcome);
    return { keyRevision: entries[0]?.modRevision ?? 0, revision: header.revision };
  }
}
