import { OdradekError } from '../util/odradek-error.ts';

/** What is thrown for records that cannot be read: `reason` says what is wrong with the bytes. */
export function corruptRecords(reason: string, cause?: unknown): OdradekError {
  return new OdradekError(
    `records are corrupt: ${reason}`,
    { code: 'CORRUPT_RECORDS', reason },
    cause === undefined ? undefined : { cause },
  );
}

/** What is thrown for records that would take more than `maxBytes` when decompressed. */
export function recordsTooLarge(maxBytes: number): OdradekError {
  return new OdradekError(`records take more than ${maxBytes} bytes when decompressed`, {
    code: 'RECORDS_TOO_LARGE',
    maxBytes,
  });
}
