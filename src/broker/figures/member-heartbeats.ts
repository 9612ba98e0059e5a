/** Members that are remembered, whoever makes them up. */
const membersMax = 20_000;

/** When each member of a group told this broker last that it lives. */
export class MemberHeartbeats {
  /** By group and member; who came last stands last. Monotonic times. */
  readonly #lastMs = new Map<string, number>();

  /** A member has come. */
  seen(groupId: string, memberId: string, nowMs: number): void {
    if (memberId === '') return;
    const key = keyOf(groupId, memberId);
    this.#lastMs.delete(key);
    this.#lastMs.set(key, nowMs);
    if (this.#lastMs.size <= membersMax) return;
    for (const oldest of this.#lastMs.keys()) {
      this.#lastMs.delete(oldest);
      return;
    }
  }

  /** When it came last; undefined where that is not known. */
  lastMs(groupId: string, memberId: string): number | undefined {
    return this.#lastMs.get(keyOf(groupId, memberId));
  }
}

/** Group ids may hold any character, so that their length stands in front. */
function keyOf(groupId: string, memberId: string): string {
  return `${groupId.length}/${groupId}/${memberId}`;
}
