/**
 * The cases that cel-spec's conformance tests are about, in a format of our own: one line of JSON for each.
 * `node tools/cel-conformance.ts FOLDER` makes them of the folder `tests/simple/testdata` of cel-spec.
 */
export interface ConformanceCase {
  readonly section: string;
  readonly name: string;
  readonly expression: string;
  /** By name, with the type that the checker is told and what it is when the expression is evaluated. */
  readonly variables?: Readonly<
    Record<string, { readonly type?: string; readonly value?: CaseValue }>
  >;
  /** Not to be type-checked. */
  readonly isUnchecked?: true;
  /** To be type-checked alone. */
  readonly isCheckOnly?: true;
  /** The type that the checker finds. */
  readonly type?: string;
  /** What it comes to; an error where neither this nor `type` is there. */
  readonly value?: CaseValue;
}

/** A value. Numbers are texts, since JSON is not for 64 bits; bytes are in hexadecimal. */
export type CaseValue =
  | { readonly null: true }
  | { readonly bool: boolean }
  | { readonly int: string }
  | { readonly uint: string }
  | { readonly double: string }
  | { readonly string: string }
  | { readonly bytes: string }
  | { readonly list: readonly CaseValue[] }
  | { readonly map: readonly (readonly [CaseValue, CaseValue])[] }
  | { readonly type: string }
  | { readonly timestamp: readonly [seconds: string, nanos: string] }
  | { readonly duration: readonly [seconds: string, nanos: string] };
