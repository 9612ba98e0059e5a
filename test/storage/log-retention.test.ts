import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infinite } from '../../src/config/log-config.ts';
import { defaultLogConfig } from '../../src/storage/log-config.ts';
import type { LogConfig } from '../../src/storage/log-config.ts';
import type { Log } from '../../src/storage/log.ts';
import { countDeletable } from '../../src/storage/retention.ts';
import { allRecords, batchOf, LogFixture, startMs, valuesOf, write } from './log-fixture.ts';

const segments = [10, 20, 30, 40].map((endOffset) => ({
  sizeBytes: 100,
  endOffset,
  largestTimestampMs: () => endOffset,
}));

function count(
  config: Partial<LogConfig>,
  limits: { logStartOffset?: number; highWatermark?: number; nowMs?: number } = {},
): number {
  return countDeletable(
    segments,
    { ...defaultLogConfig, retentionMs: infinite, retentionBytes: infinite, ...config },
    { logStartOffset: 0, highWatermark: 40, nowMs: 100, ...limits },
  );
}

test('retention by time goes by the largest timestamp of a segment', () => {
  assert.equal(count({ retentionMs: 100 }), 0);
  assert.equal(count({ retentionMs: 75 }), 2);
  assert.equal(count({ retentionMs: 0 }), 4, 'the active segment too');
});

test('retention by size keeps at least the bytes that were asked for', () => {
  assert.equal(count({ retentionBytes: 400 }), 0);
  assert.equal(count({ retentionBytes: 301 }), 0);
  assert.equal(count({ retentionBytes: 300 }), 1);
  assert.equal(count({ retentionBytes: 0 }), 4);
});

test('retention keeps what the high watermark has not passed', () => {
  assert.equal(count({ retentionMs: 0 }, { highWatermark: 39 }), 3);
  assert.equal(count({ retentionMs: 0 }, { highWatermark: 20 }), 2);
});

test('segments wholly below the log start go, whatever the policy', () => {
  const compacted = { cleanupPolicyDelete: false, retentionMs: 0, retentionBytes: 0 };
  assert.equal(count(compacted), 0);
  assert.equal(count(compacted, { logStartOffset: 29 }), 2);
  assert.equal(count(compacted, { logStartOffset: 30 }), 3);
  assert.equal(count(compacted, { logStartOffset: 40 }), 3, 'never the active one');
});

function filled(config: Partial<LogConfig>): { fixture: LogFixture; log: Log } {
  const fixture = new LogFixture({ config: { segmentBytes: 200, ...config } });
  const log = fixture.create();
  for (let i = 0; i < 9; i++) write(log, batchOf([`v${i}`], { timestamp: startMs + i }), i);
  log.setHighWatermark(9);
  return { fixture, log };
}

/** Lets what goes through the thread pool happen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

test('deleted segments are renamed, and gone after file.delete.delay.ms', async () => {
  const { fixture, log } = filled({ retentionMs: 1000, fileDeleteDelayMs: 60_000 });
  const before = fixture.names().filter((name) => name.endsWith('.log')).length;
  const { deletedSegments } = log.applyRetention(startMs + 1004);
  assert.ok(deletedSegments > 0 && deletedSegments < before);
  await settle();
  const renamed = fixture.names().filter((name) => name.endsWith('.log.deleted'));
  assert.equal(renamed.length, deletedSegments);
  fixture.timers.passTime(59_999);
  assert.equal(fixture.names().filter((name) => name.endsWith('.deleted')).length > 0, true);
  fixture.timers.passTime(1);
  assert.deepEqual(
    fixture.names().filter((name) => name.endsWith('.deleted')),
    [],
  );
  assert.equal(log.logStartOffset, (await allRecords(log))[0]?.offset);
  assert.equal(log.epochForOffset(log.logStartOffset), log.logStartOffset);
});

test('when every segment is old an empty one takes their place, and offsets go on after a crash', async () => {
  const { fixture, log } = filled({ retentionMs: 1000, fileDeleteDelayMs: 0 });
  log.applyRetention(startMs + 5000);
  assert.deepEqual([log.logStartOffset, log.logEndOffset, log.sizeBytes], [9, 9, 0]);
  await settle();
  assert.deepEqual(
    fixture.names().filter((name) => name.endsWith('.log')),
    ['00000000000000000009.log'],
  );
  assert.equal(log.applyRetention(startMs + 5000).deletedSegments, 0);
  const again = await fixture.reopen(log);
  assert.deepEqual([again.logStartOffset, again.logEndOffset], [9, 9]);
  assert.equal(write(again, batchOf(['next'])), 9);
});

test('DeleteRecords moves the start within a batch, and removes whole segments at once', async () => {
  const { fixture, log } = filled({ fileDeleteDelayMs: 0 });
  const before = log.sizeBytes;
  log.advanceLogStartOffset(5);
  assert.equal(log.logStartOffset, 5);
  assert.ok(log.sizeBytes < before);
  assert.deepEqual(valuesOf(await allRecords(log)), ['v5', 'v6', 'v7', 'v8']);
  log.advanceLogStartOffset(3);
  assert.equal(log.logStartOffset, 5, 'never back');
  const again = await fixture.reopen(log, { logStartOffset: 5 });
  assert.equal(again.logStartOffset, 5);
});

test('who reads a segment while it is deleted reads to the end', async () => {
  const { fixture, log } = filled({ retentionMs: 1000, fileDeleteDelayMs: 0 });
  const reads = fixture.pace.reads;
  const started = reads.started();
  fixture.clock.timeMs += 6;
  reads.ended(started);
  fixture.batchCache.admit = () => {};
  const read = log.read(0, { maxBytes: 1 << 20, upperBoundOffset: 9, atLeastOneBatch: true });
  log.applyRetention(startMs + 100_000);
  await settle();
  assert.ok((await read).sizeBytes > 0);
});

test('closing removes at once what waits for its removal', async () => {
  const { fixture, log } = filled({ retentionMs: 1000, fileDeleteDelayMs: 60_000 });
  log.applyRetention(startMs + 5000);
  await log.close();
  assert.deepEqual(
    fixture.names().filter((name) => name.endsWith('.deleted')),
    [],
  );
  assert.equal(fixture.timers.count, 0);
});

test('what a crash left renamed is removed when the log is opened', async () => {
  const { fixture, log } = filled({ retentionMs: 1000, fileDeleteDelayMs: 60_000 });
  log.applyRetention(startMs + 5000);
  await settle();
  assert.ok(fixture.names().some((name) => name.endsWith('.deleted')));
  await fixture.reopen(log);
  assert.deepEqual(
    fixture.names().filter((name) => name.endsWith('.deleted')),
    [],
  );
});
