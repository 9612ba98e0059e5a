const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;

/**
 * MurmurHash2 of `bytes` as Kafka's Java clients compute it, a signed 32-bit number. Records with equal keys
 * go to equal partitions only while every producer of a topic hashes alike, so that this never changes.
 */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const wholeWordsEnd = length & ~3;
  let hash = seed ^ length;
  for (let at = 0; at < wholeWordsEnd; at += 4) {
    let word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    word = Math.imul(word, multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  return finished(mixTail(hash, bytes, wholeWordsEnd));
}

/** The partition of a key among `partitionCount`, as Java's default partitioner picks it. */
export function partitionForKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fff_ffff) % partitionCount;
}

function mixTail(hash: number, bytes: Uint8Array, from: number): number {
  const rest = bytes.length - from;
  if (rest === 0) return hash;
  let mixed = hash;
  if (rest > 2) mixed ^= (bytes[from + 2] as number) << 16;
  if (rest > 1) mixed ^= (bytes[from + 1] as number) << 8;
  return Math.imul(mixed ^ (bytes[from] as number), multiplier);
}

function finished(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 13), multiplier);
  return mixed ^ (mixed >>> 15);
}
