import type { CommitWaiter } from '../../../src/coordinator/runtime/ports.ts';
import type { RecordBatch } from '../../../src/records/record-batch.ts';
import { FakeLog } from '../../coordinator/runtime/fake-log.ts';

/** A log whose writes take their time, are refused now and then, and fail now and then. */
export class RandomLog extends FakeLog {
  readonly #after: (delayMs: number, callback: () => void) => void;
  readonly #below: (bound: number) => number;
  /** One of so many appends is refused, one of ten times as many fails after it was taken; 0 for none. */
  trouble = 0;

  constructor(modules: {
    after: (delayMs: number, callback: () => void) => void;
    below: (bound: number) => number;
  }) {
    super();
    this.#after = modules.after;
    this.#below = modules.below;
  }

  override append(
    batch: RecordBatch,
    waiter: CommitWaiter,
  ): { baseOffset: number } | { error: string } {
    if (this.trouble > 0 && this.#below(this.trouble) === 0) {
      this.refuseNext = 'NOT_ENOUGH_REPLICAS';
    }
    const answer = super.append(batch, waiter);
    if ('error' in answer) return answer;
    const fails = this.trouble > 0 && this.#below(this.trouble * 10) === 0;
    this.#after(this.#below(4), () => {
      if (fails) this.fail('KAFKA_STORAGE_ERROR');
      else this.commit();
    });
    return answer;
  }
}
