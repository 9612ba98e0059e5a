import { OdradekError, type OdradekErrorCode } from '../util/odradek-error.ts';

/** What `Files` fails with, and what is thrown for a file that does not hold what it must. */
const codesOfFiles: ReadonlySet<OdradekErrorCode> = new Set<OdradekErrorCode>([
  'IO_ERROR',
  'FILE_NOT_FOUND',
  'DISK_FULL',
  'CORRUPT_DATA',
]);

/**
 * Whether `error` is a failure of the files of a log: neither a defect, nor records that a client has broken
 * behind a header that is in order, for which no log directory goes offline.
 */
export function isOfFiles(error: unknown): error is OdradekError {
  return error instanceof OdradekError && codesOfFiles.has(error.code);
}
