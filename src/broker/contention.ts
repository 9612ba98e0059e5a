import { unscheduled, type TimerWheel, type WheelEntry } from '../runtime/timer-wheel.ts';

/** How often those who hold memory are looked at while others wait for it. */
const lookIntervalMs = 1000;

/**
 * Looks, while connections wait for memory and only then, for those who hold some and do not move. It costs
 * nothing while there is room.
 */
export class Contention {
  readonly #wheel: TimerWheel;
  readonly #isContended: () => boolean;
  readonly #look: () => void;
  readonly #entry: WheelEntry = { ...unscheduled, expire: () => this.#expire() };
  #isWatching = false;

  constructor(modules: { wheel: TimerWheel; isContended: () => boolean; look: () => void }) {
    this.#wheel = modules.wheel;
    this.#isContended = modules.isContended;
    this.#look = modules.look;
  }

  /** Somebody has begun to wait. */
  begin(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#wheel.scheduleEntry(lookIntervalMs, this.#entry);
  }

  #expire(): void {
    this.#isWatching = false;
    if (!this.#isContended()) return;
    this.#look();
    if (this.#isContended()) this.begin();
  }
}
