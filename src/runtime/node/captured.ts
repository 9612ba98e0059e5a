import { performance } from 'node:perf_hooks';
import * as timers from 'node:timers';

/**
 * The process's own clock and timers, taken when this module loads. Test suites put fake ones in their place
 * (`jest.useFakeTimers`, sinon, Vitest: on the global object and on `node:timers`), and a broker inside such
 * a suite must go on. They come from Node's modules and not from the global object, which in a browser-like
 * test environment has timers of another kind.
 */
export const realSetTimeout = timers.setTimeout;
export const realClearTimeout = timers.clearTimeout;
export const realSetImmediate = timers.setImmediate;
export const realQueueMicrotask = queueMicrotask;
export const realDateNow = Date.now;
export const realPerformanceNow = performance.now.bind(performance);
