import type { ConsumedRecord } from '../../client/client-records.ts';
import type { Filter } from '../../filter/filter.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** How long the broker's thread is held up at a time. */
const sliceMs = 5;
/** Records between two looks at the clock. */
const recordsPerLook = 32;

/** Lets the broker's thread do other things now and then while many records are looked at. */
export class Slices {
  readonly #runtime: Pick<Runtime, 'clock' | 'timers'>;
  #beganMs: number;
  #untilLook = recordsPerLook;

  constructor(runtime: Pick<Runtime, 'clock' | 'timers'>) {
    this.#runtime = runtime;
    this.#beganMs = runtime.clock.monotonicMs();
  }

  /** Whether `pause` is to be awaited before the next record. */
  get isOver(): boolean {
    if (--this.#untilLook > 0) return false;
    this.#untilLook = recordsPerLook;
    return this.#runtime.clock.monotonicMs() - this.#beganMs >= sliceMs;
  }

  async pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#runtime.timers.atTurnEnd(resolve);
    });
    this.#beganMs = this.#runtime.clock.monotonicMs();
  }
}

/** Whether `record` is wanted; without a filter each is. */
export function isWanted(filter: Filter | undefined, record: ConsumedRecord): boolean {
  if (filter === undefined) return true;
  const { topic, partition, offset, timestampMs: timestamp, key, value, headers } = record;
  return filter.matches({ topic, partition, offset, timestamp, key, value, headers });
}
