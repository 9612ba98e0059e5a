import type { Random } from '../runtime.ts';

/** A generator of 32-bit numbers (sfc32) that its seed determines, on every machine. For simulations alone. */
export class Prng implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Different texts give unrelated sequences. */
  constructor(seed: string) {
    this.#a = hash(seed, 0x811c_9dc5);
    this.#b = hash(seed, 0x9e37_79b9);
    this.#c = hash(seed, 0x85eb_ca6b);
    for (let i = 0; i < 16; i++) this.uint32();
  }

  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** In `[0, 1)`. */
  fraction(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  below(bound: number): number {
    const wide = (this.uint32() & 0xf_ffff) * 0x1_0000_0000 + this.uint32();
    // 52 bits over a bound below 2^48: what is uneven is far below anything that a test can see.
    return wide % bound;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) bytes[i] = this.uint32();
    return bytes;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** A number in `[low, high)`. */
  between(low: number, high: number): number {
    return low + this.fraction() * (high - low);
  }
}

/** FNV-1a with a final mix, so that seeds that differ in one bit differ in all. */
function hash(text: string, basis: number): number {
  let value = basis;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x0100_0193);
  value = Math.imul(value ^ (value >>> 16), 0x7feb_352d);
  value = Math.imul(value ^ (value >>> 15), 0x846c_a68b);
  return value ^ (value >>> 16);
}
