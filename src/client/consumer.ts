import type { ConsumedRecord } from './client-records.ts';
import type { Cluster } from './cluster.ts';
import { Fetcher } from './fetcher.ts';
import type { IsolationLevel } from './list-offsets.ts';
import { PartitionReader } from './partition-reader.ts';
import { RecordMerge } from './record-merge.ts';
import { type OffsetRange, type PartitionRange, resolveRanges } from './start-positions.ts';

/** What to read, and how. */
export interface ConsumerOptions {
  readonly ranges: readonly PartitionRange[];
  /** Whether messages of transactions that are open or were aborted are hidden; `read_uncommitted` unless given. */
  readonly isolation?: IsolationLevel;
  /**
   * Whether the records of several partitions come in the order of their times. That waits for the slowest
   * partition, as long as it has records. False unless given: as they arrive.
   */
  readonly mergeByTime?: boolean;
  /**
   * Whether partitions may be added later, so that reading does not end with those that there are. False
   * unless given.
   */
  readonly isOpenEnded?: boolean;
  /**
   * Whether a topic may be deleted, or deleted and created again, while it is read. Its partitions are then
   * read no further; any other topic that goes fails the reading. None may unless given.
   */
  readonly mayBeDeleted?: (topic: string) => boolean;
  /** Whether to wait for an end behind the log's own; else reading ends with the log. False unless given. */
  readonly waitsForEnd?: boolean;
  /** How long the broker holds a fetch without records; 500 ms unless given. */
  readonly maxWaitMs?: number;
  /** 50 MiB unless given. */
  readonly fetchBytesMax?: number;
  /** 1 MiB unless given. */
  readonly partitionBytesMax?: number;
  /** What is read ahead, roughly; 64 MiB unless given. */
  readonly bufferBytesMax?: number;
  /** What one batch may take when decompressed; 512 MiB unless given. */
  readonly decompressedBytesMax?: number;
  /** When a partition that fails again and again fails the reader; the client's operation timeout unless given, 0 for never. */
  readonly giveUpAfterMs?: number;
}

/** Records handed out at once at most. */
const recordsAtOnceMax = 1000;

/**
 * Reads partitions, without a group: from somewhere up to somewhere, or on and on. Made by `openConsumer`;
 * iterated once, over arrays of records; `close` ends it.
 */
