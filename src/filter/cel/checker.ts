import type { CallExpression, Expression, MacroExpression } from './ast.ts';
import { functionNames, overloadsOf } from './declarations.ts';
import type { Overload } from './declarations.ts';
import { qualifiedName, rootOf } from './environment.ts';
import type { Environment } from './environment.ts';
import { nearestWord } from '../../util/nearest.ts';
import { SyntaxProblem } from './syntax-error.ts';
import {
  TypeVariable,
  Unifier,
  boolType,
  dynType,
  formatType,
  resolved,
  simpleType,
} from './types.ts';
import type { Type } from './types.ts';
import { namedTypes, typeOf } from './values.ts';
import type { CelValue } from './values.ts';

/** Variables of macros, the innermost first. */
interface Scope {
  readonly name: string;
  readonly type: Type;
  readonly outer: Scope | undefined;
}

/**
 * The type of `expression`. Throws `SyntaxProblem` for a name that nothing has, a function that does not take
 * what it is given, and whatever else must fail for every record.
 */
export function check(expression: Expression, environment: Environment): Type {
  return new Checker(environment).typeOf(expression, undefined);
}

class Checker {
  readonly #environment: Environment;
  readonly #unifier = new Unifier();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  typeOf(expression: Expression, scope: Scope | undefined): Type {
    switch (expression.kind) {
      case 'literal':
        return literalType(expression.value);
      case 'name':
        return this.#name(expression, scope);
      case 'select':
        return this.#qualified(expression, scope) ?? this.#field(expression, scope);
      case 'has':
        this.#field(expression, scope);
        return boolType;
      case 'call':
        return this.#call(expression, scope);
      case 'list':
        return { kind: 'list', element: this.#join(expression.elements, scope) };
      case 'map':
        return {
          kind: 'map',
          key: this.#keyType(
            expression.entries.map(({ key }) => key),
            scope,
          ),
          value: this.#join(
            expression.entries.map(({ value }) => value),
            scope,
          ),
        };
      case 'logic':
        for (const operand of expression.operands) {
          this.#require(operand, boolType, scope, `an operand of ${expression.operator}`);
        }
        return boolType;
      case 'conditional':
        return this.#conditional(expression, scope);
      case 'macro':
        return this.#macro(expression, scope);
    }
  }

  #name(expression: Extract<Expression, { kind: 'name' }>, scope: Scope | undefined): Type {
    const { name, isRooted, at } = expression;
    if (!isRooted) {
      for (let inner = scope; inner !== undefined; inner = inner.outer) {
        if (inner.name === name) return inner.type;
      }
    }
    const found = this.#global(name);
    if (found !== undefined) return found;
    const close = nearestWord(name, [...this.#environment.variables.keys()]);
    const hint = close === undefined ? '' : `; did you mean ${close}?`;
    throw new SyntaxProblem(`there is no variable ${name}${hint}`, at);
  }

  /** A variable or a type whose name has dots, unless a variable of a macro has the first part of it. */
  #qualified(expression: Expression, scope: Scope | undefined): Type | undefined {
    const root = rootOf(expression);
    const name = qualifiedName(expression);
    if (root === undefined || name === undefined) return undefined;
    for (let inner = scope; inner !== undefined && !root.isRooted; inner = inner.outer) {
      if (inner.name === root.name) return undefined;
    }
    return this.#global(name);
  }

  #global(name: string): Type | undefined {
    const variable = this.#environment.variables.get(name);
    if (variable !== undefined) return variable.type;
    const type = namedTypes.get(name);
    return type === undefined ? undefined : { kind: 'type', of: simpleType(type.name) };
  }

  #field(
    expression: Extract<Expression, { kind: 'select' | 'has' }>,
    scope: Scope | undefined,
  ): Type {
    const operand = resolved(this.typeOf(expression.operand, scope));
    if (operand.kind === 'dyn') return dynType;
    if (operand.kind === 'variable') return dynType;
    if (operand.kind === 'map' && this.#unifier.agree([[operand.key, simpleType('string')]])) {
      return operand.value;
    }
    throw new SyntaxProblem(
      `${formatType(operand)} has no fields, so none that is called ${expression.field}`,
      expression.at,
    );
  }

  #call(expression: CallExpression, scope: Scope | undefined): Type {
    const { name, target, args, at } = expression;
    const given = target === undefined ? args : [target, ...args];
    const types = given.map((argument) => this.typeOf(argument, scope));
    const overloads = overloadsOf(name, freshParameters);
    if (overloads.length === 0) throw unknownFunction(name, target !== undefined, at);
    const result = this.#resolve(overloads, target !== undefined, types);
    if (result !== undefined) return result;
    throw new SyntaxProblem(mismatch(expression, types, overloads), at);
  }

  /** The type of the overload that takes `types`; `dyn` where more than one does, with different results. */
  #resolve(
    overloads: readonly Overload[],
    isMethod: boolean,
    types: readonly Type[],
  ): Type | undefined {
    const fitting = overloads.filter((overload) => {
      const mark = this.#unifier.mark();
      const fits = this.#takes(overload, isMethod, types);
      this.#unifier.undo(mark);
      return fits;
    });
    const [only] = fitting;
    if (only === undefined) return undefined;
    if (fitting.length === 1) {
      this.#takes(only, isMethod, types);
      return only.result;
    }
    const results = new Set(fitting.map(({ result }) => formatType(result)));
    return results.size === 1 ? only.result : dynType;
  }

  #takes(overload: Overload, isMethod: boolean, types: readonly Type[]): boolean {
    const { parameters } = overload;
    if (overload.isMethod !== isMethod || parameters.length !== types.length) return false;
    return this.#unifier.agree(types.map((type, i) => [parameters[i] ?? dynType, type] as const));
  }

  #require(expression: Expression, type: Type, scope: Scope | undefined, what: string): void {
    const found = this.typeOf(expression, scope);
    if (this.#unifier.agree([[found, type]])) return;
    throw new SyntaxProblem(
      `${what} is ${formatType(found)}, not ${formatType(type)}`,
      expression.at,
    );
  }

  /** The one type of all, or `dyn` where they are of several. */
  #join(expressions: readonly Expression[], scope: Scope | undefined): Type {
    const joined = new TypeVariable();
    let isMixed = false;
    for (const expression of expressions) {
      const type = this.typeOf(expression, scope);
      isMixed = !this.#unifier.agree([[joined, type]]) || isMixed;
    }
    return isMixed ? dynType : joined;
  }

  #keyType(keys: readonly Expression[], scope: Scope | undefined): Type {
    for (const key of keys) {
      const type = resolved(this.typeOf(key, scope));
      if (type.kind === 'dyn' || type.kind === 'variable') continue;
      if (type.kind === 'simple' && keyTypes.has(type.name)) continue;
      throw new SyntaxProblem(`${formatType(type)} cannot be the key of a map`, key.at);
    }
    return this.#join(keys, scope);
  }

  #conditional(
    expression: Extract<Expression, { kind: 'conditional' }>,
    scope: Scope | undefined,
  ): Type {
    const { condition, yes, no, at } = expression;
    this.#require(condition, boolType, scope, 'what stands before ?');
    const joined = new TypeVariable();
    const [first, second] = [this.typeOf(yes, scope), this.typeOf(no, scope)];
    if (this.#unifier.agree([[joined, first], [joined, second]])) return joined; // prettier-ignore
    throw new SyntaxProblem(
      `? has ${formatType(first)} for true and ${formatType(second)} for false`,
      at,
    );
  }

  #macro(expression: MacroExpression, scope: Scope | undefined): Type {
    const { macro, range, variable, predicate, transform } = expression;
    const element = this.#elementType(range, scope, macro);
    const inner: Scope = { name: variable, type: element, outer: scope };
    if (predicate !== undefined) {
      this.#require(predicate, boolType, inner, `the condition of ${macro}`);
    }
    if (transform !== undefined) return { kind: 'list', element: this.typeOf(transform, inner) };
    return macro === 'filter' ? { kind: 'list', element } : boolType;
  }

  #elementType(range: Expression, scope: Scope | undefined, macro: string): Type {
    const type = resolved(this.typeOf(range, scope));
    switch (type.kind) {
      case 'list':
        return type.element;
      case 'map':
        return type.key;
      case 'dyn':
      case 'variable':
        return dynType;
      default:
        throw new SyntaxProblem(
          `${macro} goes over a list or a map, not ${formatType(type)}`,
          range.at,
        );
    }
  }
}

