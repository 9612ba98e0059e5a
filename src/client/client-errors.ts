import {
  errorMeaning,
  errorName,
  isRetriable as isRetriableCode,
} from '../protocol/error-codes.ts';
import { isError } from '../util/is-error.ts';
import { OdradekError } from '../util/odradek-error.ts';

/**
 * The broker's refusal of `operation` (words such as `create topic orders`), with what it says about it.
 * Codes that Kafka did not have when this was written are called `ERROR_<code>`.
 */
export function brokerRefused(
  operation: string,
  errorCode: number,
  message?: string | null,
): OdradekError {
  const name = errorName(errorCode) ?? `ERROR_${errorCode}`;
  const isSilent = message === null || message === undefined || message === '';
  const words = isSilent ? errorMeaning(errorCode) : message;
  return new OdradekError(`${operation}: ${name}${words === undefined ? '' : `: ${words}`}`, {
    code: 'BROKER_REFUSED',
    operation,
    errorCode,
    errorName: name,
  });
}

/** The failure of an operation that did not come to an end within its time. */
export function timedOut(operation: string, afterMs: number, cause?: unknown): OdradekError {
  const reason = isError(cause) ? `; last: ${cause.message}` : '';
  return new OdradekError(
    `${operation} did not succeed within ${afterMs} ms${reason}`,
    { code: 'TIMED_OUT', operation, afterMs },
    { cause },
  );
}

/** What was thrown, as an error whatever it is. */
export function asError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(String(thrown));
}

/** Whether the operation that failed with `error` may succeed when it is tried again. */
export function isRetriable(error: unknown): boolean {
  if (!(error instanceof OdradekError)) return false;
  const { details } = error;
  switch (details.code) {
    case 'CONNECTION_FAILED':
    case 'CONNECTION_CLOSED':
    case 'TIMED_OUT':
      return true;
    case 'BROKER_REFUSED':
      return isRetriableCode(details.errorCode);
    default:
      return false;
  }
}
