/**
 * Regular expressions of RE2's syntax over whole topic names, by `re2js`. What an expression may cost is
 * bounded before it is compiled: docs/decisions/0013-re2-library.md.
 */
import type { RE2JS } from 're2js';
import { requirePackage } from '../../../records/optional-package.ts';
import { compileBounded } from '../../../util/bounded-regex.ts';

/** `.{1,249}` has 499 instructions. */
const limits = { lengthMax: 4096, sizeMax: 2000, classWorkMax: 64 };

/** A compiled regular expression. */
export interface TopicPattern {
  /** Instructions: matching a name costs this times its length at the worst. */
  readonly size: number;
  /** Whether the whole name matches. */
  matches(topicName: string): boolean;
}

interface Re2Package {
  readonly RE2JS: typeof RE2JS;
}

let loaded: Re2Package | undefined;

function library(): Re2Package {
  loaded ??= requirePackage<Re2Package>('re2js', 'a subscription by a regular expression');
  return loaded;
}

/** The compiled expression, or what is wrong with it. */
export function compilePattern(regex: string): TopicPattern | { readonly problem: string } {
  const found = compileBounded(regex, limits, (text) => library().RE2JS.compile(text));
  if ('problem' in found) return found;
  const { compiled, size } = found;
  return { size, matches: (topicName) => compiled.testExact(topicName) };
}
