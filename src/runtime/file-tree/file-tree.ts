import { posix } from 'node:path';
import { OdradekError } from '../../util/odradek-error.ts';
import type { FileStat } from '../runtime.ts';
import { type ByteBudget, ChunkedBytes } from './chunked-bytes.ts';

/** A file; it lives while it has a name or somebody has it open. */
export interface FileNode {
  readonly kind: 'file';
  readonly content: ChunkedBytes;
  modifiedMs: number;
  /** Open handles. */
  handles: number;
  /** Whether it has a name. */
  linked: boolean;
}

/** A directory: names, and what they stand for. */
export interface DirectoryNode {
  readonly kind: 'directory';
  readonly entries: Map<string, FileNode | DirectoryNode>;
  modifiedMs: number;
}

/** What a name may stand for. */
export type TreeNode = FileNode | DirectoryNode;

/** A name in a directory, of something that may not be there. */
export interface Place {
  readonly directory: DirectoryNode;
  readonly name: string;
}

/** Told of each change after it was made: what a simulated disk needs to know what is not durable yet. */
export interface TreeJournal {
  /** `name` now stands for `node`, or for nothing. */
  entrySet(directory: DirectoryNode, name: string, node: TreeNode | undefined): void;
  entryMoved(from: Place, to: Place, node: TreeNode): void;
  written(file: FileNode, position: number, data: Uint8Array): void;
  truncated(file: FileNode, sizeBytes: number): void;
}

/** What a tree is built on. */
export interface FileTreeModules {
  readonly budget: ByteBudget;
  readonly nowMs: () => number;
  readonly journal?: TreeJournal;
}

/** A file system in memory: names, files and directories, with POSIX paths. `Files` is put on top of it. */
export class FileTree {
  readonly root: DirectoryNode;
  readonly #modules: FileTreeModules;
  readonly #opened = new Set<FileNode>();
  #handleCount = 0;

  constructor(modules: FileTreeModules) {
    this.#modules = modules;
    this.root = this.#newDirectory();
  }

  find(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.root;
    for (const name of namesOf(path)) {
      if (node?.kind !== 'directory') return undefined;
      node = node.entries.get(name);
    }
    return node;
  }

  stat(path: string): FileStat | undefined {
    const node = this.find(path);
    if (node === undefined) return undefined;
    const sizeBytes = node.kind === 'file' ? node.content.sizeBytes : 0;
    return { kind: node.kind, sizeBytes, modifiedMs: node.modifiedMs };
  }

  directory(path: string): DirectoryNode {
    const node = this.find(path);
    if (node === undefined) throw notFound(path);
    if (node.kind !== 'directory') throw ioError(path, 'list', 'it is not a directory');
    return node;
  }

  /** The file at `path`; made where there is none if `create`. */
  file(path: string, create: boolean): FileNode {
    const node = this.find(path);
    if (node?.kind === 'directory') throw ioError(path, 'open', 'it is a directory');
    if (node !== undefined) return node;
    if (!create) throw notFound(path);
    const { budget, nowMs } = this.#modules;
    const content = new ChunkedBytes(budget);
    const file: FileNode = { kind: 'file', content, modifiedMs: nowMs(), handles: 0, linked: true };
    this.#set(this.#place(path), file);
    return file;
  }

  makeDirectory(path: string): void {
    let directory = this.root;
    for (const name of namesOf(path)) {
      let next = directory.entries.get(name);
      if (next === undefined) {
        next = this.#newDirectory();
        this.#set({ directory, name }, next);
      }
      if (next.kind !== 'directory') throw ioError(path, 'create', `${name} is a file`);
      directory = next;
    }
  }

  rename(fromPath: string, toPath: string): void {
    const from = this.#place(fromPath);
    const node = from.directory.entries.get(from.name);
    if (node === undefined) throw notFound(fromPath);
    const to = this.#place(toPath);
    const there = to.directory.entries.get(to.name);
    if (there === node) return;
    if (there?.kind === 'directory') throw ioError(fromPath, 'rename', `${toPath} is a directory`);
    if (there !== undefined && node.kind === 'directory') {
      throw ioError(fromPath, 'rename', `${toPath} is a file`);
    }
    if (node.kind === 'directory' && holds(node, to.directory)) {
      throw ioError(fromPath, 'rename', `${toPath} is inside of it`);
    }
    from.directory.entries.delete(from.name);
    to.directory.entries.set(to.name, node);
    if (there !== undefined) this.#unlink(there);
    this.#modules.journal?.entryMoved(from, to, node);
  }

