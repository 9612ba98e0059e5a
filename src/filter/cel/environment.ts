import type { Expression } from './ast.ts';
import type { Type } from './types.ts';
import type { Evaluate } from './values.ts';

/** A field of a variable, found without the whole of the variable being made. */
export interface FieldAccess {
  readonly read: Evaluate;
  /** Whether it is there. */
  readonly has: Evaluate;
  /** Whether it is this text, with the outcome that `read` and `==` would have. */
  equalsText(text: string): Evaluate;
}

/** A variable of an expression. */
export interface Variable {
  readonly type: Type;
  readonly read: Evaluate;
  /** Whether it is this text, with the outcome that `read` and `==` would have, where it can do better. */
  equalsText?(text: string): Evaluate;
  /** The field at the end of `path`, which is not empty, where the variable can do better than `read`. */
  fieldAt?(path: readonly string[]): FieldAccess | undefined;
}

/** What an expression may refer to. */
export interface Environment {
  /** By name; a name may have dots. */
  readonly variables: ReadonlyMap<string, Variable>;
}

/** The name that a row of fields spells, such as `a.b.c`, without the dot that may stand in front. */
export function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'select') return undefined;
  const operand = qualifiedName(expression.operand);
  return operand === undefined ? undefined : `${operand}.${expression.field}`;
}

/** The name with which a row of fields begins. */
export function rootOf(expression: Expression): Extract<Expression, { kind: 'name' }> | undefined {
  if (expression.kind === 'name') return expression;
  return expression.kind === 'select' ? rootOf(expression.operand) : undefined;
}
