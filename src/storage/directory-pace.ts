import type { Clock } from '../runtime/runtime.ts';

/** Calls through the thread pool that must be quick, one after the other, before blocking calls are tried. */
const quickCallsNeeded = 8;

/**
 * Whether blocking calls on a log directory are cheap. They are while the page cache answers them; when one
 * took over `slowCallMs` (a full cache, a cold or busy disk), calls of its kind go to the thread pool until eight in
 * a row were quick there. One for the logs of a directory.
 */
export class DirectoryPace {
  readonly writes: Pace;
  readonly reads: Pace;

  constructor(options: { slowCallMs: number }, modules: { clock: Clock }) {
    this.writes = new Pace(options, modules);
    this.reads = new Pace(options, modules);
  }
}

/** The pace of one kind of call. */
export class Pace {
  readonly #slowCallMs: number;
  readonly #clock: Clock;
  #quickCallsMissing = 0;

  /** `slowCallMs`: a call that takes longer makes its directory slow. */
  constructor(options: { slowCallMs: number }, modules: { clock: Clock }) {
    this.#slowCallMs = options.slowCallMs;
    this.#clock = modules.clock;
  }

  /** Whether calls go to the thread pool. */
  get isSlow(): boolean {
    return this.#quickCallsMissing > 0;
  }

  /** When a call starts, to be handed to `ended`. */
  started(): number {
    return this.#clock.monotonicMs();
  }

  /** Notes the end of a call, of either form. */
  ended(startedMs: number): void {
    if (this.#clock.monotonicMs() - startedMs > this.#slowCallMs) {
      this.#quickCallsMissing = quickCallsNeeded;
    } else if (this.#quickCallsMissing > 0) {
      this.#quickCallsMissing--;
    }
  }
}
