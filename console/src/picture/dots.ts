/** Dots on their way along flows. Pure but for being stepped. */
import type { Flow } from './flows.ts';
import { dotsPerSecond } from './rates.ts';

/** A dot: on which flow, and how far along. */
export interface Dot {
  flow: Flow;
  distance: number;
}

/** Pixels a second. */
export const dotSpeed = 170;
const dotsMax = 400;

/** Dots that set out as the flows' rates say, go along and arrive. */
export class Dots {
  /** In no order; changed by {@link step}. */
  readonly all: Dot[] = [];
  /** How much of the next dot of each flow has come together. */
  readonly #due = new Map<string, number>();

  /** Takes the flows of a new picture; dots under way go on at the same share of their way. */
  setFlows(flows: readonly Flow[]): void {
    const byId = new Map(flows.map((flow) => [flow.id, flow]));
    let kept = 0;
    for (const dot of this.all) {
      const flow = byId.get(dot.flow.id);
      if (flow === undefined) continue;
      const share = dot.flow.path.length === 0 ? 1 : dot.distance / dot.flow.path.length;
      dot.distance = share * flow.path.length;
      dot.flow = flow;
      this.all[kept] = dot;
      kept += 1;
    }
    this.all.length = kept;
    for (const id of this.#due.keys()) if (!byId.has(id)) this.#due.delete(id);
  }

  /** Lets `seconds` pass. */
  step(flows: readonly Flow[], seconds: number): void {
    let kept = 0;
    for (const dot of this.all) {
      dot.distance += dotSpeed * seconds;
      if (dot.distance >= dot.flow.path.length) continue;
      this.all[kept] = dot;
      kept += 1;
    }
    this.all.length = kept;
    for (const [index, flow] of flows.entries()) {
      // Flows do not begin in step with each other.
      const before = this.#due.get(flow.id) ?? (index * 0.618) % 1;
      const due = before + dotsPerSecond(flow.messagesPerSecond) * seconds;
      if (due >= 1 && this.all.length < dotsMax) this.all.push({ flow, distance: 0 });
      this.#due.set(flow.id, due % 1);
    }
  }
}
