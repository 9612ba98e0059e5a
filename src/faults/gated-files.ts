import type { DirectoryLock, FileHandle, Files } from '../runtime/runtime.ts';
import type { ProcessGate } from './process-gate.ts';

/**
 * The files of a process: what it has begun is finished though it is stopped or dead, and it does not learn of
 * it; with the process go its open files and its locks.
 */
export function gatedFiles(files: Files, gate: ProcessGate): Files {
  const held = new Set<{ release(): unknown }>();
  gate.add({
    look() {},
    end() {
      for (const thing of held) void gate.throughDisk(releasing(thing));
      held.clear();
    },
  });
  return {
    // Not a copy by spreading: what has methods of a class would lose them.
    join: (...parts) => files.join(...parts),
    basename: (path) => files.basename(path),
    dirname: (path) => files.dirname(path),
    open(path, mode) {
      const handle = files.open(path, mode);
      const entry = { release: () => handle.close() };
      held.add(entry);
      return new GatedFileHandle(handle, gate, () => held.delete(entry));
    },
    stat: (path) => files.stat(path),
    list: (directory) => files.list(directory),
    makeDirectory: (path) => files.makeDirectory(path),
    rename: (from, to) => files.rename(from, to),
    remove: (path) => files.remove(path),
    removeTree: (path) => files.removeTree(path),
    readFile: (path) => files.readFile(path),
    replaceFile: (path, content, options) => files.replaceFile(path, content, options),
    syncDirectory: (path) => gate.throughDisk(files.syncDirectory(path)),
    lock: (directory) => gate.throughDisk(lock(directory)),
    temporaryDirectory: () => files.temporaryDirectory(),
    freeBytes: (path) => files.freeBytes(path),
    totalBytes: (path) => files.totalBytes(path),
    bootId: () => files.bootId(),
  };

  async function lock(directory: string): Promise<DirectoryLock | { heldBy: string | undefined }> {
    const taken = await files.lock(directory);
    if ('heldBy' in taken) return taken;
    // Nobody is there to give it back any more.
    if (gate.isDead) await taken.release();
    else held.add(taken);
    return {
      release() {
        held.delete(taken);
        return gate.throughDisk(taken.release());
      },
    };
  }
}

async function releasing(thing: { release(): unknown }): Promise<void> {
  await thing.release();
}

class GatedFileHandle implements FileHandle {
  readonly #inner: FileHandle;
  readonly #gate: ProcessGate;
  readonly #onClose: () => void;

  constructor(inner: FileHandle, gate: ProcessGate, onClose: () => void) {
    this.#inner = inner;
    this.#gate = gate;
    this.#onClose = onClose;
  }

  size(): number {
    return this.#inner.size();
  }

  read(target: Uint8Array, position: number): number {
    return this.#inner.read(target, position);
  }

  readAsync(target: Uint8Array, position: number): Promise<number> {
    return this.#gate.throughDisk(this.#inner.readAsync(target, position));
  }

  writev(buffers: readonly Uint8Array[], position: number): void {
    this.#inner.writev(buffers, position);
  }

  writevAsync(buffers: readonly Uint8Array[], position: number): Promise<void> {
    return this.#gate.throughDisk(this.#inner.writevAsync(buffers, position));
  }

  truncate(sizeBytes: number): void {
    this.#inner.truncate(sizeBytes);
  }

  sync(): Promise<void> {
    return this.#gate.throughDisk(this.#inner.sync());
  }

  syncNow(): void {
    this.#inner.syncNow();
  }

  close(): void {
    this.#onClose();
    this.#inner.close();
  }
}
