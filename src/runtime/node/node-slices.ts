import { SliceRunner } from '../slice-runner.ts';
import { realPerformanceNow, realSetImmediate, realSetTimeout } from './captured.ts';

/** Long enough that most of the time is work, short enough that a request hardly notices. */
const sliceMs = 4;
/** A task that wants to rest for longer is asked again before. */
const restMsMax = 60_000;

/** Slices of a thread of this process, one each turn of its event loop, bounded by the real clock. */
export function createNodeSlices(): SliceRunner {
  return new SliceRunner({
    schedule: realSetImmediate,
    rest: (delayMs, resume) => void realSetTimeout(resume, Math.min(delayMs, restMsMax)),
    beginSlice() {
      const endMs = realPerformanceNow() + sliceMs;
      return () => realPerformanceNow() >= endMs;
    },
  });
}
