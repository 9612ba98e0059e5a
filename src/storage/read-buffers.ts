/** The sizes in which buffers are kept. */
const sizeClasses = [16 * 1024, 64 * 1024, 256 * 1024, 1024 * 1024] as const;

/** The size of the buffer that holds `bytes`. */
export function bufferBytesFor(bytes: number): number {
  return sizeClasses.find((size) => size >= bytes) ?? bytes;
}

/**
 * Buffers for reads from files, used again: a fresh megabyte costs more in page faults than the read itself.
 * A buffer that is never given back is collected like any other.
 */
export class ReadBuffers {
  readonly #pooledBytesMax: number;
  readonly #free: Uint8Array[][] = sizeClasses.map(() => []);
  #pooledBytes = 0;

  /** `pooledBytesMax`: most bytes kept while nobody uses them. */
  constructor(options: { pooledBytesMax: number }) {
    this.#pooledBytesMax = options.pooledBytesMax;
  }

  get pooledBytes(): number {
    return this.#pooledBytes;
  }

  /** A buffer of at least `bytes`, with anything in it. It is the caller's until it is given back. */
  take(bytes: number): Uint8Array {
    const index = sizeClasses.findIndex((size) => size >= bytes);
    if (index < 0) return new Uint8Array(bytes);
    const pooled = (this.#free[index] as Uint8Array[]).pop();
    if (pooled === undefined) return new Uint8Array(sizeClasses[index] as number);
    this.#pooledBytes -= pooled.length;
    return pooled;
  }

  /** Takes back a whole buffer that nobody reads any more. Each may be given back once. */
  give(buffer: Uint8Array): void {
    const index = sizeClasses.indexOf(buffer.length as (typeof sizeClasses)[number]);
    if (index < 0 || this.#pooledBytes + buffer.length > this.#pooledBytesMax) return;
    this.#pooledBytes += buffer.length;
    (this.#free[index] as Uint8Array[]).push(buffer);
  }
}
