/**
 * What a decision changes beside its records, as soon as these are replayed. They are before the next event,
 * or never: then they were refused, and nothing has changed.
 */
export class WhenWritten {
  #groupId: string | undefined;
  #effects: (() => void)[] = [];

  /** A decision begins. What an earlier one has left was refused. */
  begin(groupId: string): void {
    this.#groupId = groupId;
    this.#effects = [];
  }

  /** To happen when the decision is written. */
  add(effect: () => void): void {
    this.#effects.push(effect);
  }

  /** Records of this group are replayed, or the decision has none. */
  written(groupId: string): void {
    if (groupId !== this.#groupId) return;
    const effects = this.#effects;
    this.#effects = [];
    for (const effect of effects) effect();
  }
}
