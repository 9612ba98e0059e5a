import type { FileHandle, Files } from '../runtime/runtime.ts';
import { assert } from '../util/assert.ts';
import { hasCode } from '../util/odradek-error.ts';

const openFilesLeast = 16;

/**
 * A bounded cache of open files, shared by all logs of a broker, so that 10,000 partitions need no more
 * descriptors than are busy. A file is opened when it is first used and closed when others need its place:
 * one that was not used since the hand last passed goes first (second chance).
 *
 * Files that are pinned stay open beyond the bound.
 */
export class OpenFiles {
  readonly files: Files;
  #openFilesMax: number;
  /** The open files, in no order; the hand goes round them. */
  readonly #open: CachedFile[] = [];
  #hand = 0;

  /** `openFilesMax`: descriptors that may be open at a time, `[16, …)`. */
  constructor(options: { openFilesMax: number }, modules: { files: Files }) {
    assert(options.openFilesMax >= openFilesLeast, 'a cache of open files holds at least 16');
    this.#openFilesMax = options.openFilesMax;
    this.files = modules.files;
  }

  /** How many files are open. */
  get openCount(): number {
    return this.#open.length;
  }

  /** A file to be used through this cache; not opened yet. One object a path at a time. */
  file(path: string): CachedFile {
    return new CachedFile(path, this);
  }

  /**
   * Opens a file. Where the process or the system has no descriptor left, the bound is lowered to what there
   * was room for, files that nobody needs now are closed, one at least, and it is tried once more: too many
   * partitions are slower, they are no failure of the disk. Throws as `Files.open` does.
   */
  open(path: string, mode: 'create' | 'write'): FileHandle {
    try {
      return this.files.open(path, mode);
    } catch (error) {
      if (!hasCode(error, 'TOO_MANY_OPEN_FILES') || !this.#lowerBound()) throw error;
      return this.files.open(path, mode);
    }
  }

  /** Whether some files could be closed. */
  #lowerBound(): boolean {
    const before = this.#open.length;
    this.#openFilesMax = Math.max(openFilesLeast, Math.floor(before * 0.75));
    const excess = Math.max(1, before - this.#openFilesMax);
    for (let count = 0; count < excess; count++) this.#evictOne();
    return this.#open.length < before;
  }

  /** Called by a file that opens. */
  admit(file: CachedFile): void {
    if (this.#open.length >= this.#openFilesMax) this.#evictOne();
    this.#open.push(file);
  }

  /** Called by a file that closes. */
  dismiss(file: CachedFile): void {
    const at = this.#open.indexOf(file);
    if (at >= 0) this.#removeAt(at);
  }

  /** Closes what was kept open beyond the bound because it was pinned. Called by a file that no longer is. */
  trim(): void {
    if (this.#open.length > this.#openFilesMax) this.#evictOne();
  }

  #evictOne(): void {
    // Two rounds: the first may only take away second chances.
    for (let step = this.#open.length * 2; step > 0; step--) {
      if (this.#hand >= this.#open.length) this.#hand = 0;
      const candidate = this.#open[this.#hand] as CachedFile;
      if (candidate.mayBeEvicted()) {
        this.#removeAt(this.#hand);
        candidate.evicted();
        return;
      }
      this.#hand++;
    }
  }

  #removeAt(at: number): void {
    const last = this.#open.pop() as CachedFile;
    if (at < this.#open.length) this.#open[at] = last;
  }
}

/** A file of a log. It is open while it is used or pinned, and as long after as the cache has room. */
export class CachedFile {
  #path: string;
  readonly #cache: OpenFiles;
  #handle: FileHandle | undefined;
  #pins = 0;
  #recentlyUsed = false;
  #closeWhenUnpinned = false;

  constructor(path: string, cache: OpenFiles) {
    this.#path = path;
    this.#cache = cache;
  }

  get path(): string {
    return this.#path;
  }

  /**
   * The open file, made where it is absent when `create` is given. To be used at once: the next file that is
   * opened may close this one unless it is pinned. Throws as `Files.open` does.
   */
  handle(create = false): FileHandle {
    this.#recentlyUsed = true;
    if (this.#handle === undefined) {
      this.#handle = this.#cache.open(this.#path, create ? 'create' : 'write');
      this.#cache.admit(this);
    }
    return this.#handle;
  }

  /** The open file, which stays open until `unpin`: for calls that wait. */
  pin(create = false): FileHandle {
    const handle = this.handle(create);
    this.#pins++;
    return handle;
  }

  unpin(): void {
    assert(this.#pins > 0, 'a file is unpinned as often as it was pinned');
    this.#pins--;
    if (this.#pins > 0) return;
    if (this.#closeWhenUnpinned) this.close();
    else this.#cache.trim();
  }

  /** Closes it once nobody waits for a call on it. It opens again when it is used. */
  close(): void {
    this.#closeWhenUnpinned = this.#pins > 0;
    if (this.#handle === undefined || this.#pins > 0) return;
    this.#cache.dismiss(this);
    this.#closeHandle();
  }

  /** Bytes of the file, 0 where there is none. Does not open it. */
  sizeBytes(): number {
    if (this.#handle !== undefined) return this.#handle.size();
    return this.#cache.files.stat(this.#path)?.sizeBytes ?? 0;
  }

  exists(): boolean {
    return this.#handle !== undefined || this.#cache.files.stat(this.#path) !== undefined;
  }

  /** Makes its name survive power loss, as `Files.syncDirectory` does. */
  syncName(): Promise<void> {
    const { files } = this.#cache;
    return files.syncDirectory(files.dirname(this.#path));
  }

  /** Gives the file another name in its directory; does nothing where it is absent. Who reads goes on. */
  rename(to: string): void {
    if (this.exists()) {
      this.close();
      this.#cache.files.rename(this.#path, to);
    }
    this.#path = to;
  }

  /** Removes the file; fine where it is absent. Who reads goes on. */
  remove(): void {
    this.close();
    this.#cache.files.remove(this.#path);
  }

  /** Asked by the cache: whether it may be closed. Takes away its second chance. */
  mayBeEvicted(): boolean {
    if (this.#pins > 0) return false;
    const evictable = !this.#recentlyUsed;
    this.#recentlyUsed = false;
    return evictable;
  }

  /** Told by the cache that it has to close. */
  evicted(): void {
    this.#closeHandle();
  }

  #closeHandle(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    handle?.close();
  }
}
