import type { PartitionName } from '../../history/history.ts';

/** One thing that happened in a run. */
export interface Happening {
  readonly atMs: number;
  /** Whose it is: a broker's id, or what else it is of. */
  readonly who: string;
  readonly what: string;
  /** Where it concerns one alone. */
  readonly partition?: PartitionName | undefined;
}

/** What happened in a run that is worth telling, in order: faults, elections, in-sync sets, truncations. */
export class Chronicle {
  readonly happenings: Happening[] = [];
  readonly #nowMs: () => number;

  constructor(modules: { readonly nowMs: () => number }) {
    this.#nowMs = modules.nowMs;
  }

  add(who: string, what: string, partition?: PartitionName): void {
    this.happenings.push({ atMs: this.#nowMs(), who, what, partition });
  }

  /** All of it that does not concern another partition. */
  about(partition: PartitionName | undefined): Happening[] {
    return this.happenings.filter(
      ({ partition: of }) =>
        of === undefined ||
        partition === undefined ||
        (of.topic === partition.topic && of.partition === partition.partition),
    );
  }
}

/** A line for people. */
export function tell({ atMs, who, what, partition }: Happening): string {
  const where = partition === undefined ? '' : `${partition.topic}-${partition.partition}: `;
  return `${(atMs / 1000).toFixed(3).padStart(8)} s  ${who.padEnd(9)} ${where}${what}`;
}
