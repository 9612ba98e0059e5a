import assert from 'node:assert/strict';

/** Who holds partitions in the world, as far as the members themselves know. */
export interface Holder {
  readonly name: string;
  /** Of a classic member the generation, of the consumer protocol its member epoch. */
  readonly epoch: number;
  /** Of a static member its instance: who comes with it takes the place of who had it, in the same generation. */
  readonly instanceId?: string | null;
}

/**
 * The rule that a group is for: of one generation or member epoch, nobody owns a partition that another
 * owns. A member that was thrown out may believe for a while that it owns what another has got; it has an
 * older epoch then, and is told at its next heartbeat.
 */
export class Ownership {
  /** By group and partition: who believes to own it. */
  readonly #holders = new Map<string, Map<string, Holder>>();

  take(key: string, holder: Holder): void {
    const holders = this.#holders.get(key) ?? new Map<string, Holder>();
    this.#holders.set(key, holders);
    for (const other of holders.values()) {
      if (other.name === holder.name) continue;
      if (typeof holder.instanceId === 'string' && holder.instanceId === other.instanceId) {
        holders.delete(other.name);
        continue;
      }
      assert.notEqual(
        other.epoch,
        holder.epoch,
        `${key} is owned by ${other.name} and ${holder.name}, both in epoch ${holder.epoch}`,
      );
    }
    holders.set(holder.name, holder);
  }

  giveUp(key: string, name: string): void {
    this.#holders.get(key)?.delete(name);
  }

  holdersOf(key: string): Holder[] {
    return [...(this.#holders.get(key)?.values() ?? [])];
  }
}
