import { readEndTxnMarker } from '../records/control-batch.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import { must } from '../util/assert.ts';
import type { AbortedTransaction } from './transaction-index.ts';

/** How many batches of a producer are remembered, so that a retry of one of them is known. */
const producerBatchesMax = 5;

/** The place of a batch of a producer. */
export interface ProducerBatch {
  readonly lastSequence: number;
  readonly lastOffset: number;
  /** Records in the batch, less one. */
  readonly offsetDelta: number;
  readonly timestampMs: number;
}

/** What a log remembers of an idempotent or transactional producer. */
export interface ProducerEntry {
  readonly producerId: number;
  producerEpoch: number;
  /** Of the coordinator whose marker came last; -1 where none came. */
  coordinatorEpoch: number;
  lastTimestampMs: number;
  /** First offset of the open transaction, -1 where none is open. */
  currentTxnFirstOffset: number;
  /** Oldest first, `[0, 5]` of them, all of `producerEpoch`. */
  batches: ProducerBatch[];
  /** Last offset of what came last, data or marker. */
  lastOffset: number;
  /** Where the entry was saved before its newest change. */
  savedIn: ProducerUndo | undefined;
}

/** The producers as they were before the batches of one write; filled by `apply`, used by `undo`. */
export interface ProducerUndo {
  readonly saved: { readonly producerId: number; readonly before: ProducerEntry | undefined }[];
}

/** Whose batch it is: a client's is checked in full, a coordinator's by epochs, a leader's was checked. */
export type AppendOrigin = 'client' | 'coordinator' | 'replication';

/** What a batch of a producer is, compared with what is known of the producer. */
export type ProducerVerdict =
  | { readonly kind: 'duplicate'; readonly baseOffset: number; readonly lastOffset: number }
  | { readonly kind: 'refused'; readonly reason: ProducerRefusal; readonly message: string };

/** Names of Kafka's errors. */
export type ProducerRefusal =
  | 'OUT_OF_ORDER_SEQUENCE_NUMBER'
  | 'INVALID_PRODUCER_EPOCH'
  | 'TRANSACTION_COORDINATOR_FENCED'
  | 'INVALID_TXN_STATE';

interface OpenTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}
interface EndedTransaction extends OpenTransaction {
  readonly lastOffset: number;
}

/** A transaction that a marker ended. */
export interface CompletedTransaction extends AbortedTransaction {
  readonly isAborted: boolean;
}

/**
 * The producers of one log: their epochs, their last sequence numbers, their open transactions (KIP-98).
 *
 * `check` and then `apply` take in a batch; `apply` alone replays one that is in the log.
 */
export class ProducerState {
  readonly #entries = new Map<number, ProducerEntry>();
  /** By first offset, as they began. */
  readonly #open: OpenTransaction[] = [];
  /** Ended by a marker that the high watermark has not passed; by first offset. */
  #unreplicated: EndedTransaction[] = [];
  /** What is older than this came from a snapshot, in which only the last batch of each is known. */
  #detailedFrom = 0;

  get size(): number {
    return this.#entries.size;
  }

  entries(): IterableIterator<ProducerEntry> {
    return this.#entries.values();
  }

  get(producerId: number): ProducerEntry | undefined {
    return this.#entries.get(producerId);
  }

  /**
   * First offset of the oldest transaction that is open, or whose marker the high watermark has not passed.
   * Undefined where there is none.
   */
  firstUnstableOffset(): number | undefined {
    const open = this.#open[0]?.firstOffset;
    const ended = this.#unreplicated[0]?.firstOffset;
    if (open === undefined || ended === undefined) return open ?? ended;
    return Math.min(open, ended);
  }

  /**
   * Compares a batch, which has a producer id, with what is known of its producer. Undefined lets it in.
   * `offset` is the one that it would get.
   *
   * HOT: bench=append
   */
  check(batch: RecordBatch, origin: AppendOrigin, offset: number): ProducerVerdict | undefined {
    if (origin === 'replication') return undefined;
    const entry = this.#entries.get(batch.producerId);
    // A producer of which nothing is known any more may go on with any sequence, as in Apache Kafka.
    if (entry === undefined) return undefined;
    if (batch.isControl) return checkMarker(entry, batch, offset);
    if (origin === 'client') {
      const duplicate = findDuplicate(entry, batch);
      if (duplicate !== undefined) return duplicate;
    }
    if (batch.producerEpoch < entry.producerEpoch) return staleEpoch(entry, batch, offset);
    if (origin === 'client' && !isNextSequence(entry, batch)) {
      return refused(
        'OUT_OF_ORDER_SEQUENCE_NUMBER',
        `sequence ${batch.baseSequence} of producer ${batch.producerId} with epoch ${batch.producerEpoch} at offset ${offset} does not follow ${lastSequenceOf(entry)} with epoch ${entry.producerEpoch}`,
      );
    }
    if (entry.currentTxnFirstOffset >= 0 && !batch.isTransactional) {
      return refused(
        'INVALID_TXN_STATE',
        `producer ${batch.producerId} has a transaction open since offset ${entry.currentTxnFirstOffset}; the batch at offset ${offset} is not transactional`,
      );
    }
    return undefined;
  }

