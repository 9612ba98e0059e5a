import type { Budget } from './budget.ts';
import { zoneOffsetSeconds } from './time-zones.ts';
import { CelDuration, CelTimestamp, Failure, noSuchOverload } from './values.ts';
import type { Outcome } from './values.ts';

const dayMs = 86_400_000;

/** What can be asked of a date in a time zone, by the method that asks. */
const dateFields: ReadonlyMap<string, (date: Date) => number> = new Map([
  ['getDate', (date: Date) => date.getUTCDate()],
  ['getDayOfMonth', (date: Date) => date.getUTCDate() - 1],
  ['getDayOfWeek', (date: Date) => date.getUTCDay()],
  ['getDayOfYear', dayOfYear],
  ['getFullYear', (date: Date) => date.getUTCFullYear()],
  ['getHours', (date: Date) => date.getUTCHours()],
  ['getMilliseconds', (date: Date) => date.getUTCMilliseconds()],
  ['getMinutes', (date: Date) => date.getUTCMinutes()],
  ['getMonth', (date: Date) => date.getUTCMonth()],
  ['getSeconds', (date: Date) => date.getUTCSeconds()],
]);

/** What can be asked of a duration: how many whole ones it has, but of milliseconds those behind the second. */
const durationFields: ReadonlyMap<string, (duration: CelDuration) => number> = new Map([
  ['getHours', (duration: CelDuration) => wholeSeconds(duration) / 3600],
  ['getMinutes', (duration: CelDuration) => wholeSeconds(duration) / 60],
  ['getSeconds', wholeSeconds],
  ['getMilliseconds', (duration: CelDuration) => fractionNanos(duration) / 1_000_000],
]);

/** The names of these methods. */
export const timeFieldNames: readonly string[] = [...dateFields.keys()];

/** `value.name()`, or `value.name(zone)`. */
export function timeField(name: string, value: Outcome, budget: Budget, zone?: Outcome): Outcome {
  if (value instanceof CelDuration && zone === undefined) {
    const field = durationFields.get(name);
    return field === undefined ? noSuchOverload : Math.trunc(field(value)) + 0;
  }
  const field = dateFields.get(name);
  if (!(value instanceof CelTimestamp) || field === undefined) return noSuchOverload;
  const offset = zone === undefined ? 0 : offsetIn(zone, value.seconds, budget);
  if (typeof offset !== 'number') return offset;
  const ms = (value.seconds + offset) * 1000 + Math.floor(value.nanos / 1_000_000);
  return field(new Date(ms));
}

const noSuchZone = new Failure('no such time zone');

function offsetIn(zone: Outcome, seconds: number, budget: Budget): number | Failure {
  if (typeof zone !== 'string') return noSuchOverload;
  return zoneOffsetSeconds(zone, seconds, budget) ?? noSuchZone;
}

function dayOfYear(date: Date): number {
  const start = new Date(date);
  start.setUTCMonth(0, 1);
  return Math.round((date.getTime() - start.getTime()) / dayMs);
}

function wholeSeconds({ seconds, nanos }: CelDuration): number {
  return seconds < 0 && nanos > 0 ? seconds + 1 : seconds;
}

function fractionNanos({ seconds, nanos }: CelDuration): number {
  return seconds < 0 && nanos > 0 ? nanos - 1_000_000_000 : nanos;
}
