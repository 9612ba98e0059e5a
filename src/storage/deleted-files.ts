import type { Files, Timer, Timers } from '../runtime/runtime.ts';
import { deletedSuffix } from './log-layout.ts';
import type { CachedFile } from './open-files.ts';
import { lacksRoom } from './storage-failure.ts';

/** Pause before a directory is synced again for which there was no descriptor. */
const retryMs = 1000;

/**
 * Removes the files of segments that a log no longer has: they are renamed, and gone after
 * `file.delete.delay.ms`, so that who reads them is done. What a crash leaves behind is removed when the log
 * is opened.
 */
export class DeletedFiles {
  #closed = false;
  readonly #directory: string;
  readonly #files: Files;
  readonly #timers: Timers;
  readonly #onFailure: (error: unknown) => void;
  readonly #waiting = new Map<Timer, readonly CachedFile[]>();
  /** To be renamed once the directory is synced. */
  #unnamed: { files: readonly CachedFile[]; delayMs: number }[] = [];
  #renaming: Promise<void> = Promise.resolve();

  constructor(
    options: { directory: string },
    modules: { files: Files; timers: Timers; onFailure: (error: unknown) => void },
  ) {
    this.#directory = options.directory;
    this.#files = modules.files;
    this.#timers = modules.timers;
    this.#onFailure = modules.onFailure;
  }

  /**
   * Removes `files` after `delayMs`. The directory is synced first: power loss must not leave a log without
   * the old segments and without the new one that says where its offsets go on.
   */
  remove(files: readonly CachedFile[], delayMs: number): void {
    if (files.length === 0) return;
    this.#unnamed.push({ files, delayMs });
    this.#renameSoon();
  }

  #renameSoon(): void {
    this.#renaming = this.#renaming
      .then(() => this.#files.syncDirectory(this.#directory))
      .then(() => this.renameNow())
      .catch((error: unknown) => {
        if (lacksRoom(error)) this.#tryAgain();
        else this.#onFailure(error);
      });
  }

  #tryAgain(): void {
    if (this.#closed || this.#unnamed.length === 0) return;
    const timer = this.#timers.setTimer(retryMs, () => {
      this.#waiting.delete(timer);
      this.#renameSoon();
    });
    this.#waiting.set(timer, []);
  }

  /** Frees the names of the files at once, for others that will have them. Throws as `Files` does. */
  renameNow(): void {
    const unnamed = this.#unnamed;
    this.#unnamed = [];
    for (const { files, delayMs } of unnamed) this.#rename(files, delayMs);
  }

  #rename(files: readonly CachedFile[], delayMs: number): void {
    if (delayMs === 0) {
      for (const file of files) file.remove();
      return;
    }
    for (const file of files) renameOrRemove(file);
    this.removeRenamed(files, delayMs);
  }

  /** Removes files after `delayMs` that have their last names already. Throws as `Files` does. */
  removeRenamed(files: readonly CachedFile[], delayMs: number): void {
    if (delayMs === 0) {
      for (const file of files) file.remove();
      return;
    }
    const timer = this.#timers.setTimer(Math.min(delayMs, 0x7fff_ffff), () => {
      this.#waiting.delete(timer);
      this.#removeNow(files);
    });
    this.#waiting.set(timer, files);
  }

  #removeNow(files: readonly CachedFile[]): void {
    try {
      for (const file of files) file.remove();
    } catch (error) {
      this.#onFailure(error);
    }
  }

  /** Removes at once what still waits. */
  async close(): Promise<void> {
    await this.#renaming;
    for (const [timer, files] of this.#waiting) {
      this.#timers.clearTimer(timer);
      this.#removeNow(files);
    }
    this.closeNow();
  }

  /** Leaves on disk what still waits. */
  closeNow(): void {
    this.#closed = true;
    this.#unnamed = [];
    for (const timer of this.#waiting.keys()) this.#timers.clearTimer(timer);
    this.#waiting.clear();
  }
}

/** A disk may be too full even for the longer name: then the file goes at once, which makes room. */
function renameOrRemove(file: CachedFile): void {
  try {
    file.rename(file.path + deletedSuffix);
  } catch (error) {
    if (!lacksRoom(error)) throw error;
    file.remove();
  }
}
