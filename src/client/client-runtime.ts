import type { Runtime } from '../runtime/runtime.ts';

/** What the client needs of the world outside. */
export type ClientRuntime = Pick<Runtime, 'clock' | 'timers' | 'random' | 'network'>;

/** Settles after `delayMs`. */
export function delay(runtime: Pick<Runtime, 'timers'>, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    runtime.timers.setTimer(delayMs, resolve);
  });
}
