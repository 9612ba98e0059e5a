import { unreachable } from '../../util/assert.ts';
import type { CallExpression, Expression, MacroExpression } from './ast.ts';
import { OverBudget } from './budget.ts';
import type { Budget } from './budget.ts';
import { elementBytes, fieldOf, hasField, mapOf } from './collections.ts';
import type { Code } from './code.ts';
import { allOf, anyOf, conditional } from './logic.ts';
import { compileBinary, compileUnary } from './operations.ts';
import { qualifiedName, rootOf } from './environment.ts';
import type { Environment, FieldAccess, Variable } from './environment.ts';
import { binaryFunctions, unaryFunctions } from './functions.ts';
import { compileMacro, nodesIn } from './macro-loops.ts';
import type { Cell } from './macro-loops.ts';
import { RegexCompiler } from './regex-match.ts';
import { SyntaxProblem } from './syntax-error.ts';
import { Failure, namedTypes, noSuchOverload } from './values.ts';
import type { CelValue, Evaluate, Outcome } from './values.ts';

/** Variables of macros, the innermost first. */
interface Scope {
  readonly name: string;
  readonly cell: Cell;
  readonly outer: Scope | undefined;
}

/**
 * Compiles an expression to closures, once; what it costs to call them is taken from `budget`. What is the same
 * for every record is worked out here. Throws `SyntaxProblem` for a regular expression that is none; what the
 * checker, which may be left out, would refuse fails when it is evaluated.
 */
export function compile(
  expression: Expression,
  environment: Environment,
  budget: Budget,
  options: CompileOptions = {},
): Evaluate {
  budget.restart();
  return new Compiler(environment, budget, options).compile(expression, undefined).evaluate;
}

/** How strictly an expression is compiled. */
export interface CompileOptions {
  /** Throw `SyntaxProblem` for a part that fails for every record, such as `timestamp("tomorrow")`. */
  readonly refusesFailures?: boolean;
}

type ListExpression = Extract<Expression, { kind: 'list' }>;

class Compiler {
  readonly #environment: Environment;
  /** All that is worked out here has to do with what one record has. */
  readonly #budget: Budget;
  readonly #refusesFailures: boolean;
  readonly #regexes = new RegexCompiler();

  constructor(environment: Environment, budget: Budget, options: CompileOptions) {
    this.#environment = environment;
    this.#budget = budget;
    this.#refusesFailures = options.refusesFailures === true;
  }

  compile(expression: Expression, scope: Scope | undefined): Code {
    switch (expression.kind) {
      case 'literal':
        return constantCode(expression.value);
      case 'name':
        return this.#name(expression, scope);
      case 'select':
        return this.#select(expression, scope);
      case 'has':
        return this.#has(expression, scope);
      case 'call':
        return this.#call(expression, scope);
      case 'list':
        return this.#list(expression, scope);
      case 'map':
        return this.#map(expression, scope);
      case 'logic': {
        const operands = expression.operands.map(
          (operand) => this.compile(operand, scope).evaluate,
        );
        return { evaluate: expression.operator === '&&' ? allOf(operands) : anyOf(operands) };
      }
      case 'conditional':
        return {
          evaluate: conditional(
            this.compile(expression.condition, scope).evaluate,
            this.compile(expression.yes, scope).evaluate,
            this.compile(expression.no, scope).evaluate,
          ),
        };
      case 'macro':
        return this.#macro(expression, scope);
      default:
        return unreachable(expression);
    }
  }

