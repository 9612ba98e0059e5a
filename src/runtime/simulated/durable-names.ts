import type { DirectoryNode, Place, TreeNode } from '../file-tree/file-tree.ts';
import type { Prng } from './prng.ts';

/** Names set or taken away in one directory, together or not at all. */
interface NameChange {
  readonly names: readonly (readonly [name: string, node: TreeNode | undefined])[];
  /** The other half of a move between directories: both halves are durable, or neither. */
  other: { readonly directory: DirectoryNode; readonly change: NameChange } | undefined;
}

interface DirectoryState {
  /** The names that a power loss leaves for certain. */
  durable: Map<string, TreeNode>;
  /** The names now are `durable` with these on top, in order. */
  pending: NameChange[];
}

/**
 * Which names a power loss leaves. Of each directory the changes since its last sync survive up to a random
 * one, in order, as a journaling file system replays them; directories are independent of one another.
 */
export class DurableNames {
  readonly #states = new Map<DirectoryNode, DirectoryState>();

  entrySet(directory: DirectoryNode, name: string, node: TreeNode | undefined): void {
    this.#stateOf(directory).pending.push({ names: [[name, node]], other: undefined });
    if (node?.kind === 'directory') this.#stateOf(node);
  }

  entryMoved(from: Place, to: Place, node: TreeNode): void {
    if (from.directory === to.directory) {
      const names = [[from.name, undefined] as const, [to.name, node] as const];
      this.#stateOf(to.directory).pending.push({ names, other: undefined });
      return;
    }
    const added: NameChange = { names: [[to.name, node]], other: undefined };
    const other = { directory: to.directory, change: added };
    const removed: NameChange = { names: [[from.name, undefined]], other };
    added.other = { directory: from.directory, change: removed };
    this.#stateOf(to.directory).pending.push(added);
    this.#stateOf(from.directory).pending.push(removed);
  }

  /** Makes all names of `directory` durable, and what belongs together with them. */
  sync(directory: DirectoryNode): void {
    this.#makeDurable(directory, this.#stateOf(directory).pending.length);
  }

  losePower(random: Prng): void {
    const kept = new Map<DirectoryNode, number>();
    for (const [directory, { pending }] of this.#states) {
      kept.set(directory, random.chance(0.3) ? pending.length : random.below(pending.length + 1));
    }
    while (this.#splitsAMove(kept)) {
      // `#splitsAMove` has cut one directory shorter; another move may be split by that.
    }
    for (const [directory, state] of this.#states) {
      apply(state.pending.slice(0, kept.get(directory)), state.durable);
      state.pending = [];
      directory.entries.clear();
      for (const [name, node] of state.durable) directory.entries.set(name, node);
    }
  }

  /** Cuts the first directory that would keep one half of a move without the other; whether there was one. */
  #splitsAMove(kept: Map<DirectoryNode, number>): boolean {
    for (const [directory, count] of kept) {
      const { pending } = this.#stateOf(directory);
      const cut = pending.slice(0, count).findIndex(({ other }) => {
        if (other === undefined) return false;
        const at = this.#stateOf(other.directory).pending.indexOf(other.change);
        return at >= (kept.get(other.directory) ?? 0);
      });
      if (cut === -1) continue;
      kept.set(directory, cut);
      return true;
    }
    return false;
  }

  #makeDurable(directory: DirectoryNode, count: number): void {
    const state = this.#stateOf(directory);
    const changes = state.pending.splice(0, count);
    apply(changes, state.durable);
    for (const { other } of changes) {
      if (other === undefined) continue;
      const at = this.#stateOf(other.directory).pending.indexOf(other.change);
      if (at !== -1) this.#makeDurable(other.directory, at + 1);
    }
  }

  #stateOf(directory: DirectoryNode): DirectoryState {
    let state = this.#states.get(directory);
    if (state === undefined) {
      state = { durable: new Map(), pending: [] };
      this.#states.set(directory, state);
    }
    return state;
  }
}

function apply(changes: readonly NameChange[], names: Map<string, TreeNode>): void {
  for (const change of changes) {
    for (const [name, node] of change.names) {
      if (node === undefined) names.delete(name);
      else names.set(name, node);
    }
  }
}
