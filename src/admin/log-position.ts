import type { LogPosition } from '../client/start-positions.ts';
import { badField } from './http/problem.ts';

const expected = 'beginning, end, offset:N, time:MILLISECONDS or last:N';

/**
 * A place in a log as the contract writes it: `beginning`, `end`, `offset:N`, `time:MS`, `last:N`. Throws a
 * `HttpProblem` of 400, which names `field`.
 */
export function parseLogPosition(text: string, field: string): LogPosition {
  if (text === 'beginning' || text === 'end') return { at: text };
  const [, kind, digits = ''] = /^(offset|time|last):(\d{1,16})$/.exec(text) ?? [];
  const value = Number(digits);
  if (kind === undefined || !Number.isSafeInteger(value)) {
    throw badField(field, `${field}: ${text}: expected ${expected}.`);
  }
  if (kind === 'offset') return { at: 'offset', offset: value };
  return kind === 'time' ? { at: 'time', timestampMs: value } : { at: 'beforeEnd', count: value };
}
