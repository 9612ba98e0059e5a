import type { RecordView } from '../contract/messages.ts';

/** Offsets `[from, to)` of one partition that are read together. */
export interface Window {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** So many offsets are read at a time at most. */
const windowMax = 16_384;

/**
 * One partition as it is read from its end to its beginning: in windows, whose newest matching records are kept until
 * they are given out. Kafka reads forward only, so that a window is read as a whole before its last record is known.
 */
export class BackwardPartition {
  readonly partition: number;
  readonly #logStartOffset: number;
  readonly #keptMax: number;
  /** What was found and not given out, the oldest first. */
  #kept: RecordView[] = [];
  /** Everything from here on was looked at. */
  #scannedFrom: number;
  #windowSize: number;
  /** The time of the oldest record that was looked at. */
  #oldestMs = Number.POSITIVE_INFINITY;

  /** `[logStartOffset, endOffset)` is looked at; at most `keptMax` records are kept. */
  constructor(
    partition: number,
    options: { logStartOffset: number; endOffset: number; keptMax: number },
  ) {
    this.partition = partition;
    this.#logStartOffset = options.logStartOffset;
    this.#scannedFrom = options.endOffset;
    this.#keptMax = options.keptMax;
    this.#windowSize = options.keptMax;
  }

  /** The newest that was not given out. */
  get head(): RecordView | undefined {
    return this.#kept.at(-1);
  }

  /** How late a record may be that is still to be found; undefined where there is none. */
  get mayHaveMs(): number | undefined {
    return this.head !== undefined || this.isRead ? undefined : this.#oldestMs;
  }

  /** Everything was looked at. What was found may not be given out yet. */
  get isRead(): boolean {
    return this.#scannedFrom <= this.#logStartOffset;
  }

  /** How many offsets are not looked at yet. */
  get left(): number {
    return Math.max(0, this.#scannedFrom - this.#logStartOffset);
  }

  /** Before which offset a search would go on that is cut off now. */
  get before(): number {
    const { head } = this;
    return head === undefined ? this.#scannedFrom : head.offset + 1;
  }

  take(): void {
    this.#kept.pop();
  }

  /** What is to be read next. */
  get window(): Window {
    const to = this.#scannedFrom;
    return {
      partition: this.partition,
      from: Math.max(this.#logStartOffset, to - this.#windowSize),
      to,
    };
  }

  /** A record of the window, in order. `view` makes what is kept of it, where it matches. */
  scanned(timestampMs: number, view: (() => RecordView) | undefined): void {
    this.#oldestMs = Math.min(this.#oldestMs, timestampMs);
    if (view === undefined) return;
    this.#kept.push(view());
    // Only the newest matter now. What is dropped lies in a later window again.
    if (this.#kept.length > 2 * this.#keptMax) this.#kept = this.#kept.slice(-this.#keptMax);
  }

  /** The window was read to its end. */
  windowEnded({ from, to }: Window, found: number): void {
    const isDropped = found > this.#kept.length || this.#kept.length > this.#keptMax;
    if (this.#kept.length > this.#keptMax) this.#kept = this.#kept.slice(-this.#keptMax);
    const [oldest] = this.#kept;
    this.#scannedFrom = from;
    if (isDropped && oldest !== undefined) {
      this.#scannedFrom = oldest.offset;
      this.#oldestMs = oldest.timestamp;
    }
    if (found < this.#keptMax && to - from >= this.#windowSize) {
      this.#windowSize = Math.min(windowMax, this.#windowSize * 2);
    }
  }
}
