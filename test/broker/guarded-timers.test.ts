import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardedTimers } from '../../src/broker/guarded-timers.ts';
import { createSimulation } from '../../src/runtime/simulated/simulation.ts';

test('a callback that throws is told as a defect, and those beside it are called', async () => {
  const simulation = createSimulation({ seed: 1 });
  const defects: unknown[] = [];
  const called: string[] = [];
  const timers = guardedTimers(simulation.runtime('host').timers, (error) => defects.push(error));
  const fail = (): never => {
    throw new Error('broken');
  };
  timers.atTurnEnd(fail);
  timers.atTurnEnd(() => called.push('turn end'));
  timers.setTimer(5, fail);
  timers.setTimer(5, () => called.push('timer'));
  timers.clearTimer(timers.setTimer(5, () => called.push('cleared')));
  await simulation.run(10);
  assert.deepEqual(called, ['turn end', 'timer']);
  assert.deepEqual(defects.map(String), ['Error: broken', 'Error: broken']);
});

test('what is added at the end of a turn is called at the end of the next', async () => {
  const simulation = createSimulation({ seed: 1 });
  const timers = guardedTimers(simulation.runtime('host').timers, (error) =>
    assert.fail(String(error)),
  );
  let calls = 0;
  const again = (): void => {
    calls++;
    if (calls < 3) timers.atTurnEnd(again);
  };
  timers.atTurnEnd(again);
  await simulation.step();
  assert.equal(calls, 1);
  await simulation.step();
  assert.equal(calls, 2);
  await simulation.run(1);
  assert.equal(calls, 3);
});
