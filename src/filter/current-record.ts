import type { RecordCursor, RecordHeader } from '../records/record-reader.ts';
import type { FilteredPlace, FilteredRecord } from './record-values.ts';

const nothing = new Uint8Array(0);

/** Bytes `[at, end)` of others; null where `end` is less than `at`. */
export class Slice {
  bytes: Uint8Array = nothing;
  at = 0;
  end = -1;

  get isNull(): boolean {
    return this.end < this.at;
  }

  get length(): number {
    return this.end - this.at;
  }

  /** `sizeBytes` bytes from `at` on; null where that is negative. */
  set(bytes: Uint8Array, at: number, sizeBytes: number): void {
    this.bytes = bytes;
    this.at = at;
    this.end = sizeBytes < 0 ? at - 1 : at + sizeBytes;
  }

  setAll(bytes: Uint8Array | null): void {
    if (bytes === null) this.set(nothing, 0, -1);
    else this.set(bytes, 0, bytes.length);
  }

  /** The bytes as an array, which shares them. */
  toBytes(): Uint8Array | null {
    if (this.isNull) return null;
    const isWhole = this.at === 0 && this.end === this.bytes.length;
    return isWhole ? this.bytes : this.bytes.subarray(this.at, this.end);
  }

  equals(expected: Uint8Array): boolean {
    if (this.length !== expected.length) return false;
    for (let i = 0; i < expected.length; i++) {
      if (this.bytes[this.at + i] !== expected[i]) return false;
    }
    return true;
  }
}

/** A header that a filter asks for. */
export interface WantedHeader {
  readonly name: string;
  /** In UTF-8. */
  readonly nameBytes: Uint8Array;
}

/**
 * The record that a filter is looking at, at a cursor or on its own. No object is made for one at a cursor:
 * where its parts stand is all that is noted. HOT: bench=filter
 */
export class CurrentRecord {
  topic = '';
  partition = -1;
  offset = -1;
  timestamp = -1;
  readonly key = new Slice();
  readonly value = new Slice();
  #cursor: RecordCursor | undefined;
  #headers: readonly RecordHeader[] = [];
  #bytes: Uint8Array = nothing;

  /** Takes the record at which `cursor`, over `bytes`, stands. It must not move while the record is used. */
  loadAt(cursor: RecordCursor, bytes: Uint8Array, place: FilteredPlace): void {
    this.topic = place.topic;
    this.partition = place.partition;
    this.offset = cursor.offset;
    this.timestamp = cursor.timestamp;
    this.key.set(bytes, cursor.keyAt, cursor.keyBytes);
    this.value.set(bytes, cursor.valueAt, cursor.valueBytes);
    this.#cursor = cursor;
    this.#bytes = bytes;
  }

  /** Takes a record on its own. */
  load(record: FilteredRecord): void {
    this.topic = record.topic;
    this.partition = record.partition;
    this.offset = record.offset;
    this.timestamp = record.timestamp;
    this.key.setAll(record.key);
    this.value.setAll(record.value);
    this.#cursor = undefined;
    this.#headers = record.headers;
  }

  /** Lets go of the record. */
  release(): void {
    this.key.setAll(null);
    this.value.setAll(null);
    this.#cursor = undefined;
    this.#headers = [];
    this.#bytes = nothing;
  }

  get headerCount(): number {
    return this.#cursor?.headerCount ?? this.#headers.length;
  }

  get headers(): readonly RecordHeader[] {
    return this.#cursor?.headers ?? this.#headers;
  }

  /** Whether there is a header of this name; the value of the last one is put into `found`. */
  findHeader({ name, nameBytes }: WantedHeader, found: Slice): boolean {
    const cursor = this.#cursor;
    if (cursor !== undefined) {
      if (!cursor.findHeader(nameBytes)) return false;
      found.set(this.#bytes, cursor.headerValueAt, cursor.headerValueBytes);
      return true;
    }
    const header = this.#headers.findLast(({ key }) => key === name);
    if (header === undefined) return false;
    found.setAll(header.value);
    return true;
  }
}
