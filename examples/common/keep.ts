import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';

/** What an example is told on its command line. */
export interface Flags {
  /** Go on until Ctrl-C, with the console, for whoever wants to watch. */
  readonly keep: boolean;
  /** Wait for Enter before each step. */
  readonly step: boolean;
}

/** Reads `--keep` and `--step`; what else there is is an error that says so. */
export function readFlags(): Flags {
  const boolean = { type: 'boolean', default: false } as const;
  return parseArgs({ options: { keep: boolean, step: boolean } }).values;
}

/** Says where to look, and does something again and again until Ctrl-C. */
export async function keepGoing(
  consoleUrls: readonly (string | undefined)[],
  doAgain: () => Promise<void>,
): Promise<void> {
  const urls = consoleUrls.filter((url) => url !== undefined).join(' or ');
  console.log(`\nGoing on until Ctrl-C. Watch it in the console: ${urls}`);
  const end = new AbortController();
  process.once('SIGINT', () => end.abort());
  while (!end.signal.aborted) {
    await doAgain();
    await setTimeout(500, undefined, { signal: end.signal }).catch(() => {}); // which is Ctrl-C
  }
}
