import { isError } from './is-error.ts';
import { OdradekError, type OdradekErrorDetails } from './odradek-error.ts';

/** An error as a message between threads carries it: structured clone would keep the text of it alone. */
export interface ErrorImage {
  readonly message: string;
  readonly stack: string | undefined;
  readonly details: OdradekErrorDetails | undefined;
  readonly cause: string | undefined;
}

/** What of `error` another thread can be told. */
export function toErrorImage(error: unknown): ErrorImage {
  if (!isError(error)) {
    return { message: String(error), stack: undefined, details: undefined, cause: undefined };
  }
  const details = error instanceof OdradekError ? error.details : undefined;
  const cause = isError(error.cause) ? error.cause.message : undefined;
  return { message: error.message, stack: error.stack, details, cause };
}

/** The error again: an `OdradekError` where it was one, with the stack of the thread that threw it. */
export function fromErrorImage({ message, stack, details, cause }: ErrorImage): Error {
  const options = cause === undefined ? {} : { cause: new Error(cause) };
  const error =
    details === undefined
      ? new Error(message, options)
      : new OdradekError(message, details, options);
  if (stack !== undefined) error.stack = stack;
  return error;
}
