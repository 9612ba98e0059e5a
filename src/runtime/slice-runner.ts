/** What decides when slices run and how long they are. */
export interface SliceRunnerModules {
  /** Calls `slice` later, after what else the thread has to do. */
  readonly schedule: (slice: () => void) => void;
  /** A new slice begins; what it answers is asked after each step. */
  readonly beginSlice: () => () => boolean;
}

interface Job {
  readonly generator: Generator<void, unknown>;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs generators in slices, in turn, so that a long one holds up neither the others nor the thread: each
 * slice advances the one at the front until it is over, then that one goes to the back.
 */
export class SliceRunner {
  readonly #modules: SliceRunnerModules;
  readonly #jobs: Job[] = [];
  readonly #slice = (): void => this.#runSlice();

  constructor(modules: SliceRunnerModules) {
    this.#modules = modules;
  }

  /** Settles with what the generator returns or throws. Nothing of it runs before this has returned. */
  run<Output>(generator: Generator<void, Output>): Promise<Output> {
    return new Promise<Output>((resolve, reject) => {
      this.#jobs.push({ generator, resolve: resolve as (output: unknown) => void, reject });
      if (this.#jobs.length === 1) this.#modules.schedule(this.#slice);
    });
  }

  /** Ends all that is under way: the generators' `finally` blocks run, their promises reject with `error`. */
  abort(error: Error): void {
    for (const job of this.#jobs.splice(0)) {
      job.reject(error);
      try {
        job.generator.return(undefined);
      } catch {
        // It has been told `error`; what its clean-up says changes nothing.
      }
    }
  }

  #runSlice(): void {
    const job = this.#jobs.shift();
    if (job === undefined) return;
    if (!this.#advance(job)) this.#jobs.push(job);
    if (this.#jobs.length > 0) this.#modules.schedule(this.#slice);
  }

  /** Whether the job is over. */
  #advance(job: Job): boolean {
    const sliceIsOver = this.#modules.beginSlice();
    try {
      do {
        const { done, value } = job.generator.next();
        if (done === true) {
          job.resolve(value);
          return true;
        }
      } while (!sliceIsOver());
    } catch (error) {
      job.reject(error);
      return true;
    }
    return false;
  }
}
