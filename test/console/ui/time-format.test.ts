import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeParts } from '../../../console/src/ui/time-format.ts';

const moment = Date.UTC(2026, 10, 26, 23, 3, 7, 5);

test('a time has milliseconds in the zone that was chosen', () => {
  assert.deepEqual(timeParts(moment, 'UTC'), { date: '2026-11-26', time: '23:03:07.005' });
  assert.deepEqual(timeParts(moment, 'Asia/Kolkata'), { date: '2026-11-27', time: '04:33:07.005' });
  assert.equal(timeParts(Date.UTC(2026, 0, 1), 'UTC').time, '00:00:00.000');
});

test('a zone that is not known is taken for UTC, and what is no time is empty', () => {
  assert.deepEqual(timeParts(moment, 'Mars/Olympus'), timeParts(moment, 'UTC'));
  assert.equal(timeParts(Number.NaN, 'UTC').date, '--');
  assert.equal(timeParts(9e18, 'UTC').date, '--');
});
