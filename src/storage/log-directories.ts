import { must } from '../util/assert.ts';
import { hasCode } from '../util/odradek-error.ts';
import type { LogDirectory } from './log-directory.ts';
import { lacksRoom } from './storage-failure.ts';

/** All of `log.dirs`, and what is asked of them together. */
export class LogDirectories {
  readonly all: readonly LogDirectory[];

  constructor(all: readonly LogDirectory[]) {
    this.all = all;
  }

  /** The online ones, those with the fewest logs first. */
  byFewestLogs(): LogDirectory[] {
    const online = this.all.filter((directory) => directory.online);
    return online.sort((a, b) => a.logs.size - b.logs.size);
  }

  /** The one that `path` lies below. */
  above(path: string): LogDirectory | undefined {
    return this.all.find((directory) => isBelow(path, directory.path));
  }

  /** Why one is offline; undefined while none is. */
  get failure(): Error | undefined {
    return this.all.find((directory) => !directory.online)?.error;
  }

  /** Throws why, where none is online. */
  requireOneOnline(): void {
    if (!this.all.some((directory) => directory.online)) throw must(this.failure);
  }

  /** Takes `step` with each that is online, one after the other. See `attempt`. */
  async onEach(step: (directory: LogDirectory) => void | Promise<void>): Promise<void> {
    for (const directory of this.all) await this.attempt(directory, () => step(directory));
  }

  /** A directory that cannot be read or written is offline then; every other failure is the caller's. */
  async attempt(directory: LogDirectory, step: () => void | Promise<void>): Promise<void> {
    if (!directory.online) return;
    try {
      await step();
    } catch (error) {
      const isOfDirectory =
        hasCode(error, 'IO_ERROR') || lacksRoom(error) || hasCode(error, 'FILE_NOT_FOUND');
      if (!isOfDirectory) throw error;
      directory.takeOffline(error);
    }
  }
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory) && /[/\\]/.test(path[directory.length] ?? '');
}
