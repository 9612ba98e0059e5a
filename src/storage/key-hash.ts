/** SipHash's own numbers of rounds: for each 8 bytes, and at the end. */
const blockRounds = 2;
const finalRounds = 4;

/** Bytes of a hash, as four words of 32 bits. */
export const keyHashWords = 4;

/** The four 64-bit words of the state, low half first. */
const state = new Int32Array(8);

/**
 * SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012) of `key`, into the first four words of
 * `target`. `seed` is four words that nobody outside knows: who chooses keys cannot make two of them meet.
 *
 * HOT: bench=compaction
 */
export function hashKey(key: Uint8Array, seed: Uint32Array, target: Uint32Array): void {
  start(seed);
  const wholeBytes = key.length & ~7;
  for (let at = 0; at < wholeBytes; at += 8) {
    absorb(littleEndian(key, at, 4), littleEndian(key, at + 4, 4));
  }
  const left = key.length - wholeBytes;
  const low = littleEndian(key, wholeBytes, Math.min(left, 4));
  const high = left > 4 ? littleEndian(key, wholeBytes + 4, left - 4) : 0;
  absorb(low, high | (key.length << 24));
  finish(4, 0xee, target, 0);
  finish(2, 0xdd, target, 2);
}

function start(seed: Uint32Array): void {
  const k0 = seed[0] as number;
  const k1 = seed[1] as number;
  const k2 = seed[2] as number;
  const k3 = seed[3] as number;
  state[0] = k0 ^ 0x70736575;
  state[1] = k1 ^ 0x736f6d65;
  state[2] = k2 ^ 0x6e646f6d ^ 0xee;
  state[3] = k3 ^ 0x646f7261;
  state[4] = k0 ^ 0x6e657261;
  state[5] = k1 ^ 0x6c796765;
  state[6] = k2 ^ 0x79746573;
  state[7] = k3 ^ 0x74656462;
}

function littleEndian(bytes: Uint8Array, at: number, count: number): number {
  let word = 0;
  for (let i = 0; i < count; i++) word |= (bytes[at + i] as number) << (8 * i);
  return word;
}

function absorb(low: number, high: number): void {
  state[6] = (state[6] as number) ^ low;
  state[7] = (state[7] as number) ^ high;
  mix(blockRounds);
  state[0] = (state[0] as number) ^ low;
  state[1] = (state[1] as number) ^ high;
}

function finish(word: 2 | 4, constant: number, target: Uint32Array, at: number): void {
  state[word] = (state[word] as number) ^ constant;
  mix(finalRounds);
  target[at] = at32(0) ^ at32(2) ^ at32(4) ^ at32(6);
  target[at + 1] = at32(1) ^ at32(3) ^ at32(5) ^ at32(7);
}

function at32(index: number): number {
  return state[index] as number;
}

/** SipRounds over the state: 64-bit additions, rotations and exclusive ors, in halves. */
function mix(rounds: number): void {
  let l0 = at32(0);
  let h0 = at32(1);
  let l1 = at32(2);
  let h1 = at32(3);
  let l2 = at32(4);
  let h2 = at32(5);
  let l3 = at32(6);
  let h3 = at32(7);
  for (let round = 0; round < rounds; round++) {
    let low = (l0 + l1) | 0;
    let high = (h0 + h1 + carry(low, l0)) | 0;
    let turned = ((l1 << 13) | (h1 >>> 19)) ^ low;
    h1 = ((h1 << 13) | (l1 >>> 19)) ^ high;
    l1 = turned;
    l0 = high;
    h0 = low;

    low = (l2 + l3) | 0;
    high = (h2 + h3 + carry(low, l2)) | 0;
    turned = ((l3 << 16) | (h3 >>> 16)) ^ low;
    h3 = ((h3 << 16) | (l3 >>> 16)) ^ high;
    l3 = turned;
    l2 = low;
    h2 = high;

    low = (l0 + l3) | 0;
    high = (h0 + h3 + carry(low, l0)) | 0;
    turned = ((l3 << 21) | (h3 >>> 11)) ^ low;
    h3 = ((h3 << 21) | (l3 >>> 11)) ^ high;
    l3 = turned;
    l0 = low;
    h0 = high;

    low = (l2 + l1) | 0;
    high = (h2 + h1 + carry(low, l2)) | 0;
    turned = ((l1 << 17) | (h1 >>> 15)) ^ low;
    h1 = ((h1 << 17) | (l1 >>> 15)) ^ high;
    l1 = turned;
    l2 = high;
    h2 = low;
  }
  store(l0, h0, 0);
  store(l1, h1, 2);
  store(l2, h2, 4);
  store(l3, h3, 6);
}

/** 1 where the 32-bit sum of `addend` and something came out smaller than it. */
function carry(sum: number, addend: number): number {
  return sum >>> 0 < addend >>> 0 ? 1 : 0;
}

function store(low: number, high: number, at: number): void {
  state[at] = low;
  state[at + 1] = high;
}
