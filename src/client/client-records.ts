import type { RecordHeader } from '../records/record-reader.ts';

/** A record to be written. The producer keeps its bytes until it is delivered; nobody may change them. */
export interface OutgoingRecord {
  readonly topic: string;
  /** Where it goes; unless given, the key decides, and without a key the partitions take turns. */
  readonly partition?: number | undefined;
  readonly key?: Uint8Array | null | undefined;
  /** Null is a tombstone: under compaction it removes the key. */
  readonly value: Uint8Array | null;
  readonly headers?: readonly RecordHeader[] | undefined;
  /** Milliseconds since the epoch; the time of the call unless given. */
  readonly timestampMs?: number | undefined;
}

/** Where a record has been written. */
export interface RecordMetadata {
  readonly topic: string;
  readonly partition: number;
  /** -1 where the broker does not say: with acks 0, and for a duplicate of long ago. */
  readonly offset: number;
  /** The broker's time under `message.timestamp.type=LogAppendTime`, else the record's own. */
  readonly timestampMs: number;
}

/** A record that was read. Its bytes belong to the reader. */
export interface ConsumedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since the epoch; -1 where the producer gave none. */
  readonly timestampMs: number;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}
