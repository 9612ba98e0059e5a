import type { ConsumedRecord } from '../client-records.ts';
import type { OffsetRange } from '../start-positions.ts';
import type { OffsetToCommit } from './group-offsets.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

/** How far a reader is, as `Consumer.progressOf` answers it. */
export interface ReadProgress {
  readonly handedOutTo: number;
  readonly resumeOffset: number;
}

/** A partition that is assigned. */
interface Position extends TopicPartition {
  /** Behind the last record that was dealt with; the start before there is one. */
  processedTo: number;
  /** As it was committed; undefined where that is not known. */
  committed: number | undefined;
  /** How far the reader was when it was taken away. */
  last: ReadProgress | undefined;
}

/** How far a member has come in the partitions that are assigned to it. */
export class GroupPositions {
  readonly #positions = new Map<string, Position>();
  readonly #progressOf: (topic: string, partition: number) => ReadProgress | undefined;

  constructor(modules: {
    progressOf: (topic: string, partition: number) => ReadProgress | undefined;
  }) {
    this.#progressOf = modules.progressOf;
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#positions.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  add(ranges: readonly OffsetRange[]): void {
    for (const { topic, partition, startOffset } of ranges) {
      this.#positions.set(partitionKey({ topic, partition }), {
        topic,
        partition,
        processedTo: startOffset,
        committed: undefined,
        last: undefined,
      });
    }
  }

  /** To be called before the readers of these partitions go: what they know is remembered for the last commit. */
  hold(partitions: readonly TopicPartition[]): void {
    for (const item of partitions) {
      const position = this.#positions.get(partitionKey(item));
      if (position !== undefined) position.last = this.#progressOf(item.topic, item.partition);
    }
  }

  drop(partitions: readonly TopicPartition[]): void {
    for (const item of partitions) this.#positions.delete(partitionKey(item));
  }

  clear(): void {
    this.#positions.clear();
  }

  /** These records were dealt with. Those of partitions that are others' by now are left out. */
  processed(records: readonly ConsumedRecord[]): void {
    for (const record of records) {
      const position = this.#positions.get(partitionKey(record));
      if (position !== undefined && position.processedTo <= record.offset) {
        position.processedTo = record.offset + 1;
      }
    }
  }

  /** What a commit has to say now of `partitions`, or of all. */
  toCommit(partitions: readonly TopicPartition[] = this.partitions): readonly OffsetToCommit[] {
    return partitions.flatMap(({ topic, partition }) => {
      const position = this.#positions.get(partitionKey({ topic, partition }));
      if (position === undefined) return [];
      const offset = this.#offsetOf(position);
      return offset === position.committed ? [] : [{ topic, partition, offset }];
    });
  }

  committed({ topic, partition, offset }: OffsetToCommit): void {
    const position = this.#positions.get(partitionKey({ topic, partition }));
    if (position !== undefined) position.committed = offset;
  }

  /** Behind what was dealt with; where that is all that was handed out, also behind what holds no records. */
  #offsetOf({ topic, partition, processedTo, last }: Position): number {
    const progress = last ?? this.#progressOf(topic, partition);
    const isAll = progress !== undefined && processedTo >= progress.handedOutTo;
    return isAll ? Math.max(processedTo, progress.resumeOffset) : processedTo;
  }
}
