import { ByteBudget, ChunkedBytes } from '../file-tree/chunked-bytes.ts';
import type { DirectoryNode, FileNode, TreeJournal, TreeNode } from '../file-tree/file-tree.ts';
import type { FileSync } from '../file-tree/tree-files.ts';
import { DurableNames } from './durable-names.ts';
import type { Prng } from './prng.ts';

/** A change of a file's content that is in the page cache and perhaps on the disk. */
interface PendingChange {
  readonly position: number;
  /** Undefined: the file was truncated (or extended) to `position`. */
  readonly data: Uint8Array | undefined;
  /** A sync failed after it: no later sync makes it durable. */
  lost: boolean;
}

interface FileState {
  /** What a power loss leaves for certain. */
  durable: ChunkedBytes;
  /** The content now is `durable` with these on top, in order. */
  pending: PendingChange[];
  pendingBytes: number;
}

const sectorBytes = 512;
/** What is over that reaches the disk unasked, the oldest first, as a page cache's does. */
const pendingBytesMax = 4 * 1024 * 1024;

/**
 * What of a tree is on the disk for certain, and what is only in memory. The rules are harsh and within what
 * POSIX allows: names and content are synced apart; a write that was not synced may be there by any of its
 * 512-byte sectors, also where a later one is not; a file may have its new size and zeros in it.
 */
export class DurableState implements TreeJournal {
  readonly #random: Prng;
  readonly #files = new WeakMap<FileNode, FileState>();
  readonly #names = new DurableNames();
  readonly #unbounded = new ByteBudget(Number.POSITIVE_INFINITY);

  constructor(random: Prng) {
    this.#random = random;
  }

  entrySet(directory: DirectoryNode, name: string, node: TreeNode | undefined): void {
    this.#names.entrySet(directory, name, node);
  }

  entryMoved(...change: Parameters<TreeJournal['entryMoved']>): void {
    this.#names.entryMoved(...change);
  }

  written(file: FileNode, position: number, data: Uint8Array): void {
    const state = this.#stateOf(file);
    state.pending.push({ position, data: data.slice(), lost: false });
    state.pendingBytes += data.length;
    while (state.pendingBytes > pendingBytesMax) this.#makeDurable(state, 1);
  }

  truncated(file: FileNode, sizeBytes: number): void {
    this.#stateOf(file).pending.push({ position: sizeBytes, data: undefined, lost: false });
  }

  beginSync(file: FileNode): FileSync {
    const state = this.#stateOf(file);
    const last = state.pending.at(-1);
    // By then some of them may have become durable on their own.
    const count = (): number => (last === undefined ? 0 : state.pending.indexOf(last) + 1);
    return {
      complete: () => this.#makeDurable(state, count()),
      fail: () => {
        for (const change of state.pending.slice(0, count())) change.lost = true;
      },
    };
  }

  syncDirectory(directory: DirectoryNode): void {
    this.#names.sync(directory);
  }

  /** Makes of the tree below `root` what a power loss may leave of it. */
  losePower(root: DirectoryNode): void {
    const before = filesBelow(root);
    this.#names.losePower(this.#random);
    const after = filesBelow(root);
    const keepChance = this.#random.chance(0.3) ? this.#random.below(2) : this.#random.fraction();
    for (const file of after) this.#loseContent(file, keepChance);
    for (const file of before) {
      if (after.has(file)) continue;
      file.linked = false;
      file.content.truncate(0);
    }
  }

  #loseContent(file: FileNode, keepChance: number): void {
    const state = this.#stateOf(file);
    const sizeBefore = file.content.sizeBytes;
    for (const { position, data, lost } of state.pending) {
      if (lost) continue;
      if (data !== undefined) this.#keepSectors(state.durable, position, data, keepChance);
      else if (this.#random.chance(keepChance)) state.durable.truncate(position);
    }
    const grew = sizeBefore > state.durable.sizeBytes;
    if (grew && this.#random.chance(keepChance / 4)) state.durable.truncate(sizeBefore);
    state.pending = [];
    state.pendingBytes = 0;
    file.linked = true;
    file.handles = 0;
    copyContent(state.durable, file.content);
  }

  #keepSectors(into: ChunkedBytes, position: number, data: Uint8Array, keepChance: number): void {
    let from = 0;
    while (from < data.length) {
      const to = Math.min(data.length, from + sectorBytes - ((position + from) % sectorBytes));
      if (this.#random.chance(keepChance)) into.write(data.subarray(from, to), position + from);
      from = to;
    }
  }

  #makeDurable(state: FileState, count: number): void {
    for (const { position, data, lost } of state.pending.splice(0, count)) {
      state.pendingBytes -= data?.length ?? 0;
      if (lost) continue;
      if (data === undefined) state.durable.truncate(position);
      else state.durable.write(data, position);
    }
  }

  #stateOf(file: FileNode): FileState {
    let state = this.#files.get(file);
    if (state === undefined) {
      state = { durable: new ChunkedBytes(this.#unbounded), pending: [], pendingBytes: 0 };
      this.#files.set(file, state);
    }
    return state;
  }
}

function filesBelow(directory: DirectoryNode, found = new Set<FileNode>()): Set<FileNode> {
  for (const node of directory.entries.values()) {
    if (node.kind === 'file') found.add(node);
    else filesBelow(node, found);
  }
  return found;
}

function copyContent(from: ChunkedBytes, to: ChunkedBytes): void {
  to.truncate(0);
  const piece = new Uint8Array(64 * 1024);
  for (let at = 0; at < from.sizeBytes;) {
    const count = from.read(piece, at);
    to.write(piece.subarray(0, count), at);
    at += count;
  }
  to.truncate(from.sizeBytes);
}
