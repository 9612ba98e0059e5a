import type { ConsumedRecord } from '../../client/client-records.ts';
import type { BytesView, RecordView } from '../contract/messages.ts';

// A byte order mark is part of the bytes, not ours to drop.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A record as it is shown. Of keys, values and headers with more than `bytesMax` bytes only the beginning is. */
export function recordView(record: ConsumedRecord, bytesMax: number): RecordView {
  return {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestampMs,
    key: bytesView(record.key, bytesMax),
    value: bytesView(record.value, bytesMax),
    headers: record.headers.map(({ key, value }) => ({ key, value: bytesView(value, bytesMax) })),
  };
}

function bytesView(bytes: Uint8Array | null, bytesMax: number): BytesView | null {
  if (bytes === null) return null;
  const sizeBytes = bytes.length;
  if (sizeBytes <= bytesMax) return { ...textOrBase64(bytes), sizeBytes };
  // Whether all of it is text is not looked at; its beginning ends where a character does.
  return {
    ...textOrBase64(bytes.subarray(0, characterEnd(bytes, bytesMax))),
    sizeBytes,
    cut: true,
  };
}

function textOrBase64(bytes: Uint8Array): { text: string } | { base64: string } {
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}

/** The last end of a character in UTF-8 at or before `at`; `at` itself where there is none near. */
function characterEnd(bytes: Uint8Array, at: number): number {
  for (let end = at; end > at - 4 && end > 0; end--) {
    if (((bytes[end] ?? 0) & 0xc0) !== 0x80) return end;
  }
  return at;
}
