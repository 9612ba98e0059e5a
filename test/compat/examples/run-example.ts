import { fileURLToPath } from 'node:url';
import { runClient } from '../run-client.ts';

/** What an example prints when it is run as its first lines say, with `flags` for Node and `args` of its own. */
export function runExample(
  name: string,
  { flags = [], args = [] }: { flags?: readonly string[]; args?: readonly string[] } = {},
): Promise<string> {
  const path = fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));
  return runClient(process.execPath, [...flags, path, ...args]);
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
