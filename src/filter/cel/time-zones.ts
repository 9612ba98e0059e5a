import type { Budget } from './budget.ts';

/** What it costs to ask a formatter, and to make one, in steps of some ten nanoseconds. */
const formatSteps = 500;
const newFormatterSteps = 20_000;

/** Zones whose formatters are kept. Names come from expressions, and from records where one says so. */
const formattersMax = 64;
const formatters = new Map<string, Intl.DateTimeFormat | undefined>();

/** Characters of a zone's name. */
const zoneLengthMax = 64;

const fixedZone = /^([+-]?)(\d{2}):(\d{2})$/;
const zoneName = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;

/** How far the clocks of `zone` (`UTC`, `+02:00`, `Europe/Paris`) are ahead of UTC; undefined for no zone. Throws `OverBudget`. */
export function zoneOffsetSeconds(
  zone: string,
  seconds: number,
  budget: Budget,
): number | undefined {
  if (zone === 'UTC') return 0;
  if (zone.length > zoneLengthMax) return undefined;
  const fixed = fixedZone.exec(zone);
  if (fixed !== null) {
    const offset = Number(fixed[2]) * 3600 + Number(fixed[3]) * 60;
    return fixed[1] === '-' ? -offset : offset;
  }
  budget.spend(formatSteps);
  const formatter = formatterOf(zone, budget);
  return formatter === undefined ? undefined : offsetBy(formatter, seconds);
}

function formatterOf(zone: string, budget: Budget): Intl.DateTimeFormat | undefined {
  if (formatters.has(zone)) return formatters.get(zone);
  if (!zoneName.test(zone)) return undefined;
  budget.spend(newFormatterSteps);
  const formatter = newFormatter(zone);
  if (formatters.size >= formattersMax) formatters.clear();
  formatters.set(zone, formatter);
  return formatter;
}

function newFormatter(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
}

function offsetBy(formatter: Intl.DateTimeFormat, seconds: number): number {
  const parts = new Map(
    formatter.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]),
  );
  const field = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
  const year = parts.get('era') === 'BC' ? 1 - field('year') : field('year');
  const local = new Date(0);
  local.setUTCFullYear(year, field('month') - 1, field('day'));
  local.setUTCHours(field('hour'), field('minute'), field('second'));
  return local.getTime() / 1000 - seconds;
}
