import type { Outcome } from '../client/admin-items.ts';
import { type CliContext, exitCodes } from './cli-context.ts';
import { usageError } from './usage-error.ts';

/** Writes `value` as JSON that people can read too. */
export function printJson(context: CliContext, value: unknown): void {
  context.out.write(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Tells what became of each item: `describe` makes a line of a success, failures go to standard error. Answers
 * the exit code: failed where one item is.
 */
export function reportOutcomes<T>(
  context: CliContext,
  outcomes: readonly Outcome<T>[],
  describe: (value: T) => string,
): number {
  let exitCode: number = exitCodes.ok;
  for (const outcome of outcomes) {
    if ('error' in outcome) {
      context.err.write(`odradek: ${outcome.error.message}\n`);
      exitCode = exitCodes.failed;
    } else context.out.write(`${describe(outcome.value)}\n`);
  }
  return exitCode;
}

/**
 * The same as JSON: an array with an object an item, whose `error` tells of a failure. `nameKey` is what the item's
 * name is called.
 */
export function reportOutcomesAsJson<T>(
  context: CliContext,
  names: readonly string[],
  outcomes: readonly Outcome<T>[],
  describe: (value: T) => object,
  nameKey = 'name',
): number {
  const items = outcomes.map((outcome, index) => {
    const name = names[index];
    if (!('error' in outcome)) return { [nameKey]: name, ...describe(outcome.value) };
    const { code, message, details } = outcome.error;
    const errorName = 'errorName' in details ? details.errorName : code;
    return { [nameKey]: name, error: errorName, message };
  });
  printJson(context, items);
  return outcomes.some((outcome) => 'error' in outcome) ? exitCodes.failed : exitCodes.ok;
}

/** The pairs in `key=value` arguments. A key without a value is refused, an empty value is one. */
export function keyValuePairs(
  texts: readonly string[],
  argument: string,
): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {};
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at < 1) throw usageError(`${argument} ${text}: expected KEY=VALUE.`, text, 'KEY=VALUE');
    pairs[text.slice(0, at)] = text.slice(at + 1);
  }
  return pairs;
}
