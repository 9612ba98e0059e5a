/**
 * The directory of a partition that is made with the first file in it: for the partitions of internal topics,
 * of which a small broker writes to few.
 */
export class DirectoryOnDemand {
  readonly #make: () => void;
  #isMade = false;

  /** `make` throws as `Files` does, and is then called again with the next file. */
  constructor(make: () => void) {
    this.#make = make;
  }

  get isMade(): boolean {
    return this.#isMade;
  }

  make(): void {
    if (this.#isMade) return;
    this.#make();
    this.#isMade = true;
  }
}
