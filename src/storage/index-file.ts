import { assert } from '../util/assert.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { CachedFile } from './open-files.ts';
import { ifThereIsRoom } from './storage-failure.ts';

/** Most bytes of entries that a search reads at once. */
const pageBytes = 4096;
/** Entries in memory from which on they are appended to the file. */
const bufferedEntriesMax = 512;
const firstBufferedEntries = 8;

const oneEntry = new Uint8Array(64);
const onePage = new Uint8Array(pageBytes);

/**
 * A file of sorted entries of one size: what the offset, the time and the transaction index have in common.
 * The newest entries are in memory and reach the file some time later (`writeOut`); older ones are read from
 * the file when they are asked for, never kept.
 */
export class IndexFile {
  readonly file: CachedFile;
  /** Entries that the file had when it was opened. */
  readonly countAtOpen: number;
  readonly #entryBytes: number;
  #countInFile: number;
  /** Entries behind those in the file. */
  #buffered: Uint8Array | undefined;
  #bufferedCount = 0;
  #unsynced = false;
  /** Whether the file may have more entries than are counted, which are cut off before it is written. */
  #needsCut = false;
  #isFileKnown: boolean;

  /** `count`: the entries that the file has now. */
  constructor(file: CachedFile, entryBytes: number, count: number) {
    this.file = file;
    this.#entryBytes = entryBytes;
    this.countAtOpen = count;
    this.#countInFile = count;
    this.#isFileKnown = count > 0;
  }

  get count(): number {
    return this.#countInFile + this.#bufferedCount;
  }

  get sizeBytes(): number {
    return this.count * this.#entryBytes;
  }

  /** What the file has was written by a process that is gone: power loss may take it until it is synced. */
  assumeUnsynced(): void {
    this.#isFileKnown = this.file.exists();
    this.#unsynced = this.#isFileKnown;
  }

  /** Whether so much is in memory that it is time for `writeOut`. */
  get wantsWriteOut(): boolean {
    return this.#bufferedCount >= bufferedEntriesMax;
  }

  /** Whether the file has entries that power loss may take. */
  get isUnsynced(): boolean {
    return this.#unsynced;
  }

  /** Whether the file is known to exist. */
  get isFileKnown(): boolean {
    return this.#isFileKnown;
  }

  /** Whether there is anything to write or to sync. */
  get needsSync(): boolean {
    return this.#unsynced || this.#bufferedCount > 0;
  }

  /** Copies the entry at the start of `entry` behind the last. */
  append(entry: Uint8Array): void {
    const at = this.#bufferedCount * this.#entryBytes;
    let buffered = this.#buffered;
    if (buffered === undefined || at + this.#entryBytes > buffered.length) {
      const larger = new Uint8Array(Math.max(firstBufferedEntries * this.#entryBytes, at * 2));
      if (buffered !== undefined) larger.set(buffered);
      this.#buffered = buffered = larger;
    }
    for (let i = 0; i < this.#entryBytes; i++) buffered[at + i] = entry[i] as number;
    this.#bufferedCount++;
  }

  /** The entry at `index`, at the start of an array that the next call on any index overwrites. */
  entry(index: number): Uint8Array {
    assert(index >= 0 && index < this.count, 'an index entry is asked for where there is one');
    if (index >= this.#countInFile) {
      const at = (index - this.#countInFile) * this.#entryBytes;
      return (this.#buffered as Uint8Array).subarray(at, at + this.#entryBytes);
    }
    const target = oneEntry.subarray(0, this.#entryBytes);
    this.#readEntries(target, index);
    return target;
  }

  /**
   * The number of entries at the start for which `holds` is true; the entries are sorted so that it is true
   * for the first ones and false for the others.
   */
  countWhere(holds: (bytes: Uint8Array, at: number) => boolean): number {
    const buffered = this.#buffered;
    if (this.#bufferedCount > 0 && buffered !== undefined && holds(buffered, 0)) {
      return this.#countInFile + this.#search(buffered, this.#bufferedCount, holds);
    }
    let low = 0;
    let high = this.#countInFile;
    const entriesInPage = Math.floor(pageBytes / this.#entryBytes);
    while (high - low > entriesInPage) {
      const middle = (low + high) >>> 1;
      if (holds(this.entry(middle), 0)) low = middle + 1;
      else high = middle;
    }
    if (high === low) return low;
    this.#readEntries(onePage.subarray(0, (high - low) * this.#entryBytes), low);
    return low + this.#search(onePage, high - low, holds);
  }

  #search(
    bytes: Uint8Array,
    count: number,
    holds: (bytes: Uint8Array, at: number) => boolean,
  ): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(bytes, middle * this.#entryBytes)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #readEntries(target: Uint8Array, index: number): void {
    const { path } = this.file;
    const read = this.file.handle().read(target, index * this.#entryBytes);
    if (read === target.length) return;
    // Somebody else has cut the file, which is no defect of this broker.
    const reason = `it ends before entry ${index + target.length / this.#entryBytes}`;
    throw new OdradekError(`${path} is damaged: ${reason}`, { code: 'CORRUPT_DATA', path, reason });
  }

  /**
   * Drops the entries from `count` on. Without room to cut the file it does so nevertheless: the file is cut
   * before it is next written or synced.
   */
  truncate(count: number): void {
    if (count >= this.count) return;
    if (count >= this.#countInFile) {
      this.#bufferedCount = count - this.#countInFile;
      return;
    }
    this.#bufferedCount = 0;
    this.#countInFile = count;
    this.#unsynced = true;
    this.#needsCut = true;
    ifThereIsRoom(() => this.#cut());
  }

  #cut(): void {
    if (!this.#needsCut) return;
    this.file.handle().truncate(this.#countInFile * this.#entryBytes);
    this.#needsCut = false;
  }

  /** Appends to the file what is in memory; makes the file where it is absent. Throws as `Files` does. */
  writeOut(): void {
    this.#cut();
    if (this.#isFileKnown && this.#bufferedCount === 0) return;
    const handle = this.file.handle(true);
    this.#isFileKnown = true;
    if (this.#bufferedCount === 0 || this.#buffered === undefined) return;
    const bytes = this.#buffered.subarray(0, this.#bufferedCount * this.#entryBytes);
    handle.writev([bytes], this.#countInFile * this.#entryBytes);
    this.#countInFile += this.#bufferedCount;
    this.#bufferedCount = 0;
    this.#buffered = undefined;
    this.#unsynced = true;
  }

  /** Makes the entries in the file survive power loss. They are as unsynced as before where it cannot be opened. */
  async sync(): Promise<void> {
    if (!this.#unsynced) return;
    const handle = this.file.pin();
    try {
      this.#cut();
      this.#unsynced = false;
      await handle.sync();
    } finally {
      this.file.unpin();
    }
  }
}
