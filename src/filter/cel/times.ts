import { CelDuration, CelTimestamp, outOfRange } from './values.ts';
import type { Outcome } from './values.ts';

const nanosPerSecond = 1_000_000_000;
/** 0001-01-01T00:00:00Z. */
const secondsMin = -62_135_596_800;
/** 9999-12-31T23:59:59Z. */
const secondsMax = 253_402_300_799;
/** A duration's nanoseconds fit an int64. */
const durationNanosMax = 2n ** 63n - 1n;

/** The time of `seconds` and any number of `nanos`, or `range`. */
export function timestampOf(seconds: number, nanos: number): Outcome {
  const carried = seconds + Math.floor(nanos / nanosPerSecond);
  if (!(carried >= secondsMin && carried <= secondsMax)) return outOfRange;
  return new CelTimestamp(carried, remainder(nanos));
}

/** The time of a record: milliseconds since 1970. */
export function timestampOfMs(timestampMs: number): Outcome {
  const seconds = Math.floor(timestampMs / 1000);
  if (!(seconds >= secondsMin && seconds <= secondsMax)) return outOfRange;
  return new CelTimestamp(seconds, (timestampMs - seconds * 1000) * 1_000_000);
}

/** The duration of `seconds` and any number of `nanos`, or `range`. */
function durationOf(seconds: number, nanos: number): Outcome {
  const carried = seconds + Math.floor(nanos / nanosPerSecond);
  const rest = remainder(nanos);
  if (Math.abs(carried) > 9_223_372_037) return outOfRange;
  const total = BigInt(carried) * BigInt(nanosPerSecond) + BigInt(rest);
  if (total > durationNanosMax || total < -durationNanosMax - 1n) return outOfRange;
  return new CelDuration(carried, rest);
}

function remainder(nanos: number): number {
  return nanos - Math.floor(nanos / nanosPerSecond) * nanosPerSecond;
}

/** `left + right`, of which one may be a time; undefined for anything else. */
export function addTimes(left: Outcome, right: Outcome): Outcome | undefined {
  if (left instanceof CelDuration && right instanceof CelDuration) {
    return durationOf(left.seconds + right.seconds, left.nanos + right.nanos);
  }
  if (left instanceof CelTimestamp && right instanceof CelDuration) {
    return timestampOf(left.seconds + right.seconds, left.nanos + right.nanos);
  }
  if (left instanceof CelDuration && right instanceof CelTimestamp) return addTimes(right, left);
  return undefined;
}

/** `left - right`; undefined for what is neither a time nor a duration. */
export function subtractTimes(left: Outcome, right: Outcome): Outcome | undefined {
  if (left instanceof CelTimestamp && right instanceof CelTimestamp) {
    return durationOf(left.seconds - right.seconds, left.nanos - right.nanos);
  }
  if (!(right instanceof CelDuration)) return undefined;
  const [seconds, nanos] = [right.seconds, right.nanos];
  if (left instanceof CelDuration) return durationOf(left.seconds - seconds, left.nanos - nanos);
  if (left instanceof CelTimestamp) return timestampOf(left.seconds - seconds, left.nanos - nanos);
  return undefined;
}

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** A time as RFC 3339 writes it; undefined for any other text. */
export function parseTimestamp(text: string): Outcome | undefined {
  if (text.length > 40) return undefined;
  const found = rfc3339.exec(text);
  if (found === null) return undefined;
  const [year, month, day, hours, minutes, seconds] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const nanos = Number((found[7] ?? '').padEnd(9, '0'));
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  if (!isDate || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const offsetMinutes = Number(found[9] ?? 0) * 60 + Number(found[10] ?? 0);
  if (Number(found[10] ?? 0) > 59 || offsetMinutes >= 24 * 60) return undefined;
  const offset = (found[8] === '-' ? -60 : 60) * offsetMinutes;
  const ofDay = hours * 3600 + minutes * 60 + seconds;
  return timestampOf(daysSince1970(year, month, day) * 86_400 + ofDay - offset, nanos);
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
}

function daysSince1970(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime() / 86_400_000;
}

/** A time as RFC 3339 writes it, in UTC, with as many digits behind the second as it has. */
export function formatTimestamp({ seconds, nanos }: CelTimestamp): string {
  const date = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${date}${fraction(nanos)}Z`;
}

function fraction(nanos: number): string {
  if (nanos === 0) return '';
  return `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
}

const durationShape = /^[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:h|ms|m|s|us|µs|μs|ns))+$/;
const durationPart = /(\d*)(?:\.(\d*))?(h|ms|m|s|us|µs|μs|ns)/g;

const unitNanos: ReadonlyMap<string, bigint> = new Map([
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['us', 1000n],
  ['µs', 1000n],
  ['μs', 1000n],
  ['ns', 1n],
]);

/** A duration such as `1h30m`, `-1.5h` or `0`; undefined for any other text. */
export function parseDuration(text: string): Outcome | undefined {
  if (text === '0' || text === '+0' || text === '-0') return new CelDuration(0, 0);
  if (text.length > 100 || !durationShape.test(text)) return undefined;
  let total = 0n;
  for (const [, whole = '', decimals = '', unit = ''] of text.matchAll(durationPart)) {
    const nanos = unitNanos.get(unit) ?? 0n;
    const digits = decimals.slice(0, 18);
    total += BigInt(whole === '' ? '0' : whole) * nanos;
    total += (BigInt(digits === '' ? '0' : digits) * nanos) / 10n ** BigInt(digits.length);
  }
  if (text.startsWith('-')) total = -total;
  if (total > durationNanosMax || total < -durationNanosMax - 1n) return outOfRange;
  const nanos = Number(((total % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n);
  return new CelDuration(Number((total - BigInt(nanos)) / 1_000_000_000n), nanos);
}

/** A duration in seconds, such as `5400s` or `-0.5s`. */
export function formatDuration({ seconds, nanos }: CelDuration): string {
  // Both parts of a negative one are counted from below.
  if (seconds >= 0 || nanos === 0) return `${seconds}${fraction(nanos)}s`;
  return `-${-(seconds + 1)}${fraction(nanosPerSecond - nanos)}s`;
}
