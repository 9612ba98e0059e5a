/** What runs behind a gate, and is told when that changes. */
export interface GatedSource {
  /** The process goes on, or has stopped: whether input may come in is to be looked at anew. */
  look(): void;
  /** The process is dead: what the operating system would take back from it goes now. */
  end(): void;
}

/** A turn of the event loop, after which all promise reactions that were ready have run. */
export type Turn = (callback: () => void) => void;

/**
 * The one way into a process, for everything that would wake it: timers, sockets, files, the store. Closed as by
 * SIGSTOP, what comes waits, in order; closed as by SIGKILL, nothing comes any more and no promise settles. What
 * the process itself does to the world is not held up, for behind a closed gate it does nothing: code that is
 * not woken does not run.
 */
export class ProcessGate {
  readonly #turn: Turn;
  readonly #sources = new Set<GatedSource>();
  /** Calls on the disk that the system has begun and that it will finish. */
  readonly #underWay = new Set<Promise<unknown>>();
  #state: 'running' | 'paused' | 'dead' = 'running';
  #isBeingKilled = false;
  #waiting: (() => void)[] = [];

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  /** Lets an event in: now, once the process goes on, or never. */
  enter(event: () => void): void {
    if (this.#state === 'running') event();
    else if (this.#state === 'paused') this.#waiting.push(event);
  }

  /** `promise` as the process learns of it. */
  through<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.enter(() => resolve(value)),
        (error: unknown) => this.enter(() => reject(error)),
      );
    });
  }

  /** The same for a call that the system finishes though the process is killed; `kill` waits for it. */
  throughDisk<T>(promise: Promise<T>): Promise<T> {
    this.#underWay.add(promise);
    const done = (): void => {
      this.#underWay.delete(promise);
    };
    promise.then(done, done);
    return this.through(promise);
  }

  /** Has a source told, until the answer is called. */
  add(source: GatedSource): () => void {
    this.#sources.add(source);
    return () => this.#sources.delete(source);
  }

  /** Stops the process; settles when it does nothing any more. Nothing happens to one that is stopped or dead. */
  async pause(): Promise<void> {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#look();
    await this.#stillness();
  }

  /** Lets it go on, with what has come meanwhile. */
  resume(): void {
    if (this.#state !== 'paused' || this.#isBeingKilled) return;
    this.#state = 'running';
    const events = this.#waiting.splice(0);
    for (let done = 0; done < events.length; done++) {
      // One of them may have stopped it again.
      if (!this.isRunning) {
        if (!this.isDead) this.#waiting.unshift(...events.slice(done));
        return;
      }
      events[done]?.();
    }
    this.#look();
  }

  /** Ends the process; settles when nothing of it is left, and its files and ports can be used by another. */
  async kill(): Promise<void> {
    if (this.#state === 'dead') return;
    this.#isBeingKilled = true;
    // It is not cut off in the midst of a turn: what runs just now runs to its end, as if it had before.
    await this.pause();
    await this.#stillness();
    this.#state = 'dead';
    this.#waiting = [];
    for (const source of this.#sources) source.end();
    this.#sources.clear();
    await Promise.allSettled(this.#underWay);
  }

  #look(): void {
    for (const source of this.#sources) source.look();
  }

  #stillness(): Promise<void> {
    return new Promise((resolve) => this.#turn(resolve));
  }
}
