import type { Timer, Timers } from '../runtime/runtime.ts';
import type { ProcessGate } from './process-gate.ts';

interface GatedTimer {
  inner: Timer | undefined;
  isCleared: boolean;
}

/** The timers of a process: those that are due while it is stopped fire once it goes on. */
export function gatedTimers(timers: Timers, gate: ProcessGate): Timers {
  const pending = new Set<GatedTimer>();
  gate.add({
    look() {},
    end() {
      for (const { inner } of pending) if (inner !== undefined) timers.clearTimer(inner);
      pending.clear();
    },
  });
  return {
    setTimer(delayMs, callback) {
      const timer: GatedTimer = { inner: undefined, isCleared: false };
      if (gate.isDead) return timer;
      pending.add(timer);
      timer.inner = timers.setTimer(delayMs, () => {
        pending.delete(timer);
        gate.enter(() => {
          // Whoever came first when the process went on may have cleared it.
          if (!timer.isCleared) callback();
        });
      });
      return timer;
    },
    clearTimer(timer) {
      const gated = timer as GatedTimer;
      gated.isCleared = true;
      if (!pending.delete(gated) || gated.inner === undefined) return;
      timers.clearTimer(gated.inner);
    },
    atTurnEnd(callback) {
      timers.atTurnEnd(() => gate.enter(callback));
    },
  };
}
