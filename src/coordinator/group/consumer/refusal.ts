import type { ErrorName } from '../../../protocol/error-codes.ts';

/** Why a request gets nothing but an error. */
export interface Refusal {
  readonly error: ErrorName;
  /** For people. */
  readonly message: string;
}

/** A refusal of these words. */
export function refuse(error: ErrorName, message: string): Refusal {
  return { error, message };
}

/** Whether what was found is a refusal. */
export function isRefusal(found: object): found is Refusal {
  return 'error' in found && 'message' in found;
}
