import type { ConsumedRecord } from '../../client/client-records.ts';
import type { Filter } from '../../filter/filter.ts';
import type { Timer, Timers } from '../../runtime/runtime.ts';
import type { RecordView, SearchDone, SearchProgress } from '../contract/messages.ts';
import type { EventStream } from '../http/answer.ts';
import { problemOf } from '../http/problem.ts';
import type { Slices } from './shared-thread.ts';
import { isWanted } from './sift.ts';

/** More often than twice a second. */
const progressEveryMs = 400;
/** Records that are sent as one event. */
const recordsPerEvent = 50;

/** How far a search has come in offsets. */
export interface Coverage {
  readonly scanned: number;
  /** Null where it goes on without end. */
  readonly toScan: number | null;
}

/** What a search says of itself while it goes on: what it found, how far it is, and how it ended. */
export class SearchReport {
  readonly slices: Slices;
  readonly #stream: EventStream;
  readonly #timers: Timers;
  readonly #filter: Filter | undefined;
  #coverage: () => Coverage = () => ({ scanned: 0, toScan: null });
  #scannedBytes = 0;
  #matched = 0;
  #found: RecordView[] = [];
  #hasBegun = false;
  #timer: Timer | undefined;

  constructor(
    { filter }: { readonly filter: Filter | undefined },
    modules: { readonly stream: EventStream; readonly timers: Timers; readonly slices: Slices },
  ) {
    this.slices = modules.slices;
    this.#stream = modules.stream;
    this.#timers = modules.timers;
    this.#filter = filter;
  }

  get signal(): AbortSignal {
    return this.#stream.signal;
  }

  /** Has progress told from now on, by what `coverage` answers then. */
  async begin(coverage: () => Coverage): Promise<void> {
    this.#coverage = coverage;
    this.#hasBegun = true;
    await this.#stream.open();
    await this.#stream.send('progress', this.#progress());
    this.#tick();
  }

  #tick(): void {
    this.#timer = this.#timers.setTimer(progressEveryMs, () => {
      if (this.signal.aborted) return;
      // Whom it does not reach by now, it reaches later with what is true then.
      if (!this.#stream.isBehind) {
        this.#stream.send('progress', this.#progress()).catch(() => {});
      }
      this.#tick();
    });
  }

  /** Whether a record is wanted. To be asked of each that is scanned. */
  isWanted(record: ConsumedRecord): boolean {
    this.#scannedBytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
    return isWanted(this.#filter, record);
  }

  /** Sends what was found, some at a time. */
  async found(record: RecordView): Promise<void> {
    this.#matched++;
    this.#found.push(record);
    if (this.#found.length >= recordsPerEvent) await this.flush();
  }

  get matched(): number {
    return this.#matched;
  }

  /** Sends what was found and is held back. */
  async flush(): Promise<void> {
    if (this.#found.length === 0) return;
    const found = this.#found;
    this.#found = [];
    await this.#stream.send('records', found);
  }

  async done(reason: SearchDone['reason'], next: string | null): Promise<void> {
    await this.flush();
    const done: SearchDone = { ...this.#progress(), reason, next };
    await this.#stream.send('done', done);
  }

  /** Tells of a failure what can be told. Throws it where nothing was said yet, and where it is a defect. */
  async failed(error: unknown): Promise<void> {
    if (this.signal.aborted) return;
    const problem = problemOf(error);
    if (problem === undefined || !this.#hasBegun) throw error;
    await this.flush();
    await this.#stream.send('failed', { error: problem.details });
  }

  end(): void {
    if (this.#timer !== undefined) this.#timers.clearTimer(this.#timer);
  }

  #progress(): SearchProgress {
    const { failed = 0, overBudget = 0, unreadable = 0 } = this.#filter?.counters ?? {};
    return {
      ...this.#coverage(),
      scannedBytes: this.#scannedBytes,
      matched: this.#matched,
      failed: failed + overBudget + unreadable,
    };
  }
}
