import type { Files } from '../runtime/runtime.ts';
import type { Logger } from '../util/logger.ts';
import { hasCode } from '../util/odradek-error.ts';
import { offsetFileName, producerSnapshotSuffix } from './log-layout.ts';
import { decodeProducerSnapshot, writeProducerSnapshot } from './producer-snapshot.ts';
import type { ProducerEntry } from './producer-state.ts';

/** Snapshots beside those at the starts of segments that are kept. */
const strayCountMax = 3;

/** The `.snapshot` files of a log, by the offset at which each was taken. */
export class ProducerSnapshots {
  readonly #directory: string;
  readonly #files: Files;
  readonly #logger: Logger;
  /** Ascending. */
  #offsets: number[];
  #unsynced: number[] = [];

  constructor(
    options: { directory: string; offsets: readonly number[] },
    modules: { files: Files; logger: Logger },
  ) {
    this.#directory = options.directory;
    this.#files = modules.files;
    this.#logger = modules.logger;
    this.#offsets = options.offsets.toSorted((a, b) => a - b);
  }

  get offsets(): readonly number[] {
    return this.#offsets;
  }

  path(offset: number): string {
    return this.#files.join(this.#directory, offsetFileName(offset, producerSnapshotSuffix));
  }

  /** Writes the snapshot at `offset`, unless it is there. Nothing is left of it where it throws as `Files` does. */
  write(offset: number, entries: Iterable<ProducerEntry>): void {
    if (this.#offsets.includes(offset)) return;
    // Known before it is written, so that a part of it is removed.
    this.#offsets.push(offset);
    this.#offsets.sort((a, b) => a - b);
    this.#unsynced.push(offset);
    try {
      writeProducerSnapshot(this.#files, this.path(offset), entries);
    } catch (error) {
      this.#remove(offset);
      throw error;
    }
  }

  /** Those above `offset` were written by a process that is gone, and are not synced. */
  assumeUnsyncedAbove(offset: number): void {
    this.#unsynced.push(...this.#offsets.filter((known) => known > offset));
  }

  /** Makes what was written survive power loss. */
  async sync(): Promise<void> {
    for (;;) {
      const offset = this.#unsynced[0];
      if (offset === undefined) return;
      // It stays among the unsynced where it cannot be opened.
      const handle = this.#files.open(this.path(offset), 'write');
      this.#unsynced.shift();
      try {
        await handle.sync();
      } finally {
        handle.close();
      }
    }
  }

  /**
   * The newest snapshot at or below `offset` that can be read; damaged ones are removed. Undefined where
   * there is none.
   */
  loadNewest(offset: number): { offset: number; entries: ProducerEntry[] } | undefined {
    for (const candidate of this.#offsets.toReversed()) {
      if (candidate > offset) continue;
      const path = this.path(candidate);
      try {
        const entries = decodeProducerSnapshot(this.#files.readFile(path), path);
        return { offset: candidate, entries };
      } catch (error) {
        if (!hasCode(error, 'CORRUPT_DATA') && !hasCode(error, 'FILE_NOT_FOUND')) throw error;
        this.#logger.warn('a producer snapshot is damaged and was removed', { path });
        this.#remove(candidate);
      }
    }
    return undefined;
  }

  removeAbove(offset: number): void {
    for (const known of this.#offsets) if (known > offset) this.#remove(known);
  }

  removeBelow(offset: number): void {
    for (const known of this.#offsets) if (known < offset) this.#remove(known);
  }

  /** Removes what stands neither at the start of a segment nor among the newest. */
  removeStrays(baseOffsets: ReadonlySet<number>): void {
    const strays = this.#offsets.filter((offset) => !baseOffsets.has(offset));
    for (const stray of strays.slice(0, -strayCountMax)) this.#remove(stray);
  }

  #remove(offset: number): void {
    this.#offsets = this.#offsets.filter((known) => known !== offset);
    this.#unsynced = this.#unsynced.filter((unsynced) => unsynced !== offset);
    this.#files.remove(this.path(offset));
  }
}
