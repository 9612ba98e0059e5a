/** Who waits for room: told once that its reservation has been made. */
export interface MemoryWaiter {
  memoryGranted(): void;
}

/**
 * The bound on what the broker has received and not yet answered (`queued.max.request.bytes`). A frame's
 * whole size is reserved before its body is read; a connection that gets no room waits in line and is not
 * read from. One frame is always let in when nothing else is reserved, so that a frame larger than the bound
 * is late, never stuck.
 */
export class RequestMemory {
  readonly #bytesMax: number;
  readonly #onContended: () => void;
  #reservedBytes = 0;
  readonly #waiting: { waiter: MemoryWaiter; bytes: number }[] = [];
  #isGranting = false;

  /** `onContended` is called when the first begins to wait. */
  constructor(bytesMax: number, onContended: () => void) {
    this.#bytesMax = bytesMax;
    this.#onContended = onContended;
  }

  get reservedBytes(): number {
    return this.#reservedBytes;
  }

  /** Whether a connection waits for room. */
  get isContended(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether `bytes` are reserved now. When they are not, `waiter` is called once they are. */
  reserve(bytes: number, waiter: MemoryWaiter): boolean {
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#reservedBytes += bytes;
      return true;
    }
    this.#waiting.push({ waiter, bytes });
    if (this.#waiting.length === 1) this.#onContended();
    return false;
  }

  #fits(bytes: number): boolean {
    return this.#reservedBytes === 0 || this.#reservedBytes + bytes <= this.#bytesMax;
  }

  /** Gives back what `reserve` gave. */
  release(bytes: number): void {
    this.#reservedBytes -= bytes;
    // Who is let in may be answered, and release, at once: the loop that runs then goes on, without a deeper call.
    if (this.#isGranting) return;
    this.#isGranting = true;
    try {
      this.#grant();
    } finally {
      this.#isGranting = false;
    }
  }

  #grant(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#fits(next.bytes)) return;
      this.#waiting.shift();
      this.#reservedBytes += next.bytes;
      next.waiter.memoryGranted();
    }
  }

  /** Takes `waiter`, whose connection has gone, out of the line. */
  forget(waiter: MemoryWaiter): void {
    const at = this.#waiting.findIndex((entry) => entry.waiter === waiter);
    if (at >= 0) this.#waiting.splice(at, 1);
    // What stood behind it may fit now.
    if (at === 0) this.release(0);
  }
}
