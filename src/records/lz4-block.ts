import { assert } from '../util/assert.ts';

/** Bytes of a block: 64 KiB, as Kafka's Java clients write them. No match reaches back farther than that. */
export const lz4BlockBytesMax = 64 * 1024;

/** The shortest match that the format can say. */
const matchBytesMin = 4;
/** The last match begins so many bytes before the end of its block, or more. */
const matchStartMargin = 12;
/** So many bytes at the end of a block are literals. */
const lastLiterals = 5;
/** Where half a token says this, a length goes on in bytes of its own... */
const tokenLengthMax = 15;
/** ...each of which says no more than this, and that another follows when it does. */
const lengthByteMax = 255;
/** What a match takes beside the bytes that its length goes on in: token and offset. */
const sequenceBytes = 3;

const hashBits = 15;
/** 2^32 divided by the golden ratio, as Knuth's multiplicative hash has it. */
const hashFactor = 0x9e37_79b1;
/**
 * Earlier positions with the same hash that are looked at for each position, by level from 1 on; levels beyond
 * the last do as it does. They are chosen for sizes about those that Apache Kafka's library makes.
 */
const attemptsByLevel = [2, 4, 8, 12, 16, 24, 32, 64, 128, 256, 1024, 4096];
/** A match of so many bytes times the level is good enough: positions within it take over what is left of it. */
const goodBytesPerLevel = 8;
/** Attempts that no position is refused. */
const attemptsSure = 256;
/** What a block has beyond them for each of its bytes: where all looks alike, this bounds the deepest levels. */
const spareAttemptsPerByte = 128;
/** A position may take one of so many parts of what is left of that: 2^13. */
const spareShareBits = 13;

/**
 * Compresses blocks of up to 64 KiB as the LZ4 block format has it, each on its own. It finds the longest
 * match for every position, at most so deep into the past as the level says; then goes through the block from
 * its end, and takes at each position what makes the rest smallest. Lz4's offsets all cost the same, which is
 * why the longest match is enough.
 *
 * It holds 704 KiB, used for one block after the other, and no bytes of theirs. Not to be entered twice.
 */
export class Lz4BlockEncoder {
  /** The newest position of each hash. Positions are counted from 1 here and in `#earlier`, 0 is none. */
  readonly #newest = new Uint16Array(1 << hashBits);
  /** For each position the one before it with the same hash. */
  readonly #earlier = new Uint16Array(lz4BlockBytesMax);
  /** For each position the bytes of its longest match; then of the one that is taken. 0 is none. */
  readonly #lengths = new Uint16Array(lz4BlockBytesMax);
  /** For each position how far back its match lies. */
  readonly #offsets = new Uint16Array(lz4BlockBytesMax);
  /** What the block takes from each position to its end. */
  readonly #costs = new Int32Array(lz4BlockBytesMax + 1);

