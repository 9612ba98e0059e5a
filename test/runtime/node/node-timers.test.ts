import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { nodeClock } from '../../../src/runtime/node/node-clock.ts';
import { createNodeTimers } from '../../../src/runtime/node/node-timers.ts';

const timers = createNodeTimers({ unref: false });

test('a timer fires once and never early', async () => {
  for (const delayMs of [0, 1, 2.5, 7]) {
    const startMs = nodeClock.monotonicMs();
    await new Promise<void>((resolve) => timers.setTimer(delayMs, resolve));
    const passedMs = nodeClock.monotonicMs() - startMs;
    assert.ok(passedMs >= delayMs, `${passedMs} ms of ${delayMs}`);
  }
});

test('a cleared timer does not fire, and clearing it again does nothing', async () => {
  let fired = false;
  const timer = timers.setTimer(1, () => {
    fired = true;
  });
  timers.clearTimer(timer);
  timers.clearTimer(timer);
  await new Promise<void>((resolve) => timers.setTimer(10, resolve));
  assert.equal(fired, false);
});

test('atTurnEnd runs callbacks in order after promise reactions; what they add waits a turn', async () => {
  const order: string[] = [];
  timers.atTurnEnd(() => {
    order.push('first');
    timers.atTurnEnd(() => order.push('next turn'));
  });
  timers.atTurnEnd(() => order.push('second'));
  void Promise.resolve().then(() => order.push('promise'));
  await setImmediate();
  assert.deepEqual(order, ['promise', 'first', 'second']);
  await setImmediate();
  assert.deepEqual(order, ['promise', 'first', 'second', 'next turn']);
});

test('time goes on while a test suite has fake timers', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'setImmediate', 'Date'], now: 0 });
  try {
    assert.ok(nodeClock.nowMs() > 1_700_000_000_000);
    await new Promise<void>((resolve) => timers.setTimer(1, resolve));
    await new Promise<void>((resolve) => timers.atTurnEnd(resolve));
  } finally {
    mock.timers.reset();
  }
});
