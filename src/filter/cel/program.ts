import type { Budget } from './budget.ts';
import { check } from './checker.ts';
import { compile } from './compiler.ts';
import type { Environment } from './environment.ts';
import { parse } from './parser.ts';
import type { SyntaxLimits } from './parser.ts';
import { SyntaxProblem } from './syntax-error.ts';
import { Unifier, boolType, formatType } from './types.ts';
import type { Evaluate } from './values.ts';

/**
 * The condition in `source`, parsed, checked and compiled; `budget` is what calling it takes from. Throws
 * `SyntaxProblem`.
 */
export function compileCondition(
  source: string,
  environment: Environment,
  limits: SyntaxLimits,
  budget: Budget,
): Evaluate {
  const expression = parse(source, limits);
  const type = check(expression, environment);
  if (!new Unifier().agree([[type, boolType]])) {
    throw new SyntaxProblem(
      `it is ${formatType(type)}, and should say true or false`,
      expression.at,
    );
  }
  return compile(expression, environment, budget, { refusesFailures: true });
}
