import type { BatchesOfLog, CommitWaiter, CoordinatorLog } from '../coordinator/runtime/ports.ts';
import type { RecordBatch } from '../records/record-batch.ts';
import type { Partition } from '../replication/partition.ts';

/** A partition that this broker leads, as a coordinator's runtime sees it. */
export class PartitionCoordinatorLog implements CoordinatorLog {
  readonly partition: Partition;

  constructor(partition: Partition) {
    this.partition = partition;
  }

  get startOffset(): number {
    return this.partition.log.logStartOffset;
  }

  get endOffset(): number {
    return this.partition.log.logEndOffset;
  }

  get highWatermark(): number {
    return this.partition.highWatermark;
  }

  get batchBytesMax(): number {
    return this.partition.log.config.maxMessageBytes;
  }

  get isClosed(): boolean {
    return this.partition.isClosed;
  }

  read(offset: number, maxBytes: number): BatchesOfLog | Promise<BatchesOfLog> {
    const { log, highWatermark } = this.partition;
    const upperBoundOffset = highWatermark;
    return log.read(offset, { maxBytes, upperBoundOffset, atLeastOneBatch: true });
  }

  append(
    batch: RecordBatch,
    waiter: CommitWaiter,
  ): { readonly baseOffset: number } | { readonly error: string } {
    return this.partition.appendFromCoordinator(batch, waiter, 0);
  }
}
