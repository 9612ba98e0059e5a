import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatAgo,
  formatDuration,
  formatTime,
  formatTimeExact,
  formatTimeField,
  formatTimeShort,
  isTimeZone,
  parseTime,
  timeZones,
} from '../../../console/src/data/time-format.ts';

const moment = Date.UTC(2026, 10, 26, 14, 57, 34, 123);

test('a time has milliseconds and is of the chosen zone', () => {
  assert.equal(formatTime(moment, 'UTC'), '2026-11-26 14:57:34.123');
  assert.equal(formatTime(moment, 'Asia/Kolkata'), '2026-11-26 20:27:34.123');
  assert.equal(formatTime(Date.UTC(2026, 0, 1), 'UTC'), '2026-01-01 00:00:00.000');
  assert.equal(formatTimeExact(moment, 'UTC'), '2026-11-26T14:57:34.123Z');
  assert.equal(formatTimeExact(moment, 'America/St_Johns'), '2026-11-26T11:27:34.123-03:30');
});

test('what is no time is shown as what it is', () => {
  assert.equal(formatTime(-1, 'UTC'), '–');
  assert.equal(formatTime(null, 'UTC'), '–');
  assert.equal(formatTime(Number.MAX_SAFE_INTEGER, 'UTC'), '9007199254740991 ms');
  assert.equal(formatTime(Date.UTC(-1, 0, 1), 'UTC'), '-0002-01-01 00:00:00.000');
});

test('the day is left out when it is today in that zone', () => {
  const late = Date.UTC(2026, 10, 26, 23, 30);
  assert.equal(formatTimeShort(moment, 'UTC', late), '14:57:34.123');
  assert.equal(formatTimeShort(moment, 'Europe/Berlin', late), '2026-11-26 15:57:34.123');
});

test('a duration has its two greatest units', () => {
  const durations = [
    0, 15.4, 999, 1000, 3210, 9949, 65_000, 3_600_000, 7_500_000, 90_000_000, 1e12,
  ];
  assert.deepEqual(durations.map(formatDuration), [
    '0 ms',
    '15 ms',
    '999 ms',
    '1 s',
    '3.2 s',
    '9.9 s',
    '1 min 5 s',
    '1 h',
    '2 h 5 min',
    '1 d 1 h',
    '11,574 d 1 h',
  ]);
  assert.equal(formatDuration(null), '–');
});

test('what is ago and what is to come are told apart', () => {
  assert.equal(formatAgo(moment - 3000, moment), '3 s ago');
  assert.equal(formatAgo(moment + 60_000, moment), 'in 1 min');
  assert.equal(formatAgo(moment - 200, moment), 'just now');
});

test('a field gives back the moment that was put into it', () => {
  for (const zone of ['local', 'UTC', 'Asia/Kolkata', 'America/New_York']) {
    assert.equal(parseTime(formatTimeField(moment, zone), zone), moment, zone);
  }
  assert.equal(parseTime('2026-11-26', 'UTC'), Date.UTC(2026, 10, 26));
  assert.equal(parseTime('2026-11-26 14:57:34.5', 'UTC'), Date.UTC(2026, 10, 26, 14, 57, 34, 500));
  for (const text of ['', 'yesterday', '2026-02-30', '2026-13-01', '2026-11-26T1:00']) {
    assert.equal(parseTime(text, 'UTC'), null, text);
  }
});

test('an hour that comes twice is taken the first time, and one that is left out counts on', () => {
  const zone = 'America/New_York';
  assert.equal(parseTime('2026-11-01T01:30', zone), Date.UTC(2026, 10, 1, 5, 30));
  assert.equal(parseTime('2026-03-08T02:30', zone), Date.UTC(2026, 2, 8, 7, 30));
});

test('zones are those that the system knows', () => {
  assert.deepEqual(timeZones().slice(0, 2), ['local', 'UTC']);
  assert.ok(timeZones().includes('Europe/Berlin'));
  assert.ok(isTimeZone('local') && isTimeZone('Asia/Tokyo') && !isTimeZone('Mars/Olympus'));
});
