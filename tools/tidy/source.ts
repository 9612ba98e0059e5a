import { parseSync, type ESTree, type ParseResult } from 'rolldown/utils';

/** A node of a syntax tree, as ESTree with TypeScript's additions names them. */
export type Node = ESTree.Node;

/** One place where a file names another module. */
export interface Import {
  /** As it is written: `../util/assert.ts`, `node:fs`. */
  readonly specifier: string;
  /** The file that a relative specifier means, from the root of the repository; undefined for packages. */
  readonly target: string | undefined;
  /** The names taken, `*` for all of them; empty for `import()` and for imports of effects alone. */
  readonly names: readonly string[];
  /** Whether it is gone when the program runs. */
  readonly typeOnly: boolean;
  readonly at: number;
}

/**
 * A TypeScript file, parsed when a rule first asks for more than its text. Positions (`at`) count UTF-16
 * units from the start of `text`.
 */
export interface Source {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  /** `text` without its comments, which are spaces here: for a quick look whether a rule has work to do. */
  readonly code: string;
  readonly program: ESTree.Program;
  readonly comments: ParseResult['comments'];
  readonly imports: readonly Import[];
  /** Every node, a parent before its children. */
  readonly nodes: readonly Node[];
  parentOf(node: Node): Node | undefined;
  /** Forgets the syntax tree, which is large; the imports of files that were parsed stay. */
  release(): void;
}

/** What the rules judge: all files as text, and those in TypeScript parsed. */
export interface Tree {
  readonly texts: ReadonlyMap<string, string>;
  /** Every file that is there, also those that are not judged. */
  readonly paths: ReadonlySet<string>;
  readonly sources: readonly Source[];
}

/** Makes a tree of `texts`, by path, among `otherPaths`. A file that is not TypeScript throws when it is looked into. */
export function readTree(texts: ReadonlyMap<string, string>, otherPaths: Iterable<string>): Tree {
  const sources: Source[] = [];
  for (const [path, text] of texts)
    if (/\.tsx?$/.test(path)) sources.push(new LazySource(path, text));
  return { texts, sources, paths: new Set([...texts.keys(), ...otherPaths]) };
}

/** A node with the way back up, which the parser does not give. */
type Linked = { parent?: Node | undefined };

class LazySource implements Source {
  readonly path: string;
  readonly text: string;
  #parsed: ParseResult | undefined;
  #code: string | undefined;
  #nodes: Node[] | undefined;
  #imports: Import[] | undefined;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  get code(): string {
    this.#code ??= withoutComments(this.text, this.comments);
    return this.#code;
  }

  get program(): ESTree.Program {
    return this.#parse().program;
  }

  get comments(): ParseResult['comments'] {
    return this.#parse().comments;
  }

  get nodes(): readonly Node[] {
    if (this.#nodes === undefined) collect(this.program, undefined, (this.#nodes = []));
    return this.#nodes;
  }

  get imports(): readonly Import[] {
    this.#imports ??= [...importsIn(this.path, this.text, this.#parse())];
    return this.#imports;
  }

  parentOf(node: Node): Node | undefined {
    return (node as Linked).parent;
  }

  release(): void {
    this.#nodes = undefined;
    this.#parsed = undefined;
    this.#code = undefined;
  }

  #parse(): ParseResult {
    if (this.#parsed !== undefined) return this.#parsed;
    const lang = this.path.endsWith('x') ? 'tsx' : 'ts';
    const parsed = parseSync(this.path, this.text, { lang, sourceType: 'module' });
    const [error] = parsed.errors;
    if (error !== undefined) throw new Error(`${this.path}: ${error.message}`);
    this.#parsed = parsed;
    return parsed;
  }
}

function withoutComments(text: string, comments: ParseResult['comments']): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end } of comments) {
    pieces.push(text.slice(from, start), ' '.repeat(end - start));
    from = end;
  }
  return pieces.join('') + text.slice(from);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function collect(node: Node, parent: Node | undefined, nodes: Node[]): void {
  nodes.push(node);
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) collect(item, node, nodes);
    } else if (isNode(value)) {
      collect(value, node, nodes);
    }
  }
  // Behind the loop, which would else follow it up again.
  (node as Linked).parent = parent;
}

/** `import('x')`, as a value or as a type; found in the text, since the parser lists only the first. */
const importCall = /\bimport\(\s*['"]([^'"]+)['"]/g;

function* importsIn(path: string, text: string, { module }: ParseResult): Generator<Import> {
  for (const { moduleRequest, entries, start } of module.staticImports) {
    const names = entries.map(({ importName }) => importName.name ?? '*');
    const typeOnly = entries.length > 0 && entries.every(({ isType }) => isType);
    yield { ...named(path, moduleRequest.value), names, typeOnly, at: start };
  }
  for (const { entries, start } of module.staticExports) {
    const [first] = entries;
    if (!first?.moduleRequest) continue;
    const names = entries.map(({ importName }) => importName.name ?? '*');
    const typeOnly = entries.every(({ isType }) => isType);
    yield { ...named(path, first.moduleRequest.value), names, typeOnly, at: start };
  }
  for (const { 1: specifier = '', index: at } of text.matchAll(importCall)) {
    yield { ...named(path, specifier), names: [], typeOnly: false, at };
  }
}

function named(path: string, specifier: string): Pick<Import, 'specifier' | 'target'> {
  return { specifier, target: resolveSpecifier(path, specifier) };
}

function resolveSpecifier(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** The line of position `at`, from 1. */
export function lineAt(text: string, at: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i !== -1 && i < at; i = text.indexOf('\n', i + 1)) line++;
  return line;
}
