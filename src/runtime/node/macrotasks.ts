import * as timers from 'node:timers';

/** Taken when this module loads, as those of `captured.ts`: a test suite may fake it. */
const realSetImmediate = timers.setImmediate;

const stepsPerTurn = 64;

/**
 * Calls `step` until it answers false; between two calls every promise reaction and `process.nextTick` that
 * is ready has run, however long their chains are. Rejects with what `step` throws.
 *
 * Node drains those queues after each immediate, so a turn of the event loop is queued full of immediates:
 * one turn for each step would cost several times as much.
 */
export function runInTurns(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let over = false;
    const runOne = (): void => {
      if (over) return;
      try {
        over = !step();
      } catch (error) {
        over = true;
        reject(error);
        return;
      }
      if (over) resolve();
    };
    const runTurn = (): void => {
      if (over) return;
      for (let i = 0; i < stepsPerTurn; i++) realSetImmediate(runOne);
      realSetImmediate(runTurn);
    };
    realSetImmediate(runTurn);
  });
}
