import type { RecordCursor } from '../records/record-reader.ts';
import { Budget, OverBudget } from './cel/budget.ts';
import { compileCondition } from './cel/program.ts';
import { SyntaxProblem } from './cel/syntax-error.ts';
import { Failure } from './cel/values.ts';
import type { Evaluate, Outcome } from './cel/values.ts';
import { filterLimits } from './filter-limits.ts';
import type { FilterLimits } from './filter-limits.ts';
import { invalidFilter, shownText } from './invalid-filter.ts';
import type { FilteredPlace, FilteredRecord } from './record-values.ts';
import { RecordVariables } from './record-variables.ts';

/** What has become of the records that a filter has seen. `evaluated` has all others in it but `unreadable`. */
export interface FilterCounters {
  readonly evaluated: number;
  readonly matched: number;
  /** The filter had no answer for them, such as for a field that they do not have. */
  readonly failed: number;
  /** They cost more than the limits allow. */
  readonly overBudget: number;
  /** Their batch could not be read. */
  readonly unreadable: number;
}

/** A filter that is compiled. It is for one thread, and holds the record that it saw last until `release`. */
export interface Filter {
  readonly source: string;
  /** Whether the record matches. Never throws: what fails or costs too much does not match and is counted. */
  matches(record: FilteredRecord): boolean;
  /** The same for the record at which `cursor` stands, which was made for `bytes`, at `place`. */
  matchesAt(cursor: RecordCursor, bytes: Uint8Array, place: FilteredPlace): boolean;
  /** Whether the record that it saw last took more than a few microseconds. */
  readonly wasCostly: boolean;
  /** Lets go of the record that it saw last, and of the batch in which that stands. */
  release(): void;
  /** Counts `records` that could not be read. */
  countUnreadable(records: number): void;
  /** Since it was compiled. */
  readonly counters: FilterCounters;
  /** Why it had no answer for the last record that is counted as failed. */
  readonly lastFailure: string | undefined;
}

/**
 * Compiles a filter: a condition in CEL over a record. Throws `INVALID_FILTER` for
 * one that cannot be, with the place of the mistake, and `MISSING_PACKAGE`.
 */
export function compileFilter(source: string, limits: FilterLimits = filterLimits): Filter {
  try {
    return new CompiledFilter(source, limits);
  } catch (error) {
    if (error instanceof SyntaxProblem) throw invalidFilter(source, error);
    throw error;
  }
}

/** Steps of some ten nanoseconds: those of 8 kB of JSON. */
const costlySteps = 1000;
const noCondition = new Failure('a value that is neither true nor false');

class CompiledFilter implements Filter {
  readonly source: string;
  readonly counters = { evaluated: 0, matched: 0, failed: 0, overBudget: 0, unreadable: 0 };
  #lastFailure: Failure | undefined;
  readonly #budget: Budget;
  readonly #variables: RecordVariables;
  readonly #evaluate: Evaluate;

  constructor(source: string, limits: FilterLimits) {
    this.source = source;
    this.#budget = new Budget(limits);
    this.#variables = new RecordVariables(this.#budget, limits.jsonDepthMax);
    this.#evaluate = compileCondition(source, this.#variables, limits, this.#budget);
  }

  /** */
  matches(record: FilteredRecord): boolean {
    this.#variables.record.load(record);
    return this.#decide();
  }

  matchesAt(cursor: RecordCursor, bytes: Uint8Array, place: FilteredPlace): boolean {
    this.#variables.record.loadAt(cursor, bytes, place);
    return this.#decide();
  }

  /** HOT: bench=filter */
  #decide(): boolean {
    const { counters } = this;
    counters.evaluated++;
    this.#budget.restart();
    this.#variables.reset();
    try {
      const outcome = this.#evaluate();
      if (outcome === true) counters.matched++;
      else if (outcome !== false) this.#countFailure(outcome);
      return outcome === true;
    } catch (error) {
      if (error !== OverBudget.thrown) throw error;
      counters.overBudget++;
      return false;
    }
  }

  #countFailure(outcome: Outcome): void {
    this.counters.failed++;
    this.#lastFailure = outcome instanceof Failure ? outcome : noCondition;
  }

  get lastFailure(): string | undefined {
    return this.#lastFailure === undefined ? undefined : shownText(this.#lastFailure.reason);
  }

  release(): void {
    this.#variables.release();
  }

  get wasCostly(): boolean {
    return this.#budget.steps > costlySteps;
  }

  countUnreadable(records: number): void {
    this.counters.unreadable += records;
  }
}
