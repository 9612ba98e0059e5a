import { consoleRule } from './console.ts';
import { cyclesRule } from './cycles.ts';
import { lengthExceptions, type LengthException } from './exceptions.ts';
import { docstringsRule, namedExportsRule } from './exports.ts';
import { layersRule } from './layers.ts';
import { lengthsRule } from './lengths.ts';
import { fileNamesRule, testNamesRule } from './names.ts';
import {
  apiHeadsRule,
  deadLinksRule,
  formatPagesRule,
  hotPathsRule,
  machineFoldersRule,
} from './pages.ts';
import { awaitRule, plainTypesRule, realmsRule } from './plain-language.ts';
import type { Rule, Violation } from './rule.ts';
import { runtimeDoorRule } from './runtime-door.ts';
import { readTree } from './source.ts';

/** All rules, with `exceptions` for those about length. */
export function rules(exceptions: readonly LengthException[] = lengthExceptions): readonly Rule[] {
  return [
    layersRule,
    cyclesRule,
    runtimeDoorRule,
    awaitRule,
    plainTypesRule,
    realmsRule,
    namedExportsRule,
    docstringsRule,
    lengthsRule(exceptions),
    fileNamesRule,
    testNamesRule,
    apiHeadsRule,
    formatPagesRule,
    hotPathsRule,
    deadLinksRule,
    machineFoldersRule,
    consoleRule,
  ];
}

/** Holds `texts`, by their paths from the root of the repository, to `judges`. */
export function judgeTree(
  texts: ReadonlyMap<string, string>,
  judges: readonly Rule[] = rules(),
  otherPaths: Iterable<string> = [],
): readonly Violation[] {
  const tree = readTree(texts, otherPaths);
  const violations: Violation[] = [];
  for (const source of tree.sources) {
    for (const rule of judges) violations.push(...(rule.judgeSource?.(source, tree) ?? []));
    source.release();
  }
  for (const rule of judges) violations.push(...(rule.judgeTree?.(tree) ?? []));
  return violations.toSorted((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
}
