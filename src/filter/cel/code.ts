import type { CelValue, Evaluate } from './values.ts';

/** An expression, compiled. `constant` is there where it is the same for every record. */
export interface Code {
  readonly evaluate: Evaluate;
  readonly constant?: { readonly value: CelValue };
}