  /** Removes a file; fine when nothing is there. */
  remove(path: string): void {
    const node = this.find(path);
    if (node?.kind === 'directory') throw ioError(path, 'remove', 'it is a directory');
    if (node !== undefined) this.#set(this.#place(path), undefined);
  }

  /** Removes what is there, with all that is in it. */
  removeTree(path: string): void {
    const node = this.find(path);
    if (node === undefined) return;
    if (node.kind === 'directory') this.#empty(node);
    if (node !== this.root) this.#set(this.#place(path), undefined);
  }

  /** Fails with `DISK_FULL` where the budget ends; what fitted has been written then. */
  write(file: FileNode, path: string, data: Uint8Array, position: number): void {
    const written = file.content.write(data, position);
    file.modifiedMs = this.#modules.nowMs();
    this.#modules.journal?.written(file, position, data.subarray(0, written));
    if (written === data.length) return;
    throw new OdradekError(`No space is left to write ${path}: free some, or raise the budget`, {
      code: 'DISK_FULL',
      path,
    });
  }

  truncate(file: FileNode, sizeBytes: number): void {
    file.content.truncate(sizeBytes);
    file.modifiedMs = this.#modules.nowMs();
    this.#modules.journal?.truncated(file, sizeBytes);
  }

  /** Handles that are open. */
  get handleCount(): number {
    return this.#handleCount;
  }

  openHandle(file: FileNode): void {
    file.handles++;
    this.#handleCount++;
    this.#opened.add(file);
  }

  /** Gives the room of a file back once nobody can reach it. */
  closeHandle(file: FileNode): void {
    file.handles--;
    this.#handleCount--;
    if (file.handles === 0) this.#opened.delete(file);
    freeIfUnreachable(file);
  }

  /** What the end of a process does. */
  closeAllHandles(): void {
    for (const file of this.#opened) {
      file.handles = 0;
      freeIfUnreachable(file);
    }
    this.#opened.clear();
    this.#handleCount = 0;
  }

  #newDirectory(): DirectoryNode {
    return { kind: 'directory', entries: new Map(), modifiedMs: this.#modules.nowMs() };
  }

  #empty(directory: DirectoryNode): void {
    for (const [name, node] of directory.entries) {
      if (node.kind === 'directory') this.#empty(node);
      this.#set({ directory, name }, undefined);
    }
  }

  #set({ directory, name }: Place, node: TreeNode | undefined): void {
    const before = directory.entries.get(name);
    if (node === undefined) directory.entries.delete(name);
    else directory.entries.set(name, node);
    directory.modifiedMs = this.#modules.nowMs();
    if (before !== undefined) this.#unlink(before);
    this.#modules.journal?.entrySet(directory, name, node);
  }

  #unlink(node: TreeNode): void {
    if (node.kind === 'directory') return;
    node.linked = false;
    freeIfUnreachable(node);
  }

  #place(path: string): Place {
    const parent = posix.dirname(path);
    const directory = this.find(parent);
    if (directory === undefined) throw notFound(parent);
    if (directory.kind !== 'directory') throw ioError(path, 'open', `${parent} is a file`);
    return { directory, name: posix.basename(path) };
  }
}

/** An `IO_ERROR` that the tree or the simulated disk gives. */
export function ioError(path: string, operation: string, reason: string): OdradekError {
  return new OdradekError(`Could not ${operation} ${path}: ${reason}`, {
    code: 'IO_ERROR',
    path,
    operation,
  });
}

/** What opening fails with where no descriptor is left. */
export function tooManyOpenFiles(path: string, operation: string): OdradekError {
  const message = `Could not ${operation} ${path}: too many open files (EMFILE)`;
  return new OdradekError(message, { code: 'TOO_MANY_OPEN_FILES', path });
}

function notFound(path: string): OdradekError {
  return new OdradekError(`There is no ${path}`, { code: 'FILE_NOT_FOUND', path });
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function holds(directory: DirectoryNode, wanted: DirectoryNode): boolean {
  if (directory === wanted) return true;
  const inside = [...directory.entries.values()];
  return inside.some((node) => node.kind === 'directory' && holds(node, wanted));
}

function freeIfUnreachable(file: FileNode): void {
  if (!file.linked && file.handles === 0) file.content.truncate(0);
}
