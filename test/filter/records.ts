import type { FilteredRecord } from '../../src/filter/record-values.ts';

const utf8 = new TextEncoder();

/** What of a record a test says; texts become bytes. */
export interface RecordInText {
  readonly key?: string | Uint8Array | null;
  readonly value?: string | Uint8Array | null;
  readonly headers?: readonly (readonly [string, string | Uint8Array | null])[];
  readonly timestamp?: number;
  readonly offset?: number;
}

/** A record of partition 3 of `adverts`, with key `k` and value `{}` unless said otherwise. */
export function recordOf(fields: RecordInText = {}): FilteredRecord {
  const { key = 'k', value = '{}', headers = [] } = fields;
  return {
    topic: 'adverts',
    partition: 3,
    offset: fields.offset ?? 41,
    timestamp: fields.timestamp ?? Date.UTC(2026, 10, 26, 12, 30, 15, 250),
    key: bytesOf(key),
    value: bytesOf(value),
    headers: headers.map(([name, text]) => ({ key: name, value: bytesOf(text) })),
  };
}

function bytesOf(text: string | Uint8Array | null): Uint8Array | null {
  return typeof text === 'string' ? utf8.encode(text) : text;
}
