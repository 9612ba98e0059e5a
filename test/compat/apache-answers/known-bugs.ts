import type { Deviation } from './by-design.ts';

/** Differences from Apache that are to go. Whoever mends one takes its entry away. */
export const knownBugs: readonly Deviation[] = [];
