import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompactionModel, type End } from './compaction-model.ts';

/** A log with several segments, overwritten keys, tombstones and transactions of both ends. */
async function filled(seed: number): Promise<CompactionModel> {
  const model = new CompactionModel({ seed });
  await model.start();
  for (let round = 0; round < 6; round++) {
    const append = { kind: 'append', tombstone: false, codec: 'none' } as const;
    await model.step({ ...append, producer: 0, keys: [0, 1, round] });
    await model.step({ ...append, producer: 1, keys: [2, 3], codec: 'zstd' });
    await model.step({ ...append, producer: 3, keys: [4, 5] });
    await model.step({ ...append, producer: 0, keys: [6], tombstone: true });
    await model.step({ kind: 'marker', producer: 3, isAborted: round % 2 === 0 });
    await model.step({ kind: 'passTime', ms: 10 });
  }
  return model;
}

/*
 * Goal: a crash at any operation on files of a cleaning leaves a log that opens and is right.
 * Method: the same log is filled anew for each operation, cleaned up to there, and ended in both ways.
 */
for (const end of ['kill', 'powerLoss'] as const satisfies readonly End[]) {
  test(`a cleaning may end by ${end} at each of its operations on files`, async () => {
    let operations = 0;
    for (let at = 0; ; at++) {
      const model = await filled(at);
      if (!(await model.crashInClean(at, end))) break;
      operations++;
      await model.clean();
    }
    assert.ok(operations > 60, `${operations} operations`);
  });
}
