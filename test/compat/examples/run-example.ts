import { fileURLToPath } from 'node:url';
import { runClient } from '../run-client.ts';

interface RunOptions {
  /** For Node. */
  readonly flags?: readonly string[];
  /** For the example. */
  readonly args?: readonly string[];
  /** What somebody types. */
  readonly input?: string;
}

/** A whole program, on a machine where others work too. */
const timeoutMs = 200_000;

/** What an example prints when it is run as its first lines say. */
export function runExample(
  name: string,
  { flags = [], args = [], input = '' }: RunOptions = {},
): Promise<string> {
  const path = fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));
  return runClient(process.execPath, [...flags, path, ...args], input, timeoutMs);
}

/** The numbers that stand behind `label` in a table that was printed. */
export function rowOf(printed: string, label: string): number[] {
  const line = printed.split('\n').find((one) => one.trimStart().startsWith(label)) ?? '';
  return (
    line
      .replace(label, '')
      .match(/\d+(?:\.\d+)?/g)
      ?.map(Number) ?? []
  );
}
