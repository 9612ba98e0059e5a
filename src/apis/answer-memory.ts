/** Who waits for room: told once that there is some, which is to be taken at once. */
export interface RoomWaiter {
  roomFreed(): void;
}

/** Who holds some while it waits for more to answer: told when somebody wants for room. */
export interface WaitingHolder {
  /** It is to be answered with what it has. */
  letGo(): void;
}

/**
 * The bound on the records that fetch answers keep in memory until their clients have read them
 * (`odradek.queued.max.answer.bytes`). Whoever reads records asks first how much room there is, and holds what
 * the records pin until they are sent. Without room it waits in line, or goes on without records.
 *
 * A first batch is larger than the room that was found, at times: by that much, and by the read that is under
 * way, the bound may be exceeded. As long as nothing is held there is room.
 */
export class AnswerMemory {
  readonly #bytesMax: number;
  readonly #onContended: () => void;
  #heldBytes = 0;
  /**
   * In the order of their arrival. Invariant: who waits holds nothing, and who holds some and waits for something else
   * is told to let go, so that what is held is given back.
   */
  readonly #waiting = new Set<RoomWaiter>();
  readonly #holders = new Set<WaitingHolder>();
  #isGranting = false;

  /** `bytesMax`: at least 1. `onContended` is called when the first begins to wait. */
  constructor(bytesMax: number, onContended: () => void) {
    this.#bytesMax = bytesMax;
    this.#onContended = onContended;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether somebody waits for room. */
  get isContended(): boolean {
    return this.#waiting.size > 0;
  }

  get roomBytes(): number {
    return Math.max(0, this.#bytesMax - this.#heldBytes);
  }

  /** What one more answer may take: a quarter of the room, so that the next ones find some. */
  get shareBytes(): number {
    return Math.ceil(this.roomBytes / 4);
  }

  hold(bytes: number): void {
    this.#heldBytes += bytes;
  }

  /** Gives back what was held; lets in who waits. */
  release(bytes: number): void {
    this.#heldBytes -= bytes;
    // Who is let in may release at once: the loop that runs goes on then, without a deeper call.
    if (this.#isGranting || this.#waiting.size === 0) return;
    this.#isGranting = true;
    try {
      for (const waiter of this.#waiting) {
        if (this.roomBytes === 0) return;
        this.#waiting.delete(waiter);
        waiter.roomFreed();
      }
    } finally {
      this.#isGranting = false;
    }
  }

  /** Has `waiter` told when there is room; it waits at most once at a time. */
  wait(waiter: RoomWaiter): void {
    this.#waiting.add(waiter);
    if (this.#waiting.size === 1) this.#onContended();
    for (const holder of this.#holders) holder.letGo();
  }

  /** Has `holder` told to let go of what it holds when somebody wants for room. */
  addHolder(holder: WaitingHolder): void {
    this.#holders.add(holder);
  }

  removeHolder(holder: WaitingHolder): void {
    this.#holders.delete(holder);
  }

  /** Takes `waiter` out of the line. */
  forget(waiter: RoomWaiter): void {
    this.#waiting.delete(waiter);
  }
}
