import { BatchWriter } from '../records/batch-builder.ts';
import {
  type CompressionCodec,
  type RecordBatch,
  recordBatchHeaderBytes,
} from '../records/record-batch.ts';
import type { OutgoingRecord, RecordMetadata } from './client-records.ts';

/** Told what became of a record: where it is, or why it is nowhere. */
export type Delivery = (result: RecordMetadata | Error) => void;

/** A record on its way, with its partition decided and its time given. */
export interface QueuedRecord {
  readonly record: OutgoingRecord;
  readonly timestampMs: number;
  /** Undefined for a record that nobody waits for by itself. */
  readonly onDelivered: Delivery | undefined;
}

/** Who writes: -1, -1 for a producer that is not idempotent. */
export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** Who writes without sequence numbers. */
export const noIdentity: ProducerIdentity = { producerId: -1, producerEpoch: -1 };

/**
 * The most bytes that a record takes in a batch, before compression: what batches are bounded by. Keys of
 * headers are counted as if every character took three bytes.
 */
export function recordBytesMax({ key, value, headers }: OutgoingRecord): number {
  let bytes = 5 + 1 + 10 + 5 + 5 + 5 + 5 + (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers ?? []) {
    bytes += 10 + header.key.length * 3 + (header.value?.length ?? 0);
  }
  return bytes;
}

/**
 * Records for one partition that are sent, acknowledged and sent again together. Once it has a sequence
 * number it keeps its records, so that a repetition is the same batch.
 */
export class ProducerBatch {
  readonly topic: string;
  readonly partition: number;
  /** When its first record came, on the monotonic clock: linger and delivery timeout count from here. */
  readonly createdAtMs: number;
  /** -1 until it is sent for the first time, and again when its partition starts a new epoch. */
  baseSequence = -1;
  readonly #records: QueuedRecord[] = [];
  #sizeBytes: number = recordBatchHeaderBytes;
  #encoded: RecordBatch | undefined;
  #identity = noIdentity;

  constructor(topic: string, partition: number, createdAtMs: number) {
    this.topic = topic;
    this.partition = partition;
    this.createdAtMs = createdAtMs;
  }

  get recordCount(): number {
    return this.#records.length;
  }

  /** At most what the batch takes before compression. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** What its records count as in the producer's memory. */
  get recordBytes(): number {
    return this.#sizeBytes - recordBatchHeaderBytes;
  }

  /** Whether a record is in it that nobody waits for by itself. */
  get hasUnwatchedRecords(): boolean {
    return this.#records.some(({ onDelivered }) => onDelivered === undefined);
  }

  /** Not to be called once the batch was given a sequence number. */
  append(record: QueuedRecord, sizeBytes: number): void {
    this.#records.push(record);
    this.#sizeBytes += sizeBytes;
  }

  /** Gives the batch its place in the partition's sequence; its bytes are made anew. */
  assign(identity: ProducerIdentity, baseSequence: number): void {
    this.#identity = identity;
    this.baseSequence = baseSequence;
    this.#encoded = undefined;
  }

  /** The batch as it is sent, the same each time. Throws `MISSING_PACKAGE` as `compress` does. */
  encoded(compression: CompressionCodec): RecordBatch {
    if (this.#encoded !== undefined) return this.#encoded;
    const writer = new BatchWriter(
      { compression, ...this.#identity, baseSequence: this.baseSequence },
      this.#sizeBytes,
    );
    for (const { record, timestampMs } of this.#records) {
      const { key, value, headers } = record;
      writer.append({ key, value, headers, timestamp: timestampMs });
    }
    this.#encoded = writer.finish();
    return this.#encoded;
  }

  /** Two batches with the same records and sequence numbers; undefined for a single record. */
  split(): readonly [ProducerBatch, ProducerBatch] | undefined {
    if (this.#records.length < 2) return undefined;
    const middle = this.#records.length >> 1;
    const first = new ProducerBatch(this.topic, this.partition, this.createdAtMs);
    const second = new ProducerBatch(this.topic, this.partition, this.createdAtMs);
    for (const [index, queued] of this.#records.entries()) {
      (index < middle ? first : second).append(queued, recordBytesMax(queued.record));
    }
    if (this.baseSequence >= 0) {
      first.assign(this.#identity, this.baseSequence);
      second.assign(this.#identity, nextSequence(this.baseSequence, middle));
    }
    return [first, second];
  }

  /** Tells whoever waits that the batch is in the log from `baseOffset` on (-1 where nobody knows). */
  succeed(baseOffset: number, logAppendTimeMs: number): void {
    for (const [index, { timestampMs, onDelivered }] of this.#records.entries()) {
      onDelivered?.({
        topic: this.topic,
        partition: this.partition,
        offset: baseOffset < 0 ? -1 : baseOffset + index,
        timestampMs: logAppendTimeMs < 0 ? timestampMs : logAppendTimeMs,
      });
    }
  }

  /** Tells whoever waits why the batch is not in the log. */
  fail(error: Error): void {
    for (const { onDelivered } of this.#records) onDelivered?.(error);
  }
}

/** The sequence number `count` behind `sequence`; they wrap from 2^31-1 to 0. */
export function nextSequence(sequence: number, count: number): number {
  const next = sequence + count;
  return next > 0x7fff_ffff ? next - 0x8000_0000 : next;
}
