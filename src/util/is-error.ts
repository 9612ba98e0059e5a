/**
 * Whether `value` is an error, of whichever realm: under Jest, what Node throws is not `instanceof` the
 * `Error` that this code sees.
 */
export function isError(value: unknown): value is Error {
  return Object.prototype.toString.call(value) === '[object Error]';
}

/** What `error`, caught from anywhere, says of itself. */
export function errorText(error: unknown): string {
  return isError(error) ? error.message : String(error);
}
