import type { CompressionCodec } from '../../records/record-batch.ts';
import type { Clock, Timers } from '../../runtime/runtime.ts';
import type { TimerWheel } from '../../runtime/timer-wheel.ts';
import type { LogFields, Logger } from '../../util/logger.ts';
import { hasCode } from '../../util/odradek-error.ts';
import type { AppendError, Coordinator, CoordinatorEvent, Decision } from '../coordinator.ts';
import { coordinatorErrorOf } from './append-errors.ts';
import { Deadlines } from './deadlines.ts';
import { DeferredReplies, type Deferred } from './deferred-replies.ts';
import type {
  Asker,
  CommitWaiter,
  CoordinatorError,
  CoordinatorLog,
  RuntimeEvent,
} from './ports.ts';
import { recordBatches, type EncodedRecord } from './record-batches.ts';
import { RecordLoader } from './record-loader.ts';

/** What of the broker's configuration a coordinator's runtime goes by, as it is now. */
export interface CoordinatorRuntimeSettings {
  /** Of the batches that are written. */
  readonly compression: CompressionCodec;
  /** Most time that a reply waits for the in-sync replicas. */
  readonly commitTimeoutMs: number;
  readonly loadBufferBytes: number;
  readonly decompressedBytesMax: number;
}

/** What all coordinators of a kind share. */
export interface CoordinatorModules<Event extends RuntimeEvent, Rec> {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly wheel: TimerWheel;
  readonly logger: Logger;
  readonly settings: () => CoordinatorRuntimeSettings;
  /** An empty coordinator for the partition of this index. */
  readonly create: (partition: number) => Coordinator<Event, Rec>;
  /** Throws `PROTOCOL_ERROR` for what a record cannot hold. */
  readonly encode: (record: Rec) => EncodedRecord;
  /** The bytes are lent for the call. Undefined for a record that means nothing here. */
  readonly decode: (record: EncodedRecord) => Rec | undefined;
  /** Told of a broken invariant that nobody else would hear of. */
  readonly defect: (error: unknown) => void;
}

/** Which partition it is, and whom its coordinator tells that it is at an end. */
export interface CoordinatorPartitionOptions {
  /** Of the internal topic, for the log of events. */
  readonly topic: string;
  readonly index: number;
  readonly log: CoordinatorLog;
  /** What had been replayed did not get into the log: the state is dropped. */
  readonly lost: (error: string) => void;
}

/**
 * A coordinator at work, from the loading of its partition until that is lost or led by another broker; a new
 * one begins from the log again. It carries out what the pure coordinator decides: appends and replays the
 * records, holds the replies back until they are committed, and keeps the deadlines.
 */
export class CoordinatorPartition<Event extends RuntimeEvent, Rec> implements CommitWaiter {
  readonly #options: CoordinatorPartitionOptions;
  readonly #modules: CoordinatorModules<Event, Rec>;
  readonly #coordinator: Coordinator<Event, Rec>;
  readonly #loader: RecordLoader<Rec>;
  readonly #deadlines: Deadlines;
  readonly #deferred: DeferredReplies;
  /** Requests that have no reply yet, or one that waits, by id. */
  readonly #askers = new Map<number, Asker<unknown>>();
  /** What was told while it was loading. */
  readonly #early: Event[] = [];
  /** `failed`: the log cannot be read, and nobody is served until it is led anew. */
  #state: 'loading' | 'active' | 'failed' | 'closed' = 'loading';
  /** Behind the last record that was replayed. */
  #endOffset = 0;
  #committedOffset = 0;
  readonly #startedMs: number;
  #nextWarningMs = 0;

