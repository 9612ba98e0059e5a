import { assert } from '../util/assert.ts';
import { hashKey, keyHashWords } from './key-hash.ts';

/** Bytes of memory for each key: its hash and its offset. */
const offsetMapEntryBytes = keyHashWords * 4 + 8;

/**
 * What an offset map lives in: shared memory, filled by one background task and read by the next ones, without
 * a copy. One task at a time has it.
 */
export interface OffsetMapMemory {
  /** Drawn anew for each map. */
  readonly seed: Uint32Array;
  /** Four words a slot. */
  readonly hashes: Uint32Array;
  /** The offset of a slot's key, plus one; 0 where the slot is free. */
  readonly offsets: Float64Array;
  /** Keys that it may hold, fewer than it has slots. */
  readonly keysMax: number;
}

/**
 * Memory for a map of `keys` keys, or of as many as fit `bytesMax` when `loadFactor`, in `(0, 1]`, of its slots
 * are in use. `seed` is 16 random bytes.
 */
export function allocateOffsetMap(options: {
  keys: number;
  bytesMax: number;
  loadFactor: number;
  seed: Uint8Array;
}): OffsetMapMemory {
  const { keys, bytesMax, loadFactor, seed } = options;
  assert(seed.length === keyHashWords * 4, 'a seed has 16 bytes');
  const slotsMax = Math.max(2, Math.floor(bytesMax / offsetMapEntryBytes));
  const slots = Math.min(slotsMax, Math.max(2, Math.ceil(keys / loadFactor) + 1));
  const words = new DataView(seed.buffer, seed.byteOffset, seed.length);
  return {
    seed: Uint32Array.from({ length: keyHashWords }, (_, i) => words.getUint32(i * 4, true)),
    hashes: new Uint32Array(new SharedArrayBuffer(slots * keyHashWords * 4)),
    offsets: new Float64Array(new SharedArrayBuffer(slots * 8)),
    // One slot at least stays free, so that a search ends.
    keysMax: Math.max(1, Math.min(slots - 1, Math.floor(slots * loadFactor))),
  };
}

const hash = new Uint32Array(keyHashWords);

/**
 * The newest offset of each key, by a 128-bit hash of it that nobody can foretell: two keys are never taken
 * for one another. Its memory is bounded; a key that finds no room is refused.
 */
export class OffsetMap {
  readonly #memory: OffsetMapMemory;
  readonly #slots: number;
  #size = 0;

  constructor(memory: OffsetMapMemory) {
    this.#memory = memory;
    this.#slots = memory.offsets.length;
  }

  /** Keys that were put. */
  get size(): number {
    return this.#size;
  }

  /**
   * Notes that `key` stands at `offset`, in place of any earlier offset. False where there is no room for it.
   *
   * HOT: bench=compaction
   */
  put(key: Uint8Array, offset: number): boolean {
    const slot = this.#find(key);
    const { hashes, offsets, keysMax } = this.#memory;
    if (offsets[slot] === 0) {
      if (this.#size >= keysMax) return false;
      this.#size++;
      for (let i = 0; i < keyHashWords; i++) hashes[slot * keyHashWords + i] = hash[i] as number;
    }
    offsets[slot] = offset + 1;
    return true;
  }

  /** The newest offset of `key`, -1 where it was not put. */
  get(key: Uint8Array): number {
    return (this.#memory.offsets[this.#find(key)] as number) - 1;
  }

  /** The slot that has the key, or the free one where it would go. Its hash is in `hash` then. */
  #find(key: Uint8Array): number {
    const { seed, hashes, offsets } = this.#memory;
    hashKey(key, seed, hash);
    const slots = this.#slots;
    let slot = (hash[0] as number) % slots;
    while (offsets[slot] !== 0 && !holdsHash(hashes, slot * keyHashWords)) {
      slot = slot + 1 === slots ? 0 : slot + 1;
    }
    return slot;
  }
}

function holdsHash(hashes: Uint32Array, at: number): boolean {
  return (
    hashes[at] === hash[0] &&
    hashes[at + 1] === hash[1] &&
    hashes[at + 2] === hash[2] &&
    hashes[at + 3] === hash[3]
  );
}
