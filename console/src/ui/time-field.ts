import { timeParts } from './time-format.ts';

/** What a field for date and time holds (`2026-11-26T14:57:34.123`), for `parseTimeField` to take back. */
export function formatTimeField(timeMs: number, zone: string): string {
  const { date, time } = timeParts(timeMs, zone);
  return `${date}T${time}`;
}

const fieldPattern = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,3}))?)?)?$/;

/**
 * The moment at which clocks of `zone` show `text` (a date, with a time or without), or null where it is no
 * time. Of the two moments of an hour that comes twice the first; an hour that is left out counts on from before.
 */
export function parseTimeField(text: string, zone: string): number | null {
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

function offsetMsAt(timeMs: number, zone: string): number {
  const { date, time } = timeParts(timeMs, zone);
  return Date.parse(`${date}T${time}Z`) - timeMs;
}
