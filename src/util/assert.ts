/**
 * Broken invariants. An operating failure (a full disk, a bad option) is an `OdradekError`; what these
 * throw is a defect in Odradek, and stops the broker in which it happens.
 */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** Throws `AssertionFailure` unless `condition` holds. `message` says what should have been true. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** `value` itself, known to be there. Throws `AssertionFailure` for null and undefined. */
export function must<T>(value: T | null | undefined, message = 'a value must be here'): T {
  if (value === null || value === undefined) throw new AssertionFailure(message);
  return value;
}

/** Marks a branch that the types rule out, so that a forgotten case does not compile. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${String(value)}`);
}
