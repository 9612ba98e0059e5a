/** Thrown where a record costs more than it may. There is one, without a stack: it may be thrown for each record. */
export class OverBudget {
  static readonly thrown = new OverBudget();
}

/**
 * What evaluating an expression for one record may still cost. A step is a node of the expression that is
 * evaluated within a macro, an element that is compared, eight characters that are searched, and the like;
 * bytes are what strings, lists and decoded values take.
 */
export class Budget {
  #steps = 0;
  #bytes = 0;
  readonly stepsMax: number;
  readonly bytesMax: number;

  constructor(limits: { readonly stepsMax: number; readonly bytesMax: number }) {
    this.stepsMax = limits.stepsMax;
    this.bytesMax = limits.bytesMax;
  }

  /** Steps spent since `restart`. */
  get steps(): number {
    return this.#steps;
  }

  /** Bytes spent since `restart`. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Begins anew, for the next record. */
  restart(): void {
    this.#steps = 0;
    this.#bytes = 0;
  }

  /** Takes `steps`. Throws `OverBudget` where there are not as many. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.stepsMax) throw OverBudget.thrown;
  }

  /** Takes the steps of looking at `length` characters or bytes. Throws `OverBudget`. */
  spendOnText(length: number): void {
    this.spend(1 + (length >>> 3));
  }

  /** Takes `bytes`. Throws `OverBudget` where there are not as many: ask before making what takes them. */
  allocate(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.bytesMax) throw OverBudget.thrown;
  }
}
