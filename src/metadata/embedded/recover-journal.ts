import { readInt32 } from '../../util/bytes.ts';
import { errorText } from '../../util/is-error.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import type { StoreEntry } from '../store.ts';
import { decodeBody, frameBodyAt, journalFormat } from './journal-format.ts';
import type { JournalCommit } from './journal-format.ts';

/** What a journal says, up to where it is whole. */
export interface RecoveredJournal {
  readonly revision: number;
  readonly entries: Map<string, StoreEntry>;
  /** Bytes that count; what lies beyond was being written when the process or the power went. */
  readonly sizeBytes: number;
  /** Bytes of the header and the snapshot that the journal begins with. */
  readonly snapshotBytes: number;
}

/**
 * Reads a journal. A frame that is not whole ends it when nothing whole follows: it was the last one, and
 * never answered. When something does, a frame that had been made durable has changed since, and the journal
 * is refused with `CORRUPT_DATA`. A journal of a later format is refused with `NEWER_FORMAT`.
 *
 * Keys under a lease are left out: nobody who had one is alive.
 */
export function recoverJournal(path: string, file: Uint8Array): RecoveredJournal {
  checkHeader(path, file);
  const entries = new Map<string, StoreEntry>();
  let revision = 0;
  let snapshotBytes = 0;
  let at: number = journalFormat.headerBytes;
  for (let body = frameBodyAt(file, at); body !== undefined; body = frameBodyAt(file, at)) {
    const frame = decode(path, at, body);
    at += journalFormat.frameHeaderBytes + body.length;
    if (frame.kind === 'commits') {
      revision = replayAll(path, frame.commits, entries, revision);
      continue;
    }
    if (snapshotBytes > 0) throw corrupt(path, `a second snapshot at byte ${at}`);
    for (const entry of frame.entries) entries.set(entry.key, entry);
    ({ revision } = frame);
    snapshotBytes = at;
  }
  if (snapshotBytes === 0) throw corrupt(path, 'the snapshot that it begins with is damaged');
  refuseDamage(path, file, at);
  return { revision, entries, sizeBytes: at, snapshotBytes };
}

function checkHeader(path: string, file: Uint8Array): void {
  const { magic, versionAt, version, headerBytes } = journalFormat;
  if (file.length < headerBytes || !magic.every((byte, i) => file[i] === byte)) {
    throw corrupt(path, 'it does not begin as a metadata journal does');
  }
  const found = readInt32(file, versionAt);
  if (found === version) return;
  if (found < version) throw corrupt(path, `format version ${found} has never been`);
  throw new OdradekError(
    `${path} has format version ${found}, and this version of Odradek knows up to ${version}: ` +
      'start it with the version that wrote it, or a later one',
    { code: 'NEWER_FORMAT', path, found, known: version },
  );
}

function decode(path: string, at: number, body: Uint8Array): ReturnType<typeof decodeBody> {
  try {
    return decodeBody(body);
  } catch (error) {
    const reason = `the frame at byte ${at} has a right CRC and makes no sense: ${errorText(error)}`;
    throw corrupt(path, reason);
  }
}

function replayAll(
  path: string,
  commits: readonly JournalCommit[],
  entries: Map<string, StoreEntry>,
  before: number,
): number {
  let last = before;
  for (const { revision, changes } of commits) {
    if (revision <= last) throw corrupt(path, `revision ${revision} follows revision ${last}`);
    for (const { key, value, leased } of changes) {
      if (value === null || leased) entries.delete(key);
      else entries.set(key, { key, value, revision });
    }
    last = revision;
  }
  return last;
}

/** Looks behind the first frame that is not whole for one that is. */
function refuseDamage(path: string, file: Uint8Array, brokenAt: number): void {
  for (let at = brokenAt + 1; at < file.length; at++) {
    if (frameBodyAt(file, at) === undefined) continue;
    throw corrupt(path, `the frame at byte ${brokenAt} is damaged, the one at byte ${at} is whole`);
  }
}

function corrupt(path: string, reason: string): OdradekError {
  return new OdradekError(
    `the metadata journal ${path} cannot be used: ${reason}. Restore it from a backup; without it the ` +
      'topics in the log directories would be adopted anew, without their configs',
    { code: 'CORRUPT_DATA', path, reason },
  );
}
