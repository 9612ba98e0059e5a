import type { Timers } from '../runtime/runtime.ts';

/**
 * `timers` for one broker among others in a process: what a callback throws is told to `defect`, and hurts
 * neither the process nor the callbacks beside it.
 */
export function guardedTimers(timers: Timers, defect: (error: unknown) => void): Timers {
  let waiting: (() => void)[] = [];
  let running: (() => void)[] = [];
  const call = (callback: () => void): void => {
    try {
      callback();
    } catch (error) {
      defect(error);
    }
  };
  // One list for all, so that the callbacks need no closure each.
  const runTurnEnd = (): void => {
    const callbacks = waiting;
    waiting = running;
    for (let i = 0; i < callbacks.length; i++) call(callbacks[i] as () => void);
    callbacks.length = 0;
    running = callbacks;
  };
  return {
    setTimer: (delayMs, callback) => timers.setTimer(delayMs, () => call(callback)),
    clearTimer: (timer) => timers.clearTimer(timer),
    atTurnEnd(callback) {
      if (waiting.push(callback) === 1) timers.atTurnEnd(runTurnEnd);
    },
  };
}
