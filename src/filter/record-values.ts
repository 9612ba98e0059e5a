import type { RecordHeader } from '../records/record-reader.ts';

/** A record as a filter sees it. Its fields are read only when the filter asks for them. */
export interface FilteredRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}
