import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { SharedThread } from '../../src/admin/records/shared-thread.ts';

/** A clock that is set, and turns of an event loop that end when they are told to. */
function loop() {
  let nowMs = 0;
  let atEnd: (() => void)[] = [];
  const unused = (): never => {
    throw new Error('not to be called');
  };
  const clock = { nowMs: unused, monotonicMs: () => nowMs };
  const timers = {
    setTimer: unused,
    clearTimer: unused,
    atTurnEnd: (callback: () => void) => {
      atEnd.push(callback);
    },
  };
  return {
    thread: new SharedThread({ clock, timers }),
    pass: (ms: number) => {
      nowMs += ms;
    },
    endTurn: async () => {
      const callbacks = atEnd;
      atEnd = [];
      for (const callback of callbacks) callback();
      await new Promise(setImmediate);
    },
  };
}

test('in each turn one has a slice, however many wait, in the order in which they came', async () => {
  const { thread, endTurn } = loop();
  const order: string[] = [];
  const work = async (name: string): Promise<void> => {
    const slices = thread.slices();
    for (let slice = 0; slice < 2; slice++) {
      await slices.pause();
      order.push(name);
    }
  };
  const all = Promise.all(['a', 'b', 'c'].map(work));
  for (const expected of ['a', 'ab', 'abc', 'abca', 'abcab', 'abcabc']) {
    await endTurn();
    deepStrictEqual(order.join(''), expected);
  }
  await all;
});

test('a slice is over after 5 ms, also where they went by for something else', async () => {
  const { thread, pass, endTurn } = loop();
  const slices = thread.slices();
  strictEqual(slices.isOver, false);
  pass(4);
  strictEqual(slices.isOver, false);
  pass(1);
  strictEqual(slices.isOver, true);
  const paused = slices.pause();
  pass(100);
  await endTurn();
  await paused;
  strictEqual(slices.isOver, false);
});
