import { readStringLiteral } from './string-literal.ts';
import { SyntaxProblem } from './syntax-error.ts';
import { CelDouble } from './values.ts';
import type { CelValue } from './values.ts';
import { readInt, readUint } from './whole-numbers.ts';

/** A piece of an expression, from `at` to `end`. */
export type Token =
  /** A name or a word such as `in`; which of them is for the parser to say. */
  | { readonly kind: 'word'; readonly text: string; readonly at: number; readonly end: number }
  /** The name of a field in backquotes, which may have characters in it that others may not. */
  | { readonly kind: 'quoted'; readonly text: string; readonly at: number; readonly end: number }
  /** An operator or a bracket. */
  | { readonly kind: 'sign'; readonly text: string; readonly at: number; readonly end: number }
  /** A string, bytes or double. */
  | {
      readonly kind: 'literal';
      readonly value: CelValue;
      readonly at: number;
      readonly end: number;
    }
  /** Digits of an int or a uint: whether they are in range shows once the sign before them is known. */
  | {
      readonly kind: 'digits';
      readonly text: string;
      readonly isUint: boolean;
      readonly at: number;
      readonly end: number;
    }
  | { readonly kind: 'end'; readonly at: number; readonly end: number };

const blank = /(?:[\t\n\f\r ]+|\/\/[^\n]*)+/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const quoted = /`[A-Za-z0-9_.\-/ ]+`/y;
const double = /(?:\d*\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)/y;
const digits = /(?:0[xX][0-9a-fA-F]+|\d+)/y;
const sign = /&&|\|\||[=!<>]=|[-+*/%<>!?:.,()[\]{}]/y;
const stringStart = /(?:[rR][bB]?|[bB][rR]?)?(?:"|')/y;

/**
 * The token that begins at or behind `from`; blanks and comments are passed over. Throws `SyntaxProblem` where
 * none does.
 */
export function readToken(source: string, from: number): Token {
  const at = endOf(blank, source, from) ?? from;
  if (at >= source.length) return { kind: 'end', at: source.length, end: source.length };
  if (endOf(stringStart, source, at) !== undefined) {
    return { kind: 'literal', at, ...readStringLiteral(source, at) };
  }
  const wordEnd = endOf(word, source, at);
  if (wordEnd !== undefined) {
    return { kind: 'word', text: source.slice(at, wordEnd), at, end: wordEnd };
  }
  const quotedEnd = endOf(quoted, source, at);
  if (quotedEnd !== undefined) {
    return { kind: 'quoted', text: source.slice(at + 1, quotedEnd - 1), at, end: quotedEnd };
  }
  return readNumber(source, at) ?? readSign(source, at);
}

function readNumber(source: string, at: number): Token | undefined {
  const doubleEnd = endOf(double, source, at);
  if (doubleEnd !== undefined) {
    const value = new CelDouble(Number(source.slice(at, doubleEnd)));
    refuseWordAt(source, doubleEnd);
    return { kind: 'literal', value, at, end: doubleEnd };
  }
  const digitsEnd = endOf(digits, source, at);
  if (digitsEnd === undefined) return undefined;
  const isUint = /[uU]/.test(source.charAt(digitsEnd));
  const end = isUint ? digitsEnd + 1 : digitsEnd;
  refuseWordAt(source, end);
  return { kind: 'digits', text: source.slice(at, digitsEnd), isUint, at, end };
}

function refuseWordAt(source: string, at: number): void {
  if (endOf(word, source, at) === undefined) return;
  throw new SyntaxProblem('a number runs into a name', at);
}

function readSign(source: string, at: number): Token {
  const end = endOf(sign, source, at);
  if (end !== undefined) return { kind: 'sign', text: source.slice(at, end), at, end };
  const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
  if (character === '=') throw new SyntaxProblem('= is no operator: two are compared by ==', at);
  if (character === '&' || character === '|') {
    throw new SyntaxProblem(`${character} is no operator: there is ${character}${character}`, at);
  }
  throw new SyntaxProblem(`${JSON.stringify(character)} has no meaning here`, at);
}

/** The end of what `pattern`, which is sticky, matches at `at`. */
function endOf(pattern: RegExp, source: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : undefined;
}

/** The value of a token of digits with a sign before them. Throws `SyntaxProblem` beyond 64 bits. */
export function digitsValue(
  token: Extract<Token, { kind: 'digits' }>,
  isNegative: boolean,
): CelValue {
  const text = isNegative ? `-${token.text}` : token.text;
  const value = token.isUint ? readUint(text) : readInt(text);
  if (value !== undefined) return value;
  throw new SyntaxProblem(
    `${text} is beyond what ${token.isUint ? 'a uint' : 'an int'} holds`,
    token.at,
  );
}
