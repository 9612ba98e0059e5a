import { createInterface } from 'node:readline';

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

  /** Resolves when somebody wants to see `what`. */
  async next(what: string): Promise<void> {
    if (this.#lines === undefined) return;
    process.stdout.write(`\n[Enter] ${what} `);
    await this.#lines.next();
    process.stdout.write('\n');
  }

  end(): void {
    this.#close();
  }
}
