import type { Log } from './log.ts';

interface End {
  readonly logEndOffset: number;
  readonly latestEpoch: number;
}

/**
 * Which logs are, file by file, as a clean stop left them: those need nothing when they are closed, so that
 * 10,000 idle partitions stop at once. A log is out for good with the first write to one of its files.
 */
export class UntouchedLogs {
  /** By the partition's directory; undefined until its log is open. */
  readonly #ends = new Map<string, End | undefined>();

  /** The log in `directory` is about to be opened as clean. */
  opening(directory: string): void {
    this.#ends.set(directory, undefined);
  }

  /** It is open, where `opening` was called and nothing had to be written. */
  opened(log: Log): void {
    if (!this.#ends.has(log.directory)) return;
    const { logEndOffset, latestEpoch } = log;
    this.#ends.set(log.directory, { logEndOffset, latestEpoch });
  }

  /**
   * A file in `directory` is written or cut.
   *
   * HOT: bench=produce-small
   */
  touched(directory: string): void {
    this.#ends.delete(directory);
  }

  /** Also false where appends wait to be written, and where a leader epoch has no batch yet. */
  has(log: Log): boolean {
    const end = this.#ends.get(log.directory);
    return end?.logEndOffset === log.logEndOffset && end.latestEpoch === log.latestEpoch;
  }
}
