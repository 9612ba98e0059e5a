import { OdradekError } from '../util/odradek-error.ts';
import { wholeNumber } from './checkpoint-file.ts';

/** The first offset that a leader epoch gave out. */
export interface EpochStart {
  readonly epoch: number;
  readonly startOffset: number;
}

/**
 * Which leader epoch wrote which offsets of a log (KIP-101, KIP-279). Kept in `leader-epoch-checkpoint`;
 * what was not saved is found again in the headers of the batches.
 */
export class LeaderEpochCache {
  /** Both the epochs and their start offsets grow from entry to entry. */
  readonly #entries: EpochStart[];
  /** Whether there are changes that `saved` was not told of. */
  #unsaved = false;

  constructor(entries: readonly EpochStart[]) {
    this.#entries = [...entries];
  }

  get entries(): readonly EpochStart[] {
    return this.#entries;
  }

  get isUnsaved(): boolean {
    return this.#unsaved;
  }

  /** The newest epoch, -1 where there is none. */
  get latestEpoch(): number {
    return this.#entries.at(-1)?.epoch ?? -1;
  }

  /** Notes that `epoch` starts at `startOffset`, unless it or a later one is known. -1 is no epoch. */
  assign(epoch: number, startOffset: number): void {
    if (epoch < 0 || epoch <= this.latestEpoch) return;
    // An epoch that gave out no offset before this one began is forgotten, as Apache Kafka does.
    this.truncateFromEnd(startOffset);
    this.#entries.push({ epoch, startOffset });
    this.#unsaved = true;
  }

  /**
   * Where `epoch` ended: the largest known epoch that is not larger, and the offset at which the next began
   * or, for the newest, `logEndOffset`. `{-1, -1}` for an epoch newer than all.
   */
  endOffsetForEpoch(epoch: number, logEndOffset: number): { epoch: number; endOffset: number } {
    if (epoch >= 0 && epoch === this.latestEpoch) return { epoch, endOffset: logEndOffset };
    const next = this.#entries.findIndex((entry) => entry.epoch > epoch);
    const later = this.#entries[next];
    if (epoch < 0 || later === undefined) return { epoch: -1, endOffset: -1 };
    return { epoch: this.#entries[next - 1]?.epoch ?? epoch, endOffset: later.startOffset };
  }

  /** The epoch that gave out `offset`, -1 where that is not known. */
  epochForOffset(offset: number): number {
    return this.#entries.findLast((entry) => entry.startOffset <= offset)?.epoch ?? -1;
  }

  /** Forgets epochs that start at `endOffset` or behind it. */
  truncateFromEnd(endOffset: number): void {
    while ((this.#entries.at(-1)?.startOffset ?? -1) >= endOffset) {
      this.#entries.pop();
      this.#unsaved = true;
    }
  }

  /** Forgets epochs that ended before `startOffset`; the one that holds it starts there from now on. */
  truncateFromStart(startOffset: number): void {
    const holder = this.#entries.findLastIndex((entry) => entry.startOffset <= startOffset);
    const entry = this.#entries[holder];
    if (entry === undefined || (holder === 0 && entry.startOffset === startOffset)) return;
    this.#entries.splice(0, holder + 1, { epoch: entry.epoch, startOffset });
    this.#unsaved = true;
  }

  clear(): void {
    this.#unsaved ||= this.#entries.length > 0;
    this.#entries.length = 0;
  }

  /** The entries of the checkpoint, to be saved; changes from now on are unsaved again. */
  takeForSaving(): string[] {
    this.#unsaved = false;
    return this.#entries.map((entry) => `${entry.epoch} ${entry.startOffset}`);
  }

  /** What was taken could not be saved, or is not in the checkpoint for another reason. */
  savingFailed(): void {
    this.#unsaved = true;
  }
}

/** The entries of a `leader-epoch-checkpoint`. Throws `CORRUPT_DATA`; `path` is for errors. */
export function parseEpochStarts(lines: readonly string[], path: string): EpochStart[] {
  return lines.map((line) => {
    const [epochText, offsetText, ...rest] = line.trim().split(/\s+/);
    const epoch = wholeNumber(epochText);
    const startOffset = wholeNumber(offsetText);
    if (epoch === undefined || startOffset === undefined || rest.length > 0) {
      const reason = `"${line}" is not an epoch and an offset`;
      throw new OdradekError(`${path} is damaged: ${reason}`, {
        code: 'CORRUPT_DATA',
        path,
        reason,
      });
    }
    return { epoch, startOffset };
  });
}
