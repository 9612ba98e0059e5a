import type { Expression, MacroExpression, MacroName } from './ast.ts';
import type { NodeMaker } from './node-maker.ts';
import { SyntaxProblem } from './syntax-error.ts';

const macroNames: ReadonlySet<string> = new Set<MacroName>([
  'all',
  'exists',
  'exists_one',
  'map',
  'filter',
]);

function isMacroName(name: string): name is MacroName {
  return macroNames.has(name);
}

/** `has(operand.field)`. Throws `SyntaxProblem` where what is asked for is no field. */
export function expandHas(at: number, args: readonly Expression[], make: NodeMaker): Expression {
  const [asked] = args;
  if (args.length !== 1 || asked?.kind !== 'select') {
    throw new SyntaxProblem('has takes a field, such as has(value.player)', asked?.at ?? at);
  }
  const { operand, field } = asked;
  return make.node({ kind: 'has', at: asked.at, operand, field }, operand);
}

/**
 * The macro that `range.name(args)` is, or undefined where it is none: a method may have the same name and
 * another number of arguments. Throws `SyntaxProblem` where the variable is no name.
 */
export function expandMacro(
  at: number,
  name: string,
  range: Expression,
  args: readonly Expression[],
  make: NodeMaker,
): Expression | undefined {
  if (!isMacroName(name)) return undefined;
  const [variable, first, second] = args;
  if (variable === undefined || first === undefined) return undefined;
  if (args.length !== 2 && !(args.length === 3 && name === 'map')) return undefined;
  if (variable.kind !== 'name' || variable.isRooted) {
    throw new SyntaxProblem(`the first argument of ${name} names a variable`, variable.at);
  }
  const macro: MacroExpression = {
    kind: 'macro',
    at,
    macro: name,
    range,
    variable: variable.name,
    ...partsOf(name, first, second),
  };
  return make.node(macro, range, first, ...(second === undefined ? [] : [second]));
}

function partsOf(name: MacroName, first: Expression, second: Expression | undefined) {
  if (name !== 'map') return { predicate: first };
  return second === undefined ? { transform: first } : { predicate: first, transform: second };
}
