import { setTimeout } from 'node:timers/promises';

const patienceMs = 120_000;

/** Waits until something holds. An example that would wait for ever fails instead, and says for what. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!holds()) {
    if (Date.now() > deadline)
      throw new Error(`waited ${patienceMs / 1000} s in vain until ${what}`);
    await setTimeout(2);
  }
}
