import type { Prng } from './prng.ts';
import { Trace } from './trace.ts';

/** Whose event it is: when its owner is dead, the event does not happen. */
export interface EventOwner {
  readonly name: string;
  readonly alive: boolean;
}

/** One thing that will happen. */
export interface ScheduledEvent {
  readonly atUs: number;
  /** Order of events of the same microsecond: the one scheduled first comes first. */
  readonly sequence: number;
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
      if (next.run !== undefined && next.owner.alive) return next.atUs;
      this.#pop();
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
