/** Zones whose formatters are kept. Names come from expressions, and from records where one says so. */
const formattersMax = 64;
const formatters = new Map<string, Intl.DateTimeFormat | undefined>();

const fixedZone = /^([+-]?)(\d{2}):(\d{2})$/;
const zoneName = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;

/** How far the clocks of `zone` (`UTC`, `+02:00`, `Europe/Paris`) are ahead of UTC; undefined for no zone. */
export function zoneOffsetSeconds(zone: string, seconds: number): number | undefined {
  if (zone === 'UTC') return 0;
  const fixed = fixedZone.exec(zone);
  if (fixed !== null) {
    const offset = Number(fixed[2]) * 3600 + Number(fixed[3]) * 60;
    return fixed[1] === '-' ? -offset : offset;
  }
  const formatter = formatterOf(zone);
  return formatter === undefined ? undefined : offsetBy(formatter, seconds);
}

function formatterOf(zone: string): Intl.DateTimeFormat | undefined {
  if (formatters.has(zone)) return formatters.get(zone);
  if (zone.length > 64 || !zoneName.test(zone)) return undefined;
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
