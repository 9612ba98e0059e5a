import type { Prng } from './prng.ts';
import { Trace } from './trace.ts';

/** Whose event it is: when its owner is dead, the event does not happen; while it is paused, it waits. */
export interface EventOwner {
  readonly name: string;
  readonly alive: boolean;
  readonly paused?: boolean;
}

/** One thing that will happen. */
export interface ScheduledEvent {
  atUs: number;
  /** Order of events of the same microsecond: the one scheduled first comes first. */
  sequence: number;
  readonly owner: EventOwner;
  readonly kind: string;
  run: (() => void) | undefined;
}

/** The virtual time of a simulation and what is to happen in it. Time is whole microseconds. */
export class Scheduler {
  readonly random: Prng;
  readonly trace: Trace;
  /** A binary heap: each event comes before both of its children, at `2i + 1` and `2i + 2`. */
  readonly #heap: ScheduledEvent[] = [];
  /** Of paused owners, in the order in which they were due. */
  readonly #held = new Map<EventOwner, ScheduledEvent[]>();
  #nowUs = 0;
  #sequence = 0;

  constructor(random: Prng) {
    this.random = random;
    this.trace = new Trace(() => this.#nowUs);
  }

  get nowUs(): number {
    return this.#nowUs;
  }

  /** At least one microsecond from now, so that time goes on whatever happens. */
  schedule(owner: EventOwner, delayMs: number, kind: string, run: () => void): ScheduledEvent {
    const atUs = this.#nowUs + Math.max(1, Math.ceil(delayMs * 1000));
    const event = { atUs, sequence: this.#sequence++, owner, kind, run };
    this.#push(event);
    return event;
  }

  cancel(event: ScheduledEvent): void {
    event.run = undefined;
  }

  /** When the next event happens, or undefined when nothing will. */
  nextUs(): number | undefined {
    for (let next = this.#heap[0]; next !== undefined; next = this.#heap[0]) {
      const isToBe = next.run !== undefined && next.owner.alive;
      if (isToBe && next.owner.paused !== true) return next.atUs;
      this.#pop();
      if (isToBe) this.#hold(next);
    }
    return undefined;
  }

  /** Lets the next event happen; false when there is none. */
  runNext(): boolean {
    if (this.nextUs() === undefined) return false;
    const event = this.#pop();
    const run = event?.run;
    if (event === undefined || run === undefined) return false;
    event.run = undefined;
    this.#nowUs = event.atUs;
    this.trace.add(event.owner.name, event.kind);
    run();
    return true;
  }

  #hold(event: ScheduledEvent): void {
    const held = this.#held.get(event.owner);
    if (held === undefined) this.#held.set(event.owner, [event]);
    else held.push(event);
  }

  /** What an owner missed while it was paused happens now, in the order in which it was due. */
  release(owner: EventOwner): void {
    const held = this.#held.get(owner) ?? [];
    this.#held.delete(owner);
    for (const event of held) {
      event.atUs = Math.max(event.atUs, this.#nowUs + 1);
      event.sequence = this.#sequence++;
      this.#push(event);
    }
  }

  /** Lets time go by to a moment before which nothing happens. */
  passTo(us: number): void {
    this.#nowUs = Math.max(this.#nowUs, us);
  }

  #push(event: ScheduledEvent): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent] as ScheduledEvent)) break;
      heap[index] = heap[parent] as ScheduledEvent;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): ScheduledEvent | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as ScheduledEvent)) child++;
      if (!isBefore(heap[child] as ScheduledEvent, last)) break;
      heap[index] = heap[child] as ScheduledEvent;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.sequence < b.sequence);
}