  constructor(options: CoordinatorPartitionOptions, modules: CoordinatorModules<Event, Rec>) {
    const { clock, settings } = modules;
    this.#options = options;
    this.#modules = modules;
    this.#coordinator = modules.create(options.index);
    this.#startedMs = clock.monotonicMs();
    this.#deadlines = new Deadlines({ due: (key) => this.#due(key) }, modules);
    this.#deferred = new DeferredReplies(
      {
        release: (deferred) => this.#release(deferred),
        timedOut: (deferred) => this.#timedOut(deferred),
        timeoutMs: () => settings().commitTimeoutMs,
      },
      modules,
    );
    this.#loader = new RecordLoader(
      {
        log: options.log,
        bufferBytes: settings().loadBufferBytes,
        decompressedBytesMax: settings().decompressedBytesMax,
        replay: (record, offset) => this.#coordinator.replay(record, offset),
        loaded: (stats) => this.#loaded(stats),
        failed: (error, offset) => this.#loadFailed(error.message, offset),
      },
      modules,
    );
  }

  /** Whether it serves requests. */
  get isActive(): boolean {
    return this.#state === 'active';
  }

  /** Requests that have not been answered. */
  get waitingRequests(): number {
    return this.#askers.size;
  }

  /** Begins to load. */
  start(): void {
    this.#loader.start();
  }

  #loaded({ records, bytes }: { readonly records: number; readonly bytes: number }): void {
    const { topic, index, log } = this.#options;
    this.#state = 'active';
    this.#endOffset = log.endOffset;
    this.#committedOffset = log.highWatermark;
    const { logger, clock } = this.#modules;
    const tookMs = Math.round(clock.monotonicMs() - this.#startedMs);
    if (records > 0) logger.info('loaded a coordinator', { topic, index, records, bytes, tookMs });
    this.#process({ kind: 'loaded' });
    for (const event of this.#early.splice(0)) this.tell(event);
  }

  #loadFailed(reason: string, offset: number): void {
    const { topic, index } = this.#options;
    this.#state = 'failed';
    this.#early.length = 0;
    this.#modules.logger.error('a coordinator cannot be loaded', { topic, index, offset, reason });
  }

  /** A request of `asker`, whose id is `requestId`. */
  ask(event: Event, requestId: number, asker: Asker<unknown>): void {
    if (this.#state === 'active') {
      this.#askers.set(requestId, asker);
      this.#process(event);
    } else {
      asker.refused(this.#state === 'loading' ? 'COORDINATOR_LOAD_IN_PROGRESS' : 'NOT_COORDINATOR');
    }
  }

  /** An event that nobody waits for. */
  tell(event: Event): void {
    if (this.#state === 'active') this.#process(event);
    else if (this.#state === 'loading') this.#early.push(event);
  }

  /** Who asked has gone. */
  giveUp(requestId: number): void {
    if (this.#askers.delete(requestId) && this.#state === 'active') {
      this.#process({ kind: 'requestGone', requestId });
    }
  }

  #due(key: string): void {
    if (this.#state === 'active') this.#process({ kind: 'deadline', key });
  }

  /** Has the coordinator decide, and does what it says. */
  #process(event: Event | CoordinatorEvent): void {
    const nowMs = this.#modules.clock.nowMs();
    const decision = this.#coordinator.handle(event, nowMs);
    const refusal = decision.records.length === 0 ? undefined : this.#append(decision, nowMs);
    if (refusal !== undefined) {
      this.#refused(event, decision, refusal);
      return;
    }
    this.#deadlines.set(decision.deadlines, nowMs);
    this.#defer(decision);
  }

  /** Appends and replays records; answers why the rest of them was not taken. */
  #append(decision: Decision<Rec>, nowMs: number): AppendError | undefined {
    const { log } = this.#options;
    const encoded = this.#encoded(decision.records);
    if (encoded === undefined) return 'UNKNOWN_SERVER_ERROR';
    const batches = recordBatches(encoded, {
      compression: this.#modules.settings().compression,
      timestamp: nowMs,
      batchBytesMax: log.batchBytesMax,
      atomic: decision.atomic !== false,
    });
    let next = 0;
    for (const batch of batches) {
      const count = batch.recordCount;
      const taken = batch.sizeBytes > log.batchBytesMax ? tooLarge : log.append(batch, this);
      if ('error' in taken) return coordinatorErrorOf(taken.error);
      for (let i = 0; i < count; i++) {
        this.#coordinator.replay(decision.records[next++] as Rec, taken.baseOffset + i);
      }
      this.#endOffset = taken.baseOffset + count;
    }
    return undefined;
  }

  #encoded(records: readonly Rec[]): EncodedRecord[] | undefined {
    try {
      return records.map(this.#modules.encode);
    } catch (error) {
      if (!hasCode(error, 'PROTOCOL_ERROR')) throw error;
      this.#warn('a record cannot be written', { reason: error.message });
      return undefined;
    }
  }

  /** Not more often than now and then: a full disk refuses every request. */
  #warn(event: string, fields: LogFields): void {
    const nowMs = this.#modules.clock.monotonicMs();
    if (nowMs < this.#nextWarningMs) return;
    this.#nextWarningMs = nowMs + warningPauseMs;
    const { topic, index } = this.#options;
    this.#modules.logger.warn(event, { topic, index, ...fields });
  }

  /** Nothing of the decision has happened but what was replayed. */
  #refused(
    event: Event | CoordinatorEvent,
    { appendTag }: Decision<Rec>,
    error: AppendError,
  ): void {
    this.#warn('a coordinator could not append', { event: event.kind, error });
    if ('ref' in event && event.ref !== undefined) this.#refuse(event.ref.id, error);
    if (appendTag !== undefined) this.#process({ kind: 'appendEnded', tag: appendTag, error });
  }

  #defer({ replies, appendTag }: Decision<Rec>): void {
    if (replies.length === 0 && appendTag === undefined) return;
    const deferred = { endOffset: this.#endOffset, replies, appendTag };
    if (this.#deferred.isEmpty && this.#endOffset <= this.#committedOffset) this.#release(deferred);
    else this.#deferred.push(deferred);
  }

  #release({ replies, appendTag }: Deferred): void {
    for (const { requestId, response } of replies) {
      const asker = this.#askers.get(requestId);
      this.#askers.delete(requestId);
      asker?.answered(response);
    }
    if (appendTag === undefined) return;
    this.#process({ kind: 'appendEnded', tag: appendTag, error: undefined });
  }

  #timedOut({ replies }: Deferred): void {
    for (const { requestId } of replies) this.#refuse(requestId, 'COORDINATOR_NOT_AVAILABLE');
  }

  #refuse(requestId: number, error: CoordinatorError): void {
    const asker = this.#askers.get(requestId);
    this.#askers.delete(requestId);
    asker?.refused(error);
  }

  /** `CommitWaiter`: an append is committed, or cut off with all that came after it. */
  appendEnded(_slot: number, { error }: { readonly error: string | undefined }): void {
    if (this.#state !== 'active') return;
    if (error !== undefined) {
      this.close(coordinatorErrorOf(error));
      this.#options.lost(error);
      return;
    }
    this.#committedOffset = Math.max(this.#committedOffset, this.#options.log.highWatermark);
    this.#deferred.release(this.#committedOffset);
  }

  /** Ends the waits of requests that are parked; replies that were decided leave when they may. */
  endWaits(error: CoordinatorError): void {
    this.#deadlines.clear();
    const decided = new Set(this.#deferred.requestIds());
    for (const requestId of this.#askers.keys()) {
      if (!decided.has(requestId)) this.#refuse(requestId, error);
    }
  }

  /** Drops the state. Whoever waits is told `error`. */
  close(error: CoordinatorError): void {
    this.#state = 'closed';
    this.#loader.stop();
    this.#deadlines.clear();
    this.#deferred.clear();
    this.#early.length = 0;
    const askers = [...this.#askers.values()];
    this.#askers.clear();
    for (const asker of askers) asker.refused(error);
  }
}

/** Between two warnings about refused appends. */
const warningPauseMs = 1000;
const tooLarge = { error: 'MESSAGE_TOO_LARGE' } as const;
