import { isBranch, type JsonBranch, type JsonMember, type JsonNode } from './json-tree.ts';

/** A piece of JSON for display, with what it is. */
export interface JsonToken {
  readonly kind: 'name' | 'string' | 'number' | 'word' | 'mark';
  readonly text: string;
}

/** JSON over several lines, indented by two; every scalar as it was written. */
export function prettyJson(node: JsonNode): string {
  const lines: string[] = [];
  printLines(node, (line) => lines.push(line));
  return lines.join('\n');
}

/** JSON in one line without a blank that counts for nothing, as it can be sent. */
export function compactJson(node: JsonNode): string {
  return Array.from(compactTokens(node), ({ text }) => text).join('');
}

/** The beginning of JSON in one line, a blank behind commas and colons, cut at about `lengthMax` characters. */
export function jsonSummary(node: JsonNode, lengthMax: number): readonly JsonToken[] {
  const tokens: JsonToken[] = [];
  let length = 0;
  for (const token of compactTokens(node)) {
    if (length >= lengthMax) {
      tokens.push({ kind: 'mark', text: '…' });
      break;
    }
    const spaced = token.text === ',' || token.text === ':' ? `${token.text} ` : token.text;
    const room = lengthMax - length;
    const text = spaced.length > room ? `${spaced.slice(0, Math.max(room, 1))}…` : spaced;
    tokens.push({ kind: token.kind, text });
    length += spaced.length;
    if (text !== spaced) break;
  }
  return tokens;
}

/** How many members a branch has, as it is shown where it is folded. */
export function branchSize(branch: JsonBranch): string {
  const count = branch.members.length;
  if (branch.kind === 'array') return count === 1 ? '1 element' : `${count} elements`;
  return count === 1 ? '1 member' : `${count} members`;
}

interface Step {
  readonly members: readonly JsonMember[];
  readonly closes: string;
  next: number;
}

/** Depth first, without recursion. */
function* compactTokens(root: JsonNode): Generator<JsonToken> {
  const steps: Step[] = [];
  const enter = function* (node: JsonNode): Generator<JsonToken> {
    if (!isBranch(node)) {
      yield { kind: node.kind, text: node.raw };
      return;
    }
    const [opens, closes] = node.kind === 'object' ? ['{', '}'] : ['[', ']'];
    yield { kind: 'mark', text: opens };
    steps.push({ members: node.members, closes, next: 0 });
  };
  yield* enter(root);
  for (let step = steps.at(-1); step !== undefined; step = steps.at(-1)) {
    const member = step.members[step.next];
    if (member === undefined) {
      steps.pop();
      yield { kind: 'mark', text: step.closes };
      continue;
    }
    if (step.next > 0) yield { kind: 'mark', text: ',' };
    step.next += 1;
    if (member.name !== null) {
      yield { kind: 'name', text: member.name };
      yield { kind: 'mark', text: ':' };
    }
    yield* enter(member.node);
  }
}

function printLines(root: JsonNode, add: (line: string) => void): void {
  let line = '';
  let depth = 0;
  let opened = false;
  const breakLine = () => {
    add(line);
    line = '  '.repeat(depth);
  };
  for (const { kind, text } of compactTokens(root)) {
    const isMark = kind === 'mark';
    if (isMark && (text === '}' || text === ']')) {
      depth -= 1;
      if (!opened) breakLine();
      line += text;
      opened = false;
      continue;
    }
    if (opened) breakLine();
    opened = false;
    line += isMark && text === ':' ? ': ' : text;
    if (!isMark) continue;
    if (text === ',') breakLine();
    if (text === '{' || text === '[') {
      depth += 1;
      opened = true;
    }
  }
  add(line);
}
