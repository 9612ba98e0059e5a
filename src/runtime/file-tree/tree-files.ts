import { posix } from 'node:path';
import { assert } from '../../util/assert.ts';
import type { DirectoryLock, FileHandle, Files } from '../runtime.ts';
import type { ByteBudget } from './chunked-bytes.ts';
import { type FileNode, type FileTree, ioError } from './file-tree.ts';

/** What is done to a path, by the name that its failures have. */
export type FileOperation =
  | 'open'
  | 'stat'
  | 'list'
  | 'create'
  | 'rename'
  | 'remove'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'sync directory'
  | 'lock';

/** What is under the tree: nothing for files in memory, a simulated disk that may fail in a simulation. */
export interface TreeDisk {
  /** Called before each operation, which fails with what this throws. */
  before(operation: FileOperation, path: string): void;
  /** How many of `sizeBytes` a write that failed in `before` has written nevertheless. */
  tornBytes(sizeBytes: number): number;
  /** Performs a call that takes time. */
  later<T>(operation: FileOperation, path: string, call: () => T): Promise<T>;
  beginSync(file: FileNode): FileSync;
  syncDirectory(path: string): void;
}

/** A sync under way: of what had been written when it began. One of the two is called. */
export interface FileSync {
  complete(): void;
  fail(): void;
}

/** What `createTreeFiles` is built on. */
export interface TreeFilesModules {
  readonly tree: FileTree;
  readonly budget: ByteBudget;
  readonly disk: TreeDisk;
  /** The directories that are locked, by path, and who has them. */
  readonly locks: Map<string, string>;
  /** Who takes locks through these `Files`. */
  readonly owner: string;
  readonly bootId: string;
}

const temporaryDirectory = '/tmp';

const posixPaths: Pick<Files, 'join' | 'basename' | 'dirname'> = {
  join: (...parts) => posix.join(...parts),
  basename: (path) => posix.basename(path),
  dirname: (path) => posix.dirname(path),
};

/** The `Files` port over a tree in memory. */
export function createTreeFiles(modules: TreeFilesModules): Files {
  const { tree, budget, disk } = modules;
  const before = (operation: FileOperation, path: string): void => disk.before(operation, path);
  const open: Files['open'] = (path, mode) => {
    before('open', path);
    return new TreeFileHandle(tree.file(path, mode === 'create'), path, mode !== 'read', modules);
  };
  const rename = (from: string, to: string): void => {
    before('rename', from);
    tree.rename(from, to);
  };
  const syncDirectoryNow = (path: string): void => {
    before('sync directory', path);
    disk.syncDirectory(path);
  };
  tree.makeDirectory(temporaryDirectory);
  return {
    ...posixPaths,
    open,
    rename,
    stat(path) {
      before('stat', path);
      return tree.stat(path);
    },
    list(path) {
      before('list', path);
      return [...tree.directory(path).entries.keys()].toSorted();
    },
    makeDirectory(path) {
      before('create', path);
      tree.makeDirectory(path);
    },
    remove(path) {
      before('remove', path);
      tree.remove(path);
    },
    removeTree(path) {
      before('remove', path);
      tree.removeTree(path);
    },
    readFile: (path) => withHandle(open(path, 'read'), readWhole),
    replaceFile(path, content, options = {}) {
      const beside = `${path}.tmp`;
      withHandle(open(beside, 'create'), (handle) => {
        handle.truncate(0);
        handle.writev([content], 0);
        if (options.sync === true) handle.syncNow();
      });
      rename(beside, path);
      if (options.sync === true) syncDirectoryNow(posix.dirname(path));
    },
    syncDirectory: (path) => disk.later('sync directory', path, () => syncDirectoryNow(path)),
    lock: (path) => disk.later('lock', path, () => lock(path, modules)),
    temporaryDirectory: () => temporaryDirectory,
    freeBytes: () => (Number.isFinite(budget.leftBytes) ? budget.leftBytes : undefined),
    totalBytes: () => (Number.isFinite(budget.limitBytes) ? budget.limitBytes : undefined),
    bootId: () => modules.bootId,
  };
}

