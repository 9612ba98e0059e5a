/**
 * Regular expressions of RE2's syntax, bounded before they are compiled: docs/decisions/0013-re2-library.md.
 * What one costs is found by walking its text.
 */
import { errorText } from './is-error.ts';

const rangeWork = 16;
const largeClasses = /\\[pP]|-\\?(?:[^\0-\x7f]|x\{0*[\da-fA-F]{3})/g;

/** What an expression may take. */
export interface RegexLimits {
  /** Characters of an expression. */
  readonly lengthMax: number;
  /** Instructions of the compiled expression. */
  readonly sizeMax: number;
  /**
   * What its large classes take to compile: one by its name (`\pL`) counts 1. A range that ends beyond ASCII
   * counts 16, since `(?i)` looks at each character in it. 64 are some milliseconds.
   */
  readonly classWorkMax: number;
}

/** The compiled expression that `compile` makes, or what is wrong with it. */
export function compileBounded<Compiled extends { programSize(): number }>(
  regex: string,
  limits: RegexLimits,
  compile: (regex: string) => Compiled,
):
  | { readonly compiled: Compiled; readonly size: number; readonly classWork: number }
  | { readonly problem: string } {
  if (regex.length > limits.lengthMax) {
    return { problem: `it is longer than ${limits.lengthMax} characters` };
  }
  const tooLarge = `it compiles to more than ${limits.sizeMax} instructions`;
  if (sizeAtMost(regex) > limits.sizeMax) return { problem: tooLarge };
  const classWork = classWorkOf(regex);
  if (classWork > limits.classWorkMax) {
    return { problem: 'it has too many classes of characters beyond ASCII' };
  }
  let compiled: Compiled;
  try {
    compiled = compile(regex);
  } catch (error) {
    return { problem: syntaxProblem(error) };
  }
  const size = compiled.programSize();
  return size > limits.sizeMax ? { problem: tooLarge } : { compiled, size, classWork };
}

function syntaxProblem(error: unknown): string {
  // The library's message repeats the expression, in part or whole, behind what is wrong with it.
  const message = errorText(error)
    .replace(/^error parsing regexp: /, '')
    .replace(/: `.*`$/s, '');
  return message.length > 200 ? `${message.slice(0, 200)}…` : message;
}

function classWorkOf(regex: string): number {
  let work = 0;
  for (const [found] of regex.matchAll(largeClasses)) work += found.startsWith('-') ? rangeWork : 1;
  return work;
}

/** Sizes while an expression is walked: of the group that is open, and of the last thing in it. */
interface OpenGroup {
  total: number;
  last: number;
}

/**
 * How many instructions an expression compiles to at the most, without its being compiled: each character
 * one, what is repeated as often as it is repeated. What is not well-formed may get any number.
 */
export function sizeAtMost(regex: string): number {
  const open: OpenGroup[] = [{ total: 0, last: 0 }];
  for (let at = 0; at < regex.length;) {
    const group = open.at(-1) ?? { total: 0, last: 0 };
    const character = regex.charAt(at);
    if (character === '(') open.push({ total: 2, last: 0 });
    else if (character === ')' && open.length > 1) {
      open.pop();
      const outer = open.at(-1);
      if (outer !== undefined) addPiece(outer, group.total);
    } else if (character === '*' || character === '+' || character === '?') group.total++;
    else {
      const repeat = character === '{' ? repeatAt(regex, at) : undefined;
      if (repeat !== undefined) {
        // An optional repetition costs an instruction more than the piece itself.
        group.total += (group.last + 1) * repeat.most;
        group.last += (group.last + 1) * repeat.most;
        at = repeat.end;
        continue;
      }
      addPiece(group, 1);
      at = endOfPiece(regex, at);
      continue;
    }
    at++;
  }
  return open.reduce((sum, { total }) => sum + total, 0);
}

function addPiece(group: OpenGroup, size: number): void {
  group.total += size;
  group.last = size;
}

const repeatPattern = /\{(\d{1,9})(?:,(\d{0,9}))?\}/y;

/** `{2}`, `{2,}` or `{2,5}`: the most repetitions that are written out. */
function repeatAt(regex: string, at: number): { most: number; end: number } | undefined {
  repeatPattern.lastIndex = at;
  const found = repeatPattern.exec(regex);
  if (found === null) return undefined;
  const least = Number(found[1]);
  const most = found[2] === undefined || found[2] === '' ? least + 1 : Number(found[2]);
  return { most, end: repeatPattern.lastIndex };
}

/** An escape (`\.`, `\pL`, `\p{Greek}`, `\x{10FFFF}`) or a character. */
const piecePattern = /\\[pPx]\{[^}]*\}|\\[^]|[^]/y;

/** Behind a class or what `piecePattern` matches. */
function endOfPiece(regex: string, at: number): number {
  if (regex.charAt(at) === '[') return endOfClass(regex, at);
  piecePattern.lastIndex = at;
  return piecePattern.exec(regex) === null ? at + 1 : piecePattern.lastIndex;
}

/** Behind a class such as `[^]a-z[:digit:]]`. It is walked by hand: a pattern could go back and forth in it. */
function endOfClass(regex: string, at: number): number {
  let end = at + 1;
  if (regex.charAt(end) === '^') end++;
  if (regex.charAt(end) === ']') end++;
  while (end < regex.length) {
    const character = regex.charAt(end);
    if (character === ']') return end + 1;
    const named = regex.startsWith('[:', end) ? regex.indexOf(':]', end + 2) : -1;
    if (named !== -1) end = named + 2;
    else end += character === '\\' ? 2 : 1;
  }
  return regex.length;
}
