import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

/** What `--step` asks for: Enter before each step. Without it everything goes on by itself. */
export class Steps {
  readonly #lines: AsyncIterator<string> | undefined;
  readonly #close: () => void = () => {};

  constructor(areAsked: boolean) {
    if (!areAsked) return;
    const lines = createInterface({ input: process.stdin });
    this.#lines = lines[Symbol.asyncIterator]();
    this.#close = () => lines.close();
  }

  /** Resolves when somebody wants to see `what`; `meanwhile` is done again and again, so that there is something to see. */
  async next(what: string, meanwhile?: () => Promise<void>): Promise<void> {
    if (this.#lines === undefined) return;
    process.stdout.write(`\n[Enter] ${what} `);
    let isWaiting = true;
    const line = this.#lines.next().then(() => {
      isWaiting = false;
    });
    while (meanwhile !== undefined && isWaiting) {
      await meanwhile();
      await Promise.race([line, setTimeout(300)]);
    }
    await line;
    process.stdout.write('\n');
  }

  end(): void {
    this.#close();
  }
}
