import type { Clock, Timers } from '../runtime/runtime.ts';

/** What jobs are done with. */
export interface StepwiseJobsModules {
  readonly clock: Clock;
  readonly timers: Timers;
}

/** Work of many small steps, each of them a `next`. */
interface Job {
  /** Of the image that asked for it. */
  readonly revision: number;
  readonly steps: Iterator<unknown>;
}

interface Waiter {
  readonly revision: number;
  readonly resolve: () => void;
}

/** What a turn of the event loop may take: enough that most changes are done at once. */
const stepsPerTurnMax = 50;
const turnMs = 8;

/**
 * Does jobs one behind the other, so many steps in a turn of the event loop: ten thousand logs take longer to make
 * than requests and leases can wait. What a turn has room for is done within the call that asks for it.
 */
export class StepwiseJobs {
  readonly #modules: StepwiseJobsModules;
  readonly #jobs: Job[] = [];
  #waiters: Waiter[] = [];
  /** Of the newest image. */
  #revision = 0;
  #stepsLeft = stepsPerTurnMax;
  #isScheduled = false;

  constructor(modules: StepwiseJobsModules) {
    this.#modules = modules;
  }

  /** The revision up to which everything is done. */
  get revision(): number {
    const [first] = this.#jobs;
    return first === undefined ? this.#revision : Math.min(first.revision - 1, this.#revision);
  }

  /** The image is of this revision: what is added from now on is of it. */
  advance(revision: number): void {
    this.#revision = revision;
  }

  add(steps: Iterator<unknown>): void {
    this.#jobs.push({ revision: this.#revision, steps });
    if (this.#jobs.length === 1) this.#work();
  }

  /** Settles when everything up to `revision` is done that was ever asked for. */
  reached(revision: number): Promise<void> {
    if (this.#jobs.every((job) => job.revision > revision)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push({ revision, resolve });
    });
  }

  /** Does all that there is, now. */
  finish(): void {
    this.#stepsLeft = Infinity;
    this.#advanceJobs(Infinity);
  }

  #work(): void {
    this.#advanceJobs(this.#modules.clock.monotonicMs() + turnMs);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#modules.timers.atTurnEnd(() => {
      this.#isScheduled = false;
      this.#stepsLeft = stepsPerTurnMax;
      if (this.#jobs.length > 0) this.#work();
    });
  }

  #advanceJobs(untilMs: number): void {
    const { clock } = this.#modules;
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      if (this.#stepsLeft <= 0) break;
      this.#stepsLeft--;
      if (job.steps.next().done === true) {
        this.#jobs.shift();
        this.#wake();
      } else if (untilMs !== Infinity && clock.monotonicMs() >= untilMs) this.#stepsLeft = 0;
    }
  }

  #wake(): void {
    const doneUpTo = this.#jobs[0]?.revision ?? Infinity;
    const isDue = ({ revision }: Waiter): boolean => revision < doneUpTo;
    const due = this.#waiters.filter(isDue);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !isDue(waiter));
    for (const { resolve } of due) resolve();
  }
}
