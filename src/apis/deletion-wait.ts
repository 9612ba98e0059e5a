import type { DataWaiter, Partition } from '../replication/partition.ts';
import type { WheelEntry } from '../runtime/timer-wheel.ts';
import type { ApiServices } from './services.ts';

/** A partition of which the records below `offset` are to be gone from every replica. */
export interface Deletion {
  readonly partition: Partition;
  readonly offset: number;
}

/** Whether no live replica shows what was deleted, or the partition is not led here any more. */
export function isOver({ partition, offset }: Deletion): boolean {
  return !partition.isLeader || partition.lowWatermark >= offset;
}

/** Settles when all deletions are over, or after `timeoutMs`. */
export function deletionsOver(
  deletions: readonly Deletion[],
  timeoutMs: number,
  { wheel }: Pick<ApiServices, 'wheel'>,
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      wheel.cancel(timer);
      for (const { partition } of deletions) partition.removeDataWaiter(waiter);
      resolve();
    };
    const look = (): void => {
      if (deletions.every(isOver)) end();
    };
    const waiter: DataWaiter = { dataArrived: look, partitionClosed: look };
    const timer: WheelEntry = wheel.schedule(Math.max(0, timeoutMs), end);
    for (const { partition } of deletions) partition.addDataWaiter(waiter, 'lowWatermark');
  });
}
