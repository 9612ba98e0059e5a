import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  endSummary,
  failedSummary,
  searchShare,
  searchSummary,
} from '../../../console/src/messages/search-summary.ts';

const progress = { scanned: 1234, scannedBytes: 2048, matched: 7, failed: 0, toScan: 9999 };

test('a search says how far it has come', () => {
  assert.equal(
    searchSummary(progress, 'running', true),
    '7 matched · 1,234 of 9,999 looked at (2 KiB)',
  );
  assert.equal(
    searchSummary({ ...progress, toScan: null }, 'cancelled', false),
    'Stopped: 1,234 looked at (2 KiB)',
  );
  assert.equal(searchSummary(null, 'running', true), 'Reading…');
  assert.equal(searchShare(progress)?.toFixed(3), '0.123');
  assert.equal(searchShare({ ...progress, toScan: null }), null);
  assert.equal(searchShare({ ...progress, toScan: 0 }), null);
});

test('records on which the filter failed are told of', () => {
  assert.equal(failedSummary(progress), null);
  assert.match(failedSummary({ ...progress, failed: 1 }) ?? '', /one record/);
  assert.match(failedSummary({ ...progress, failed: 1500 }) ?? '', /1,500 records/);
});

test('a search that was cut off never looks like one that came to its end', () => {
  const done = (reason: 'limit' | 'end') => ({ ...progress, reason, next: null });
  assert.equal(endSummary(done('limit'), 100, true), 'Stopped at 100 matches; there may be more.');
  assert.equal(endSummary(done('end'), 7, false), 'These are all 7 records.');
  assert.equal(endSummary(done('end'), 1, true), 'This is the only match.');
  assert.equal(endSummary(done('end'), 0, true), 'No record matches.');
  assert.equal(endSummary(done('end'), 0, false), 'There are no records here.');
});
