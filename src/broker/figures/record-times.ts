import type {
  BrokerFiguresRequest,
  BrokerFiguresResponse,
} from '../../protocol/messages/broker-figures.ts';
import { recordBatchHeaderBytes, RecordBatch } from '../../records/record-batch.ts';
import type { Partition } from '../../replication/partition.ts';
import type { Clock } from '../../runtime/runtime.ts';
import { OdradekError } from '../../util/odradek-error.ts';

type Positions = BrokerFiguresRequest['positions'];
type Times = BrokerFiguresResponse['positions'];

/** Positions whose time is remembered: those that came last. */
const knownMax = 5000;
/** Reading for one request ends after so long; what is missing is read for the next. */
const readMsMax = 100;
/** Positions that one request may ask for. */
const positionsMax = 2000;

/** Where records are looked up. */
export interface RecordTimesModules {
  readonly partitionOf: (topic: string, index: number) => Partition | undefined;
  readonly clock: Clock;
}

/**
 * When records were written, by their offsets: of the batch that holds a record, the time of its first one, for
 * which no more than its header is looked at. What was read once is known until the position moves on.
 */
export class RecordTimes {
  readonly #modules: RecordTimesModules;
  readonly #known = new Map<string, number>();

  constructor(modules: RecordTimesModules) {
    this.#modules = modules;
  }

  /** The times of those of `positions` that can be told. */
  async of(positions: Positions): Promise<Times> {
    const { clock } = this.#modules;
    const endMs = clock.monotonicMs() + readMsMax;
    const times: Times = [];
    let asked = 0;
    for (const { topic, partitions } of positions) {
      const found: Times[number]['partitions'] = [];
      for (const { partition, offset } of partitions) {
        if (asked++ >= positionsMax) break;
        const timestampMs = await this.#timeAt(
          topic,
          partition,
          offset,
          clock.monotonicMs() < endMs,
        );
        if (timestampMs !== undefined) found.push({ partition, offset, timestampMs });
      }
      if (found.length > 0) times.push({ topic, partitions: found });
    }
    return times;
  }

  async #timeAt(
    topic: string,
    index: number,
    offset: number,
    mayRead: boolean,
  ): Promise<number | undefined> {
    const key = `${topic}/${index}/${offset}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const partition = this.#modules.partitionOf(topic, index);
    if (!mayRead || partition?.leaderState === undefined) return undefined;
    if (offset < partition.log.logStartOffset || offset >= partition.highWatermark)
      return undefined;
    const timestampMs = await readTime(partition, offset);
    if (timestampMs === undefined) return undefined;
    this.#known.set(key, timestampMs);
    if (this.#known.size > knownMax) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    }
    return timestampMs;
  }
}

async function readTime(
  { log, highWatermark }: Partition,
  offset: number,
): Promise<number | undefined> {
  try {
    const options = { maxBytes: 1, upperBoundOffset: highWatermark, atLeastOneBatch: true };
    const read = log.read(offset, options);
    const { chunks, release } = read instanceof Promise ? await read : read;
    const first = chunks[0];
    const isWhole = first !== undefined && first.length >= recordBatchHeaderBytes;
    const timestampMs = isWhole ? timeOf(new RecordBatch([first])) : undefined;
    release?.();
    return timestampMs;
  } catch (error) {
    // Its directory is offline, say: nobody knows.
    if (error instanceof OdradekError) return undefined;
    throw error;
  }
}

function timeOf(batch: RecordBatch): number {
  const isOfLog = batch.isLogAppendTime || batch.hasDeleteHorizon;
  return isOfLog ? batch.maxTimestamp : batch.baseTimestamp;
}
