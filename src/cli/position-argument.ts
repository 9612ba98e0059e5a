import type { LogPosition } from '../client/start-positions.ts';
import type { Clock } from '../runtime/runtime.ts';
import { usageError } from './usage-error.ts';

/** What `parsePosition` takes, for help. */
export const positionHelp =
  'beginning, end, an offset, -N (N records before the end), a time such as 2026-01-31T12:00 ' +
  '(local unless it says Z or +01:00), @MILLISECONDS since 1970, or an age such as 10m, 2h, 3d';

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The position in `text`. Throws `INVALID_ARGUMENT` naming the option. */
export function parsePosition(text: string, option: string, clock: Clock): LogPosition {
  if (text === 'beginning' || text === 'earliest') return { at: 'beginning' };
  if (text === 'end' || text === 'latest') return { at: 'end' };
  const [, minus, digits, unit] = /^(-?)(\d+)(ms|[smhd])?$/.exec(text) ?? [];
  const count = Number(digits);
  if (digits !== undefined && Number.isSafeInteger(count)) {
    if (unit !== undefined) {
      return { at: 'time', timestampMs: clock.nowMs() - count * (unitsMs[unit] ?? 0) };
    }
    return minus === '-' ? { at: 'beforeEnd', count } : { at: 'offset', offset: count };
  }
  const timestampMs = parseTime(text);
  if (timestampMs !== undefined) return { at: 'time', timestampMs };
  throw usageError(`${option} ${text}: expected ${positionHelp}.`, option, positionHelp);
}

function parseTime(text: string): number | undefined {
  if (/^@\d{1,16}$/.test(text)) return Number(text.slice(1));
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return undefined;
  // JavaScript takes a date alone as UTC and a date with a time as local; here both are local.
  const dateAlone = /^\d{4}-\d\d-\d\d$/.test(text);
  const ms = Date.parse(dateAlone ? `${text}T00:00` : text.replace(' ', 'T'));
  return Number.isNaN(ms) ? undefined : ms;
}
