import type { Clock } from '../runtime/runtime.ts';
import type { Output } from './cli-context.ts';
import { counted, formatBytes } from './table.ts';

const redrawMs = 200;
/** Work that is done sooner shows no progress line at all. */
const quietMs = 1000;

/**
 * One line on a terminal that is written anew while long work goes on; nothing where standard error is no
 * terminal, or the work is soon done. Whoever does the work shows something as often as is convenient.
 */
export class StatusLine {
  readonly #output: Output;
  readonly #clock: Clock;
  #shownAtMs: number;
  #isShown = false;

  constructor(modules: { output: Output; clock: Clock }) {
    this.#output = modules.output;
    this.#clock = modules.clock;
    this.#shownAtMs = this.#clock.monotonicMs() + quietMs - redrawMs;
  }

  /** `text` makes the line, which is cut to the terminal's width; it is not called where none is to be shown. */
  show(text: (nowMs: number) => string): void {
    if (!this.#output.isTty) return;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#shownAtMs + redrawMs) return;
    this.#shownAtMs = nowMs;
    this.#isShown = true;
    this.#output.write(`\r${text(nowMs).slice(0, this.#output.columns - 1)}\u001b[K`);
  }

  /** Takes the line away, so that what is written next stands in its place. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#output.write('\r\u001b[K');
  }
}

/** The status line of work on records. */
export class Progress {
  readonly #line: StatusLine;
  readonly #verb: string;
  readonly #startMs: number;

  /** `verb` says what happens to the records: `written`, `read`. */
  constructor(verb: string, modules: { output: Output; clock: Clock }) {
    this.#line = new StatusLine(modules);
    this.#verb = verb;
    this.#startMs = modules.clock.monotonicMs();
  }

  /**
   * `total`, where it is known, is what `records` will be at the end; `matched`, where not all of them are
   * wanted, how many are.
   */
  update(records: number, sizeBytes: number, total?: number, matched?: number): void {
    this.#line.show((nowMs) => {
      const text = this.#text(records, sizeBytes, total, (nowMs - this.#startMs) / 1000);
      return matched === undefined ? text : `${matched} matched of ${text}`;
    });
  }

  /** Takes the line away, so that what is written next stands in its place. */
  clear(): void {
    this.#line.clear();
  }

  #text(records: number, sizeBytes: number, total: number | undefined, seconds: number): string {
    const share =
      total === undefined || total <= 0
        ? ''
        : ` (${Math.min(100, Math.floor((100 * records) / total))} %)`;
    const speed = `${Math.round(records / seconds)}/s, ${formatBytes(sizeBytes / seconds)}/s`;
    return `${counted(records, 'record')}${share} ${this.#verb}, ${formatBytes(sizeBytes)}, ${speed}`;
  }
}
