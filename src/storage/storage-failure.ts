import { hasCode, OdradekError, type OdradekErrorCode } from '../util/odradek-error.ts';

/** What `Files` fails with, and what is thrown for a file that does not hold what it must. */
const codesOfFiles: ReadonlySet<OdradekErrorCode> = new Set<OdradekErrorCode>([
  'IO_ERROR',
  'FILE_NOT_FOUND',
  'DISK_FULL',
  'TOO_MANY_OPEN_FILES',
  'CORRUPT_DATA',
]);

/**
 * Whether `error` is a failure of the files of a log: neither a defect, nor records that a client has broken
 * behind a header that is in order, for which no log directory goes offline.
 */
export function isOfFiles(error: unknown): error is OdradekError {
  return error instanceof OdradekError && codesOfFiles.has(error.code);
}

/**
 * Whether something failed for want of room, on the disk or among the descriptors: nothing is wrong with the
 * disk, no log directory goes offline for it, and it may be tried again later.
 */
export function lacksRoom(
  error: unknown,
): error is OdradekError<{ code: 'DISK_FULL' | 'TOO_MANY_OPEN_FILES'; path: string }> {
  return hasCode(error, 'DISK_FULL') || hasCode(error, 'TOO_MANY_OPEN_FILES');
}

/** Does `work`, which may be left for later where there is no room for it. */
export function ifThereIsRoom(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!lacksRoom(error)) throw error;
  }
}
