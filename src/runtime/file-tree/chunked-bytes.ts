/** How many bytes may be held; what is given back may be taken again. */
export class ByteBudget {
  #limitBytes: number;
  #usedBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get limitBytes(): number {
    return this.#limitBytes;
  }

  get leftBytes(): number {
    return Math.max(0, this.#limitBytes - this.#usedBytes);
  }

  /** What is over a lower limit stays; nothing more is given until it is below. */
  setLimit(limitBytes: number): void {
    this.#limitBytes = limitBytes;
  }

  /** Whether there was room for `bytes`; they count from now on. */
  take(bytes: number): boolean {
    if (bytes > this.leftBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}

const chunkBytes = 64 * 1024;
const firstAllocationBytes = 256;

/**
 * The content of a file in memory. It grows by chunks, so that appending copies nothing that is there and
 * truncating frees; the first chunk grows by doubling, so that a small file is small. What was never written
 * reads as zeros and takes no room.
 */
export class ChunkedBytes {
  readonly #budget: ByteBudget;
  /** Chunk `i` holds the bytes from `i * chunkBytes`; one that is absent or short goes on with zeros. */
  #chunks: (Uint8Array | undefined)[] = [];
  #sizeBytes = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Fills `target` from `position`; answers how many bytes there were. */
  read(target: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(target.length, this.#sizeBytes - position));
    for (let done = 0; done < count;) {
      const at = (position + done) % chunkBytes;
      const length = Math.min(count - done, chunkBytes - at);
      const chunk = this.#chunks[Math.floor((position + done) / chunkBytes)];
      const held = Math.max(0, Math.min(length, (chunk?.length ?? 0) - at));
      if (chunk !== undefined && held > 0) target.set(chunk.subarray(at, at + held), done);
      if (held < length) target.fill(0, done + held, done + length);
      done += length;
    }
    return count;
  }

  /** Writes a copy of `source`; answers how much of it, which is less only where the budget ends. */
  write(source: Uint8Array, position: number): number {
    let done = 0;
    while (done < source.length) {
      const at = (position + done) % chunkBytes;
      const length = Math.min(source.length - done, chunkBytes - at);
      const chunk = this.#chunkFor(Math.floor((position + done) / chunkBytes), at + length);
      if (chunk === undefined) break;
      chunk.set(length === source.length ? source : source.subarray(done, done + length), at);
      done += length;
      this.#sizeBytes = Math.max(this.#sizeBytes, position + done);
    }
    return done;
  }

  /** Cuts, or extends with zeros. */
  truncate(sizeBytes: number): void {
    const keep = Math.ceil(sizeBytes / chunkBytes);
    for (const chunk of this.#chunks.splice(keep)) this.#budget.giveBack(chunk?.length ?? 0);
    if (sizeBytes < this.#sizeBytes)
      this.#chunks[keep - 1]?.fill(0, sizeBytes % chunkBytes || chunkBytes);
    this.#sizeBytes = sizeBytes;
  }

  /** The chunk at `index` with room for `lengthBytes`, or undefined where the budget ends. */
  #chunkFor(index: number, lengthBytes: number): Uint8Array | undefined {
    const chunk = this.#chunks[index];
    const have = chunk?.length ?? 0;
    if (chunk !== undefined && have >= lengthBytes) return chunk;
    const least = index === 0 ? Math.max(lengthBytes, have * 2, firstAllocationBytes) : chunkBytes;
    const wanted = Math.min(chunkBytes, least);
    if (!this.#budget.take(wanted - have)) return undefined;
    const grown = new Uint8Array(wanted);
    if (chunk !== undefined) grown.set(chunk);
    while (this.#chunks.length < index) this.#chunks.push(undefined);
    this.#chunks[index] = grown;
    return grown;
  }
}
