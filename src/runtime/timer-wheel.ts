import type { Clock, Timer, Timers } from './runtime.ts';

/**
 * What waits in a `TimerWheel`. A caller's own object can be the entry, so that waiting costs no closure and
 * no allocation: it begins as `{ ...unscheduled, expire() {…} }` or with the same four fields in its class.
 */
export interface WheelEntry {
  /** Called once when the time is up, never early. The entry may be scheduled again from here on. */
  expire(): void;
  // The rest belongs to the wheel.
  wheelNext: WheelEntry | undefined;
  wheelPrevious: WheelEntry | undefined;
  /** Where it waits: a level, `firingLevel`, or -1 when it does not. */
  wheelLevel: number;
  /** The tick in which it is due. */
  wheelTick: number;
}

/** The wheel's fields of an entry that does not wait. */
export const unscheduled = {
  wheelNext: undefined,
  wheelPrevious: undefined,
  wheelLevel: -1,
  wheelTick: 0,
} as const satisfies Omit<WheelEntry, 'expire'>;

/** Options of a `TimerWheel`. */
export interface TimerWheelOptions {
  /** Entries fire at multiples of this: up to one tick late. `[1, 1000]`. */
  readonly tickMs?: number;
}

/** What a `TimerWheel` is built on. */
export interface TimerWheelModules {
  readonly clock: Clock;
  readonly timers: Timers;
}

const slotsPerLevel = 64;
const levelCount = 6;
const firingLevel = levelCount;
/** Ticks in one slot of each level: 1, 64, 4096, … */
const slotTicks = Array.from({ length: levelCount + 1 }, (_, level) => slotsPerLevel ** level);
/** 2.2 years at 1 ms a tick. What is due later waits in the last slot and goes round again. */
const delayTicksMax = (slotTicks[levelCount] as number) - 1;

