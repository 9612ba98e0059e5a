import type { RE2JS } from 're2js';
import { requirePackage } from '../../records/optional-package.ts';
import { compileBounded } from '../../util/bounded-regex.ts';
import type { Budget } from './budget.ts';
import { SyntaxProblem } from './syntax-error.ts';

interface Re2Package {
  readonly RE2JS: typeof RE2JS;
}

let loaded: Re2Package | undefined;

/** Compiles the regular expressions of one expression, which have to do with the same bounds all together. */
export class RegexCompiler {
  #sizeLeft = 2000;
  #classWorkLeft = 64;

  /**
   * Whether a text holds what the regular expression `regex` describes. It costs a step for each character and
   * instruction, which is what RE2 takes at the worst. Throws `SyntaxProblem` for an expression that is none or
   * too large, `MISSING_PACKAGE`; what it answers throws `OverBudget`.
   */
  compile(regex: string, at: number, budget: Budget): (text: string) => boolean {
    loaded ??= requirePackage<Re2Package>('re2js', 'a filter with a regular expression');
    const { RE2JS } = loaded;
    const limits = {
      lengthMax: 4096,
      sizeMax: this.#sizeLeft,
      classWorkMax: this.#classWorkLeft,
    };
    const found = compileBounded(regex, limits, (text) => RE2JS.compile(text));
    if ('problem' in found) {
      throw new SyntaxProblem(`of this regular expression, ${found.problem}`, at);
    }
    const { compiled, size, classWork } = found;
    this.#sizeLeft -= size;
    this.#classWorkLeft -= classWork;
    return (text) => {
      budget.spend((text.length + 1) * size);
      return compiled.test(text);
    };
  }
}
