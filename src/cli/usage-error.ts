import { OdradekError } from '../util/odradek-error.ts';
import { nearestWord } from '../util/nearest.ts';

/**
 * The error for a command line that makes no sense; the process ends with code 2 and a hint at `--help`.
 * `argument` is what is wrong, as it was typed, and `expected` what would be right.
 */
export function usageError(message: string, argument: string, expected: string): OdradekError {
  return new OdradekError(message, { code: 'INVALID_ARGUMENT', argument, expected });
}

/** The error for an option or a command that nobody knows, with the nearest one that is known. */
export function unknownWord(kind: string, word: string, known: readonly string[]): OdradekError {
  const guess = nearestWord(word, known);
  const hint = guess === undefined ? '' : ` Did you mean ${guess}?`;
  return usageError(`Unknown ${kind} ${word}.${hint}`, word, known.join(', '));
}
