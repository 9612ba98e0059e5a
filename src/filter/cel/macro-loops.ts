import type { Expression, MacroName } from './ast.ts';
import type { Budget } from './budget.ts';
import { elementBytes } from './collections.ts';
import { asFailure } from './logic.ts';
import { CelMap, Failure, isList, noSuchOverload } from './values.ts';
import type { CelValue, Evaluate, Outcome } from './values.ts';

/** Where the variable of a macro has its value while its expressions are evaluated. */
export interface Cell {
  value: CelValue;
}

/** A macro whose parts are compiled. */
export interface MacroParts {
  readonly macro: MacroName;
  readonly cell: Cell;
  readonly range: Evaluate;
  readonly predicate: Evaluate | undefined;
  readonly transform: Evaluate | undefined;
  /** What an element costs, without the macros in the parts, which count for themselves. */
  readonly stepsPerElement: number;
  readonly budget: Budget;
}

/** A loop over the elements of a list or the keys of a map. May throw `OverBudget` when it runs. */
export function compileMacro(parts: MacroParts): Evaluate {
  const { macro, predicate, transform } = parts;
  const test = predicate ?? always;
  if (macro === 'all')
    return overElements(parts, (elements) => decided(parts, elements, test, false));
  if (macro === 'exists')
    return overElements(parts, (elements) => decided(parts, elements, test, true));
  if (macro === 'exists_one')
    return overElements(parts, (elements) => isOne(parts, elements, test));
  return overElements(parts, (elements) => collected(parts, elements, test, transform));
}

const always: Evaluate = () => true;

function overElements(
  { range }: MacroParts,
  run: (elements: Iterable<CelValue>) => Outcome,
): Evaluate {
  return () => {
    const found = range();
    if (isList(found)) return run(found);
    if (found instanceof CelMap) return run(found.keys());
    return found instanceof Failure ? found : noSuchOverload;
  };
}

/** `all` and `exists`, which a failure of one element does not end where another decides. */
function decided(
  { cell, budget, stepsPerElement }: MacroParts,
  elements: Iterable<CelValue>,
  test: Evaluate,
  decisive: boolean,
): Outcome {
  let failure: Failure | undefined;
  for (const element of elements) {
    budget.spend(stepsPerElement);
    cell.value = element;
    const outcome = test();
    if (outcome === decisive) return decisive;
    if (outcome !== !decisive) failure ??= asFailure(outcome);
  }
  return failure ?? !decisive;
}

function isOne(
  { cell, budget, stepsPerElement }: MacroParts,
  elements: Iterable<CelValue>,
  test: Evaluate,
): Outcome {
  let count = 0;
  for (const element of elements) {
    budget.spend(stepsPerElement);
    cell.value = element;
    const outcome = test();
    if (outcome === true) count++;
    else if (outcome !== false) return asFailure(outcome);
  }
  return count === 1;
}

/** `filter` and `map`. */
function collected(
  { cell, budget, stepsPerElement }: MacroParts,
  elements: Iterable<CelValue>,
  test: Evaluate,
  transform: Evaluate | undefined,
): Outcome {
  const found: CelValue[] = [];
  for (const element of elements) {
    budget.spend(stepsPerElement);
    cell.value = element;
    const outcome = test();
    if (outcome === false) continue;
    if (outcome !== true) return asFailure(outcome);
    const value = transform === undefined ? element : transform();
    if (value instanceof Failure) return value;
    budget.allocate(elementBytes);
    found.push(value);
  }
  return found;
}

/** How many nodes evaluating `expression` once calls at the most: what a macro in it does is not in it. */
export function nodesIn(expression: Expression | undefined): number {
  switch (expression?.kind) {
    case undefined:
      return 0;
    case 'literal':
    case 'name':
      return 1;
    case 'select':
    case 'has':
      return 1 + nodesIn(expression.operand);
    case 'call':
      return 1 + nodesIn(expression.target) + sum(expression.args);
    case 'list':
      return 1 + sum(expression.elements);
    case 'map':
      return 1 + sum(expression.entries.flatMap(({ key, value }) => [key, value]));
    case 'logic':
      return 1 + sum(expression.operands);
    case 'conditional':
      return 1 + sum([expression.condition, expression.yes, expression.no]);
    case 'macro':
      return 1 + nodesIn(expression.range);
  }
}

function sum(expressions: readonly Expression[]): number {
  return expressions.reduce((total, expression) => total + nodesIn(expression), 0);
}
