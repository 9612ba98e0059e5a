import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log } from '../../src/storage/log.ts';
import {
  allRecords,
  batchOf,
  LogFixture,
  partitionDirectory,
  valuesOf,
  write,
} from './log-fixture.ts';

const segmentBytes = 1000;
const firstLog = '00000000000000000000.log';

function fixture(): LogFixture {
  return new LogFixture({ config: { preallocate: true, segmentBytes } });
}

function fileBytes(logs: LogFixture, name = firstLog): number {
  return logs.content(name).length;
}

function segmentFiles(logs: LogFixture): string[] {
  return logs.names().filter((name) => name.endsWith('.log'));
}

/** Appends batches of one record until the log has `count` segments; answers what was written. */
function fill(logs: LogFixture, log: Log, count: number): string[] {
  const values: string[] = [];
  while (segmentFiles(logs).length < count) {
    const value = `value ${values.length}`.padEnd(200, '.');
    write(log, batchOf([value]));
    values.push(value);
  }
  return values;
}

test('preallocate: a segment has its full size from its first batch on, and its own once it is rolled', async () => {
  const logs = fixture();
  const log = logs.create();
  assert.deepEqual(logs.names(), [], 'nothing before the first batch');
  write(log, batchOf(['first']));
  assert.equal(fileBytes(logs), segmentBytes);

  const values = ['first', ...fill(logs, log, 3)];
  const sizes = segmentFiles(logs).map((name) => fileBytes(logs, name));
  assert.ok(sizes.length >= 2);
  assert.equal(sizes.at(-1), segmentBytes, 'the active segment is reserved');
  for (const size of sizes.slice(0, -1)) assert.ok(size < segmentBytes, 'a rolled one is not');
  assert.equal(
    log.sizeBytes < sizes.length * segmentBytes,
    true,
    'what is reserved is not counted',
  );
  assert.deepEqual(valuesOf(await allRecords(log)), values);
});

test('preallocate: a log that is closed ends where its batches do, and opens as clean', async () => {
  const logs = fixture();
  const log = logs.create();
  const values = fill(logs, log, 2);
  const { sizeBytes } = log;
  await log.close();
  const onDisk = segmentFiles(logs).map((name) => fileBytes(logs, name));
  assert.equal(
    onDisk.reduce((sum, size) => sum + size, 0),
    sizeBytes,
  );
  const opened = await logs.reopen(log, { clean: true });
  assert.deepEqual(valuesOf(await allRecords(opened)), values);
});

test('preallocate: after a crash the reserve is cut off, and nothing else', async () => {
  const logs = fixture();
  const log = logs.create();
  const values = fill(logs, log, 3);
  const opened = await logs.reopen(log);
  assert.deepEqual(valuesOf(await allRecords(opened)), values);
  assert.equal(opened.sizeBytes, log.sizeBytes);
  write(opened, batchOf(['after']));
  assert.deepEqual(valuesOf(await allRecords(opened)), [...values, 'after']);
});

test('preallocate: a rolled segment whose reserve came back with power loss keeps what stands behind it', async () => {
  const logs = fixture();
  const log = logs.create();
  const values = fill(logs, log, 3);
  const first = logs.files.open(logs.files.join(partitionDirectory, firstLog), 'write');
  const { length } = logs.content(firstLog);
  first.truncate(segmentBytes);
  first.close();
  const opened = await logs.reopen(log, { recoveryPoint: 0 });
  assert.equal(fileBytes(logs), length);
  assert.deepEqual(valuesOf(await allRecords(opened)), values);
});

test('preallocate: batches that power loss turned to zeros take what stands behind them along', async () => {
  const logs = fixture();
  const log = logs.create();
  fill(logs, log, 3);
  const first = logs.files.open(logs.files.join(partitionDirectory, firstLog), 'write');
  const { length } = logs.content(firstLog);
  first.truncate(Math.floor(length / 2));
  first.truncate(segmentBytes);
  first.close();
  const opened = await logs.reopen(log, { recoveryPoint: 0 });
  assert.ok(opened.logEndOffset < log.logEndOffset);
  assert.deepEqual(segmentFiles(logs), [firstLog]);
});
