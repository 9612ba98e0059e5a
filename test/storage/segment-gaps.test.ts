/**
 * Goal: a segment that power loss took from the midst of a log is noticed, in a compacted topic too: what stands
 * behind it goes with it, so that no replica keeps a log with a hole. And no log that is as it should be has one.
 * Method: logs in memory; a file is removed as power loss does it, or batches come with gaps between their offsets
 * as from a leader that has compacted its log.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogConfig } from '../../src/storage/log-config.ts';
import type { Log } from '../../src/storage/log.ts';
import { allRecords, batchOf, LogFixture, partitionDirectory, write } from './log-fixture.ts';

/** Each batch has a segment of its own. */
const config: Partial<LogConfig> = {
  segmentBytes: 80,
  cleanupPolicyCompact: true,
  cleanupPolicyDelete: false,
};

async function values(log: Log): Promise<string> {
  return (await allRecords(log)).map(({ value }) => value).join('');
}

function replicate(log: Log, value: string, baseOffset: number): void {
  const batch = batchOf([value], { baseOffset, partitionLeaderEpoch: 0 });
  log.append(batch, { origin: 'replication', leaderEpoch: 0 });
  log.writePending();
}

/** Four segments, of which the third is gone. */
function withoutThird(): LogFixture {
  const logs = new LogFixture({ config });
  const log = logs.create();
  for (const value of ['a', 'b', 'c', 'd']) write(log, batchOf([value]));
  log.closeNow();
  const name = '00000000000000000002.log';
  assert.ok(logs.names().includes(name));
  logs.files.remove(logs.files.join(partitionDirectory, name));
  return logs;
}

test('a segment of a compacted log that is gone beyond the recovery point takes what is behind with it', async () => {
  const log = await withoutThird().open({ recoveryPoint: 1 });
  assert.equal(await values(log), 'ab');
  assert.equal(log.logEndOffset, 2);
});

test('where nobody knows what was flushed, or who compacted the log, a gap is taken for what compaction leaves', async () => {
  assert.equal(await values(await withoutThird().open()), 'abd');
  const foreign = await withoutThird().open({ recoveryPoint: 1, isForeign: true });
  assert.equal(await values(foreign), 'abd');
});

test('a gap below the recovery point is what compaction leaves', async () => {
  assert.equal(await values(await withoutThird().open({ recoveryPoint: 4 })), 'abd');
});

test('a copy of a compacted log has its gaps within segments, so that none is taken for a loss', async () => {
  const logs = new LogFixture({ config });
  const log = logs.create();
  replicate(log, 'a', 0);
  for (const [value, offset] of [
    ['b', 7],
    ['c', 20],
    ['d', 2 ** 31 + 30],
    ['e', 2 ** 31 + 90],
  ] as const) {
    replicate(log, value, offset);
  }
  assert.equal(await values(log), 'abcde');
  assert.deepEqual(
    logs.names().filter((name) => name.endsWith('.log')),
    ['0', '1', '8', '2147483678', '2147483679'].map((base) => `${base.padStart(20, '0')}.log`),
  );
  const again = await logs.reopen(log, { recoveryPoint: 1 });
  assert.equal(await values(again), 'abcde');
  assert.equal(again.logEndOffset, 2 ** 31 + 91);
});
