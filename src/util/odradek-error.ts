/**
 * Every way in which operating Odradek can fail, by its code, with what a program needs to react to it.
 * Kafka's own error codes are values in responses (`protocol/error-codes.ts`), never thrown.
 * Each code is explained in `docs/ERRORS.md`; a test holds the two together.
 */
export type OdradekErrorDetails =
  | { code: 'INVALID_CONFIG'; key: string; value: unknown; expected: string }
  | { code: 'UNKNOWN_CONFIG'; key: string; nearest: string | undefined }
  | { code: 'PORT_IN_USE'; host: string; port: number }
  | { code: 'ADDRESS_UNAVAILABLE'; host: string; port: number }
  | { code: 'DATA_DIR_LOCKED'; path: string; holder: string | undefined }
  | { code: 'NEWER_FORMAT'; path: string; found: number; known: number }
  | { code: 'CORRUPT_DATA'; path: string; reason: string }
  | { code: 'CORRUPT_RECORDS'; reason: string }
  | { code: 'RECORDS_TOO_LARGE'; maxBytes: number }
  | { code: 'FILE_NOT_FOUND'; path: string }
  | { code: 'DISK_FULL'; path: string }
  | { code: 'TOO_MANY_OPEN_FILES'; path: string }
  | { code: 'IO_ERROR'; path: string; operation: string }
  | { code: 'CONNECTION_FAILED'; host: string; port: number; isRefused?: boolean }
  | { code: 'CONNECTION_CLOSED'; host: string; port: number }
  | { code: 'TIMED_OUT'; operation: string; afterMs: number }
  | { code: 'PROTOCOL_ERROR'; reason: string }
  | { code: 'BROKER_REFUSED'; operation: string; errorCode: number; errorName: string }
  | { code: 'UNKNOWN_TOPIC'; topic: string }
  | { code: 'UNKNOWN_GROUP'; group: string }
  | { code: 'METADATA_REFUSED'; endpoint: string; reason: string }
  | { code: 'MISSING_PACKAGE'; package: string; neededFor: string }
  | { code: 'INVALID_ARGUMENT'; argument: string; expected: string }
  | { code: 'INVALID_FILTER'; offset: number; line: number; column: number; reason: string }
  | { code: 'BROKER_STOPPED' };

/** The codes of `OdradekError`. */
export type OdradekErrorCode = OdradekErrorDetails['code'];

const brand = Symbol.for('odradek.OdradekError');

/**
 * An operating failure. `error.code` names it and `error.details` carries the rest; the message says what
 * happened, with the key and the value, and what to do about it.
 *
 * `instanceof OdradekError` holds across the ES module and the CommonJS build, which a process may both
 * have loaded.
 */
export class OdradekError<D extends OdradekErrorDetails = OdradekErrorDetails> extends Error {
  override readonly name = 'OdradekError';
  readonly code: D['code'];
  readonly details: D;

  constructor(message: string, details: D, options?: { cause?: unknown }) {
    super(message, options);
    this.code = details.code;
    this.details = details;
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }
}

/** Whether `error` is the operating failure named by `code`. */
export function hasCode<C extends OdradekErrorCode>(
  error: unknown,
  code: C,
): error is OdradekError<Extract<OdradekErrorDetails, { code: C }>> {
  return error instanceof OdradekError && error.code === code;
}
