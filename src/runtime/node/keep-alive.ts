import { realClearTimeout, realSetTimeout } from './captured.ts';

/** The longest delay that a timer has. */
const foreverMs = 2 ** 31 - 1;

/**
 * Runs `work` with the process kept alive until it has settled: a runtime that does not hold the process
 * would else let it end in the midst of what its caller waits for.
 */
export async function keepingAlive<T>(work: () => Promise<T>): Promise<T> {
  const timer = realSetTimeout(() => {}, foreverMs);
  try {
    return await work();
  } finally {
    realClearTimeout(timer);
  }
}
