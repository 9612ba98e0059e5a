import { ruleForSources, type Rule } from './rule.ts';

const kebabCase = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Rule 3: files and folders of TypeScript are named in kebab-case (`a-b.ts`, `a-b.test.ts`). */
export const fileNamesRule: Rule = {
  name: 'file-names',
  *judgeTree(tree) {
    for (const path of tree.texts.keys()) {
      if (!/\.tsx?$/.test(path)) continue;
      const parts = path.replace(/(?:\.test|\.d|\.config)?\.tsx?$/, '').split('/');
      if (parts.every((part) => kebabCase.test(part))) continue;
      yield { rule: 'file-names', path, line: 1, message: 'name files and folders in kebab-case' };
    }
  },
};

/** A call that makes a test, with its modifier and, when its name is a plain string, that name. */
const testCall =
  /^\s*(?:await )?(?:test|it)(\.\w+)?\(\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")?/gm;

/** Rule 21: the name of a test is a sentence, and no test is left alone or left for later. */
export const testNamesRule = ruleForSources('test-names', ['test/'], function* (source) {
  for (const match of source.text.matchAll(testCall)) {
    const [whole, modifier, name = match[3]] = match;
    const at = match.index + whole.length - whole.trimStart().length;
    if (modifier === '.only' || modifier === '.todo') {
      yield { at, message: `test${modifier} does not stay` };
    }
    if (name !== undefined && name.trim().split(/\s+/).length < 3) {
      yield { at, message: `"${name}" is not a sentence that says what holds` };
    }
  }
});
