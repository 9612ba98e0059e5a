import type { WholeAnswer } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { HttpProblem } from './problem.ts';

/** What fits into the buffers of every connection anyhow. */
const smallBytes = 64 * 1024;

/**
 * The long answers of the whole listener that their clients have not read yet, within a bound: each of a thousand
 * connections could ask for the largest record that there is, and read nothing.
 */
export class AnswersUnread {
  readonly #bytesMax: number;
  #heldBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * Counts an answer until it is read. Throws a `HttpProblem` of 503 where there is no room for it; one that is alone
   * may be larger. Files of the page are in memory already.
   */
  hold({ body }: WholeAnswer, exchange: Exchange): void {
    const bytes = typeof body === 'string' ? Buffer.byteLength(body) : 0;
    if (bytes <= smallBytes) return;
    if (this.#heldBytes > 0 && this.#heldBytes + bytes > this.#bytesMax) {
      throw new HttpProblem(
        503,
        {
          code: 'OVERLOADED',
          message: 'Too many answers are not read just now (odradek.http.queued.max.bytes).',
          remedy: 'Try again in a moment.',
        },
        { 'retry-after': '1' },
      );
    }
    this.#heldBytes += bytes;
    exchange.onceClosed(() => {
      this.#heldBytes -= bytes;
    });
  }
}