function lock(
  path: string,
  { tree, disk, locks, owner }: TreeFilesModules,
): DirectoryLock | { heldBy: string | undefined } {
  disk.before('lock', path);
  tree.directory(path);
  const key = posix.resolve(path);
  const heldBy = locks.get(key);
  if (heldBy !== undefined) return { heldBy };
  locks.set(key, owner);
  let released = false;
  return {
    release() {
      if (!released) locks.delete(key);
      released = true;
      return Promise.resolve();
    },
  };
}

function withHandle<T>(handle: FileHandle, use: (handle: FileHandle) => T): T {
  try {
    return use(handle);
  } finally {
    handle.close();
  }
}

function readWhole(handle: FileHandle): Uint8Array {
  const content = new Uint8Array(handle.size());
  handle.read(content, 0);
  return content;
}

class TreeFileHandle implements FileHandle {
  readonly #file: FileNode;
  readonly #path: string;
  readonly #writable: boolean;
  readonly #tree: FileTree;
  readonly #disk: TreeDisk;
  #closed = false;
  #callsUnderWay = 0;

  constructor(file: FileNode, path: string, writable: boolean, modules: TreeFilesModules) {
    this.#file = file;
    this.#path = path;
    this.#writable = writable;
    this.#tree = modules.tree;
    this.#disk = modules.disk;
    modules.tree.openHandle(file);
  }

  size(): number {
    this.#assertOpen();
    this.#disk.before('stat', this.#path);
    return this.#file.content.sizeBytes;
  }

  read(target: Uint8Array, position: number): number {
    this.#assertOpen();
    return this.#read(target, position);
  }

  readAsync(target: Uint8Array, position: number): Promise<number> {
    return this.#later('read', () => this.#read(target, position));
  }

  writev(buffers: readonly Uint8Array[], position: number): void {
    this.#assertOpen();
    this.#write(buffers, position);
  }

  writevAsync(buffers: readonly Uint8Array[], position: number): Promise<void> {
    return this.#later('write', () => this.#write(buffers, position));
  }

  truncate(sizeBytes: number): void {
    this.#assertOpen();
    this.#assertWritable('truncate');
    this.#disk.before('truncate', this.#path);
    this.#tree.truncate(this.#file, sizeBytes);
  }

  sync(): Promise<void> {
    const sync = this.#disk.beginSync(this.#file);
    return this.#later('sync', () => this.#sync(sync));
  }

  syncNow(): void {
    this.#assertOpen();
    this.#sync(this.#disk.beginSync(this.#file));
  }

  close(): void {
    this.#assertOpen();
    this.#closed = true;
    if (this.#callsUnderWay === 0) this.#tree.closeHandle(this.#file);
  }

  #read(target: Uint8Array, position: number): number {
    this.#disk.before('read', this.#path);
    return this.#file.content.read(target, position);
  }

  #write(buffers: readonly Uint8Array[], position: number): void {
    this.#assertWritable('write');
    let failure: unknown;
    let left = Number.POSITIVE_INFINITY;
    try {
      this.#disk.before('write', this.#path);
    } catch (error) {
      failure = error;
      left = this.#disk.tornBytes(buffers.reduce((sum, buffer) => sum + buffer.length, 0));
    }
    let at = position;
    for (const buffer of buffers) {
      const piece = buffer.length <= left ? buffer : buffer.subarray(0, left);
      if (piece.length > 0) this.#tree.write(this.#file, this.#path, piece, at);
      at += piece.length;
      left -= piece.length;
    }
    if (failure !== undefined) throw failure;
  }

  #sync(sync: FileSync): void {
    try {
      this.#disk.before('sync', this.#path);
    } catch (error) {
      sync.fail();
      throw error;
    }
    sync.complete();
  }

  async #later<T>(operation: FileOperation, call: () => T): Promise<T> {
    this.#assertOpen();
    this.#callsUnderWay++;
    try {
      return await this.#disk.later(operation, this.#path, call);
    } finally {
      this.#callsUnderWay--;
      if (this.#callsUnderWay === 0 && this.#closed) this.#tree.closeHandle(this.#file);
    }
  }

  #assertOpen(): void {
    assert(!this.#closed, `${this.#path} is used only while it is open`);
  }

  #assertWritable(operation: string): void {
    if (!this.#writable) throw ioError(this.#path, operation, 'it was opened to be read');
  }
}
