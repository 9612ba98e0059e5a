import { OdradekError } from '../util/odradek-error.ts';
import type { SyntaxProblem } from './cel/syntax-error.ts';
import { codePointCount } from './cel/text.ts';

/** Characters of the line that are shown before and behind the place. */
const shownBefore = 50;
const shownBehind = 30;

/** The error for a filter that cannot be: it says what is wrong, shows the place, and names line and column. */
export function invalidFilter(source: string, problem: SyntaxProblem): OdradekError {
  const offset = Math.min(problem.at, source.length);
  const lineAt = startOfLine(source, offset);
  const line = source.slice(0, lineAt).split(/\r\n|[\r\n]/).length;
  const column = codePointCount(source.slice(lineAt, offset)) + 1;
  const reason = shownText(problem.message);
  return new OdradekError(
    `the filter is not valid at line ${line}, column ${column}: ${reason}\n${excerpt(source, lineAt, offset)}`,
    { code: 'INVALID_FILTER', offset, line, column, reason },
  );
}

function startOfLine(source: string, offset: number): number {
  const before = source.slice(0, offset);
  return Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
}

/** The line, with a caret below the place. A long one is cut on both sides. */
function excerpt(source: string, lineAt: number, offset: number): string {
  const from = Math.max(lineAt, offset - shownBefore);
  const [line = ''] = source.slice(lineAt).split(/[\r\n]/, 1);
  const to = Math.min(lineAt + line.length, offset + shownBehind);
  const shown = visible(
    (from > lineAt ? '…' : '') + source.slice(from, to) + (to < lineAt + line.length ? '…' : ''),
  );
  const indent = codePointCount(source.slice(from, offset)) + (from > lineAt ? 1 : 0);
  return `  ${shown}\n  ${' '.repeat(indent)}^`;
}

/** Characters of what a filter says of itself, whose names and literals may be as long as it is. */
const shownLength = 300;

/** What is said of a filter, short and without anything that could move a cursor. */
export function shownText(text: string): string {
  if (text.length <= shownLength) return visible(text);
  return visible(`${text.slice(0, shownLength / 2)}…${text.slice(-shownLength / 2)}`);
}

/** A control character would move the caret, or do worse to a terminal. */
function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ');
}
