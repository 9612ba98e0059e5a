import type { Client } from '../../client/client.ts';
import { Consumer } from '../../client/consumer.ts';
import type { ConsumedRecord } from '../../client/client-records.ts';
import { resolveRanges } from '../../client/start-positions.ts';
import { must } from '../../util/assert.ts';
import { BackwardPartition, type Window } from './backward-partition.ts';
import { cursorText, rangesOf } from './position.ts';
import { readUntilClosed } from './read-until-closed.ts';
import { readerLimits } from './reader-limits.ts';
import { recordView } from './record-view.ts';
import type { SearchOptions } from './search-query.ts';
import type { SearchReport } from './search-report.ts';

/** Partitions whose windows are read by one consumer. */
const partitionsAtOnce = 64;

/**
 * Looks for records from new to old across partitions, by time. Within a partition the order is that of the offsets,
 * whatever the times. A record is given out once no partition can have a later one that was not found yet, going by
 * the oldest that was looked at in it: a partition without matches does not hold up the others until it is read.
 */
export class NewestSearch {
  readonly #options: SearchOptions;
  readonly #client: Client;
  readonly #report: SearchReport;
  #partitions: readonly BackwardPartition[] = [];
  #toScan = 0;

  constructor(options: SearchOptions, modules: { client: Client; report: SearchReport }) {
    this.#options = options;
    this.#client = modules.client;
    this.#report = modules.report;
  }

  /** Settles when it has said how it ended. Rejects where it cannot begin, and for a failure on the way. */
  async run(): Promise<void> {
    await this.#scope();
    await this.#report.begin(() => this.#coverage);
    const { limit } = this.#options;
    while (!this.#report.signal.aborted) {
      const newest = this.#newest();
      if (newest === undefined && this.#left === 0) return this.#report.done('end', null);
      if (this.#report.matched >= limit) return this.#report.done('limit', this.#cursor);
      const lacking = this.#partitions.filter(
        ({ mayHaveMs = Number.NEGATIVE_INFINITY }) =>
          mayHaveMs > (newest?.head?.timestamp ?? Number.NEGATIVE_INFINITY),
      );
      if (lacking.length > 0) {
        await this.#report.flush();
        await this.#readWindows(lacking.slice(0, partitionsAtOnce).map(({ window }) => window));
      } else {
        const record = must(newest?.head);
        newest?.take();
        await this.#report.found(record);
      }
    }
  }

  /** What there is, as of now. */
  async #scope(): Promise<void> {
    const { topic, partitions, before, isolation, limit } = this.#options;
    const ranges = rangesOf(topic.name, partitions, { at: 'beginning' }, { at: 'end' });
    const all = await resolveRanges(this.#client.cluster, ranges, { isolation, waits: false });
    const keptMax = Math.min(limit + 1, 8 + Math.ceil((2 * limit) / Math.max(1, all.length)));
    this.#partitions = all.map(({ partition, startOffset, endOffset = startOffset }) => {
      // One that is newer than the page before has no older records.
      const end = before === undefined ? endOffset : (before.get(partition) ?? startOffset);
      return new BackwardPartition(partition, {
        logStartOffset: startOffset,
        endOffset: Math.min(endOffset, end),
        keptMax,
      });
    });
    this.#toScan = this.#left;
  }

  get #left(): number {
    return this.#partitions.reduce((sum, { left }) => sum + left, 0);
  }

  get #coverage() {
    return { scanned: this.#toScan - this.#left, toScan: this.#toScan };
  }

  get #cursor(): string {
    return cursorText(
      new Map(this.#partitions.map(({ partition, before }) => [partition, before])),
    );
  }

  /** The partition with the latest record that was found. */
  #newest(): BackwardPartition | undefined {
    let newest: BackwardPartition | undefined;
    for (const partition of this.#partitions) {
      const { head } = partition;
      if (head === undefined) continue;
      if (newest?.head === undefined || head.timestamp > newest.head.timestamp) newest = partition;
    }
    return newest;
  }

  async #readWindows(windows: readonly Window[]): Promise<void> {
    const byPartition = new Map(this.#partitions.map((one) => [one.partition, one]));
    const found = new Map<number, number>();
    await this.#each(windows, (record) => {
      const partition = must(byPartition.get(record.partition));
      if (!this.#report.isWanted(record)) return partition.scanned(record.timestampMs, undefined);
      found.set(record.partition, (found.get(record.partition) ?? 0) + 1);
      const { shownBytesMax } = this.#options;
      partition.scanned(record.timestampMs, () => recordView(record, shownBytesMax));
    });
    if (this.#report.signal.aborted) return;
    for (const window of windows) {
      must(byPartition.get(window.partition)).windowEnded(window, found.get(window.partition) ?? 0);
    }
  }

  async #each(windows: readonly Window[], look: (record: ConsumedRecord) => void): Promise<void> {
    const { topic, isolation, decompressedBytesMax } = this.#options;
    const ranges = windows.map(({ partition, from, to }) => ({
      topic: topic.name,
      partition,
      startOffset: from,
      fetchOffset: from,
      endOffset: to,
    }));
    const consumer = new Consumer(
      { ...readerLimits, ranges: [], isolation, decompressedBytesMax },
      { cluster: this.#client.cluster, ranges },
    );
    await readUntilClosed(consumer, this.#report.signal, async (batches) => {
      for await (const records of batches) {
        for (const record of records) {
          if (this.#report.slices.isOver) await this.#report.slices.pause();
          look(record);
        }
      }
    });
  }
}
