import type { CelValue } from './values.ts';

/** The macros over lists and maps. `has` is a kind of its own. */
export type MacroName = 'all' | 'exists' | 'exists_one' | 'map' | 'filter';

/** An expression as it was parsed. `at` is the index in the source that a complaint about it points to. */
export type Expression =
  | { readonly kind: 'literal'; readonly at: number; readonly value: CelValue }
  /** A variable or a type. `isRooted`: written with a dot in front, which no variable of a macro hides. */
  | {
      readonly kind: 'name';
      readonly at: number;
      readonly name: string;
      readonly isRooted: boolean;
    }
  /** `operand.field`; `at` is the field's. */
  | SelectExpression
  | {
      readonly kind: 'has';
      readonly at: number;
      readonly operand: Expression;
      readonly field: string;
    }
  /** A function, a method (which has a `target`), or an operator under its name in CEL, such as `_+_`. */
  | CallExpression
  | { readonly kind: 'list'; readonly at: number; readonly elements: readonly Expression[] }
  | { readonly kind: 'map'; readonly at: number; readonly entries: readonly MapEntry[] }
  /** Any number of operands, joined by one of the two. */
  | {
      readonly kind: 'logic';
      readonly at: number;
      readonly operator: '&&' | '||';
      readonly operands: readonly Expression[];
    }
  | {
      readonly kind: 'conditional';
      readonly at: number;
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | MacroExpression;

/** A field of a map. */
export interface SelectExpression {
  readonly kind: 'select';
  readonly at: number;
  readonly operand: Expression;
  readonly field: string;
}

/** A call of a function, a method or an operator. */
export interface CallExpression {
  readonly kind: 'call';
  readonly at: number;
  readonly name: string;
  readonly target?: Expression;
  readonly args: readonly Expression[];
}

/** `range.macro(variable, …)`: `map` has a transform and may have a predicate, the others a predicate. */
export interface MacroExpression {
  readonly kind: 'macro';
  readonly at: number;
  readonly macro: MacroName;
  readonly range: Expression;
  readonly variable: string;
  readonly predicate?: Expression;
  readonly transform?: Expression;
}

/** An entry of a map's literal. */
export interface MapEntry {
  readonly key: Expression;
  readonly value: Expression;
}
