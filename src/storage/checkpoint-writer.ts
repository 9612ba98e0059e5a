import type { Files } from '../runtime/runtime.ts';
import { encodeCheckpoint, readCheckpoint } from './checkpoint-file.ts';
import { formatOffsets, type OffsetsByPartition, parseOffsets } from './checkpoints.ts';
import { syncedBeside } from './small-files.ts';

/**
 * One checkpoint file of a log directory. It knows what the file holds, so that nothing is written where
 * nothing has changed, and calls that come while a write is under way share the next one.
 */
export class CheckpointWriter {
  readonly #path: string;
  readonly #files: Files;
  /** What the file holds. */
  #content: ReadonlyMap<string, number> = new Map();
  /** Whether what the file holds is known to survive power loss. */
  #isDurable = true;
  #running: Promise<void> | undefined;
  /** What the write under way puts there. */
  #coming: OffsetsByPartition | undefined;
  #queued: Promise<void> | undefined;
  /** Counts what has been put in place, so that a slow write does not replace a newer one. */
  #generation = 0;

  constructor(options: { path: string }, modules: { files: Files }) {
    this.#path = options.path;
    this.#files = modules.files;
  }

  /** What the file holds, by `partitionKey`. */
  get content(): ReadonlyMap<string, number> {
    return this.#content;
  }

  /** Whether the file has a line of the partition, or will when the write under way has settled. */
  mayHold(key: string): boolean {
    return this.#content.has(key) || this.#coming?.has(key) === true;
  }

  /** The same for a line with more than `offset`. */
  mayExceed(key: string, offset: number): boolean {
    return Math.max(this.#content.get(key) ?? 0, this.#coming?.get(key) ?? 0) > offset;
  }

  /** Reads the file; an absent one holds nothing. Throws as `readCheckpoint` and `parseOffsets` do. */
  read(): void {
    this.#content = parseOffsets(readCheckpoint(this.#files, this.#path) ?? [], this.#path);
  }

  /**
   * Makes the file hold what `collect` answers, which is called when the write begins. Settles once that
   * survives power loss. Fails with what the file system said; the file then holds what it held.
   */
  write(collect: () => OffsetsByPartition): Promise<void> {
    if (this.#queued !== undefined) return this.#queued;
    if (this.#running === undefined) return this.#run(collect);
    const next = (): Promise<void> => {
      this.#queued = undefined;
      return this.#run(collect);
    };
    this.#queued = this.#running.then(next, next);
    return this.#queued;
  }

  /** The same at once and for good when it returns. A write that is under way leaves no trace. */
  writeNow(offsets: OffsetsByPartition): void {
    if (this.#holds(offsets) && this.#running === undefined) return;
    this.#generation += 1;
    this.#coming = undefined;
    this.#isDurable = false;
    this.#files.replaceFile(this.#path, encodeCheckpoint(formatOffsets(offsets)), { sync: true });
    this.#content = offsets;
    this.#isDurable = true;
  }

  #holds(offsets: OffsetsByPartition): boolean {
    return this.#isDurable && sameOffsets(offsets, this.#content);
  }

  async #run(collect: () => OffsetsByPartition): Promise<void> {
    const offsets = collect();
    if (this.#holds(offsets)) return;
    this.#coming = offsets;
    this.#running = this.#replace(offsets);
    try {
      await this.#running;
    } finally {
      this.#running = undefined;
      this.#coming = undefined;
    }
  }

  async #replace(offsets: OffsetsByPartition): Promise<void> {
    const generation = this.#generation;
    const beside = await syncedBeside(
      this.#files,
      this.#path,
      encodeCheckpoint(formatOffsets(offsets)),
    );
    if (generation !== this.#generation) {
      this.#files.remove(beside);
      return;
    }
    this.#files.rename(beside, this.#path);
    this.#content = offsets;
    this.#isDurable = false;
    await this.#files.syncDirectory(this.#files.dirname(this.#path));
    this.#isDurable = true;
  }
}

function sameOffsets(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, offset] of a) if (b.get(key) !== offset) return false;
  return true;
}
