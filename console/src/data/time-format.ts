import { unknownFigure } from './number-format.ts';

/** `local` (of the browser), `UTC`, or a name of the IANA's, such as `Europe/Berlin`. */
export type TimeZone = string;

/** A time taken apart in a zone. */
interface ZonedParts {
  readonly date: string;
  /** To the second. */
  readonly clock: string;
  readonly milliseconds: string;
}

// Beyond these, a Date is none; a timestamp of a record may be any 64 bits.
const dateMsMax = 8.64e15;
const formats = new Map<TimeZone, Intl.DateTimeFormat>();

/** Whether `zone` is one in which times can be shown. */
export function isTimeZone(zone: TimeZone): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Every zone by name, the two that most people want first. */
export function timeZones(): readonly TimeZone[] {
  return ['local', 'UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
}

/** The name of the zone that `local` stands for. */
export function localZoneName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** `2026-11-26 14:57:34.123`; a dash for -1, which Kafka has where there is no time. */
export function formatTime(timeMs: number | null, zone: TimeZone): string {
  if (timeMs === null || timeMs === -1) return unknownFigure;
  if (Math.abs(timeMs) > dateMsMax) return `${timeMs} ms`;
  const { date, clock, milliseconds } = partsOf(timeMs, zone);
  return `${date} ${clock}.${milliseconds}`;
}

/** The time of day alone when it is the day of `nowMs`, else all of it: `14:57:34.123`. */
export function formatTimeShort(timeMs: number | null, zone: TimeZone, nowMs: number): string {
  if (timeMs === null || timeMs === -1 || Math.abs(timeMs) > dateMsMax) {
    return formatTime(timeMs, zone);
  }
  const { date, clock, milliseconds } = partsOf(timeMs, zone);
  const isToday = date === partsOf(nowMs, zone).date;
  return `${isToday ? '' : `${date} `}${clock}.${milliseconds}`;
}

/** Without doubt which moment is meant: `2026-11-26T14:57:34.123+01:00`. */
export function formatTimeExact(timeMs: number, zone: TimeZone): string {
  if (timeMs === -1 || Math.abs(timeMs) > dateMsMax) return formatTime(timeMs, zone);
  const { date, clock, milliseconds } = partsOf(timeMs, zone);
  return `${date}T${clock}.${milliseconds}${offsetText(offsetMsAt(timeMs, zone))}`;
}

/** How long something lasted or is ago, in its two greatest units: `2 h 5 min`, `3.2 s`, `15 ms`. */
export function formatDuration(durationMs: number | null): string {
  if (durationMs === null) return unknownFigure;
  if (durationMs < 0) return `−${formatDuration(-durationMs)}`;
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 9950) return `${(durationMs / 1000).toFixed(1).replace(/\.0$/, '')} s`;
  const seconds = Math.round(durationMs / 1000);
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const first = units.findIndex(([length]) => seconds >= length);
  const [length, name] = units[first] ?? [1, 's'];
  const next = units[first + 1];
  const rest = next === undefined ? 0 : Math.floor((seconds % length) / next[0]);
  const head = `${Math.floor(seconds / length).toLocaleString('en')} ${name}`;
  return next === undefined || rest === 0 ? head : `${head} ${rest} ${next[1]}`;
}

/** `3 s ago`; `just now` below a second, `in 3 s` where clocks differ or it is to come. */
export function formatAgo(timeMs: number | null, nowMs: number): string {
  if (timeMs === null || timeMs === -1) return unknownFigure;
  const age = nowMs - timeMs;
  if (Math.abs(age) < 1000) return 'just now';
  return age > 0 ? `${formatDuration(age)} ago` : `in ${formatDuration(-age)}`;
}

/** What a field for date and time holds (`2026-11-26T14:57:34.123`), for `parseTime` to take back. */
export function formatTimeField(timeMs: number, zone: TimeZone): string {
  const { date, clock, milliseconds } = partsOf(timeMs, zone);
  return `${date}T${clock}.${milliseconds}`;
}

const fieldPattern = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,3}))?)?)?$/;

/**
 * The moment at which clocks of `zone` show `text` (a date, with a time or without), or null where it is no
 * time. Of the two moments of an hour that comes twice the first; an hour that is left out counts on from before.
 */
export function parseTime(text: string, zone: TimeZone): number | null {
  const match = fieldPattern.exec(text.trim());
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match
    .slice(1, 7)
    .map((digits: string | undefined) => Number(digits ?? 0));
  const wall = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  const read = new Date(wall);
  if (read.getUTCDate() !== day || read.getUTCMonth() + 1 !== month) return null;
  const shown = wall + Number((match[7] ?? '0').padEnd(3, '0'));
  const before = shown - offsetMsAt(shown - 86_400_000, zone);
  const after = shown - offsetMsAt(shown + 86_400_000, zone);
  const candidates = [before, after].toSorted((a, b) => a - b);
  return candidates.find((ms) => ms + offsetMsAt(ms, zone) === shown) ?? before;
}

function offsetMsAt(timeMs: number, zone: TimeZone): number {
  const { date, clock, milliseconds } = partsOf(timeMs, zone);
  return Date.parse(`${date}T${clock}.${milliseconds}Z`) - timeMs;
}

function offsetText(offsetMs: number): string {
  if (offsetMs === 0) return 'Z';
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function partsOf(timeMs: number, zone: TimeZone): ZonedParts {
  const found = new Map(
    formatOf(zone)
      .formatToParts(timeMs)
      .map(({ type, value }) => [type, value] as const),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => found.get(type) ?? '';
  const year = part('year').padStart(4, '0');
  return {
    date: `${part('era') === 'B' ? '-' : ''}${year}-${part('month')}-${part('day')}`,
    clock: `${part('hour')}:${part('minute')}:${part('second')}`,
    milliseconds: part('fractionalSecond'),
  };
}

function formatOf(zone: TimeZone): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en', {
    ...(zone === 'local' ? {} : { timeZone: zone }),
    hourCycle: 'h23',
    era: 'narrow',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
  formats.set(zone, made);
  return made;
}
