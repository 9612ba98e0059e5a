import { ruleForSources, type Rule, type Violation } from './rule.ts';
import { lineAt, type Tree } from './source.ts';

/**
 * Rule 8: every disk format is one page in `docs/formats/` and one file of constants that names it. A file
 * that is called a format has a page, and a page has a file.
 */
export const formatPagesRule: Rule = {
  name: 'format-pages',
  *judgeTree(tree) {
    const named = new Set<string>();
    for (const { path, text } of tree.sources) {
      if (!path.startsWith('src/')) continue;
      for (const [page] of text.matchAll(/docs\/formats\/[\w-]+\.md/g)) named.add(page);
      if (
        /^src\/(?:storage|records|metadata|coordinator)\/.*-(?:format|layout)\.ts$/.test(path) &&
        !text.includes('docs/formats/')
      ) {
        yield violation('format-pages', path, 1, 'a disk format names its page in docs/formats/');
      }
    }
    for (const path of tree.texts.keys()) {
      if (!/^docs\/formats\/(?!README).*\.md$/.test(path) || named.has(path)) continue;
      yield violation(
        'format-pages',
        path,
        1,
        'no file in src/ names this page beside its constants',
      );
    }
  },
};

/** Rule 19: a hot path names a benchmark that is there. */
export const hotPathsRule = ruleForSources('hot-paths', ['src/'], function* (source, tree) {
  if (!/\bHOT\b/.test(source.text)) return;
  for (const { value, start: at } of source.comments) {
    if (!/\bHOT\b/.test(value)) continue;
    const name = /\bHOT: bench=([\w-]+)/.exec(value)?.[1];
    if (name === undefined) {
      yield { at, message: 'a hot path names its benchmark: HOT: bench=NAME' };
    } else if (!tree.paths.has(`benchmarks/${name}.ts`)) {
      yield { at, message: `there is no benchmarks/${name}.ts` };
    }
  }
});

/** Rule 5: the file of an API begins by saying which versions it serves. */
export const apiHeadsRule = ruleForSources('api-heads', ['src/apis/'], function* (source) {
  if (!/^src\/apis\/\d+-[^/]+\.ts$/.test(source.path)) return;
  const head = source.comments.find(({ type }) => type === 'Block');
  if (head !== undefined && /\bversions?\b/i.test(head.value)) return;
  yield { at: 0, message: 'the head of an API handler says versions, behaviour and gaps' };
});

/** Pages that documents link to, and that comments name, are there. */
export const deadLinksRule: Rule = {
  name: 'dead-links',
  *judgeSource(source, tree) {
    if (!source.text.includes('docs/')) return;
    for (const { value, start } of source.comments) {
      for (const [target] of value.matchAll(/(?<![\w./-])docs\/[\w/-]+\.md\b/g)) {
        yield* deadLink(tree, { path: source.path, text: source.text, target, at: start });
      }
    }
  },
  *judgeTree(tree) {
    for (const [path, text] of tree.texts) {
      if (!path.endsWith('.md')) continue;
      for (const { 1: link = '', index: at } of text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)) {
        const target = new URL(link, new URL(path, 'file:///')).pathname.slice(1);
        yield* deadLink(tree, { path, text, target, at });
      }
    }
  },
};

interface Link {
  readonly path: string;
  readonly text: string;
  readonly target: string;
  readonly at: number;
}

function deadLink(tree: Tree, { path, text, target, at }: Link): Violation[] {
  if (exists(tree, target)) return [];
  return [violation('dead-links', path, lineAt(text, at), `there is no ${target}`)];
}

function exists(tree: Tree, target: string): boolean {
  if (tree.paths.has(target)) return true;
  const folder = target.endsWith('/') ? target : `${target}/`;
  return [...tree.paths].some((path) => path.startsWith(folder));
}

/** Folders of one machine alone, which a clone elsewhere does not have. */
const machineFolders = /(?<![\w.-])\/(?:work|root|home\/\w+|Users\/\w+)\//;

/** No file names a folder of the machine on which it was written. */
export const machineFoldersRule: Rule = {
  name: 'machine-folders',
  *judgeTree(tree) {
    for (const [path, text] of tree.texts) {
      const found = machineFolders.exec(text);
      if (found === null) continue;
      const message = `${found[0]} is a folder of one machine`;
      yield violation('machine-folders', path, lineAt(text, found.index), message);
    }
  },
};

function violation(rule: string, path: string, line: number, message: string): Violation {
  return { rule, path, line, message };
}
