import { ruleForSources, type Finding } from './rule.ts';

const contract = 'src/admin/contract/';

/** What makes a page of text, or a program of it. */
const makersOfHtml =
  /\b(?:dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|srcdoc|document\.write|eval)\b|\bnew Function\b/g;

/**
 * The console takes from the broker's sources only the types of what both say to each other, so that no code of the
 * broker comes into the page; and what it is told stays text, whoever wrote it into a topic.
 */
export const consoleRule = ruleForSources(
  'console',
  ['console/src/'],
  function* (source): Iterable<Finding> {
    for (const { target, typeOnly, at, specifier } of source.imports) {
      if (target === undefined || target.startsWith('console/')) continue;
      if (typeOnly && target.startsWith(contract)) continue;
      yield { at, message: `the page may not import ${specifier}: only types, of ${contract}` };
    }
    for (const { 0: name, index: at } of source.code.matchAll(makersOfHtml)) {
      yield { at, message: `no ${name}: what comes from the broker is text, never HTML` };
    }
  },
);
