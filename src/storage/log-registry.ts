import { must } from '../util/assert.ts';
import { partitionKey } from './checkpoints.ts';
import type { LogDirectory } from './log-directory.ts';
import type { Log } from './log.ts';

/** The logs of a broker, by topic and partition, and the directory of each. Those of offline directories too. */
export class LogRegistry {
  readonly #logs = new Map<string, Map<number, Log>>();
  readonly #directories = new Map<Log, LogDirectory>();

  get(topic: string, partition: number): Log | undefined {
    return this.#logs.get(topic)?.get(partition);
  }

  /** The log directory of a log that is in use. */
  directoryOf(log: Log): LogDirectory {
    return must(this.#directories.get(log), 'the log is in use');
  }

  /** Whether the log was not deleted, and its directory can be used. */
  isUsable(log: Log): boolean {
    return this.#directories.get(log)?.online === true;
  }

  *logs(): IterableIterator<Log> {
    for (const partitions of this.#logs.values()) yield* partitions.values();
  }

  /** Each log with its directory. */
  entries(): IterableIterator<[Log, LogDirectory]> {
    return this.#directories.entries();
  }

  add(directory: LogDirectory, log: Log): void {
    const partitions = this.#logs.get(log.topic) ?? new Map<number, Log>();
    this.#logs.set(log.topic, partitions.set(log.partition, log));
    this.#directories.set(log, directory);
    directory.logs.set(partitionKey(log.topic, log.partition), log);
  }

  drop(log: Log): void {
    const partitions = this.#logs.get(log.topic);
    partitions?.delete(log.partition);
    if (partitions?.size === 0) this.#logs.delete(log.topic);
    this.directoryOf(log).logs.delete(partitionKey(log.topic, log.partition));
    this.#directories.delete(log);
  }
}
