import type { LengthException } from './exceptions.ts';
import { isFunction } from './plain-language.ts';
import type { Rule, Violation } from './rule.ts';
import { lineAt, type Node, type Source } from './source.ts';

const linesPerFileMax = 500;
const linesPerFunctionMax = 60;
/** What is drawn is written as a tree, one element a line. */
const linesPerDrawingMax = 80;

/** In tests a long function is a long story, which only has to say its goal. */
const foldersWithShortFunctions = ['src/', 'console/', 'tools/', 'benchmarks/'];

/** Rules 17 and 18, with `exceptions` for what has a reason. An exception that is not needed is one too many. */
export function lengthsRule(exceptions: readonly LengthException[]): Rule {
  const unused = new Set(exceptions);
  return {
    name: 'lengths',
    *judgeSource(source) {
      for (const { name, line, lines, linesMax } of tooLong(source)) {
        const exception = exceptions.find((one) => one.path === source.path && one.name === name);
        if (exception !== undefined) unused.delete(exception);
        if (exception !== undefined && lines <= exception.linesMax) continue;
        yield violation(
          source.path,
          line,
          `${name ?? 'the file'} has ${lines} lines, more than ${exception?.linesMax ?? linesMax}; ` +
            'divide it, or give its reason in tools/tidy/exceptions.ts',
        );
      }
    },
    *judgeTree() {
      for (const { path, name } of unused) {
        const message = `tools/tidy/exceptions.ts has an entry that is not needed: ${name ?? path}`;
        yield violation(path, 1, message);
      }
    },
  };
}

function violation(path: string, line: number, message: string): Violation {
  return { rule: 'lengths', path, line, message };
}

interface Measured {
  /** The function's name; undefined for the file. */
  readonly name: string | undefined;
  readonly line: number;
  readonly lines: number;
  readonly linesMax: number;
}

function* tooLong(source: Source): Iterable<Measured> {
  const lines = lineAt(source.text, source.text.length - 1);
  if (lines > linesPerFileMax) yield { name: undefined, line: 1, lines, linesMax: linesPerFileMax };
  if (!foldersWithShortFunctions.some((folder) => source.path.startsWith(folder))) return;
  if (!hasLongIndentedStretch(source.text)) return;
  const linesMax = source.path.endsWith('.tsx') ? linesPerDrawingMax : linesPerFunctionMax;
  for (const node of source.nodes) {
    // No line is empty of characters, so that most functions need no counting.
    if (!isFunction(node) || node.end - node.start < linesPerFunctionMax) continue;
    const line = lineAt(source.text, node.start);
    const functionLines = lineAt(source.text, node.end) - line + 1;
    if (functionLines <= linesMax) continue;
    yield { name: nameOf(node, source), line, lines: functionLines, linesMax };
  }
}

/** Whether so many lines without one that begins at the margin follow each other that a function may be long. */
function hasLongIndentedStretch(text: string): boolean {
  let stretch = 0;
  for (const line of text.split('\n')) {
    stretch = /^\S/.test(line) ? 0 : stretch + 1;
    if (stretch > linesPerFunctionMax - 2) return true;
  }
  return false;
}

function nameOf(node: Node, source: Source): string {
  if ('id' in node && node.id !== null && node.id.type === 'Identifier') return node.id.name;
  const parent = source.parentOf(node);
  if (parent !== undefined && 'key' in parent && parent.key.type === 'Identifier')
    return parent.key.name;
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier')
    return parent.id.name;
  return 'a function without a name';
}
