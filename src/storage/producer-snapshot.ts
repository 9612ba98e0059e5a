import type { Files } from '../runtime/runtime.ts';
import { crc32c } from '../records/crc32c.ts';
import {
  readInt16,
  readInt32,
  readInt64,
  readUint32,
  writeInt16,
  writeInt32,
  writeInt64,
} from '../util/bytes.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { producerSnapshotVersion } from './log-layout.ts';
import { lastSequenceOf, newEntry } from './producer-state.ts';
import type { ProducerEntry } from './producer-state.ts';

/** Where the fields of a snapshot stand. Format: docs/formats/producer-snapshot.md. */
const header = { version: 0, crc: 2, count: 6, entries: 10 } as const;
const field = {
  producerId: 0,
  producerEpoch: 8,
  lastSequence: 10,
  lastOffset: 14,
  offsetDelta: 22,
  timestamp: 26,
  coordinatorEpoch: 34,
  currentTxnFirstOffset: 38,
} as const;
const entryBytes = 46;

/** The content of a `.snapshot` file with these producers. Of each, only the last batch is kept. */
export function encodeProducerSnapshot(entries: Iterable<ProducerEntry>): Uint8Array {
  const all = [...entries];
  const bytes = new Uint8Array(header.entries + all.length * entryBytes);
  writeInt16(bytes, header.version, producerSnapshotVersion);
  writeInt32(bytes, header.count, all.length);
  for (const [index, entry] of all.entries()) {
    encodeEntry(bytes, header.entries + index * entryBytes, entry);
  }
  writeInt32(bytes, header.crc, crc32c(bytes.subarray(header.count)));
  return bytes;
}

function encodeEntry(bytes: Uint8Array, at: number, entry: ProducerEntry): void {
  const last = entry.batches.at(-1);
  writeInt64(bytes, at + field.producerId, entry.producerId);
  writeInt16(bytes, at + field.producerEpoch, entry.producerEpoch);
  writeInt32(bytes, at + field.lastSequence, lastSequenceOf(entry));
  writeInt64(bytes, at + field.lastOffset, last?.lastOffset ?? -1);
  writeInt32(bytes, at + field.offsetDelta, last?.offsetDelta ?? 0);
  writeInt64(bytes, at + field.timestamp, entry.lastTimestampMs);
  writeInt32(bytes, at + field.coordinatorEpoch, entry.coordinatorEpoch);
  writeInt64(bytes, at + field.currentTxnFirstOffset, entry.currentTxnFirstOffset);
}

/**
 * The producers in a `.snapshot` file's content; `path` is for errors. Throws `NEWER_FORMAT` for a version
 * above 1 and `CORRUPT_DATA` where CRC or length do not fit.
 */
export function decodeProducerSnapshot(bytes: Uint8Array, path: string): ProducerEntry[] {
  if (bytes.length < header.entries) throw corrupt(path, 'it is shorter than its header');
  const version = readInt16(bytes, header.version);
  if (version > producerSnapshotVersion) {
    throw new OdradekError(
      `${path} has format version ${version}; this release knows versions up to ${producerSnapshotVersion}`,
      { code: 'NEWER_FORMAT', path, found: version, known: producerSnapshotVersion },
    );
  }
  if (readUint32(bytes, header.crc) !== crc32c(bytes.subarray(header.count))) {
    throw corrupt(path, 'its checksum does not fit');
  }
  const count = readInt32(bytes, header.count);
  if (count < 0 || bytes.length < header.entries + count * entryBytes) {
    throw corrupt(path, 'it is shorter than the number of its entries');
  }
  return Array.from({ length: count }, (_, index) =>
    decodeEntry(bytes, header.entries + index * entryBytes),
  );
}

function decodeEntry(bytes: Uint8Array, at: number): ProducerEntry {
  const producerId = readInt64(bytes, at + field.producerId);
  const entry = newEntry(producerId, readInt16(bytes, at + field.producerEpoch));
  entry.lastTimestampMs = readInt64(bytes, at + field.timestamp);
  entry.coordinatorEpoch = readInt32(bytes, at + field.coordinatorEpoch);
  entry.currentTxnFirstOffset = readInt64(bytes, at + field.currentTxnFirstOffset);
  entry.lastOffset = readInt64(bytes, at + field.lastOffset);
  if (entry.lastOffset >= 0) {
    entry.batches.push({
      lastSequence: readInt32(bytes, at + field.lastSequence),
      lastOffset: entry.lastOffset,
      offsetDelta: readInt32(bytes, at + field.offsetDelta),
      timestampMs: entry.lastTimestampMs,
    });
  }
  return entry;
}

/** Writes a snapshot file; it survives power loss once it was synced. Throws as `Files` does. */
export function writeProducerSnapshot(
  files: Files,
  path: string,
  entries: Iterable<ProducerEntry>,
): void {
  const handle = files.open(path, 'create');
  try {
    handle.truncate(0);
    handle.writev([encodeProducerSnapshot(entries)], 0);
  } finally {
    handle.close();
  }
}

function corrupt(path: string, reason: string): OdradekError {
  return new OdradekError(`${path} is damaged: ${reason}`, { code: 'CORRUPT_DATA', path, reason });
}
