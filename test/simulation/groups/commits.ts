import assert from 'node:assert/strict';

/** What a member that asks for a committed offset must be told, whatever has happened since it was committed. */
export class Commits {
  /** The largest offset that was acknowledged, and the largest that was ever sent, by group and partition. */
  readonly #acknowledged = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  acknowledgedCount = 0;

  /** The next offset to commit. Offsets of a partition only grow, so that one that goes back is seen. */
  next(key: string): number {
    const offset = (this.#sent.get(key) ?? -1) + 1;
    this.#sent.set(key, offset);
    return offset;
  }

  acknowledge(key: string, offset: number): void {
    this.acknowledgedCount++;
    this.#acknowledged.set(key, Math.max(offset, this.#acknowledged.get(key) ?? -1));
  }

  /** To be asked for before the request is sent whose answer is then held to it. */
  leastOf(key: string): number {
    return this.#acknowledged.get(key) ?? -1;
  }

  check(key: string, least: number, fetched: number): void {
    assert.ok(fetched >= least, `${key}: ${least} was committed, ${fetched} is what there is`);
    assert.ok(fetched <= (this.#sent.get(key) ?? -1), `${key}: ${fetched} was never committed`);
  }

  keys(): IterableIterator<string> {
    return this.#acknowledged.keys();
  }
}
