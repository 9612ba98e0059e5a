/**
 * Types as the checker sees them: finer than those of values, since a list's is of its elements. What is known
 * only when a record is there is `dyn`, which agrees with any.
 */
export type Type =
  | { readonly kind: 'dyn' }
  /** A type without parts, by its name in CEL. */
  | { readonly kind: 'simple'; readonly name: string }
  | { readonly kind: 'list'; readonly element: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  /** The type of the types. */
  | { readonly kind: 'type'; readonly of: Type }
  /** A type that is not known yet. */
  | TypeVariable;

/** The same type wherever it stands, found as what it stands for is compared with others. */
export class TypeVariable {
  readonly kind = 'variable';
  bound: Type | undefined;
}

/** The one that agrees with all. */
export const dynType: Type = { kind: 'dyn' };

/** A type without parts. */
export function simpleType(name: string): Type {
  return { kind: 'simple', name };
}

/** The type of an expression that a filter is. */
export const boolType: Type = simpleType('bool');

/** What a variable stands for, as far as it is known; any other type is itself. */
export function resolved(type: Type): Type {
  let found = type;
  while (found instanceof TypeVariable && found.bound !== undefined) found = found.bound;
  return found;
}

/** A type as one writes it. What is not known is `dyn`. */
export function formatType(type: Type): string {
  const found = resolved(type);
  switch (found.kind) {
    case 'dyn':
    case 'variable':
      return 'dyn';
    case 'simple':
      return shortNames.get(found.name) ?? found.name;
    case 'list':
      return `list(${formatType(found.element)})`;
    case 'map':
      return `map(${formatType(found.key)}, ${formatType(found.value)})`;
    case 'type':
      return `type(${formatType(found.of)})`;
  }
}

const shortNames: ReadonlyMap<string, string> = new Map([
  ['google.protobuf.Timestamp', 'timestamp'],
  ['google.protobuf.Duration', 'duration'],
  ['null_type', 'null'],
]);

/**
 * Finds out whether types agree, and what that says of the variables in them. What it has bound can be taken
 * back, so that one overload after the other can be tried.
 */
export class Unifier {
  readonly #trail: [TypeVariable, Type | undefined][] = [];

  /** Whether the types agree. Where they do not, nothing has been bound. */
  agree(pairs: readonly (readonly [Type, Type])[]): boolean {
    const mark = this.mark();
    if (pairs.every(([left, right]) => this.#unify(left, right))) return true;
    this.undo(mark);
    return false;
  }

  /** Where `undo` goes back to. */
  mark(): number {
    return this.#trail.length;
  }

  /** Takes back what was bound since `mark`. */
  undo(mark: number): void {
    for (const [variable, bound] of this.#trail.splice(mark).toReversed()) variable.bound = bound;
  }

  #unify(left: Type, right: Type): boolean {
    if (left instanceof TypeVariable) return this.#unifyVariable(left, right);
    if (right instanceof TypeVariable) return this.#unifyVariable(right, left);
    if (left.kind === 'dyn' || right.kind === 'dyn') return true;
    if (left.kind === 'simple') return right.kind === 'simple' && left.name === right.name;
    if (left.kind === 'list') {
      return right.kind === 'list' && this.#unify(left.element, right.element);
    }
    // Of types as values only that they are such is compared: `type(x) == int` is a question.
    if (left.kind === 'type') return right.kind === 'type';
    if (right.kind !== 'map') return false;
    return this.#unify(left.key, right.key) && this.#unify(left.value, right.value);
  }

  #unifyVariable(variable: TypeVariable, type: Type): boolean {
    const other = resolved(type);
    if (other === variable) return true;
    const { bound } = variable;
    if (bound === undefined) {
      if (holds(other, variable)) return false;
      this.#bind(variable, other);
      return true;
    }
    if (!this.#unify(bound, other)) return false;
    if (isMoreGeneral(other, resolved(bound))) this.#bind(variable, other);
    return true;
  }

  #bind(variable: TypeVariable, type: Type): void {
    this.#trail.push([variable, variable.bound]);
    variable.bound = type;
  }
}

function holds(type: Type, variable: TypeVariable): boolean {
  const found = resolved(type);
  if (found === variable) return true;
  if (found.kind === 'list') return holds(found.element, variable);
  if (found.kind === 'type') return holds(found.of, variable);
  return found.kind === 'map' && (holds(found.key, variable) || holds(found.value, variable));
}

/** Whether `type`, which agrees with `other`, has a `dyn` where the other is known. */
function isMoreGeneral(type: Type, other: Type): boolean {
  const [left, right] = [resolved(type), resolved(other)];
  if (left.kind === 'dyn') return right.kind !== 'dyn';
  if (left.kind === 'list') {
    return right.kind === 'list' && isMoreGeneral(left.element, right.element);
  }
  if (left.kind !== 'map' || right.kind !== 'map') return false;
  return isMoreGeneral(left.key, right.key) || isMoreGeneral(left.value, right.value);
}