  #name(expression: Extract<Expression, { kind: 'name' }>, scope: Scope | undefined): Code {
    const { name, isRooted } = expression;
    const cell = isRooted ? undefined : cellOf(name, scope);
    if (cell !== undefined) return { evaluate: () => cell.value };
    const found = this.#global(name);
    return found ?? failingCode(`there is no variable ${name}`);
  }

  #global(name: string): Code | undefined {
    const variable = this.#environment.variables.get(name);
    if (variable !== undefined) return { evaluate: variable.read };
    const type = namedTypes.get(name);
    return type === undefined ? undefined : constantCode(type);
  }

  #select(expression: Extract<Expression, { kind: 'select' }>, scope: Scope | undefined): Code {
    const { operand, field } = expression;
    const name = qualifiedName(expression);
    const root = rootOf(expression);
    if (name !== undefined && root !== undefined) {
      const isLocal = !root.isRooted && cellOf(root.name, scope) !== undefined;
      const global = isLocal ? undefined : this.#global(name);
      if (global !== undefined) return global;
    }
    const access = this.#fieldAccess(expression, scope);
    if (access !== undefined) return { evaluate: access.read };
    const { evaluate, constant } = this.compile(operand, scope);
    return this.#folded(constant !== undefined, () => fieldOf(evaluate(), field), expression.at);
  }

  #has(expression: Extract<Expression, { kind: 'has' }>, scope: Scope | undefined): Code {
    const { at, operand, field } = expression;
    const access = this.#fieldAccess({ kind: 'select', at, operand, field }, scope);
    if (access !== undefined) return { evaluate: access.has };
    const { evaluate } = this.compile(operand, scope);
    return { evaluate: () => hasField(evaluate(), field) };
  }

  #variable(expression: Expression, scope: Scope | undefined): Variable | undefined {
    if (expression.kind !== 'name') return undefined;
    const { name, isRooted } = expression;
    const isLocal = !isRooted && cellOf(name, scope) !== undefined;
    return isLocal ? undefined : this.#environment.variables.get(name);
  }

  /** What finds a field below a variable of the environment, where that can do it by itself. */
  #fieldAccess(expression: Expression, scope: Scope | undefined): FieldAccess | undefined {
    const path: string[] = [];
    let inner = expression;
    for (;;) {
      const step = stepOf(inner);
      if (step === undefined) break;
      path.unshift(step.field);
      inner = step.operand;
    }
    return path.length === 0 ? undefined : this.#variable(inner, scope)?.fieldAt?.(path);
  }

  #call(expression: CallExpression, scope: Scope | undefined): Code {
    const { target, args, name, at } = expression;
    if (name === '_[_]' || name === '_==_' || name === '_!=_') {
      const special = this.#byField(expression, scope);
      if (special !== undefined) return special;
    }
    const given = target === undefined ? args : [target, ...args];
    const codes = given.map((argument) => this.compile(argument, scope));
    const isConstant = codes.every(({ constant }) => constant !== undefined);
    const [first, second] = codes;
    if (name === 'matches') return this.#matches(expression, codes);
    const key = target === undefined ? name : `.${name}`;
    const unary = unaryFunctions.get(key);
    if (unary !== undefined && first !== undefined && codes.length === 1) {
      return this.#folded(isConstant, compileUnary(unary, first, this.#budget), at);
    }
    const binary = binaryFunctions.get(key);
    if (binary !== undefined && first !== undefined && second !== undefined && codes.length === 2) {
      const evaluate = compileBinary(key, binary, [first, second], this.#budget);
      return this.#folded(isConstant, evaluate, at);
    }
    return failingCode(
      unary === undefined && binary === undefined
        ? `there is no function ${name}`
        : noSuchOverload.reason,
    );
  }

  /** Indices and comparisons of a field that is found without the rest of its variable. */
  #byField({ name, args, at }: CallExpression, scope: Scope | undefined): Code | undefined {
    const [left, right] = args;
    if (left === undefined || right === undefined) return undefined;
    if (name === '_[_]') {
      const access = this.#fieldAccess({ kind: 'call', at, name, args }, scope);
      return access === undefined ? undefined : { evaluate: access.read };
    }
    const [field, literal] = right.kind === 'literal' ? [left, right] : [right, left];
    if (literal.kind !== 'literal' || typeof literal.value !== 'string') return undefined;
    const access = this.#fieldAccess(field, scope) ?? this.#variable(field, scope);
    const equals = access?.equalsText?.(literal.value);
    if (equals === undefined) return undefined;
    if (name === '_==_') return { evaluate: equals };
    return { evaluate: () => negatedTruth(equals()) };
  }

  #matches({ at, args, target }: CallExpression, codes: readonly Code[]): Code {
    const [text, regex] = codes;
    const regexAt = (target === undefined ? args[1] : args[0])?.at ?? at;
    if (text === undefined || regex === undefined || codes.length !== 2) {
      return { evaluate: () => noSuchOverload };
    }
    const pattern = regex.constant?.value;
    if (typeof pattern !== 'string') {
      throw new SyntaxProblem('the regular expression of matches is not a constant text', regexAt);
    }
    const matches = this.#regexes.compile(pattern, regexAt, this.#budget);
    const { evaluate } = text;
    return this.#folded(
      text.constant !== undefined,
      () => {
        const found = evaluate();
        if (typeof found === 'string') return matches(found);
        return found instanceof Failure ? found : noSuchOverload;
      },
      at,
    );
  }

  #list({ elements, at }: ListExpression, scope: Scope | undefined): Code {
    const codes = elements.map((element) => this.compile(element, scope));
    return this.#folded(
      isConstant(codes),
      () => {
        this.#budget.allocate(codes.length * elementBytes);
        return valuesOf(codes);
      },
      at,
    );
  }

  #map(expression: Extract<Expression, { kind: 'map' }>, scope: Scope | undefined): Code {
    const keys = expression.entries.map(({ key }) => this.compile(key, scope));
    const values = expression.entries.map(({ value }) => this.compile(value, scope));
    return this.#folded(
      isConstant(keys) && isConstant(values),
      () => {
        const [foundKeys, foundValues] = [valuesOf(keys), valuesOf(values)];
        if (foundKeys instanceof Failure) return foundKeys;
        if (foundValues instanceof Failure) return foundValues;
        return mapOf(foundKeys, foundValues, this.#budget);
      },
      expression.at,
    );
  }

  #macro(expression: MacroExpression, scope: Scope | undefined): Code {
    const { macro, range, variable, predicate, transform } = expression;
    const cell: Cell = { value: null };
    const inner: Scope = { name: variable, cell, outer: scope };
    return {
      evaluate: compileMacro({
        macro,
        cell,
        range: this.compile(range, scope).evaluate,
        predicate: predicate && this.compile(predicate, inner).evaluate,
        transform: transform && this.compile(transform, inner).evaluate,
        stepsPerElement: 1 + nodesIn(predicate) + nodesIn(transform),
        budget: this.#budget,
      }),
    };
  }

  /** What is constant is worked out once, unless it costs too much: then it does so for each record. */
  #folded(isConstant: boolean, evaluate: Evaluate, at: number): Code {
    if (!isConstant) return { evaluate };
    let value: Outcome;
    try {
      value = evaluate();
    } catch (error) {
      if (error === OverBudget.thrown) return { evaluate };
      throw error;
    }
    if (!(value instanceof Failure)) return constantCode(value);
    if (!this.#refusesFailures) return { evaluate };
    throw new SyntaxProblem(`this fails whatever the record is: ${value.reason}`, at);
  }
}

