import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildEndTxnMarker } from '../../src/records/control-batch.ts';
import type { RecordBatch } from '../../src/records/record-batch.ts';
import { ProducerState } from '../../src/storage/producer-state.ts';
import type { ProducerUndo } from '../../src/storage/producer-state.ts';
import { batchOf } from './log-fixture.ts';

interface Sent {
  epoch?: number;
  sequence?: number;
  count?: number;
  offset?: number;
  transactional?: boolean;
}

function batch({
  epoch = 0,
  sequence = 0,
  count = 1,
  offset = 0,
  transactional = false,
}: Sent): RecordBatch {
  const values = Array.from({ length: count }, () => 'v');
  return batchOf(values, {
    producerId: 7,
    producerEpoch: epoch,
    baseSequence: sequence,
    baseOffset: offset,
    transactional,
  });
}

function marker(
  result: 'COMMIT' | 'ABORT',
  offset: number,
  options: { epoch?: number; coordinatorEpoch?: number; producerId?: number } = {},
): RecordBatch {
  return buildEndTxnMarker({
    result,
    producerId: options.producerId ?? 7,
    producerEpoch: options.epoch ?? 0,
    coordinatorEpoch: options.coordinatorEpoch ?? 0,
    timestamp: 1,
    baseOffset: offset,
  });
}

function stateWith(...batches: RecordBatch[]): ProducerState {
  const state = new ProducerState();
  for (const each of batches) state.apply(each);
  return state;
}

function verdict(state: ProducerState, sent: RecordBatch): string {
  const found = state.check(sent, 'client', 100);
  if (found === undefined) return 'accepted';
  return found.kind === 'duplicate' ? `duplicate at ${found.baseOffset}` : found.reason;
}

test('a producer that is not known may begin with any sequence', () => {
  assert.equal(verdict(new ProducerState(), batch({ sequence: 42 })), 'accepted');
});

