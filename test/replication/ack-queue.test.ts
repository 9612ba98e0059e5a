import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AckQueue } from '../../src/replication/ack-queue.ts';
import { refusal, type AppendOutcome } from '../../src/replication/append-outcome.ts';

const ok: AppendOutcome = { ...refusal('INVALID_RECORD', undefined), error: undefined };
const failed = refusal('KAFKA_STORAGE_ERROR', 'the disk is gone');

function recorder() {
  const ended: string[] = [];
  const waiter = {
    appendEnded: (slot: number, outcome: AppendOutcome) =>
      ended.push(`${slot}:${outcome.error ?? 'ok'}`),
  };
  return { ended, waiter };
}

test('appends are acknowledged in order, up to the offset that was reached', () => {
  const { ended, waiter } = recorder();
  const queue = new AckQueue();
  for (const [slot, end] of [10, 20, 30].entries()) queue.push(end, waiter, slot, ok);
  queue.release(9);
  assert.deepEqual(ended, []);
  queue.release(20);
  assert.deepEqual(ended, ['0:ok', '1:ok']);
  queue.release(30);
  assert.deepEqual(ended, ['0:ok', '1:ok', '2:ok']);
});

test('what a failed write cut off fails, what lies before it does not', () => {
  const { ended, waiter } = recorder();
  const queue = new AckQueue();
  for (const [slot, end] of [10, 20, 30].entries()) queue.push(end, waiter, slot, ok);
  queue.fail(10, failed);
  assert.deepEqual(ended, ['1:KAFKA_STORAGE_ERROR', '2:KAFKA_STORAGE_ERROR']);
  queue.release(100);
  assert.deepEqual(ended.at(-1), '0:ok');
});

test('a duplicate of an earlier append does not hide later ones from a failure', () => {
  const { ended, waiter } = recorder();
  const queue = new AckQueue();
  queue.push(10, waiter, 0, ok);
  queue.push(20, waiter, 1, ok);
  queue.push(10, waiter, 2, ok);
  queue.fail(10, failed);
  assert.deepEqual(ended, ['1:KAFKA_STORAGE_ERROR', '2:KAFKA_STORAGE_ERROR']);
});

test('thousands of acknowledged appends are let go of', () => {
  const { ended, waiter } = recorder();
  const queue = new AckQueue();
  for (let end = 1; end <= 5000; end++) queue.push(end, waiter, end, ok);
  for (let end = 1; end <= 5000; end++) queue.release(end);
  assert.equal(ended.length, 5000);
  assert.equal(ended.at(-1), '5000:ok');
});
