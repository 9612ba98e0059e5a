import * as fs from 'node:fs';
import * as net from 'node:net';
import { hostname } from 'node:os';
import * as path from 'node:path';
import type { DirectoryLock } from '../runtime.ts';
import { realSetTimeout } from './captured.ts';
import { fileError, systemCode } from './system-error.ts';

/** Says who has the lock of its directory; on some systems it is the lock. */
export const lockFileName = '.lock';
/**
 * How often, and how long apart, a name is asked for that somebody has and `.lock` gives to nobody. It is
 * that of a directory which is no more, whose inode this one got: its sweeper lets go of it at any moment.
 */
const unclaimedAttempts = 50;
const unclaimedDelayMs = 10;

/**
 * The lock of a directory: held by the operating system for this process, so that it goes with the process
 * however that ends. The reasons are in `docs/decisions/0020-directory-lock.md`.
 *
 * - Linux: a name in the abstract socket namespace, made of the directory's device and inode.
 * - macOS, BSD, Windows: `.lock` opened with an exclusive lock.
 *
 * `.lock` also says who holds it. It stays when the lock is given back, as Apache's does.
 */
export async function lockDirectory(
  directory: string,
): Promise<DirectoryLock | { heldBy: string | undefined }> {
  const file = path.join(directory, lockFileName);
  try {
    return process.platform === 'linux'
      ? await lockBySocket(directory, file)
      : lockByOpening(directory, file);
  } catch (error) {
    throw fileError(error, 'lock', directory);
  }
}

async function lockBySocket(
  directory: string,
  file: string,
): Promise<DirectoryLock | { heldBy: string | undefined }> {
  const { dev, ino } = fs.statSync(directory, { bigint: true });
  const name = `\0odradek/directory-lock/${dev}/${ino}`;
  let socket = await bind(name);
  for (let attempt = 1; socket === undefined; attempt++) {
    const heldBy = readHolder(file);
    if (heldBy !== undefined || attempt === unclaimedAttempts) return { heldBy };
    await new Promise<void>((resolve) => void realSetTimeout(resolve, unclaimedDelayMs));
    socket = await bind(name);
  }
  writeHolder(() => fs.writeFileSync(file, holder()));
  const held = socket;
  return new Lock(async () => {
    writeHolder(() => fs.truncateSync(file));
    await new Promise<void>((resolve) => held.close(() => resolve()));
  });
}

/** A listening socket that nobody is answered on, or undefined where the name is taken. */
function bind(name: string): Promise<net.Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((visitor) => visitor.destroy());
    server.once('error', (error) => {
      if (systemCode(error) === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    // Exclusive: a worker of node:cluster would else share the socket of its siblings.
    server.listen({ path: name, exclusive: true, backlog: 1 }, () => {
      server.on('error', () => {});
      server.unref();
      resolve(server);
    });
  });
}

/** O_EXLOCK, which Node does not name: flock(2) as part of open(2), or a share mode of none on Windows. */
const openLocked = process.platform === 'win32' ? 0x1000_0000 : 0x20;
const withoutWaiting = process.platform === 'win32' ? 0 : fs.constants.O_NONBLOCK;

function lockByOpening(
  directory: string,
  file: string,
): DirectoryLock | { heldBy: string | undefined } {
  fs.statSync(directory);
  let fd: number;
  try {
    const flags = fs.constants.O_RDWR | fs.constants.O_CREAT | openLocked | withoutWaiting;
    fd = fs.openSync(file, flags, 0o644);
  } catch (error) {
    if (['EAGAIN', 'EWOULDBLOCK', 'EBUSY'].includes(systemCode(error))) {
      return { heldBy: readHolder(file) };
    }
    throw error;
  }
  writeHolder(() => {
    fs.ftruncateSync(fd);
    fs.writeSync(fd, holder(), 0);
  });
  return new Lock(async () => {
    writeHolder(() => fs.ftruncateSync(fd));
    fs.closeSync(fd);
  });
}

class Lock implements DirectoryLock {
  readonly #release: () => Promise<void>;
  #released: Promise<void> | undefined;

  constructor(release: () => Promise<void>) {
    this.#release = release;
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }
}

function holder(): string {
  return `process ${process.pid} on ${hostname()}\n`;
}

/** What `.lock` says is for people; that it cannot be written (a full disk) is no reason not to hold the lock. */
function writeHolder(write: () => void): void {
  try {
    write();
  } catch {
    // See above.
  }
}

function readHolder(file: string): string | undefined {
  try {
    const text = fs.readFileSync(file, 'utf8').trim();
    return text === '' ? undefined : text.slice(0, 200);
  } catch {
    return undefined;
  }
}
