import type { FileHandle, Files } from '../runtime/runtime.ts';
import { totalBytes } from '../util/bytes.ts';

/**
 * A `Files` like `inner` that tells what is written to open files, and, when `temporary`, syncs nothing: for
 * data that nobody misses after a crash of the machine. `observe` answers, for a file that is opened to be
 * written or is removed, what is to be called with the bytes of each write, and with 0 when something is cut
 * off or gone.
 */
export function logFiles(
  inner: Files,
  options: { temporary: boolean; observe: (path: string) => (bytes: number) => void },
): Files {
  const { temporary, observe } = options;
  return {
    join: (...parts) => inner.join(...parts),
    basename: (path) => inner.basename(path),
    dirname: (path) => inner.dirname(path),
    open: (path, mode) => {
      const handle = inner.open(path, mode);
      if (mode === 'read') return handle;
      return new ObservedHandle(handle, temporary, observe(path));
    },
    stat: (path) => inner.stat(path),
    list: (directory) => inner.list(directory),
    makeDirectory: (path) => inner.makeDirectory(path),
    rename: (from, to) => inner.rename(from, to),
    remove: (path) => {
      inner.remove(path);
      observe(path)(0);
    },
    removeTree: (path) => inner.removeTree(path),
    readFile: (path) => inner.readFile(path),
    replaceFile: (path, content, sync) => inner.replaceFile(path, content, temporary ? {} : sync),
    syncDirectory: (path) => (temporary ? Promise.resolve() : inner.syncDirectory(path)),
    temporaryDirectory: () => inner.temporaryDirectory(),
    lock: (directory) => inner.lock(directory),
    freeBytes: (path) => inner.freeBytes(path),
    totalBytes: (path) => inner.totalBytes(path),
    bootId: () => inner.bootId(),
  };
}

class ObservedHandle implements FileHandle {
  readonly #inner: FileHandle;
  readonly #temporary: boolean;
  readonly #onWritten: (bytes: number) => void;

  constructor(inner: FileHandle, temporary: boolean, onWritten: (bytes: number) => void) {
    this.#inner = inner;
    this.#temporary = temporary;
    this.#onWritten = onWritten;
  }

  size(): number {
    return this.#inner.size();
  }
  read(target: Uint8Array, position: number): number {
    return this.#inner.read(target, position);
  }
  readAsync(target: Uint8Array, position: number): Promise<number> {
    return this.#inner.readAsync(target, position);
  }
  // HOT: bench=produce-small
  writev(buffers: readonly Uint8Array[], position: number): void {
    this.#inner.writev(buffers, position);
    this.#onWritten(totalBytes(buffers));
  }
  async writevAsync(buffers: readonly Uint8Array[], position: number): Promise<void> {
    await this.#inner.writevAsync(buffers, position);
    this.#onWritten(totalBytes(buffers));
  }
  truncate(sizeBytes: number): void {
    this.#inner.truncate(sizeBytes);
    this.#onWritten(0);
  }
  sync(): Promise<void> {
    return this.#temporary ? Promise.resolve() : this.#inner.sync();
  }
  syncNow(): void {
    if (!this.#temporary) this.#inner.syncNow();
  }
  close(): void {
    this.#inner.close();
  }
}