test('sequences follow one another', () => {
  const state = stateWith(batch({ sequence: 0, count: 3 }));
  assert.equal(verdict(state, batch({ sequence: 3 })), 'accepted');
  assert.equal(verdict(state, batch({ sequence: 4 })), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
  assert.equal(verdict(state, batch({ sequence: 2 })), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
});

test('sequences go on at 0 behind the largest int32', () => {
  const state = stateWith(batch({ sequence: 0x7fff_ffff }));
  assert.equal(verdict(state, batch({ sequence: 0 })), 'accepted');
  const within = stateWith(batch({ sequence: 0x7fff_fffe, count: 4 }));
  assert.equal(verdict(within, batch({ sequence: 2 })), 'accepted');
  assert.equal(verdict(within, batch({ sequence: 0x7fff_fffe, count: 4 })), 'duplicate at 0');
});

test('a retry of any of the last five batches is a duplicate with its first offset', () => {
  const state = new ProducerState();
  for (let i = 0; i < 7; i++) state.apply(batch({ sequence: i * 2, count: 2, offset: i * 2 }));
  for (let i = 2; i < 7; i++) {
    assert.equal(verdict(state, batch({ sequence: i * 2, count: 2 })), `duplicate at ${i * 2}`);
  }
  assert.equal(verdict(state, batch({ sequence: 2, count: 2 })), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
  assert.equal(verdict(state, batch({ sequence: 12, count: 1 })), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
});

test('a new epoch begins with sequence 0, and an old one is refused', () => {
  const state = stateWith(batch({ epoch: 3, sequence: 5 }));
  assert.equal(verdict(state, batch({ epoch: 4, sequence: 0 })), 'accepted');
  assert.equal(verdict(state, batch({ epoch: 4, sequence: 6 })), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
  assert.equal(verdict(state, batch({ epoch: 2, sequence: 6 })), 'INVALID_PRODUCER_EPOCH');
  state.apply(batch({ epoch: 4, sequence: 0 }));
  assert.equal(verdict(state, batch({ epoch: 3, sequence: 5 })), 'INVALID_PRODUCER_EPOCH');
});

test('what a coordinator writes is held to epochs only, what is replicated to nothing', () => {
  const state = stateWith(batch({ epoch: 3, sequence: 5 }));
  assert.equal(state.check(batch({ epoch: 3, sequence: 99 }), 'coordinator', 1), undefined);
  const stale = state.check(batch({ epoch: 2 }), 'coordinator', 1);
  assert.ok(stale?.kind === 'refused' && stale.reason === 'INVALID_PRODUCER_EPOCH');
  assert.equal(state.check(batch({ epoch: 2 }), 'replication', 1), undefined);
});

test('a transaction is open from its first batch to its marker', () => {
  const state = stateWith(batch({ offset: 10, transactional: true }));
  state.apply(batch({ sequence: 1, offset: 11, transactional: true }));
  assert.equal(state.firstUnstableOffset(), 10);
  assert.equal(verdict(state, batch({ sequence: 2 })), 'INVALID_TXN_STATE');
  assert.deepEqual(state.apply(marker('ABORT', 12)), {
    producerId: 7,
    firstOffset: 10,
    lastOffset: 12,
    lastStableOffset: 13,
    isAborted: true,
  });
  assert.equal(state.firstUnstableOffset(), 10, 'the marker is not replicated');
  state.forgetEndedBelow(12);
  assert.equal(state.firstUnstableOffset(), 10);
  state.forgetEndedBelow(13);
  assert.equal(state.firstUnstableOffset(), undefined);
});

test('a marker without a transaction ends nothing and is remembered', () => {
  const state = stateWith(batch({ offset: 1 }));
  assert.equal(state.apply(marker('COMMIT', 2, { coordinatorEpoch: 4 })), undefined);
  assert.equal(state.get(7)?.coordinatorEpoch, 4);
});

test('an aborted transaction tells the first one that is still open', () => {
  const other = batchOf(['x'], {
    producerId: 8,
    producerEpoch: 0,
    baseSequence: 0,
    baseOffset: 3,
    transactional: true,
  });
  const state = stateWith(batch({ offset: 1, transactional: true }), other);
  assert.equal(state.apply(marker('ABORT', 4))?.lastStableOffset, 3);
});

test('a marker of an older coordinator is fenced, one of an older epoch refused', () => {
  const state = stateWith(
    batch({ epoch: 2 }),
    marker('COMMIT', 1, { epoch: 2, coordinatorEpoch: 5 }),
  );
  const fenced = state.check(
    marker('COMMIT', 2, { epoch: 2, coordinatorEpoch: 4 }),
    'coordinator',
    2,
  );
  assert.ok(fenced?.kind === 'refused' && fenced.reason === 'TRANSACTION_COORDINATOR_FENCED');
  const stale = state.check(
    marker('COMMIT', 2, { epoch: 1, coordinatorEpoch: 5 }),
    'coordinator',
    2,
  );
  assert.ok(stale?.kind === 'refused' && stale.reason === 'INVALID_PRODUCER_EPOCH');
});

test('undo brings back producers, their last five batches and their transactions', () => {
  const state = new ProducerState();
  for (let i = 0; i < 5; i++) state.apply(batch({ sequence: i, offset: i, transactional: true }));
  const before = JSON.stringify([...state.entries()].map((entry) => ({ ...entry, savedIn: null })));
  const undo: ProducerUndo = { saved: [] };
  for (let i = 5; i < 12; i++)
    state.apply(batch({ sequence: i, offset: i, transactional: true }), undo);
  state.apply(marker('ABORT', 12), undo);
  state.apply(
    batchOf(['x'], { producerId: 8, producerEpoch: 0, baseSequence: 0, baseOffset: 13 }),
    undo,
  );
  assert.equal(undo.saved.length, 2, 'each producer is saved once');
  state.undo(undo, 5);
  assert.equal(
    JSON.stringify([...state.entries()].map((entry) => ({ ...entry, savedIn: null }))),
    before,
  );
  assert.equal(state.firstUnstableOffset(), 0);
});

test('truncation is exact where memory has what remains, else it asks for a replay', () => {
  const state = new ProducerState();
  for (let i = 0; i < 3; i++) state.apply(batch({ sequence: i, offset: i }));
  assert.equal(state.truncateTo(2), true);
  assert.equal(verdict(state, batch({ sequence: 2 })), 'accepted');
  assert.equal(state.truncateTo(0), false, 'nothing of the producer remains');
  const transactional = stateWith(batch({ transactional: true }), marker('COMMIT', 1));
  assert.equal(transactional.truncateTo(1), false);
  assert.equal(transactional.truncateTo(2), true);
});

test('producers expire when they are idle, but not within a transaction', () => {
  const state = stateWith(batch({ transactional: true }));
  const lastMs = state.get(7)?.lastTimestampMs ?? 0;
  state.expire(lastMs + 1000, 1000);
  assert.equal(state.size, 1);
  state.apply(marker('COMMIT', 1));
  state.expire(1000, 1000);
  assert.equal(state.size, 1);
  state.expire(1001, 1000);
  assert.equal(state.size, 0);
});
