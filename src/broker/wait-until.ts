import type { Clock, Timers } from '../runtime/runtime.ts';

/** How often it is looked whether something holds. */
const pollMs = 10;

/** Settles when `holds`, which is looked at now and then, or when `limitMs` have passed. */
export async function waitUntil(
  holds: () => boolean,
  limitMs: number,
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
): Promise<void> {
  const deadlineMs = clock.monotonicMs() + limitMs;
  while (!holds() && clock.monotonicMs() < deadlineMs) {
    await new Promise<void>((resolve) => {
      timers.setTimer(pollMs, resolve);
    });
  }
}
