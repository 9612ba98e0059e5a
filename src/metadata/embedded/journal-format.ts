import { crc32c } from '../../records/crc32c.ts';
import { readInt32, readInt64, readUint32, writeInt32, writeInt64 } from '../../util/bytes.ts';
import { assert } from '../../util/assert.ts';
import type { StoreEntry } from '../store.ts';

/** The bytes of the metadata journal. Format: docs/formats/metadata-journal.md. */
export const journalFormat = {
  fileName: 'odradek-metadata.journal',
  /** A snapshot that is being written, to take the journal's place. */
  newFileName: 'odradek-metadata.journal.new',
  /** `ODRKMETA` */
  magic: Uint8Array.of(0x4f, 0x44, 0x52, 0x4b, 0x4d, 0x45, 0x54, 0x41),
  version: 1,
  headerBytes: 16,
  versionAt: 8,
  /** `OMJF`, before each frame. */
  frameMarker: 0x4f4d_4a46,
  frameHeaderBytes: 12,
  frameLengthAt: 4,
  frameCrcAt: 8,
} as const;

/** What a frame holds. */
const frameKinds = { snapshot: 1, commits: 2 } as const;
const changeFlags = { removed: 1, leased: 2 } as const;

/** A change as the journal keeps it: keys under a lease do not outlive the process that has the lease. */
export interface JournalChange {
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly leased: boolean;
}

/** One commit, whole. */
export interface JournalCommit {
  readonly revision: number;
  readonly changes: readonly JournalChange[];
}

/** What one frame says: everything at some revision, or the commits that one write made durable. */
export type JournalFrame =
  | {
      readonly kind: 'snapshot';
      readonly revision: number;
      readonly entries: readonly StoreEntry[];
    }
  | { readonly kind: 'commits'; readonly commits: readonly JournalCommit[] };

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The first bytes of a journal. The caller owns them. */
export function encodeFileHeader(): Uint8Array {
  const header = new Uint8Array(journalFormat.headerBytes);
  header.set(journalFormat.magic);
  writeInt32(header, journalFormat.versionAt, journalFormat.version);
  return header;
}

/** The frame that a journal begins with. The caller owns it. */
export function encodeSnapshot(revision: number, entries: readonly StoreEntry[]): Uint8Array {
  const writer = new FrameWriter();
  writer.byte(frameKinds.snapshot);
  writer.int64(revision);
  writer.int32(entries.length);
  for (const { key, value, revision: putAt } of entries) {
    writer.int64(putAt);
    writer.bytes(encoder.encode(key));
    writer.bytes(value);
  }
  return writer.frame();
}

/** All that is made durable together is one frame, so that it is there whole or not at all. */
export function encodeCommits(commits: readonly JournalCommit[]): Uint8Array {
  const writer = new FrameWriter();
  writer.byte(frameKinds.commits);
  writer.int32(commits.length);
  for (const { revision, changes } of commits) {
    writer.int64(revision);
    writer.int32(changes.length);
    for (const { key, value, leased } of changes) {
      const removed = value === null ? changeFlags.removed : 0;
      writer.byte(removed | (leased ? changeFlags.leased : 0));
      writer.bytes(encoder.encode(key));
      if (value !== null) writer.bytes(value);
    }
  }
  return writer.frame();
}

/** The body of the frame that begins at `at`; undefined where none does, or it is not whole. */
export function frameBodyAt(file: Uint8Array, at: number): Uint8Array | undefined {
  const { frameHeaderBytes, frameMarker, frameLengthAt, frameCrcAt } = journalFormat;
  if (at + frameHeaderBytes > file.length || readInt32(file, at) !== frameMarker) return undefined;
  const length = readInt32(file, at + frameLengthAt);
  const start = at + frameHeaderBytes;
  if (length <= 0 || length > file.length - start) return undefined;
  const body = file.subarray(start, start + length);
  return crc32c(body) === readUint32(file, at + frameCrcAt) ? body : undefined;
}

/** Reads a body whose CRC is right. A body that is not in order for all that asserts (RangeError, TypeError too). */
export function decodeBody(body: Uint8Array): JournalFrame {
  const reader = new BodyReader(body);
  const kind = reader.byte();
  if (kind === frameKinds.snapshot) {
    const revision = reader.int64();
    const entries = reader.array(() => {
      const putAt = reader.int64();
      return { key: decoder.decode(reader.bytes()), value: reader.bytes(), revision: putAt };
    });
    return { kind: 'snapshot', revision, entries };
  }
  assert(kind === frameKinds.commits, `${kind} is a kind of frame`);
  const commits = reader.array(() => ({
    revision: reader.int64(),
    changes: reader.array(() => readChange(reader)),
  }));
  return { kind: 'commits', commits };
}

function readChange(reader: BodyReader): JournalChange {
  const flags = reader.byte();
  const key = decoder.decode(reader.bytes());
  const value = (flags & changeFlags.removed) === 0 ? reader.bytes() : null;
  return { key, value, leased: (flags & changeFlags.leased) !== 0 };
}

/** A frame that grows at its end. */
class FrameWriter {
  #buffer = new Uint8Array(512);
  #size: number = journalFormat.frameHeaderBytes;

  byte(value: number): void {
    this.#room(1);
    this.#buffer[this.#size++] = value;
  }

  int32(value: number): void {
    this.#room(4);
    writeInt32(this.#buffer, this.#size, value);
    this.#size += 4;
  }

  int64(value: number): void {
    this.#room(8);
    writeInt64(this.#buffer, this.#size, value);
    this.#size += 8;
  }

  bytes(value: Uint8Array): void {
    this.int32(value.length);
    this.#room(value.length);
    this.#buffer.set(value, this.#size);
    this.#size += value.length;
  }

  /** The frame with its header. The writer is spent. */
  frame(): Uint8Array {
    const { frameMarker, frameLengthAt, frameCrcAt, frameHeaderBytes } = journalFormat;
    const frame = this.#buffer.subarray(0, this.#size);
    const body = frame.subarray(frameHeaderBytes);
    writeInt32(frame, 0, frameMarker);
    writeInt32(frame, frameLengthAt, body.length);
    writeInt32(frame, frameCrcAt, crc32c(body));
    return frame;
  }

  #room(bytes: number): void {
    const needed = this.#size + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#size));
    this.#buffer = larger;
  }
}

class BodyReader {
  readonly #body: Uint8Array;
  #at = 0;

  constructor(body: Uint8Array) {
    this.#body = body;
  }

  byte(): number {
    return this.#body[this.#take(1)] as number;
  }

  int64(): number {
    return readInt64(this.#body, this.#take(8));
  }

  /** A copy, so that what is kept does not pin the file. */
  bytes(): Uint8Array {
    const length = readInt32(this.#body, this.#take(4));
    const at = this.#take(length);
    return this.#body.slice(at, at + length);
  }

  array<Item>(read: () => Item): Item[] {
    const count = readInt32(this.#body, this.#take(4));
    assert(count >= 0 && count <= this.#body.length, 'a count is no larger than what is counted');
    const items: Item[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  #take(bytes: number): number {
    const at = this.#at;
    assert(bytes >= 0 && at + bytes <= this.#body.length, 'a field lies within its frame');
    this.#at = at + bytes;
    return at;
  }
}
