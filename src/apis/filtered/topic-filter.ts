import type { Filter } from '../../filter/filter.ts';

/** Who reads by a filter while its fetch waits. */
interface WaitingReader {
  filterEnded(): void;
}

/** The filter of a filtered topic, compiled. */
export class TopicFilter {
  /** Another one for each time that a filter was compiled. */
  readonly id: number;
  readonly filter: Filter;
  readonly #waiting = new Set<WaitingReader>();
  #isEnded = false;

  constructor(id: number, filter: Filter) {
    this.id = id;
    this.filter = filter;
  }

  /** Whether the topic has another filter by now, or is gone. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Has `reader` told when the topic gets another filter, or goes. */
  addReader(reader: WaitingReader): void {
    this.#waiting.add(reader);
  }

  removeReader(reader: WaitingReader): void {
    this.#waiting.delete(reader);
  }

  end(): void {
    this.#isEnded = true;
    for (const reader of this.#waiting) reader.filterEnded();
  }
}
