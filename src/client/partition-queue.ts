import { assert } from '../util/assert.ts';
import {
  nextSequence,
  noIdentity,
  ProducerBatch,
  type ProducerIdentity,
  type QueuedRecord,
} from './producer-batch.ts';

const producerEpochMax = 0x7fff;

/** The bounds of one partition's batches. */
export interface PartitionQueueOptions {
  /** A batch takes no further record that would make it larger than this, before compression. */
  readonly batchBytesMax: number;
  /** Batches that may be on their way at once. More than 1 keeps order only with sequence numbers. */
  readonly inFlightMax: number;
  /** Whether batches get sequence numbers, so that the broker keeps their order and drops repetitions. */
  readonly isIdempotent: boolean;
}

/**
 * How sending a batch failed.
 * - `retry`: it may succeed when it is sent again.
 * - `sequence`: its sequence number is not the one the broker expects.
 * - `fatal`: it is given up.
 */
export type SendFailure = 'retry' | 'sequence' | 'fatal';

/**
 * The batches of one partition in the order of their records, whatever happens to them on the way. A state
 * machine without effects: `ProducerSender` sends what it takes from here, and reports.
 *
 * After a failure nothing new is sent until all that is on its way has come back; then the failed batches go
 * first again, in order and with the same sequence numbers, so that the broker drops what it has already.
 * Where the broker expects another sequence number than that of the first batch (one before it was given up and
 * is not in the log, or the broker has lost what it knew) that batch is surely not in the log; the partition
 * goes on with the next producer epoch and sequence 0, which the broker takes as a new start and which shuts out
 * what may still be on its way (KIP-360).
 */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly #options: PartitionQueueOptions;
  /** Batches to be sent, the next one first. Only the last one still takes records. */
  #waiting: ProducerBatch[] = [];
  /** Batches sent and not finished, in the order of their sequence numbers. */
  #inFlight: ProducerBatch[] = [];
  /** Those of `#inFlight` that have failed and will be sent again. */
  readonly #returned = new Set<ProducerBatch>();
  #identity: ProducerIdentity | undefined;
  /** Of the next batch that gets one. */
  #nextSequence = 0;
  /**
   * Whether a batch of this epoch is in the log. Before that the broker takes any sequence number: the second
   * batch could go in front of a first one that was refused.
   */
  #isKnown = false;
  /** The sequence is broken: a new epoch starts as soon as nothing is on its way. */
  #mustRenew = false;
  #mutedUntilMs = 0;
  /** Failures in a row. */
  tries = 0;
  /** The last of them, for whoever is told that time is up. */
  lastFailure: Error | undefined;

  constructor(topic: string, partition: number, options: PartitionQueueOptions) {
    this.topic = topic;
    this.partition = partition;
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#inFlight.length === 0;
  }

  get inFlightCount(): number {
    return this.#inFlight.length;
  }

  /** Adds a record behind all others. `sizeBytes` as `recordBytesMax` counts. */
  append(record: QueuedRecord, sizeBytes: number, nowMs: number): void {
    const last = this.#waiting.at(-1);
    const hasRoom =
      last !== undefined &&
      last.baseSequence < 0 &&
      last.sizeBytes + sizeBytes <= this.#options.batchBytesMax;
    if (hasRoom) return last.append(record, sizeBytes);
    const batch = new ProducerBatch(this.topic, this.partition, nowMs);
    batch.append(record, sizeBytes);
    this.#waiting.push(batch);
  }

  /**
   * When the next batch may be sent, on the monotonic clock; `now` or earlier for at once, undefined while
   * there is none or one must come back first.
   */
  readyAtMs(lingerMs: number): number | undefined {
    const first = this.#waiting[0];
    if (first === undefined || this.#returned.size > 0 || this.#mustRenew) return undefined;
    if (this.#inFlight.length >= this.#inFlightMax) return undefined;
    const isWhole = this.#waiting.length > 1 || first.baseSequence >= 0;
    const lingersUntilMs = isWhole ? 0 : first.createdAtMs + lingerMs;
    return Math.max(this.#mutedUntilMs, lingersUntilMs);
  }

  get #inFlightMax(): number {
    return this.#options.isIdempotent && !this.#isKnown ? 1 : this.#options.inFlightMax;
  }

  /** The next batch, now on its way. `identity` is taken where the partition has none yet. */
  take(identity: ProducerIdentity): ProducerBatch {
    const batch = this.#waiting.shift();
    assert(batch !== undefined, 'a batch waits to be sent');
    if (this.#options.isIdempotent && batch.baseSequence < 0) {
      this.#identity ??= identity;
      batch.assign(this.#identity, this.#nextSequence);
      this.#nextSequence = nextSequence(this.#nextSequence, batch.recordCount);
    }
    this.#inFlight.push(batch);
    return batch;
  }

  /** The batch is in the log. */
  onSuccess(batch: ProducerBatch): void {
    this.#remove(batch);
    this.#isKnown = true;
    this.tries = 0;
    this.#settle(0);
  }

  /**
   * Sending the batch has failed; what is sent again waits until `retryAtMs`. After `fatal` the batch is no
   * longer here, and the caller tells whoever waits for it.
   */
  onFailure(batch: ProducerBatch, failure: SendFailure, retryAtMs: number): void {
    if (failure === 'fatal') {
      this.#remove(batch);
    } else {
      // Behind an earlier failure every number is unexpected; only the first batch has lost its place.
      if (failure === 'sequence' && this.#inFlight[0] === batch) this.#mustRenew = true;
      this.#returned.add(batch);
    }
    this.#settle(retryAtMs);
  }

  /** The batch was too large and is sent again as `parts`. */
  onSplit(batch: ProducerBatch, parts: readonly ProducerBatch[]): void {
    const index = this.#inFlight.indexOf(batch);
    assert(index !== -1, 'a batch that is split was on its way');
    this.#inFlight.splice(index, 1, ...parts);
    for (const part of parts) this.#returned.add(part);
    this.#settle(0);
  }

  /** Nothing is sent until `untilMs`: there is no leader. */
  mute(untilMs: number): void {
    this.tries++;
    this.#mutedUntilMs = untilMs;
  }

  /**
   * Takes out the batches that were created before `createdBeforeMs` and are not on their way, to be given
   * up. With `Infinity` all of them.
   */
  expire(createdBeforeMs: number): readonly ProducerBatch[] {
    const expired = this.#waiting.filter(({ createdAtMs }) => createdAtMs < createdBeforeMs);
    if (expired.length === 0) return [];
    this.#waiting = this.#waiting.filter((batch) => !expired.includes(batch));
    this.#settle(0);
    return expired;
  }

  #remove(batch: ProducerBatch): void {
    const index = this.#inFlight.indexOf(batch);
    assert(index !== -1, 'a batch that was answered was on its way');
    this.#inFlight.splice(index, 1);
    this.#returned.delete(batch);
  }

  /** Once nothing is on its way, what has failed waits again, in order. */
  #settle(retryAtMs: number): void {
    if (this.#returned.size > 0) this.#mutedUntilMs = Math.max(this.#mutedUntilMs, retryAtMs);
    if (this.#inFlight.length > this.#returned.size) return;
    if (this.#returned.size > 0) {
      this.tries++;
      this.#waiting.unshift(...this.#inFlight);
      this.#inFlight = [];
      this.#returned.clear();
    }
    if (this.#mustRenew) this.#renew();
  }

  #renew(): void {
    this.#mustRenew = false;
    this.#isKnown = false;
    this.#nextSequence = 0;
    this.#identity = this.#nextIdentity();
    for (const batch of this.#waiting) batch.assign(noIdentity, -1);
  }

  /** The next epoch; undefined, for a new producer id, when there are no more. */
  #nextIdentity(): ProducerIdentity | undefined {
    if (this.#identity === undefined || this.#identity.producerEpoch >= producerEpochMax) {
      return undefined;
    }
    const { producerId, producerEpoch } = this.#identity;
    return { producerId, producerEpoch: producerEpoch + 1 };
  }
}
