import type { Files, Timer, Timers } from '../runtime/runtime.ts';
import { lacksRoom } from './storage-failure.ts';

/** Files removed in one turn of the event loop: a large one may take a millisecond. */
const filesPerTurn = 4;
/** Pause before it is tried again for want of a descriptor. */
const retryMs = 1000;

interface Deletion {
  readonly path: string;
  readonly timer: Timer;
}

/**
 * Removes directories of deleted partitions some time after they were renamed, a few files a turn. What is
 * left when it stops is removed at the next start.
 */
export class DeletionQueue {
  readonly #onFailed: (path: string, error: unknown) => void;
  readonly #files: Files;
  readonly #timers: Timers;
  readonly #waiting = new Set<Deletion>();
  readonly #due: string[] = [];
  #timer: Timer | undefined;
  #stopped = false;

  /** `onFailed` is told of a directory that could not be removed; it is tried again only for want of room. */
  constructor(
    options: { onFailed: (path: string, error: unknown) => void },
    modules: { files: Files; timers: Timers },
  ) {
    this.#onFailed = options.onFailed;
    this.#files = modules.files;
    this.#timers = modules.timers;
  }

  /** Removes the directory `path` once `delayMs` have passed. */
  add(path: string, delayMs: number): void {
    if (this.#stopped) return;
    const timer = this.#timers.setTimer(Math.min(delayMs, 0x7fff_ffff), () => {
      this.#waiting.delete(deletion);
      this.#due.push(path);
      this.#arm();
    });
    const deletion: Deletion = { path, timer };
    this.#waiting.add(deletion);
  }

  /** Nothing is removed from now on. */
  stop(): void {
    this.#stopped = true;
    for (const deletion of this.#waiting) this.#timers.clearTimer(deletion.timer);
    this.#waiting.clear();
    if (this.#timer !== undefined) this.#timers.clearTimer(this.#timer);
  }

  #arm(delayMs = 0): void {
    if (this.#stopped || this.#timer !== undefined || this.#due.length === 0) return;
    this.#timer = this.#timers.setTimer(delayMs, () => {
      this.#timer = undefined;
      this.#removeSome();
      this.#arm();
    });
  }

  #removeSome(): void {
    const path = this.#due[0];
    if (path === undefined) return;
    try {
      if (this.#removeFiles(path)) this.#due.shift();
    } catch (error) {
      if (lacksRoom(error)) return this.#arm(retryMs);
      this.#due.shift();
      this.#onFailed(path, error);
    }
  }

  /** Whether the directory is gone. */
  #removeFiles(path: string): boolean {
    if (this.#files.stat(path) === undefined) return true;
    const names = this.#files.list(path);
    if (names.length <= filesPerTurn) {
      this.#files.removeTree(path);
      return true;
    }
    for (const name of names.slice(0, filesPerTurn))
      this.#files.removeTree(this.#files.join(path, name));
    return false;
  }
}
