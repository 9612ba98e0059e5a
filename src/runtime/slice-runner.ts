import type { TaskStep } from './runtime.ts';

/** What decides when slices run and how long they are. */
export interface SliceRunnerModules {
  /** Calls `slice` later, after what else the thread has to do. */
  readonly schedule: (slice: () => void) => void;
  /** A new slice begins; what it answers is asked after each step. */
  readonly beginSlice: () => () => boolean;
  /** Calls `resume` when `delayMs` have passed, at the earliest. */
  readonly rest: (delayMs: number, resume: () => void) => void;
}

interface Job {
  readonly generator: Generator<TaskStep, unknown>;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What became of a job in a slice: it ended, goes on in its turn, or rests for so many milliseconds. */
type Advanced = 'ended' | 'goes on' | number;

/**
 * Runs generators in slices, in turn, so that a long one holds up neither the others nor the thread: each
 * slice advances the one at the front until it is over, then that one goes to the back. One that yields a
 * number rests for so many milliseconds, and takes no turn meanwhile.
 */
export class SliceRunner {
  readonly #modules: SliceRunnerModules;
  readonly #jobs: Job[] = [];
  readonly #resting = new Set<Job>();
  readonly #slice = (): void => this.#runSlice();

  constructor(modules: SliceRunnerModules) {
    this.#modules = modules;
  }

  /** Settles with what the generator returns or throws. Nothing of it runs before this has returned. */
  run<Output>(generator: Generator<TaskStep, Output>): Promise<Output> {
    return new Promise<Output>((resolve, reject) => {
      this.#add({ generator, resolve: resolve as (output: unknown) => void, reject });
    });
  }

  #add(job: Job): void {
    this.#jobs.push(job);
    if (this.#jobs.length === 1) this.#modules.schedule(this.#slice);
  }

  /** Ends all that is under way: the generators' `finally` blocks run, their promises reject with `error`. */
  abort(error: Error): void {
    const jobs = [...this.#jobs.splice(0), ...this.#resting];
    this.#resting.clear();
    for (const job of jobs) {
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
    const advanced = this.#advance(job);
    if (advanced === 'goes on') this.#jobs.push(job);
    else if (advanced !== 'ended') this.#rest(job, advanced);
    if (this.#jobs.length > 0) this.#modules.schedule(this.#slice);
  }

  #rest(job: Job, delayMs: number): void {
    this.#resting.add(job);
    this.#modules.rest(delayMs, () => {
      if (this.#resting.delete(job)) this.#add(job);
    });
  }

  #advance(job: Job): Advanced {
    const sliceIsOver = this.#modules.beginSlice();
    try {
      do {
        const { done, value } = job.generator.next();
        if (done === true) {
          job.resolve(value);
          return 'ended';
        }
        if (typeof value === 'number' && value > 0) return value;
      } while (!sliceIsOver());
    } catch (error) {
      job.reject(error);
      return 'ended';
    }
    return 'goes on';
  }
}
