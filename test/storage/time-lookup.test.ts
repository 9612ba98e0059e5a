import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infinite } from '../../src/config/log-config.ts';
import { batchOf, LogFixture, startMs, write } from './log-fixture.ts';

test('the largest timestamp is that of when it was asked for, whatever is written meanwhile', async () => {
  const logs = new LogFixture({ config: { segmentBytes: 400 } });
  const log = logs.create();
  write(log, batchOf(['a'.repeat(200)], { timestamp: startMs }));
  write(log, batchOf(['b'.repeat(200)], { timestamp: startMs + 1 }));
  const asking = log.offsetOfMaxTimestamp();
  write(log, batchOf(['c'], { timestamp: startMs + 2 }));
  assert.deepEqual(await asking, { offset: 1, timestampMs: startMs + 1, leaderEpoch: 0 });
});

test('the largest timestamp is not that of a record that waits for its flush', async () => {
  const logs = new LogFixture({
    config: { flushMessages: 1, flushMs: infinite, indexIntervalBytes: 0 },
  });
  const log = logs.create();
  for (const age of [3, 9, 1]) write(log, batchOf([`${age}`], { timestamp: startMs - age }));
  while (log.writtenEndOffset < 3) await log.flush();
  write(log, batchOf(['newest'], { timestamp: startMs }));
  assert.equal(log.writtenEndOffset, 3, 'the newest is not flushed yet');
  const found = await log.offsetOfMaxTimestamp();
  assert.deepEqual(found, { offset: 2, timestampMs: startMs - 1, leaderEpoch: 0 });
});
