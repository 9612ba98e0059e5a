import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildEndTxnMarker } from '../../src/records/control-batch.ts';
import type { Log } from '../../src/storage/log.ts';
import { batchOf, LogFixture, write } from './log-fixture.ts';

function transactional(log: Log, producerId: number, sequence: number): number {
  const batch = batchOf(['v'], {
    producerId,
    producerEpoch: 0,
    baseSequence: sequence,
    transactional: true,
  });
  return write(log, batch);
}

function end(log: Log, producerId: number, result: 'COMMIT' | 'ABORT'): void {
  const batch = buildEndTxnMarker({
    result,
    producerId,
    producerEpoch: 0,
    coordinatorEpoch: 0,
    timestamp: 1,
  });
  log.append(batch, { origin: 'coordinator', leaderEpoch: 0 });
  log.writePending();
}

function toEnd(log: Log): number {
  log.setHighWatermark(log.logEndOffset);
  return log.lastStableOffset;
}

test('the last stable offset stands at the oldest open transaction, and never above the high watermark', () => {
  const log = new LogFixture().create();
  write(log, batchOf(['plain']));
  transactional(log, 1, 0);
  transactional(log, 2, 0);
  assert.equal(log.lastStableOffset, 0, 'nothing is replicated');
  assert.equal(toEnd(log), 1);
  end(log, 1, 'COMMIT');
  assert.equal(log.lastStableOffset, 1, 'the marker is not replicated');
  assert.equal(toEnd(log), 2);
  end(log, 2, 'ABORT');
  assert.equal(toEnd(log), 5);
});

test('aborted transactions are found where they overlap what is read, across segments', async () => {
  const fixture = new LogFixture({ config: { segmentBytes: 300 } });
  const log = fixture.create();
  for (let i = 0; i < 12; i++) {
    transactional(log, 1, i);
    end(log, 1, i % 2 === 0 ? 'ABORT' : 'COMMIT');
  }
  const firstOffsets = (of: Log, start: number, bound: number): number[] =>
    of.abortedTransactions(start, bound).map((transaction) => transaction.firstOffset);
  assert.deepEqual(firstOffsets(log, 0, 24), [0, 4, 8, 12, 16, 20]);
  assert.deepEqual(firstOffsets(log, 5, 13), [4, 8, 12]);
  assert.deepEqual(firstOffsets(log, 6, 8), []);
  const reopened = await fixture.reopen(log);
  assert.deepEqual(firstOffsets(reopened, 0, 24), [0, 4, 8, 12, 16, 20]);
  await reopened.close();
  const clean = await fixture.open({ clean: true });
  assert.deepEqual(firstOffsets(clean, 5, 13), [4, 8, 12]);
});

test('truncation takes an aborted transaction back: it is open again', () => {
  const log = new LogFixture().create();
  transactional(log, 1, 0);
  end(log, 1, 'ABORT');
  log.truncateTo(1);
  assert.deepEqual(log.abortedTransactions(0, 10), []);
  assert.equal(log.activeProducers()[0]?.currentTxnStartOffset, 0);
  assert.equal(toEnd(log), 0);
});

test('a damaged control batch is refused before anything changes', () => {
  const log = new LogFixture().create();
  const damaged = batchOf(['no marker'], {
    producerId: 1,
    producerEpoch: 0,
    control: true,
    transactional: true,
  });
  const result = log.append(damaged, { origin: 'replication', leaderEpoch: 0 });
  assert.ok(result.outcome === 'rejected' && result.reason === 'CORRUPT_MESSAGE');
  assert.equal(log.logEndOffset, 0);
});