const keyTypes: ReadonlySet<string> = new Set(['string', 'int', 'uint', 'bool']);

function literalType(value: CelValue): Type {
  return simpleType(typeOf(value).name);
}

function freshParameters(): (letter: string) => Type {
  const variables = new Map<string, TypeVariable>();
  return (letter) => {
    const variable = variables.get(letter) ?? new TypeVariable();
    variables.set(letter, variable);
    return variable;
  };
}

function unknownFunction(name: string, isMethod: boolean, at: number): SyntaxProblem {
  const close = nearestWord(name, [...functionNames()]);
  const hint = close === undefined ? '' : `; did you mean ${close}?`;
  return new SyntaxProblem(`there is no ${isMethod ? 'method' : 'function'} ${name}${hint}`, at);
}

/** What was given, and what would have been taken. */
function mismatch(
  { name, target, args }: CallExpression,
  types: readonly Type[],
  overloads: readonly Overload[],
): string {
  const given = types.map((type) => formatType(type));
  const operator = operatorIn(name);
  if (operator !== undefined) {
    return given.length === 1
      ? `there is no ${operator} for ${given.join()}`
      : `there is no ${operator} for ${given.join(' and ')}`;
  }
  const isMethod = target !== undefined;
  const alike = overloads.filter((overload) => overload.isMethod === isMethod);
  if (alike.length === 0) {
    return isMethod ? `${name} is called as ${name}(…)` : `${name} is called as x.${name}(…)`;
  }
  if (isMethod) return `${given[0] ?? ''} has no ${name}(${given.slice(1).join(', ')})`;
  return (
    `${name} does not take (${given.join(', ')})` + (args.length === 0 ? ': it wants a value' : '')
  );
}

function operatorIn(name: string): string | undefined {
  if (name === '@in') return 'in';
  if (name === '_[_]') return '[]';
  return name.includes('_') && !/\w\w/.test(name) ? name.replaceAll('_', '') : undefined;
}
