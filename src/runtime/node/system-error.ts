import { constants } from 'node:os';
import { errorText, isError } from '../../util/is-error.ts';
import { OdradekError } from '../../util/odradek-error.ts';

/** The code of a system error, such as `ENOENT`, or an empty string for any other error. */
export function systemCode(error: unknown): string {
  if (!isError(error)) return '';
  const { code, errno } = error as NodeJS.ErrnoException;
  // libuv has no name for a quota that is used up, and answers the bare number.
  if (errno === -constants.errno.EDQUOT) return 'EDQUOT';
  // Node's own removal of trees (24) puts neither name nor number in it.
  if (code === '' && error.message.includes('Too many open files')) return 'EMFILE';
  return code ?? '';
}

/** What a failed call of the file system is to the rest of Odradek. `operation` is a verb: `write`. */
export function fileError(error: unknown, operation: string, path: string): OdradekError {
  if (error instanceof OdradekError) return error;
  const cause = { cause: error };
  switch (systemCode(error)) {
    case 'ENOENT':
      return new OdradekError(`There is no ${path}`, { code: 'FILE_NOT_FOUND', path }, cause);
    case 'ENOSPC':
    case 'EDQUOT':
      return new OdradekError(
        `No space is left to ${operation} ${path}: free some, or raise the quota`,
        { code: 'DISK_FULL', path },
        cause,
      );
    case 'EMFILE':
    case 'ENFILE':
      return new OdradekError(
        `Could not ${operation} ${path}: too many open files; raise the limit (ulimit -n)`,
        { code: 'TOO_MANY_OPEN_FILES', path },
        cause,
      );
    default:
      return new OdradekError(
        `Could not ${operation} ${path}: ${errorText(error)}`,
        { code: 'IO_ERROR', path, operation },
        cause,
      );
  }
}
