import type {
  BatchesOfLog,
  CommitWaiter,
  CoordinatorLog,
} from '../../../src/coordinator/runtime/ports.ts';
import type { RecordBatch } from '../../../src/records/record-batch.ts';

interface Appended {
  readonly batch: RecordBatch;
  readonly waiter: CommitWaiter;
}

/** A log in memory whose writes end when a test says so. */
export class FakeLog implements CoordinatorLog {
  readonly startOffset = 0;
  endOffset = 0;
  highWatermark = 0;
  batchBytesMax = 1_000_000;
  isClosed = false;
  /** The error of the next append. */
  refuseNext: string | undefined;
  /** Whether reads answer with a promise. */
  isSlow = false;
  /** Most batches that one read answers. */
  batchesPerRead = 1000;
  readsUnderWay = 0;
  readonly committed: RecordBatch[] = [];
  #pending: Appended[] = [];

  read(offset: number): BatchesOfLog | Promise<BatchesOfLog> {
    const found = this.committed.filter((batch) => batch.nextOffset > offset);
    const chunks = found.slice(0, this.batchesPerRead).flatMap((batch) => [...batch.chunks]);
    this.readsUnderWay++;
    const read = {
      chunks,
      release: (): void => {
        this.readsUnderWay--;
      },
    };
    return this.isSlow ? Promise.resolve(read) : read;
  }

  append(batch: RecordBatch, waiter: CommitWaiter): { baseOffset: number } | { error: string } {
    const error = this.refuseNext;
    this.refuseNext = undefined;
    if (error !== undefined) return { error };
    const baseOffset = this.endOffset;
    batch.baseOffset = baseOffset;
    this.endOffset = batch.nextOffset;
    this.#pending.push({ batch, waiter });
    return { baseOffset };
  }

  /** What was appended is written, all or the first `count` batches. */
  commit(count = this.#pending.length): void {
    const done = this.#pending.splice(0, count);
    for (const { batch } of done) {
      this.committed.push(batch);
      this.highWatermark = batch.nextOffset;
    }
    for (const { waiter } of done) waiter.appendEnded(0, { error: undefined });
  }

  /** What was appended and is not committed is cut off. */
  fail(error: string): void {
    const lost = this.#pending;
    this.#pending = [];
    this.endOffset = this.highWatermark;
    for (const { waiter } of lost) waiter.appendEnded(0, { error });
  }
}