/**
 * Any number of waits on one timer (hierarchical timing wheels, Varghese and Lauck). To schedule and to
 * cancel are O(1); an entry moves at most once down each level. While nothing is due, nothing runs: the one
 * timer is set for the next slot that holds something.
 *
 * Level `n` has 64 slots of `64^n` ticks. An entry waits on the level of its distance, in the slot of its
 * tick; when time reaches that slot, its entries move to lower levels, and from level 0 they fire.
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #tickMs: number;
  readonly #originMs: number;
  readonly #slots = Array.from({ length: levelCount * slotsPerLevel }, () => new ListHead());
  /** Entries per level, so that empty levels are not searched. */
  readonly #counts = Array.from({ length: levelCount + 1 }, () => 0);
  /** Due entries whose `expire` has not been called yet. */
  readonly #firing = new ListHead();
  readonly #wake = (): void => this.#onWake();
  /** Every slot up to this tick has been emptied. */
  #tick = 0;
  #timer: Timer | undefined;
  /** The tick that the timer is set for, no later than the first slot with entries; infinity without one. */
  #wakeTick = Number.POSITIVE_INFINITY;
  #advancing = false;
  #closed = false;

  constructor(options: TimerWheelOptions, modules: TimerWheelModules) {
    this.#tickMs = options.tickMs ?? 4;
    this.#clock = modules.clock;
    this.#timers = modules.timers;
    this.#originMs = modules.clock.monotonicMs();
  }

  /** How many entries wait. */
  get size(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** Calls `callback` once, no sooner than `delayMs` from now. A closed wheel calls nothing. */
  schedule(delayMs: number, callback: () => void): WheelEntry {
    const entry = { ...unscheduled, expire: callback };
    this.scheduleEntry(delayMs, entry);
    return entry;
  }

  /** The same for an entry of the caller's; one that waits already is moved. */
  scheduleEntry(delayMs: number, entry: WheelEntry): void {
    if (entry.wheelLevel !== -1) this.#unlink(entry);
    if (this.#closed) return;
    const nowMs = this.#clock.monotonicMs() - this.#originMs;
    const nowTick = Math.floor(nowMs / this.#tickMs);
    // No slot with entries begins before the timer fires, so time may pass here without a look at the slots.
    if (!this.#advancing && nowTick < this.#wakeTick) this.#tick = nowTick;
    const dueTick = Math.ceil((nowMs + Math.max(0, delayMs)) / this.#tickMs);
    entry.wheelTick = Math.max(dueTick, this.#tick + 1);
    this.#insert(entry);
    // An entry far away may have to move down before it is due; its slot begins no later than it is due.
    const slotTick = this.#slotBegin(entry);
    if (slotTick < this.#wakeTick && !this.#advancing) this.#setTimer(slotTick);
  }

  /** Nothing happens for an entry that does not wait. */
  cancel(entry: WheelEntry): void {
    // The timer stays: most waits are cancelled, and one wake-up for nothing is cheaper than a search each time.
    if (entry.wheelLevel !== -1) this.#unlink(entry);
  }

  /** Drops all that waits. */
  close(): void {
    this.#closed = true;
    this.#clearTimer();
    for (const head of [...this.#slots, this.#firing]) {
      for (let entry = head.first(); entry !== undefined; entry = head.first()) this.#unlink(entry);
    }
  }

  #onWake(): void {
    this.#timer = undefined;
    this.#wakeTick = Number.POSITIVE_INFINITY;
    this.#advancing = true;
    try {
      const nowTick = Math.floor((this.#clock.monotonicMs() - this.#originMs) / this.#tickMs);
      this.#fire();
      for (let next = this.#nextTick(); next <= nowTick; next = this.#nextTick()) {
        this.#advanceTo(next);
        this.#fire();
      }
      this.#tick = Math.max(this.#tick, nowTick);
    } finally {
      this.#advancing = false;
      if (!this.#closed) this.#setTimerForNext();
    }
  }

  /** Empties the slots that begin at `tick`, from the highest level down. */
  #advanceTo(tick: number): void {
    this.#tick = tick;
    for (let level = levelCount - 1; level >= 0; level--) {
      if (tick % (slotTicks[level] as number) !== 0) continue;
      const head = this.#slotAt(level, tick);
      for (let entry = head.first(); entry !== undefined; entry = head.first()) {
        this.#unlink(entry);
        this.#insert(entry);
      }
    }
  }

  /** An `expire` that throws leaves the rest of its slot for the next wake-up. */
  #fire(): void {
    for (let entry = this.#firing.first(); entry !== undefined; entry = this.#firing.first()) {
      this.#unlink(entry);
      entry.expire();
    }
  }

  #insert(entry: WheelEntry): void {
    const distance = entry.wheelTick - this.#tick;
    if (distance <= 0) return this.#link(entry, this.#firing, firingLevel);
    const held = Math.min(distance, delayTicksMax);
    let level = 0;
    while (held >= (slotTicks[level + 1] as number)) level++;
    this.#link(entry, this.#slotAt(level, this.#tick + held), level);
  }

  #slotAt(level: number, tick: number): ListHead {
    const index = Math.floor(tick / (slotTicks[level] as number)) % slotsPerLevel;
    return this.#slots[level * slotsPerLevel + index] as ListHead;
  }

  #slotBegin(entry: WheelEntry): number {
    const width = slotTicks[entry.wheelLevel] as number;
    const tick = Math.min(entry.wheelTick, this.#tick + delayTicksMax);
    return Math.floor(tick / width) * width;
  }

  /** The first tick after this one at which a slot with entries begins. */
  #nextTick(): number {
    let next = Number.POSITIVE_INFINITY;
    for (let level = 0; level < levelCount; level++) {
      if (this.#counts[level] !== 0) next = Math.min(next, this.#nextTickOf(level));
    }
    return next;
  }

  #nextTickOf(level: number): number {
    const width = slotTicks[level] as number;
    const current = Math.floor(this.#tick / width);
    for (let ahead = 1; ahead <= slotsPerLevel; ahead++) {
      const tick = (current + ahead) * width;
      if (!this.#slotAt(level, tick).isEmpty()) return tick;
    }
    return Number.POSITIVE_INFINITY;
  }

  #setTimerForNext(): void {
    const next = this.#firing.isEmpty() ? this.#nextTick() : this.#tick;
    if (next !== Number.POSITIVE_INFINITY) this.#setTimer(next);
  }

  #setTimer(tick: number): void {
    this.#clearTimer();
    const inMs = this.#originMs + tick * this.#tickMs - this.#clock.monotonicMs();
    this.#wakeTick = tick;
    this.#timer = this.#timers.setTimer(Math.max(0, Math.min(inMs, 0x7fff_0000)), this.#wake);
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#timers.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#wakeTick = Number.POSITIVE_INFINITY;
  }

  #link(entry: WheelEntry, head: ListHead, level: number): void {
    const last = head.wheelPrevious;
    entry.wheelPrevious = last;
    entry.wheelNext = head;
    last.wheelNext = entry;
    head.wheelPrevious = entry;
    entry.wheelLevel = level;
    this.#counts[level] = (this.#counts[level] as number) + 1;
  }

  #unlink(entry: WheelEntry): void {
    const { wheelPrevious: previous, wheelNext: next } = entry;
    if (previous !== undefined) previous.wheelNext = next;
    if (next !== undefined) next.wheelPrevious = previous;
    this.#counts[entry.wheelLevel] = (this.#counts[entry.wheelLevel] as number) - 1;
    entry.wheelNext = undefined;
    entry.wheelPrevious = undefined;
    entry.wheelLevel = -1;
  }
}

/** The fixed point of a circular list; never an entry itself. */
class ListHead implements WheelEntry {
  wheelNext: WheelEntry = this;
  wheelPrevious: WheelEntry = this;
  wheelLevel = -1;
  wheelTick = 0;

  expire(): void {}

  isEmpty(): boolean {
    return this.wheelNext === this;
  }

  first(): WheelEntry | undefined {
    return this.isEmpty() ? undefined : this.wheelNext;
  }
}
