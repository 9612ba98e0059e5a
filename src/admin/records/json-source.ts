import { badField } from '../http/problem.ts';

/*
 * JSON as text: cut into its parts without being read. What is written again with the digits that it has cannot be
 * parsed into numbers before, and a body of many megabytes cannot be parsed at once without holding up the broker.
 * These functions find where values end; whether what lies between is JSON is for `JSON.parse` to say of each part.
 */

/** Nobody's data is deeper, and what is would be nested for its own sake. */
const depthMax = 1000;

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openBracket = 0x5b;
const openBrace = 0x7b;
const closeBracket = 0x5d;
const closeBrace = 0x7d;

/** Whether `text` begins as an array does. */
export function isArraySource(text: string): boolean {
  return text.charCodeAt(afterBlanks(text, 0)) === openBracket;
}

/** The sources of the elements of an array, one after the other. Throws a `HttpProblem` of 400 where it is malformed. */
export function* arrayElements(text: string, where: string): Generator<string, void> {
  let at = afterBlanks(text, afterBlanks(text, 0) + 1);
  if (text.charCodeAt(at) === closeBracket) return requireEnd(text, at + 1, where);
  for (;;) {
    const end = valueEnd(text, at, where);
    yield text.slice(at, end);
    at = afterBlanks(text, end);
    const next = text.charCodeAt(at);
    if (next === closeBracket) return requireEnd(text, at + 1, where);
    if (next !== comma) throw malformed(where, 'an array without its commas or its end');
    at = afterBlanks(text, at + 1);
  }
}

/**
 * The source of the field `name` of an object that is known to be JSON, without blanks; of several the last, as
 * `JSON.parse` has it. Undefined where there is none.
 */
export function fieldSource(object: string, name: string, where: string): string | undefined {
  let found: string | undefined;
  let at = afterBlanks(object, afterBlanks(object, 0) + 1);
  while (object.charCodeAt(at) === quote) {
    const nameEnd = stringEnd(object, at, where);
    const valueAt = afterBlanks(object, afterBlanks(object, nameEnd) + 1);
    const end = valueEnd(object, valueAt, where);
    if (JSON.parse(object.slice(at, nameEnd)) === name) found = object.slice(valueAt, end);
    at = afterBlanks(object, afterBlanks(object, end) + 1);
  }
  return found === undefined ? undefined : withoutBlanks(found, where);
}

/** Throws a `HttpProblem` of 400 where a value is nested deeper than anybody's, before it is parsed. */
export function requireShallow(text: string, where: string): void {
  valueEnd(text, afterBlanks(text, 0), where);
}

/** Behind the value that begins at `from`. */
function valueEnd(text: string, from: number, where: string): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) {
      at = stringEnd(text, at, where) - 1;
      if (depth === 0) return at + 1;
    } else if (unit === openBracket || unit === openBrace) {
      if (++depth > depthMax) throw malformed(where, `nested deeper than ${depthMax}`);
    } else if (unit === closeBracket || unit === closeBrace) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (unit === comma || isBlank(unit))) return at;
  }
  if (depth > 0) throw malformed(where, 'without its end');
  return text.length;
}

/** Behind the string whose first quote is at `from`. */
function stringEnd(text: string, from: number, where: string): number {
  let end = text.indexOf('"', from + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  if (end === -1) throw malformed(where, 'a text without its end');
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++;
  return backslashes % 2 === 1;
}

function withoutBlanks(text: string, where: string): string {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = stringEnd(text, at, where) - 1;
    else if (isBlank(unit)) {
      if (at > start) parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return start === 0 ? text : [...parts, text.slice(start)].join('');
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

function requireEnd(text: string, at: number, where: string): void {
  if (afterBlanks(text, at) < text.length) throw malformed(where, 'more than one value');
}

function malformed(where: string, problem: string): Error {
  return badField(where, `${where} is no JSON: ${problem}.`);
}
