import type { Output } from './cli-context.ts';

const flushBytes = 64 * 1024;

/**
 * Gathers what is to be written until it is worth a write: a call per record would cost more than the
 * record. Whoever has nothing more to add for a while calls `flush`.
 */
export class ByteSink {
  readonly #output: Output;
  #buffer = new Uint8Array(flushBytes);
  #used = 0;
  #mustDrain = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** The reader has gone; there is no point in going on. */
  get closed(): boolean {
    return this.#output.closed;
  }

  /** So much has gathered, or so much waits to be read, that `flush` should be awaited. */
  get isFull(): boolean {
    return this.#mustDrain || this.#used >= flushBytes;
  }

  addBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  addText(text: string): void {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    this.#reserve(text.length * 3);
    this.#used += encoder.encodeInto(text, this.#buffer.subarray(this.#used)).written;
  }

  /** Writes what has gathered, and waits while the reader is behind. */
  async flush(): Promise<void> {
    if (this.#used > 0) {
      // A copy, since the stream keeps what it is given until it is written.
      this.#mustDrain = !this.#output.write(this.#buffer.slice(0, this.#used));
      this.#used = 0;
    }
    if (!this.#mustDrain) return;
    await this.#output.drained();
    this.#mustDrain = false;
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#used));
    this.#buffer = larger;
  }
}

const encoder = new TextEncoder();
