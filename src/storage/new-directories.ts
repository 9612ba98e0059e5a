import type { Files } from '../runtime/runtime.ts';
import { OdradekError } from '../util/odradek-error.ts';

/** What has to be made so that `path` is there: itself and those above it, or nothing. Throws as `Files` does. */
export function missingDirectories(files: Files, path: string): string[] {
  const missing: string[] = [];
  for (let at = path; files.stat(at) === undefined; at = files.dirname(at)) {
    missing.push(at);
    if (at === files.dirname(at)) break;
  }
  return missing;
}

/**
 * Removes directories that a start has made which then failed: those of `data`, whose locks it holds, where no
 * directory is in them, and so no record; those above them where they are empty. What cannot be removed stays.
 */
export function removeNewDirectories(
  files: Files,
  made: Iterable<string>,
  data: ReadonlySet<string>,
): void {
  const innermostFirst = [...new Set(made)].sort((a, b) => b.length - a.length);
  for (const path of innermostFirst) {
    try {
      if (mayGo(files, path, data.has(path))) files.removeTree(path);
    } catch (error) {
      if (!(error instanceof OdradekError)) throw error;
    }
  }
}

function mayGo(files: Files, path: string, isData: boolean): boolean {
  if (files.stat(path) === undefined) return false;
  const names = files.list(path);
  if (!isData) return names.length === 0;
  return names.every((name) => files.stat(files.join(path, name))?.kind !== 'directory');
}
