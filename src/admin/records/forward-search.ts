import type { Client } from '../../client/client.ts';
import type { Consumer } from '../../client/consumer.ts';
import type { OffsetRange } from '../../client/start-positions.ts';
import { cursorText, rangesOf } from './position.ts';
import { readUntilClosed } from './read-until-closed.ts';
import { readerLimits } from './reader-limits.ts';
import { recordView } from './record-view.ts';
import type { SearchOptions } from './search-query.ts';
import type { SearchReport } from './search-report.ts';

/**
 * Looks for records from old to new: with the order `offset` all partitions together, merged by time, with
 * `partition` one after the other.
 */
export class ForwardSearch {
  readonly #options: SearchOptions;
  readonly #client: Client;
  readonly #report: SearchReport;
  /** How far each partition is read. */
  readonly #positions = new Map<number, number>();
  #begin = 0;
  #toScan = 0;

  constructor(options: SearchOptions, modules: { client: Client; report: SearchReport }) {
    this.#options = options;
    this.#client = modules.client;
    this.#report = modules.report;
  }

  /** Settles when it has said how it ended. Rejects where it cannot begin, and for a failure on the way. */
  async run(): Promise<void> {
    const { topic, partitions, from, until, order } = this.#options;
    const first = await this.#open({ ranges: rangesOf(topic.name, partitions, from, until) });
    try {
      this.#scope(first.ranges);
      await this.#report.begin(() => this.#coverage);
      if (order === 'offset') await this.#read(first);
      else await this.#readOneByOne(first.ranges);
    } finally {
      first.close();
    }
    const isCut = this.#report.matched >= this.#options.limit && !this.#isAtEnd;
    await this.#report.done(isCut ? 'limit' : 'end', isCut ? cursorText(this.#positions) : null);
  }

  #open({ ranges }: { ranges: ReturnType<typeof rangesOf> }): Promise<Consumer> {
    const { isolation, decompressedBytesMax } = this.#options;
    const mergeByTime = true;
    const options = { ...readerLimits, ranges, isolation, mergeByTime, decompressedBytesMax };
    return this.#client.consumer(options);
  }

  #scope(ranges: readonly OffsetRange[]): void {
    for (const { partition, startOffset, endOffset = startOffset } of ranges) {
      this.#positions.set(partition, startOffset);
      this.#begin += startOffset;
      this.#toScan += Math.max(0, endOffset - startOffset);
    }
  }

  get #coverage() {
    let position = 0;
    for (const offset of this.#positions.values()) position += offset;
    return { scanned: Math.min(this.#toScan, position - this.#begin), toScan: this.#toScan };
  }

  get #isAtEnd(): boolean {
    return this.#coverage.scanned >= this.#toScan;
  }

  async #readOneByOne(ranges: readonly OffsetRange[]): Promise<void> {
    for (const { topic, partition, startOffset, endOffset = startOffset } of ranges) {
      if (this.#report.matched >= this.#options.limit || this.#report.signal.aborted) return;
      if (endOffset <= startOffset) continue;
      const from = { at: 'offset', offset: startOffset } as const;
      const until = { at: 'offset', offset: endOffset } as const;
      const consumer = await this.#open({ ranges: [{ topic, partition, from, until }] });
      await this.#read(consumer);
    }
  }

  /** Reads on to the end, or to the limit. */
  async #read(consumer: Consumer): Promise<void> {
    const { limit, shownBytesMax } = this.#options;
    await readUntilClosed(consumer, this.#report.signal, async (batches) => {
      for await (const records of batches) {
        for (const record of records) {
          if (this.#report.slices.isOver) await this.#report.slices.pause();
          this.#positions.set(record.partition, record.offset + 1);
          if (!this.#report.isWanted(record)) continue;
          await this.#report.found(recordView(record, shownBytesMax));
          if (this.#report.matched >= limit) return;
        }
        await this.#report.flush();
      }
      // Behind the last records there may be offsets without any.
      for (const { partition, endOffset = 0 } of consumer.ranges) {
        this.#positions.set(partition, Math.max(endOffset, this.#positions.get(partition) ?? 0));
      }
    });
  }
}
