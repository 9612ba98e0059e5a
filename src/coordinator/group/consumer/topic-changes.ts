/** Changes that are remembered; a group that missed more looks at all of its topics. */
const rememberedMax = 1024;

/**
 * The names of topics that have changed, in order, and up to where each group has taken them in. It is
 * started without: a coordinator that was just loaded knows of no group what it has seen.
 */
export class TopicChanges {
  /** The numbers of `#names[0]` and of the next change. */
  #first = 0;
  #names: string[] = [];
  /** By group id: changes before this one were taken in. */
  readonly #seen = new Map<string, number>();

  add(names: readonly string[]): void {
    for (const name of names) this.#names.push(name);
    const excess = this.#names.length - rememberedMax;
    if (excess <= 0) return;
    this.#names = this.#names.slice(excess);
    this.#first += excess;
  }

  /** The number of the next change. */
  get position(): number {
    return this.#first + this.#names.length;
  }

  /** What a group has not seen; `all` where it cannot be said. */
  unseenBy(groupId: string): ReadonlySet<string> | 'all' {
    const seen = this.#seen.get(groupId);
    if (seen === undefined || seen < this.#first) return 'all';
    const index = seen - this.#first;
    return index === this.#names.length ? none : new Set(this.#names.slice(index));
  }

  /** The group has taken in all changes before `position`. */
  markSeen(groupId: string, position: number): void {
    this.#seen.set(groupId, position);
  }

  /** The group is no more. */
  forget(groupId: string): void {
    this.#seen.delete(groupId);
  }
}

const none: ReadonlySet<string> = new Set();
