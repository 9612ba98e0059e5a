import type { Clock } from '../runtime.ts';
import { realDateNow, realPerformanceNow } from './captured.ts';

/** The machine's clocks. */
export const nodeClock: Clock = { nowMs: realDateNow, monotonicMs: realPerformanceNow };