  /**
   * Writes the block `bytes[from, to)` at `out[at]`, and answers its length; 0, and nothing written, where it
   * would not be smaller than what it holds. `level` is at least 1.
   */
  encode(
    bytes: Uint8Array,
    from: number,
    to: number,
    level: number,
    out: Uint8Array,
    at: number,
  ): number {
    // A plain array even where the bytes are a Node Buffer: the loops below want one kind.
    const block = new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from);
    this.#findMatches(block, Math.min(level, attemptsByLevel.length));
    const cost = this.#chooseMatches(block.length);
    if (cost >= block.length) return 0;
    const end = this.#write(block, out, at);
    assert(end === at + cost, 'an lz4 block has the length that was reckoned');
    return cost;
  }

  #findMatches(block: Uint8Array, level: number): void {
    const attemptsMax = attemptsByLevel[level - 1] as number;
    const goodBytes = goodBytesPerLevel * level;
    const newest = this.#newest;
    const earlier = this.#earlier;
    const lengths = this.#lengths;
    const offsets = this.#offsets;
    const view = new DataView(block.buffer, block.byteOffset, block.length);
    const matchesEnd = block.length - lastLiterals;
    const searchEnd = block.length - matchStartMargin + 1;
    let spareAttempts = spareAttemptsPerByte * block.length;
    let length = 0;
    let offset = 0;
    newest.fill(0);
    for (let at = 0; at < searchEnd; at++) {
      const word = view.getInt32(at, true);
      const hash = Math.imul(word, hashFactor) >>> (32 - hashBits);
      let candidate = newest[hash] as number;
      newest[hash] = at + 1;
      earlier[at] = candidate;
      // What is left of the match of the position before is one as well.
      length = length > matchBytesMin ? length - 1 : 0;
      if (length < goodBytes) {
        const allowed = Math.min(attemptsMax, attemptsSure + (spareAttempts >>> spareShareBits));
        let attempts = allowed;
        // A longer match has these four bytes in common as well: mostly that is all there is to look at.
        let probe = Math.max(0, length - 3);
        let wanted = view.getInt32(at + probe, true);
        for (; candidate !== 0 && attempts > 0; attempts--) {
          const from = candidate - 1;
          candidate = earlier[from] as number;
          if (view.getInt32(from + probe, true) !== wanted) continue;
          const found = commonEnd(view, from, at, matchesEnd) - at;
          if (found <= length) continue;
          length = found;
          offset = at - from;
          if (length >= goodBytes || at + length === matchesEnd) break;
          probe = length - 3;
          wanted = view.getInt32(at + probe, true);
        }
        spareAttempts -= Math.max(0, allowed - attempts - attemptsSure);
      }
      lengths[at] = length;
      offsets[at] = offset;
    }
    lengths.fill(0, Math.max(0, searchEnd), block.length);
  }

  /** Leaves in `#lengths` only the matches that are taken; answers what the block takes. */
  #chooseMatches(size: number): number {
    const lengths = this.#lengths;
    const costs = this.#costs;
    // The token of the literals at the end.
    costs[size] = 1;
    let literals = 0;
    // So many literals in a row need a byte more than one less does.
    let nextByteAt = tokenLengthMax;
    for (let at = size - 1; at >= 0; at--) {
      const costOfLiteral = (costs[at + 1] as number) + (literals + 1 === nextByteAt ? 2 : 1);
      const taken = this.#chooseMatch(at, lengths[at] as number, costOfLiteral);
      lengths[at] = taken;
      literals = taken === 0 ? literals + 1 : 0;
      if (literals === 0) nextByteAt = tokenLengthMax;
      else if (literals === nextByteAt) nextByteAt += lengthByteMax;
    }
    return costs[0] as number;
  }

  /**
   * Answers the match that is taken at a position: the longest, or the longest that says its length in a byte
   * less; 0 where a literal costs no more. Those between cost what the longer one does and leave more to do.
   */
  #chooseMatch(at: number, longest: number, costOfLiteral: number): number {
    const costs = this.#costs;
    let cost = costOfLiteral;
    let taken = 0;
    if (longest !== 0) {
      const more = lengthBytes(longest - matchBytesMin);
      const costOfLongest = sequenceBytes + more + (costs[at + longest] as number);
      if (costOfLongest < cost) {
        cost = costOfLongest;
        taken = longest;
      }
      if (more !== 0) {
        const shorter = longestOf(more - 1);
        const costOfShorter = sequenceBytes + more - 1 + (costs[at + shorter] as number);
        if (costOfShorter < cost) {
          cost = costOfShorter;
          taken = shorter;
        }
      }
    }
    costs[at] = cost;
    return taken;
  }

  /** Writes the matches that are taken, and the literals between them; answers where that ends. */
  #write(block: Uint8Array, out: Uint8Array, start: number): number {
    const lengths = this.#lengths;
    let to = start;
    let literalsAt = 0;
    for (let at = 0; at < block.length;) {
      const length = lengths[at] as number;
      if (length === 0) {
        at++;
        continue;
      }
      to = writeLiterals(block, literalsAt, at, length - matchBytesMin, out, to);
      const offset = this.#offsets[at] as number;
      out[to++] = offset;
      out[to++] = offset >>> 8;
      to = writeLength(length - matchBytesMin, out, to);
      at += length;
      literalsAt = at;
    }
    return writeLiterals(block, literalsAt, block.length, 0, out, to);
  }
}

/** Where what begins at `at` ends to be what begins at `from`, `limit` at the most. */
function commonEnd(view: DataView, from: number, at: number, limit: number): number {
  const offset = at - from;
  let end = at;
  for (; end + 4 <= limit; end += 4) {
    const differing = view.getInt32(end, true) ^ view.getInt32(end - offset, true);
    // The lowest bit in which they differ tells the first byte that does.
    if (differing !== 0) return end + ((31 - Math.clz32(differing & -differing)) >>> 3);
  }
  while (end < limit && view.getUint8(end) === view.getUint8(end - offset)) end++;
  return end;
}

/** Bytes in which a length goes on behind the token that it does not fit into. */
function lengthBytes(length: number): number {
  if (length < tokenLengthMax) return 0;
  return 1 + Math.floor((length - tokenLengthMax) / lengthByteMax);
}

/** The longest match whose length goes on in no more than `count` bytes. */
function longestOf(count: number): number {
  return matchBytesMin + tokenLengthMax - 1 + count * lengthByteMax;
}

/** A token for `block[from, to)` and for a match whose length says `rest`, and the literals. */
function writeLiterals(
  block: Uint8Array,
  from: number,
  to: number,
  rest: number,
  out: Uint8Array,
  start: number,
): number {
  const count = to - from;
  out[start] = (Math.min(count, tokenLengthMax) << 4) | Math.min(rest, tokenLengthMax);
  let end = writeLength(count, out, start + 1);
  for (let i = from; i < to; i++) out[end++] = block[i] as number;
  return end;
}

/** What of a length does not fit into the token. */
function writeLength(length: number, out: Uint8Array, start: number): number {
  if (length < tokenLengthMax) return start;
  let to = start;
  let rest = length - tokenLengthMax;
  for (; rest >= lengthByteMax; rest -= lengthByteMax) out[to++] = lengthByteMax;
  out[to++] = rest;
  return to;
}
