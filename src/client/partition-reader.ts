import { readEndTxnMarker } from '../records/control-batch.ts';
import { batchCrc } from '../records/crc32c.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import { openRecords, type RecordCursor } from '../records/record-reader.ts';
import { splitBatches } from '../records/split-batches.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { ConsumedRecord } from './client-records.ts';

/** A transaction that was aborted, as a Fetch response names it. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** What a Fetch response says of one partition. */
export interface FetchedPartition {
  readonly records: readonly Uint8Array[] | null;
  /** Readers are given what lies below: the high watermark, or the last stable offset. */
  readonly readableEndOffset: number;
  /** Only under read_committed. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null;
}

/** What of a partition is read. */
export interface PartitionReaderOptions {
  /** The offset to begin with. */
  readonly startOffset: number;
  /** The offset of the first fetch; what it brings before the start is left out. */
  readonly fetchOffset: number;
  /** The offset to stop before; undefined to go on for ever. */
  readonly endOffset: number | undefined;
  /** Of the topic that is meant: one that is created later under the same name is another one. */
  readonly topicId: string | undefined;
  /** The most that one batch may take when it is decompressed. */
  readonly decompressedBytesMax: number;
}

/**
 * One partition as it is read: where the next fetch begins, and what was fetched and not read yet. Batches are
 * kept as they came and decoded when they are read.
 */
export class PartitionReader {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: string | undefined;
  readonly endOffset: number | undefined;
  readonly #decompressedBytesMax: number;
  #isAbandoned = false;
  #position: number;
  /** Records before it stand in a batch that begins before the start. */
  readonly #startOffset: number;
  #readableEndOffset = -1;
  readonly #batches: RecordBatch[] = [];
  #bufferedBytes = 0;
  #cursor: RecordCursor | undefined;
  #batch: RecordBatch | undefined;
  #head: ConsumedRecord | undefined;
  /** Behind the last record that was taken. */
  #takenTo: number;

  constructor(topic: string, partition: number, options: PartitionReaderOptions) {
    this.topic = topic;
    this.partition = partition;
    this.topicId = options.topicId;
    this.#position = options.fetchOffset;
    this.#startOffset = options.startOffset;
    this.#takenTo = options.startOffset;
    this.endOffset = options.endOffset;
    this.#decompressedBytesMax = options.decompressedBytesMax;
  }

  /** The offset of the next fetch. */
  get position(): number {
    return this.#position;
  }

  /** What was fetched and is not decoded yet. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Nothing is left to be fetched. */
  get isFetched(): boolean {
    return this.#isAbandoned || (this.endOffset !== undefined && this.#position >= this.endOffset);
  }

  /** Everything there is now has been fetched. Not known before the first fetch. */
  get isCaughtUp(): boolean {
    return this.#readableEndOffset >= 0 && this.#position >= this.#readableEndOffset;
  }

  /** The next record, which stays the next until `take`. Throws `CORRUPT_RECORDS` and what reading them does. */
  get head(): ConsumedRecord | undefined {
    this.#head ??= this.#decodeNext();
    return this.#head;
  }

  /** Moves behind the record that `head` answered. */
  take(): void {
    if (this.#head !== undefined) this.#takenTo = this.#head.offset + 1;
    this.#head = undefined;
  }

  /** Behind the last record that was taken; the start before there is one. */
  get takenTo(): number {
    return this.#takenTo;
  }

  /**
   * Where reading would go on if it were to start anew: behind what was taken, and behind markers and batches
   * without records too, where nothing else is at hand.
   */
  get resumeOffset(): number {
    const isEmpty = this.#head === undefined && this.#cursor === undefined;
    if (!isEmpty || this.#batches.length > 0) return this.#takenTo;
    const fetchedTo = Math.min(this.#position, this.endOffset ?? Number.POSITIVE_INFINITY);
    return Math.max(this.#takenTo, fetchedTo);
  }

  /** Nothing more is fetched: the partition is gone. What was fetched is still read. */
  abandon(): void {
    this.#isAbandoned = true;
  }

  /** The fetch goes on at `offset`: what was there before is gone. */
  skipTo(offset: number): void {
    this.#position = offset;
  }

  /**
   * Takes in what was fetched. Control batches, and batches of aborted transactions where `abortedTransactions`
   * names them, are left out. Throws `CORRUPT_RECORDS` where a batch does not match its CRC.
   */
  accept(fetched: FetchedPartition): void {
    this.#readableEndOffset = fetched.readableEndOffset;
    const split = splitBatches(fetched.records ?? []);
    const { batches } = split;
    const problem = 'problem' in split ? split.problem : undefined;
    if (problem !== undefined && problem !== 'TRUNCATED') throw this.#corrupt(problem);
    const aborted = new AbortedFilter(fetched.abortedTransactions ?? []);
    for (const batch of batches) {
      if (batchCrc(batch) !== batch.crc) throw this.#corrupt('a batch does not match its CRC');
      const isWanted = !aborted.covers(batch) && !batch.isControl;
      if (isWanted && batch.nextOffset > this.#position) {
        this.#batches.push(batch);
        this.#bufferedBytes += batch.sizeBytes;
      }
      this.#position = Math.max(this.#position, batch.nextOffset);
    }
    if (problem === 'TRUNCATED' && batches.length === 0) {
      throw this.#corrupt('a batch that does not end');
    }
  }

  #decodeNext(): ConsumedRecord | undefined {
    for (;;) {
      const cursor = this.#cursor ?? this.#openNext();
      if (cursor === undefined) return undefined;
      while (cursor.next()) {
        if (cursor.offset < this.#startOffset) continue;
        if (this.endOffset !== undefined && cursor.offset >= this.endOffset) break;
        return this.#consumed(cursor);
      }
      this.#cursor = undefined;
    }
  }

  #openNext(): RecordCursor | undefined {
    const batch = this.#batches.shift();
    if (batch === undefined) return undefined;
    this.#bufferedBytes -= batch.sizeBytes;
    this.#batch = batch;
    this.#cursor = openRecords(batch, { maxBytes: this.#decompressedBytesMax });
    return this.#cursor;
  }

  #consumed(cursor: RecordCursor): ConsumedRecord {
    return {
      topic: this.topic,
      partition: this.partition,
      offset: cursor.offset,
      timestampMs: cursor.timestamp,
      timestampType: this.#batch?.isLogAppendTime === true ? 'LogAppendTime' : 'CreateTime',
      key: cursor.key,
      value: cursor.value,
      headers: cursor.headers,
    };
  }

  #corrupt(reason: string): OdradekError {
    const where = `${this.topic}-${this.partition} at offset ${this.#position}`;
    return new OdradekError(`records of ${where} are corrupt: ${reason}`, {
      code: 'CORRUPT_RECORDS',
      reason,
    });
  }
}

/**
 * Which batches belong to aborted transactions: those of a producer from the first offset of such a
 * transaction on up to its ABORT marker (KIP-98). Batches are asked for in order.
 */
class AbortedFilter {
  readonly #coming: AbortedTransaction[];
  readonly #open = new Set<number>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#coming = [...transactions].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  covers(batch: RecordBatch): boolean {
    while (this.#coming[0] !== undefined && this.#coming[0].firstOffset <= batch.lastOffset) {
      this.#open.add(this.#coming[0].producerId);
      this.#coming.shift();
    }
    if (batch.isControl) {
      if (readEndTxnMarker(batch)?.result === 'ABORT') this.#open.delete(batch.producerId);
      return false;
    }
    return batch.isTransactional && this.#open.has(batch.producerId);
  }
}
