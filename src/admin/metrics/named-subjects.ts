/**
 * Which topics, or groups, have series of their own: those that came first, as many as their partitions allow. Who has
 * a name keeps it as long as it is there, so that no counter goes back because others came.
 */
export class NamedSubjects {
  readonly #partitionsMax: number;
  readonly #named = new Set<string>();

  constructor(partitionsMax: number) {
    this.#partitionsMax = partitionsMax;
  }

  /** Those of `subjects`, which are all there are, that have series of their own. */
  of(subjects: ReadonlyMap<string, number>): ReadonlySet<string> {
    let used = 0;
    for (const name of this.#named) {
      const partitions = subjects.get(name);
      if (partitions === undefined) this.#named.delete(name);
      else used += partitions;
    }
    for (const [name, partitions] of subjects) {
      if (this.#named.has(name) || used + partitions > this.#partitionsMax) continue;
      this.#named.add(name);
      used += partitions;
    }
    return this.#named;
  }
}
