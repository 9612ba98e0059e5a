/** How much of what a run saw: what faults did, and what clients had of it. */
export interface Counts {
  leaderChanges: number;
  truncations: number;
  shrinks: number;
  growths: number;
  crashes: number;
  powerLosses: number;
  pauses: number;
  cuts: number;
  storeOutages: number;
  orderlyStops: number;
  diskFaults: number;
  clockFaults: number;
  reassignments: number;
  reassignmentsEnded: number;
  /** Brokers that crashed, lost power or were stopped while a partition of theirs was on its way. */
  reassignmentsCut: number;
  acknowledged: number;
  unknown: number;
  read: number;
  commits: number;
}

/** Nothing yet. */
export function noCounts(): Counts {
  return {
    leaderChanges: 0,
    truncations: 0,
    shrinks: 0,
    growths: 0,
    crashes: 0,
    powerLosses: 0,
    pauses: 0,
    cuts: 0,
    storeOutages: 0,
    orderlyStops: 0,
    diskFaults: 0,
    clockFaults: 0,
    reassignments: 0,
    reassignmentsEnded: 0,
    reassignmentsCut: 0,
    acknowledged: 0,
    unknown: 0,
    read: 0,
    commits: 0,
  };
}

/** Adds the counts of a run to those of others. */
export function addCounts(total: Counts, counts: Counts): void {
  for (const key of Object.keys(counts) as (keyof Counts)[]) total[key] += counts[key];
}

/** All that are not 0, in a line. */
export function describeCounts(counts: Counts): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name.replaceAll(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`)}`)
    .join(', ');
}