  /**
   * Takes in a batch, which has a producer id and its final offsets. Answers the transaction that it ended.
   * With `undo`, the producer as it was is saved there first, once.
   *
   * HOT: bench=append
   */
  apply(batch: RecordBatch, undo?: ProducerUndo): CompletedTransaction | undefined {
    const marker = batch.isControl ? readEndTxnMarker(batch) : undefined;
    if (batch.isControl && marker === undefined) return undefined;
    const entry = this.#entryForChange(batch, undo);
    entry.lastOffset = batch.lastOffset;
    if (batch.producerEpoch !== entry.producerEpoch) {
      entry.producerEpoch = batch.producerEpoch;
      entry.batches = [];
    }
    entry.lastTimestampMs = batch.maxTimestamp;
    if (marker !== undefined) {
      entry.coordinatorEpoch = marker.coordinatorEpoch;
      return this.#endTransaction(entry, batch.baseOffset, marker.result === 'ABORT');
    }
    addBatch(entry, batch);
    if (batch.isTransactional && entry.currentTxnFirstOffset < 0) {
      entry.currentTxnFirstOffset = batch.baseOffset;
      this.#open.push({ producerId: entry.producerId, firstOffset: batch.baseOffset });
    }
    return undefined;
  }

  #entryForChange(batch: RecordBatch, undo: ProducerUndo | undefined): ProducerEntry {
    const { producerId } = batch;
    let entry = this.#entries.get(producerId);
    if (undo !== undefined && (entry === undefined || entry.savedIn !== undo)) {
      const before = entry === undefined ? undefined : { ...entry, batches: [...entry.batches] };
      undo.saved.push({ producerId, before });
    }
    if (entry === undefined) {
      entry = newEntry(producerId, batch.producerEpoch);
      this.#entries.set(producerId, entry);
    }
    entry.savedIn = undo;
    return entry;
  }

  #endTransaction(
    entry: ProducerEntry,
    markerOffset: number,
    isAborted: boolean,
  ): CompletedTransaction | undefined {
    const firstOffset = entry.currentTxnFirstOffset;
    if (firstOffset < 0) return undefined;
    entry.currentTxnFirstOffset = -1;
    const { producerId } = entry;
    this.#open.splice(
      this.#open.findIndex((open) => open.producerId === producerId),
      1,
    );
    this.#unreplicated.push({ producerId, firstOffset, lastOffset: markerOffset });
    this.#unreplicated.sort((a, b) => a.firstOffset - b.firstOffset);
    const lastStableOffset = this.#open[0]?.firstOffset ?? markerOffset + 1;
    return { producerId, firstOffset, lastOffset: markerOffset, lastStableOffset, isAborted };
  }

  /** Transactions whose marker stands below `offset` are replicated (or gone), and thereby stable. */
  forgetEndedBelow(offset: number): void {
    if (this.#unreplicated.length === 0) return;
    this.#unreplicated = this.#unreplicated.filter((ended) => ended.lastOffset >= offset);
  }

  /** Takes back what was applied since `undo` was empty; nothing at or behind `offset` has happened. */
  undo(undo: ProducerUndo, offset: number): void {
    for (const { producerId, before } of undo.saved.toReversed()) {
      if (before === undefined) this.#entries.delete(producerId);
      else this.#entries.set(producerId, before);
    }
    this.#unreplicated = this.#unreplicated.filter((ended) => ended.lastOffset < offset);
    this.#rebuildOpen();
  }

  /**
   * Takes back what stands at `offset` or behind it, where what is in memory suffices. False where it does
   * not: the state then has to be loaded and replayed.
   */
  truncateTo(offset: number): boolean {
    const affected = [...this.#entries.values()].filter((entry) => entry.lastOffset >= offset);
    if (affected.length === 0 && offset >= this.#detailedFrom) return true;
    if (offset < this.#detailedFrom) return this.#entries.size === 0;
    const keptBatches = affected.map((entry) => batchesBelow(entry, offset));
    if (keptBatches.some((batches) => batches === undefined)) return false;
    for (const [index, entry] of affected.entries()) {
      entry.batches = must(keptBatches[index]);
      const last = must(entry.batches.at(-1));
      entry.lastOffset = last.lastOffset;
      entry.lastTimestampMs = last.timestampMs;
    }
    return true;
  }

  /** Replaces everything by what a snapshot at `offset` holds. */
  load(entries: Iterable<ProducerEntry>, offset: number): void {
    this.clear();
    this.#detailedFrom = offset;
    for (const entry of entries) this.#entries.set(entry.producerId, entry);
    this.#rebuildOpen();
  }

  clear(): void {
    this.#entries.clear();
    this.#open.length = 0;
    this.#unreplicated = [];
    this.#detailedFrom = 0;
  }

  /** Forgets producers without an open transaction that wrote nothing for `expirationMs`. */
  expire(nowMs: number, expirationMs: number): void {
    for (const entry of this.#entries.values()) {
      if (isExpired(entry, nowMs, expirationMs)) this.#entries.delete(entry.producerId);
    }
  }

  #rebuildOpen(): void {
    this.#open.length = 0;
    for (const entry of this.#entries.values()) {
      if (entry.currentTxnFirstOffset < 0) continue;
      this.#open.push({ producerId: entry.producerId, firstOffset: entry.currentTxnFirstOffset });
    }
    this.#open.sort((a, b) => a.firstOffset - b.firstOffset);
  }
}

/** Whether a producer has been idle for so long that it is forgotten. */
export function isExpired(entry: ProducerEntry, nowMs: number, expirationMs: number): boolean {
  return entry.currentTxnFirstOffset < 0 && nowMs - entry.lastTimestampMs >= expirationMs;
}

/** An entry of which nothing but its epoch is known. */
export function newEntry(producerId: number, producerEpoch: number): ProducerEntry {
  return {
    producerId,
    producerEpoch,
    coordinatorEpoch: -1,
    lastTimestampMs: -1,
    currentTxnFirstOffset: -1,
    batches: [],
    lastOffset: -1,
    savedIn: undefined,
  };
}

/** The last sequence number of a producer, -1 where its epoch has none yet. */
export function lastSequenceOf(entry: ProducerEntry): number {
  return entry.batches.at(-1)?.lastSequence ?? -1;
}

function addBatch(entry: ProducerEntry, batch: RecordBatch): void {
  if (entry.batches.length === producerBatchesMax) entry.batches.shift();
  entry.batches.push({
    lastSequence: batch.lastSequence,
    lastOffset: batch.lastOffset,
    offsetDelta: batch.lastOffsetDelta,
    timestampMs: batch.maxTimestamp,
  });
}

function findDuplicate(entry: ProducerEntry, batch: RecordBatch): ProducerVerdict | undefined {
  if (batch.producerEpoch !== entry.producerEpoch) return undefined;
  const { lastSequence, lastOffsetDelta } = batch;
  // The same last sequence with the same number of records is the same first sequence.
  for (let i = entry.batches.length - 1; i >= 0; i--) {
    const known = entry.batches[i] as ProducerBatch;
    if (known.lastSequence !== lastSequence || known.offsetDelta !== lastOffsetDelta) continue;
    const { lastOffset, offsetDelta } = known;
    return { kind: 'duplicate', baseOffset: lastOffset - offsetDelta, lastOffset };
  }
  return undefined;
}

function isNextSequence(entry: ProducerEntry, batch: RecordBatch): boolean {
  if (batch.producerEpoch !== entry.producerEpoch) return batch.baseSequence === 0;
  const last = lastSequenceOf(entry);
  return batch.baseSequence === (last === 0x7fff_ffff ? 0 : last + 1);
}

function checkMarker(
  entry: ProducerEntry,
  batch: RecordBatch,
  offset: number,
): ProducerVerdict | undefined {
  if (batch.producerEpoch < entry.producerEpoch) return staleEpoch(entry, batch, offset);
  const marker = readEndTxnMarker(batch);
  if (marker === undefined || marker.coordinatorEpoch >= entry.coordinatorEpoch) return undefined;
  return refused(
    'TRANSACTION_COORDINATOR_FENCED',
    `the marker for producer ${batch.producerId} at offset ${offset} comes from coordinator epoch ${marker.coordinatorEpoch}, and one from ${entry.coordinatorEpoch} was seen`,
  );
}

function staleEpoch(entry: ProducerEntry, batch: RecordBatch, offset: number): ProducerVerdict {
  return refused(
    'INVALID_PRODUCER_EPOCH',
    `epoch ${batch.producerEpoch} of producer ${batch.producerId} at offset ${offset} is older than ${entry.producerEpoch}, which was seen`,
  );
}

function refused(reason: ProducerRefusal, message: string): ProducerVerdict {
  return { kind: 'refused', reason, message };
}

/** The batches of `entry` below `offset` where they tell the whole state, else undefined. */
function batchesBelow(entry: ProducerEntry, offset: number): ProducerBatch[] | undefined {
  const isTransactional = entry.coordinatorEpoch >= 0 || entry.currentTxnFirstOffset >= 0;
  const kept = entry.batches.filter((batch) => batch.lastOffset < offset);
  return isTransactional || kept.length === 0 ? undefined : kept;
}
