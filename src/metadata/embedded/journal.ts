import type { FileHandle, Files } from '../../runtime/runtime.ts';
import { lacksRoom } from '../../storage/storage-failure.ts';
import { must } from '../../util/assert.ts';
import { hasCode } from '../../util/odradek-error.ts';
import type { StoreEntry } from '../store.ts';
import {
  encodeCommits,
  encodeFileHeader,
  encodeSnapshot,
  journalFormat,
} from './journal-format.ts';
import type { JournalCommit } from './journal-format.ts';
import { recoverJournal } from './recover-journal.ts';

/** Where a journal is, and whether it must survive power loss. */
export interface JournalOptions {
  /** Absolute; there already. */
  readonly directory: string;
  /** Nothing is synced: for data that need not outlive the machine's next start. */
  readonly temporary: boolean;
}

/** Up to here a write to the page cache is quicker than a thread that does it. */
const quickWriteBytes = 64 * 1024;

/** A journal that has just been opened, with what it says. */
export interface OpenedJournal {
  readonly journal: Journal;
  readonly revision: number;
  readonly entries: Map<string, StoreEntry>;
  /** Bytes of a torn tail that were cut off. */
  readonly cutBytes: number;
}

/** The file of the embedded store: one snapshot, then what was committed since. Calls come one at a time. */
export class Journal {
  readonly #files: Files;
  readonly #options: JournalOptions;
  readonly #path: string;
  #handle: FileHandle | undefined;
  /** Whether the name of the file survives power loss. */
  #isPlaced = true;
  #sizeBytes: number;
  #snapshotBytes: number;

  private constructor(
    handle: FileHandle,
    sizes: { sizeBytes: number; snapshotBytes: number },
    options: JournalOptions,
    files: Files,
  ) {
    this.#handle = handle;
    this.#sizeBytes = sizes.sizeBytes;
    this.#snapshotBytes = sizes.snapshotBytes;
    this.#options = options;
    this.#files = files;
    this.#path = files.join(options.directory, journalFormat.fileName);
  }

  /**
   * Opens the journal of a directory, made where it is absent. Fails with `CORRUPT_DATA`, `NEWER_FORMAT`, and
   * as `Files` does.
   */
  static async open(options: JournalOptions, files: Files): Promise<OpenedJournal> {
    const path = files.join(options.directory, journalFormat.fileName);
    files.remove(files.join(options.directory, journalFormat.newFileName));
    if (files.stat(path) === undefined) {
      await writeNewFile(0, [], options, files);
      await moveNewFile(options, files);
    }
    const file = files.readFile(path);
    const recovered = recoverJournal(path, file);
    const { revision, entries, sizeBytes, snapshotBytes } = recovered;
    const journal = new Journal(files.open(path, 'write'), recovered, options, files);
    try {
      if (file.length > snapshotBytes) await journal.#settle(revision, entries, sizeBytes);
      // Its process may have ended between the renaming and this.
      if (!options.temporary) await files.syncDirectory(options.directory);
    } catch (error) {
      journal.close();
      throw error;
    }
    return { journal, revision, entries, cutBytes: file.length - sizeBytes };
  }

  /**
   * Makes durable what was found, and what was cut off gone. A process that was killed, or whose last fsync
   * failed, may have left frames that only the page cache has, which no fsync of ours need reach: nobody may
   * see them, and no later frame may become durable, before they are. So they are written anew, but where the
   * disk is full.
   */
  async #settle(
    revision: number,
    entries: ReadonlyMap<string, StoreEntry>,
    sizeBytes: number,
  ): Promise<void> {
    must(this.#handle, 'the journal is open').truncate(sizeBytes);
    if (this.#options.temporary) return;
    try {
      await this.replaceWith(await this.writeSnapshot(revision, [...entries.values()]));
    } catch (error) {
      if (!hasCode(error, 'DISK_FULL')) throw error;
      await this.sync();
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Bytes of the snapshot that the journal begins with. */
  get snapshotBytes(): number {
    return this.#snapshotBytes;
  }

  /**
   * Writes commits behind the others, in one piece; they are not durable yet. When it fails nothing of them
   * is in the journal.
   */
  async append(commits: readonly JournalCommit[]): Promise<void> {
    const handle = await this.#settlePlace();
    const frame = encodeCommits(commits);
    try {
      const quick = this.#options.temporary || frame.length <= quickWriteBytes;
      if (quick) handle.writev([frame], this.#sizeBytes);
      else await handle.writevAsync([frame], this.#sizeBytes);
    } catch (error) {
      handle.truncate(this.#sizeBytes);
      throw error;
    }
    this.#sizeBytes += frame.length;
  }

  /** Makes what was appended survive power loss. A failure is final. */
  async sync(): Promise<void> {
    if (!this.#options.temporary) await must(this.#handle, 'the journal is open').sync();
  }

  /**
   * Writes all that there is into a new file beside the journal; answers its bytes, for `replaceWith`. When it
   * fails, the journal goes on as it was.
   */
  async writeSnapshot(revision: number, entries: readonly StoreEntry[]): Promise<number> {
    return writeNewFile(revision, entries, this.#options, this.#files);
  }

  /**
   * Puts the file that was just written in the journal's place. A failure is final; for want of descriptors the
   * next `append` opens it.
   */
  async replaceWith(snapshotBytes: number): Promise<void> {
    // Closed before it is replaced: not every system replaces a file that is open.
    this.close();
    renameNewFile(this.#options, this.#files);
    this.#isPlaced = false;
    this.#sizeBytes = snapshotBytes;
    this.#snapshotBytes = snapshotBytes;
    try {
      await this.#settlePlace();
    } catch (error) {
      if (!lacksRoom(error)) throw error;
    }
  }

  /** Opens the file in place, and makes its name durable: no commit may be in it before. */
  async #settlePlace(): Promise<FileHandle> {
    this.#handle ??= this.#files.open(this.#path, 'write');
    if (!this.#isPlaced && !this.#options.temporary) {
      await this.#files.syncDirectory(this.#options.directory);
    }
    this.#isPlaced = true;
    return this.#handle;
  }

  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
  }
}

/** Writes a whole journal beside the other; answers its bytes. */
async function writeNewFile(
  revision: number,
  entries: readonly StoreEntry[],
  { directory, temporary }: JournalOptions,
  files: Files,
): Promise<number> {
  const buffers = [encodeFileHeader(), encodeSnapshot(revision, entries)];
  const path = files.join(directory, journalFormat.newFileName);
  files.remove(path);
  const handle = files.open(path, 'create');
  try {
    if (temporary) handle.writev(buffers, 0);
    else await handle.writevAsync(buffers, 0);
    if (!temporary) await handle.sync();
  } catch (error) {
    handle.close();
    files.remove(path);
    throw error;
  }
  handle.close();
  return buffers.reduce((total, { length }) => total + length, 0);
}

async function moveNewFile(options: JournalOptions, files: Files): Promise<void> {
  renameNewFile(options, files);
  if (!options.temporary) await files.syncDirectory(options.directory);
}

function renameNewFile({ directory }: JournalOptions, files: Files): void {
  files.rename(
    files.join(directory, journalFormat.newFileName),
    files.join(directory, journalFormat.fileName),
  );
}
