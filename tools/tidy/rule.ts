import { lineAt, type Source, type Tree } from './source.ts';

/** What a rule holds against one place. */
export interface Violation {
  /** The rule's name. */
  readonly rule: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** What is wrong, and what to do instead. */
  readonly message: string;
}

/** One thing that is held. Both ways to judge yield nothing where all is well; a rule has one or both. */
export interface Rule {
  readonly name: string;
  /** Called once for each file. Its syntax tree is gone afterwards; its imports stay. */
  judgeSource?(source: Source, tree: Tree): Iterable<Violation>;
  /** Called once, after all files. */
  judgeTree?(tree: Tree): Iterable<Violation>;
}

/** What a rule about single files holds against one: a position and a sentence. */
export interface Finding {
  readonly at: number;
  readonly message: string;
}

/**
 * A rule that looks at the TypeScript files whose path begins with one of `folders`, one at a time. With
 * `mayConcern`, only at those whose code it matches: reading the syntax tree is what costs.
 */
export function ruleForSources(
  name: string,
  folders: readonly string[],
  judge: (source: Source, tree: Tree) => Iterable<Finding>,
  mayConcern?: RegExp,
): Rule {
  return {
    name,
    *judgeSource(source, tree) {
      if (!folders.some((folder) => source.path.startsWith(folder))) return;
      if (mayConcern !== undefined && !mayConcern.test(source.code)) return;
      for (const { at, message } of judge(source, tree)) {
        yield { rule: name, path: source.path, line: lineAt(source.text, at), message };
      }
    },
  };
}
