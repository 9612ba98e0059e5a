import { describeEvent, type History, type TimedEvent } from '../../history/history.ts';
import type { Violation } from '../../history/violation.ts';
import { tell, type Chronicle } from './chronicle.ts';
import { describeCounts, type Counts } from './counts.ts';
import type { Plan } from './plan.ts';

/** What came of a run. */
export interface Report {
  readonly plan: Plan;
  /** Empty when all was as promised. */
  readonly violations: readonly Violation[];
  readonly counts: Counts;
  readonly history: History;
  readonly chronicle: Chronicle;
  /** Virtual time that it took. */
  readonly elapsedMs: number;
  /** The same for two runs only where the same happened in both, event for event. */
  readonly digest: string;
}

/** Lines of a story at the most. */
const linesMax = 400;

/** How the first violation of a run came about, for people: what was done, and what concerns it. */
export function story({ plan, violations, counts, history, chronicle }: Report): string {
  const [first] = violations;
  if (first === undefined) return 'all is well';
  const about = chronicle.about(first.partition).map((happening) => ({
    atMs: happening.atMs,
    line: tell(happening),
  }));
  const seen = concerning(history, first).map((event) => ({
    atMs: event.atMs,
    line: tell({ atMs: event.atMs, who: 'client', what: describeEvent(event) }),
  }));
  const lines = [...about, ...seen].toSorted((a, b) => a.atMs - b.atMs).map(({ line }) => line);
  const left = Math.max(0, lines.length - linesMax);
  return [
    `seed ${plan.seed}: ${plan.brokerCount} brokers, ${plan.isFlushed ? 'each batch synced' : 'nothing synced at once'}`,
    `faults: ${plan.faults.map(({ kind }) => kind).join(', ')}`,
    describeCounts(counts),
    ...(left > 0 ? [`… ${left} lines before`] : []),
    ...lines.slice(left),
    '',
    ...violations.slice(0, 10).map(({ rule, message }) => `${rule}: ${message}`),
  ].join('\n');
}

/** Events of the records and offsets that a violation is about. */
function concerning(history: History, { events, partition }: Violation): TimedEvent[] {
  const ids = new Set(events.flatMap((event) => ('id' in event ? [event.id] : [])));
  const offsets = new Set(
    events.flatMap((event) => ('offset' in event && event.offset >= 0 ? [event.offset] : [])),
  );
  const isAbout = (event: TimedEvent): boolean => {
    if (event.kind === 'fault' || event.kind === 'finalLog') return false;
    if ('id' in event && ids.has(event.id)) return true;
    const isThere =
      'offset' in event &&
      event.topic === partition?.topic &&
      event.partition === partition.partition;
    return isThere && event.kind !== 'position' && offsets.has(event.offset);
  };
  return history.events.filter(isAbout);
}

/** A number that says all that happened (FNV-1a). */
export function digestOf(history: History, chronicle: Chronicle, trace: string): string {
  let value = 0x811c_9dc5;
  const add = (text: string): void => {
    for (let i = 0; i < text.length; i++) {
      value = Math.imul(value ^ text.charCodeAt(i), 0x0100_0193);
    }
  };
  for (const event of history.events) add(`${event.atMs} ${describeEvent(event)}`);
  for (const happening of chronicle.happenings) add(tell(happening));
  add(trace);
  return (value >>> 0).toString(16).padStart(8, '0');
}
