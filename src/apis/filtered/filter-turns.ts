import type { Clock, Timers } from '../../runtime/runtime.ts';

/** Work that is done piece by piece. */
export interface TurnTaker {
  /** Does a piece of its work, and ends it early once `isOver`; answers whether there is more to do now. */
  takeTurn(isOver: () => boolean): boolean;
}

/** What filters may take of a turn of the event loop: others wait for the rest of it. */
const turnMs = 5;
/** The same where the clock stands still in a turn, as in the simulation. */
const piecesPerTurnMax = 64;

/**
 * Gives turns to those who evaluate filters over logs, one after the other and all alike, a few milliseconds in each
 * turn of the event loop: long stretches without a match keep neither other connections nor each other waiting.
 */
export class FilterTurns {
  readonly #modules: { readonly clock: Clock; readonly timers: Timers };
  readonly #defect: (error: unknown) => void;
  readonly #waiting = new Set<TurnTaker>();
  #isScheduled = false;

  constructor(modules: {
    readonly clock: Clock;
    readonly timers: Timers;
    readonly defect: (error: unknown) => void;
  }) {
    this.#modules = modules;
    this.#defect = modules.defect;
  }

  /** Has `taker` given a turn; once, however often it asks. */
  ask(taker: TurnTaker): void {
    this.#waiting.add(taker);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#modules.timers.atTurnEnd(() => this.#turn());
  }

  forget(taker: TurnTaker): void {
    this.#waiting.delete(taker);
  }

  #turn(): void {
    this.#isScheduled = false;
    const { clock } = this.#modules;
    const untilMs = clock.monotonicMs() + turnMs;
    const isOver = (): boolean => clock.monotonicMs() >= untilMs;
    let pieces = 0;
    for (const taker of this.#waiting) {
      if (pieces++ >= piecesPerTurnMax || (pieces > 1 && isOver())) break;
      this.#waiting.delete(taker);
      try {
        // Those who have more to do go behind the others, and come again in this turn where there is time.
        if (taker.takeTurn(isOver)) this.#waiting.add(taker);
      } catch (error) {
        this.#defect(error);
      }
    }
    const [next] = this.#waiting;
    if (next !== undefined) this.ask(next);
  }
}
