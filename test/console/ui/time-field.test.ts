import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimeField, parseTimeField } from '../../../console/src/ui/time-field.ts';

const moment = Date.UTC(2026, 10, 26, 14, 57, 34, 123);

test('a field gives back the moment that was put into it', () => {
  assert.equal(formatTimeField(moment, 'Asia/Kolkata'), '2026-11-26T20:27:34.123');
  for (const zone of ['local', 'UTC', 'Asia/Kolkata', 'America/New_York']) {
    assert.equal(parseTimeField(formatTimeField(moment, zone), zone), moment, zone);
  }
  assert.equal(parseTimeField('2026-11-26', 'UTC'), Date.UTC(2026, 10, 26));
  const half = Date.UTC(2026, 10, 26, 14, 57, 34, 500);
  assert.equal(parseTimeField('2026-11-26 14:57:34.5', 'UTC'), half);
});

test('what is no time is none', () => {
  for (const text of ['', 'yesterday', '2026-02-30', '2026-13-01', '2026-11-26T1:00']) {
    assert.equal(parseTimeField(text, 'UTC'), null, text);
  }
});

test('an hour that comes twice is taken the first time, and one that is left out counts on', () => {
  const zone = 'America/New_York';
  assert.equal(parseTimeField('2026-11-01T01:30', zone), Date.UTC(2026, 10, 1, 5, 30));
  assert.equal(parseTimeField('2026-03-08T02:30', zone), Date.UTC(2026, 2, 8, 7, 30));
});