export class Consumer {
  /** What is read, in offsets, as it was found when the consumer was opened. */
  readonly ranges: readonly OffsetRange[];
  readonly #cluster: Cluster;
  readonly #lane: string;
  readonly #options: ConsumerOptions;
  readonly #fetcher: Fetcher;
  readonly #merge: RecordMerge;
  /** By `topic-partition`. */
  readonly #readers = new Map<string, PartitionReader>();
  #isOpenEnded: boolean;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(
    options: ConsumerOptions,
    modules: { cluster: Cluster; ranges: readonly OffsetRange[] },
  ) {
    const { cluster } = modules;
    this.#cluster = cluster;
    this.#lane = cluster.newLane();
    this.#options = options;
    this.#isOpenEnded = options.isOpenEnded ?? false;
    this.ranges = modules.ranges;
    const readers = this.#readersOf(modules.ranges);
    this.#merge = new RecordMerge(readers, { waits: options.mergeByTime ?? false });
    this.#fetcher = new Fetcher(
      {
        isolation: options.isolation ?? 'read_uncommitted',
        maxWaitMs: options.maxWaitMs ?? 500,
        fetchBytesMax: options.fetchBytesMax ?? 50 * 1024 * 1024,
        partitionBytesMax: options.partitionBytesMax ?? 1024 * 1024,
        bufferBytesMax: options.bufferBytesMax ?? 64 * 1024 * 1024,
        giveUpAfterMs: options.giveUpAfterMs ?? cluster.options.operationTimeoutMs,
        mayBeDeleted: options.mayBeDeleted ?? (() => false),
      },
      {
        cluster,
        readers,
        onChange: () => this.#wake?.(),
        // A connection of its own: a fetch that waits would hold up every request behind it.
        lane: this.#lane,
      },
    );
  }

  /** How many offsets there are to be read; undefined where one range has no end, or more may be added. */
  get offsetCount(): number | undefined {
    if (this.#isOpenEnded) return undefined;
    let count = 0;
    for (const { startOffset, endOffset } of this.ranges) {
      if (endOffset === undefined) return undefined;
      count += Math.max(0, endOffset - startOffset);
    }
    return count;
  }

  /**
   * The records, those that are at hand together as one array. Ends at the end of all ranges, or after
   * `close`. Throws what has made a partition fail for good: `UNKNOWN_TOPIC`, `BROKER_REFUSED`, `TIMED_OUT`,
   * `CORRUPT_RECORDS`, `RECORDS_TOO_LARGE`, `MISSING_PACKAGE`.
   */
  async *records(): AsyncGenerator<readonly ConsumedRecord[], void> {
    try {
      while (!this.#isClosed) {
        // Set up before looking, so that no change is missed in between.
        const changed = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        const records = this.#takeReady();
        if (this.#isDone && records.length === 0) return;
        this.#fetcher.fill();
        if (records.length > 0) {
          yield records;
          continue;
        }
        if (this.#fetcher.failure !== undefined) throw this.#fetcher.failure;
        await changed;
      }
    } finally {
      this.close();
    }
  }

  /** Reads these partitions too, from now on. Fails as `resolveRanges` does; then none of them is read. */
  async add(ranges: readonly PartitionRange[]): Promise<void> {
    this.addOffsets(await resolvedRanges(this.#options, ranges, this.#cluster));
  }

  /** As `add`, for ranges that are resolved already. */
  addOffsets(ranges: readonly OffsetRange[]): void {
    const readers = this.#readersOf(ranges);
    this.#merge.add(readers);
    this.#fetcher.add(readers);
  }

  /** Reads these partitions no further: of what was not handed out yet nothing will be. */
  remove(partitions: readonly { readonly topic: string; readonly partition: number }[]): void {
    const removed = new Set<PartitionReader>();
    for (const { topic, partition } of partitions) {
      const reader = this.#readers.get(`${topic}-${partition}`);
      this.#readers.delete(`${topic}-${partition}`);
      if (reader !== undefined) removed.add(reader);
    }
    this.#merge.remove(removed);
    this.#fetcher.remove(removed);
  }

  /** Whether further partitions are expected from now on, as `isOpenEnded` says of the beginning. */
  expectMore(isExpected: boolean): void {
    this.#isOpenEnded = isExpected;
    this.#wake?.();
  }

  /**
   * How far a partition is read: `handedOutTo` lies behind the last record that was handed out, and
   * `resumeOffset` behind what came after it and holds no records. Undefined where it is not read.
   */
  progressOf(
    topic: string,
    partition: number,
  ): { readonly handedOutTo: number; readonly resumeOffset: number } | undefined {
    const reader = this.#readers.get(`${topic}-${partition}`);
    if (reader === undefined) return undefined;
    return { handedOutTo: reader.takenTo, resumeOffset: reader.resumeOffset };
  }

  /** Ends the iteration with `error`, after what was fetched. */
  fail(error: Error): void {
    this.#fetcher.fail(error);
  }

  /** Ends the iteration after what was handed out. */
  close(): void {
    this.#isClosed = true;
    this.#fetcher.close();
    this.#cluster.closeLane(this.#lane);
    this.#wake?.();
  }

  get #isDone(): boolean {
    return !this.#isOpenEnded && this.#merge.isDone;
  }

  #readersOf(ranges: readonly OffsetRange[]): readonly PartitionReader[] {
    const decompressedBytesMax = this.#options.decompressedBytesMax ?? 512 * 1024 * 1024;
    return ranges.map(({ topic, partition, startOffset, fetchOffset, endOffset }) => {
      const topicId = this.#cluster.topicId(topic);
      const options = { startOffset, fetchOffset, endOffset, topicId, decompressedBytesMax };
      const reader = new PartitionReader(topic, partition, options);
      this.#readers.set(`${topic}-${partition}`, reader);
      return reader;
    });
  }

  #takeReady(): ConsumedRecord[] {
    const records: ConsumedRecord[] = [];
    this.#merge.refresh();
    while (records.length < recordsAtOnceMax) {
      const record = this.#merge.next();
      if (record === undefined) break;
      records.push(record);
    }
    return records;
  }
}

/** A consumer whose ranges begin and end where the brokers say now. Fails as `resolveRanges` does. */
export async function openConsumer(
  options: ConsumerOptions,
  modules: { cluster: Cluster },
): Promise<Consumer> {
  const ranges = await resolvedRanges(options, options.ranges, modules.cluster);
  return new Consumer(options, { ...modules, ranges });
}

function resolvedRanges(
  options: ConsumerOptions,
  ranges: readonly PartitionRange[],
  cluster: Cluster,
): Promise<readonly OffsetRange[]> {
  return resolveRanges(cluster, ranges, {
    isolation: options.isolation ?? 'read_uncommitted',
    waits: options.waitsForEnd ?? false,
  });
}
