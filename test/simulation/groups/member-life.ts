import type { MemberWorld } from './member.ts';

/** While it is stalled, a member looks so often whether it may go on. */
const stallLookMs = 100;

/**
 * What members of both protocols have in common: what they own, whether they live, and what they are about to
 * do, which a crash or another turn of events makes void.
 */
export class MemberLife {
  readonly name: string;
  readonly groupId: string;
  /** `topic:partition`. */
  readonly owned = new Set<string>();
  isLive = true;
  isSettled = false;
  readonly #world: MemberWorld;
  #isStalled = false;
  #turn = 0;

  constructor(options: { readonly name: string; readonly groupId: string }, world: MemberWorld) {
    this.name = options.name;
    this.groupId = options.groupId;
    this.#world = world;
  }

  /** Begins something else: what was under way is of no concern any more. */
  newTurn(): void {
    this.#turn++;
  }

  /** `callback`, unless something else has begun by then. */
  inThisTurn<Args extends unknown[]>(callback: (...args: Args) => void): (...args: Args) => void {
    const turn = this.#turn;
    return (...args) => {
      if (turn === this.#turn) callback(...args);
    };
  }

  /** Calls back later, unless something else has begun by then. Waits out a stall. */
  later(delayMs: number, callback: () => void): void {
    const go = this.inThisTurn(() => {
      if (this.#isStalled) this.#world.after(stallLookMs, go);
      else callback();
    });
    this.#world.after(delayMs, go);
  }

  /** Sends nothing for so long; what comes meanwhile is handled. */
  stall(forMs: number): void {
    this.#isStalled = true;
    this.#world.after(forMs, () => {
      this.#isStalled = false;
    });
  }

  /** Ends without a word. */
  crash(): void {
    this.isLive = false;
    this.newTurn();
    this.giveUpAll();
  }

  take(key: string, epoch: number, instanceId: string | null): void {
    this.owned.add(key);
    this.#world.ownership.take(`${this.groupId}/${key}`, { name: this.name, epoch, instanceId });
  }

  giveUp(key: string): void {
    this.owned.delete(key);
    this.#world.ownership.giveUp(`${this.groupId}/${key}`, this.name);
  }

  giveUpAll(): void {
    for (const key of this.owned) this.giveUp(key);
    this.isSettled = false;
  }

  /** One of the partitions that it owns, undefined where it owns none. */
  ownedAtRandom(): string | undefined {
    return [...this.owned][this.#world.below(Math.max(1, this.owned.size))];
  }
}
