import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { FileHandle, Files, FileStat } from '../runtime.ts';
import { NodeFileHandle } from './node-file-handle.ts';
import { lockDirectory } from './node-lock.ts';
import { fileError, systemCode } from './system-error.ts';

const openFlags = {
  read: fs.constants.O_RDONLY,
  write: fs.constants.O_RDWR,
  create: fs.constants.O_RDWR | fs.constants.O_CREAT,
};

const onWindows = process.platform === 'win32';

/** The file system of the machine. */
export const nodeFiles: Files = {
  join: (...parts) => path.join(...parts),
  basename: (name) => path.basename(name),
  dirname: (name) => path.dirname(name),
  open,
  stat,
  list: (directory) => attempt('list', directory, () => fs.readdirSync(directory).toSorted()),
  makeDirectory,
  rename,
  remove: (name) => attempt('remove', name, () => fs.rmSync(name, { force: true, ...retries })),
  removeTree: (name) =>
    attempt('remove', name, () => fs.rmSync(name, { force: true, recursive: true, ...retries })),
  readFile: (name) => attempt('read', name, () => fs.readFileSync(name)),
  replaceFile,
  syncDirectory,
  lock: lockDirectory,
  temporaryDirectory: tmpdir,
  freeBytes,
  totalBytes,
  bootId,
};

/** Where a virus scanner has a file open for a moment (Windows), it is tried again. */
const retries = onWindows ? { maxRetries: 5, retryDelay: 20 } : {};

function attempt<T>(operation: string, name: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw fileError(error, operation, name);
  }
}

/** Level by level: Node's own `recursive` tries for ever where a parent refuses as if it were not there (/proc). */
function makeDirectory(name: string): void {
  const missing: string[] = [];
  for (let at = name; stat(at) === undefined; at = path.dirname(at)) {
    missing.push(at);
    if (path.dirname(at) === at) break;
  }
  for (const directory of missing.toReversed()) {
    attempt('create', directory, () => {
      try {
        fs.mkdirSync(directory);
      } catch (error) {
        if (systemCode(error) === 'ENOENT') throw new Error('the file system refuses it');
        // Another process may have been as quick.
        if (systemCode(error) !== 'EEXIST') throw error;
      }
    });
  }
  if (stat(name)?.kind !== 'directory') {
    attempt('create', name, () => fs.mkdirSync(name));
  }
}

function open(name: string, mode: 'read' | 'write' | 'create'): FileHandle {
  const fd = attempt('open', name, () => fs.openSync(name, openFlags[mode], 0o644));
  return new NodeFileHandle(fd, name);
}

function stat(name: string): FileStat | undefined {
  try {
    const found = fs.statSync(name, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    const kind = found.isDirectory() ? 'directory' : 'file';
    const inode = onWindows ? {} : { inode: `${found.dev}:${found.ino}` };
    return { kind, sizeBytes: found.size, modifiedMs: Math.floor(found.mtimeMs), ...inode };
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return undefined;
    throw fileError(error, 'stat', name);
  }
}

function rename(from: string, to: string): void {
  attempt('rename', from, () => {
    // POSIX renames a directory over an empty one; that is never meant here.
    if (fs.statSync(to, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw new Error(`${to} is a directory that exists`);
    }
    renameWithRetries(from, to);
  });
}

function renameWithRetries(from: string, to: string): void {
  for (let attemptsLeft = onWindows ? 5 : 0; ; attemptsLeft--) {
    try {
      return fs.renameSync(from, to);
    } catch (error) {
      const passing = ['EPERM', 'EACCES', 'EBUSY'].includes(systemCode(error));
      if (!passing || attemptsLeft === 0) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function replaceFile(
  name: string,
  content: Uint8Array,
  options: { readonly sync?: boolean } = {},
): void {
  const beside = `${name}.tmp`;
  attempt('write', name, () => {
    fs.writeFileSync(beside, content, { flush: options.sync === true });
    renameWithRetries(beside, name);
    if (options.sync === true) syncDirectoryNow(path.dirname(name));
  });
}

function syncDirectoryNow(directory: string): void {
  // Windows has no such call: its file system journals what directories hold.
  if (onWindows) return;
  const fd = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(fd);
  } catch (error) {
    if (!cannotSyncDirectories(error)) throw error;
  } finally {
    fs.closeSync(fd);
  }
}

function syncDirectory(directory: string): Promise<void> {
  if (onWindows) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(fileError(error, 'sync', directory));
    fs.open(directory, 'r', (openError, fd) => {
      if (openError !== null) return fail(openError);
      fs.fsync(fd, (error) => {
        fs.close(fd, () => {});
        if (error === null || cannotSyncDirectories(error)) resolve();
        else fail(error);
      });
    });
  });
}

/** Some network and user-space file systems know no fsync of a directory. */
function cannotSyncDirectories(error: unknown): boolean {
  return ['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(systemCode(error));
}

function freeBytes(name: string): number | undefined {
  try {
    const { bavail, bsize } = fs.statfsSync(name);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function totalBytes(name: string): number | undefined {
  try {
    const { blocks, bsize } = fs.statfsSync(name);
    return blocks * bsize;
  } catch {
    return undefined;
  }
}

let knownBootId: string | undefined;

function bootId(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    knownBootId ??= fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    // A container may hide it; then it is not known.
  }
  return knownBootId;
}
