import { HttpProblem } from './problem.ts';

/** So many of something may go on at a time. */
export class Places {
  readonly #max: number;
  readonly #refusal: { readonly code: string; readonly message: string };
  #taken = 0;

  constructor(max: number, refusal: { readonly code: string; readonly message: string }) {
    this.#max = max;
    this.#refusal = refusal;
  }

  /** Does `work` in a place of its own. Rejects with a `HttpProblem` of 503 where there is none. */
  async with<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.#max) {
      throw new HttpProblem(503, this.#refusal, { 'retry-after': '5' });
    }
    this.#taken++;
    try {
      return await work();
    } finally {
      this.#taken--;
    }
  }
}
