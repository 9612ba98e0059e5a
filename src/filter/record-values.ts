import type { RecordHeader } from '../records/record-reader.ts';

/** Where records stand. */
export interface FilteredPlace {
  readonly topic: string;
  readonly partition: number;
}

/** A record that a filter is asked about. */
export interface FilteredRecord extends FilteredPlace {
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}
