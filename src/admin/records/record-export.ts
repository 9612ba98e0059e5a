import type { ConsumedRecord } from '../../client/client-records.ts';
import type { Client } from '../../client/client.ts';
import type { IsolationLevel } from '../../client/list-offsets.ts';
import { recordJson } from '../../client/record-json.ts';
import {
  resolveRanges,
  type OffsetRange,
  type PartitionRange,
} from '../../client/start-positions.ts';
import type { Filter } from '../../filter/filter.ts';
import type { AnswerWriter } from '../http/answer.ts';
import { readerLimits } from './reader-limits.ts';
import type { SharedThread, Slices } from './shared-thread.ts';
import { isWanted } from './sift.ts';

/** What is to be exported. */
export interface ExportOptions {
  readonly ranges: readonly PartitionRange[];
  /** `offset`: each partition by offset, merged by time; `partition`: one partition after the other. */
  readonly order: 'offset' | 'partition';
  readonly filter: Filter | undefined;
  readonly isolation: IsolationLevel;
  /** Matching records. */
  readonly limit: number;
  readonly decompressedBytesMax: number;
}

/** Lines are written together up to about so many characters. */
const textLengthMax = 64 * 1024;

/** Writes records as JSON lines, as fast as its reader takes them. Its end is where the logs ended when it began. */
export class RecordExport {
  readonly #options: ExportOptions;
  readonly #client: Client;
  readonly #slices: Slices;
  readonly #writer: AnswerWriter;
  #text = '';
  #left: number;

  constructor(
    options: ExportOptions,
    modules: {
      readonly client: Client;
      readonly thread: SharedThread;
      readonly writer: AnswerWriter;
    },
  ) {
    this.#options = options;
    this.#client = modules.client;
    this.#slices = modules.thread.slices();
    this.#writer = modules.writer;
    this.#left = options.limit;
  }

  /** Rejects as the client and the writer do: what is written then is a part, and must not pass for the whole. */
  async run(): Promise<void> {
    const { ranges, order, isolation } = this.#options;
    const resolved = await resolveRanges(this.#client.cluster, ranges, { isolation, waits: false });
    const parts = order === 'offset' ? [resolved] : resolved.map((range) => [range]);
    for (const part of parts) {
      if (this.#left > 0) await this.#read(part);
    }
    if (this.#text !== '') await this.#flush();
  }

  async #read(ranges: readonly OffsetRange[]): Promise<void> {
    const { isolation, decompressedBytesMax } = this.#options;
    const consumer = await this.#client.consumer({
      ...readerLimits,
      ranges: ranges.map(asPositions),
      isolation,
      decompressedBytesMax,
      mergeByTime: true,
    });
    const close = (): void => consumer.close();
    this.#writer.signal.addEventListener('abort', close, { once: true });
    try {
      for await (const records of consumer.records()) {
        if (this.#writer.signal.aborted || !(await this.#write(records))) return;
      }
    } finally {
      close();
      this.#writer.signal.removeEventListener('abort', close);
    }
    this.#writer.signal.throwIfAborted();
  }

  /** False once there are as many as were asked for. */
  async #write(records: readonly ConsumedRecord[]): Promise<boolean> {
    for (const record of records) {
      if (this.#slices.isOver) await this.#slices.pause();
      if (!isWanted(this.#options.filter, record)) continue;
      this.#text += recordJson(record);
      this.#left--;
      if (this.#text.length >= textLengthMax) await this.#flush();
      if (this.#left <= 0) return false;
    }
    return true;
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await this.#writer.write(text);
  }
}

/** Found out once: an export must not go on to where each partition ends when its turn comes. */
function asPositions({
  topic,
  partition,
  startOffset,
  endOffset = 0,
}: OffsetRange): PartitionRange {
  return {
    topic,
    partition,
    from: { at: 'offset', offset: startOffset },
    until: { at: 'offset', offset: endOffset },
  };
}