function failingCode(reason: string): Code {
  const failure = new Failure(reason);
  return { evaluate: () => failure };
}

function constantCode(value: CelValue): Code {
  return { evaluate: () => value, constant: { value } };
}

function cellOf(name: string, scope: Scope | undefined): Cell | undefined {
  for (let inner = scope; inner !== undefined; inner = inner.outer) {
    if (inner.name === name) return inner.cell;
  }
  return undefined;
}

/** `operand.field` and `operand["field"]` alike. */
function stepOf(
  expression: Expression,
): { readonly operand: Expression; readonly field: string } | undefined {
  if (expression.kind === 'select') return expression;
  if (expression.kind !== 'call' || expression.name !== '_[_]') return undefined;
  const [operand, index] = expression.args;
  if (operand === undefined || index?.kind !== 'literal') return undefined;
  return typeof index.value === 'string' ? { operand, field: index.value } : undefined;
}

function negatedTruth(outcome: Outcome): Outcome {
  return typeof outcome === 'boolean' ? !outcome : outcome;
}

function isConstant(codes: readonly Code[]): boolean {
  return codes.every(({ constant }) => constant !== undefined);
}

/** The values of all, or the failure of one. */
function valuesOf(codes: readonly Code[]): CelValue[] | Failure {
  const values: CelValue[] = [];
  for (const { evaluate } of codes) {
    const value = evaluate();
    if (value instanceof Failure) return value;
    values.push(value);
  }
  return values;
}
