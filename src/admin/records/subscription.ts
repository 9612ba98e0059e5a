import type { ConsumedRecord } from '../../client/client-records.ts';
import type { Client } from '../../client/client.ts';
import type { IsolationLevel } from '../../client/list-offsets.ts';
import { recordJson } from '../../client/record-json.ts';
import type { Filter } from '../../filter/filter.ts';
import type { TopicImage } from '../../metadata/image.ts';
import type { Runtime, Timer } from '../../runtime/runtime.ts';
import type { EventStream } from '../http/answer.ts';
import { problemOf } from '../http/problem.ts';
import { readerLimits } from './reader-limits.ts';
import { NewPartitions } from './new-partitions.ts';
import { rangesOf, type Position } from './position.ts';
import type { SharedThread, Slices } from './shared-thread.ts';
import { isWanted } from './sift.ts';
import { StreamPositions } from './stream-positions.ts';

/** What somebody subscribes to. */
export interface SubscriptionOptions {
  readonly topic: TopicImage;
  /** Undefined: all, also those that it is given later. */
  readonly partitions: readonly number[] | undefined;
  readonly from: Position;
  readonly filter: Filter | undefined;
  readonly isolation: IsolationLevel;
  readonly decompressedBytesMax: number;
}

/** What it is read by. */
export interface SubscriptionModules {
  readonly client: Client;
  readonly runtime: Pick<Runtime, 'timers'>;
  readonly thread: SharedThread;
  /** How many partitions the topic has now. */
  readonly partitionCount: () => number;
}

/** Between two looks for new partitions, and two ids where nothing matches. */
const lookEveryMs = 2000;
/** Events are written together up to about so many characters. */
const textLengthMax = 64 * 1024;
/** With more partitions the id of each event would be longer than the event. */
const partitionsPerEventMax = 64;

/** Follows a topic for one client that is sent its records as events, until it goes. */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #modules: SubscriptionModules;
  readonly #stream: EventStream;
  readonly #positions: StreamPositions;
  readonly #slices: Slices;
  #added: NewPartitions | undefined;
  /** The last id that was sent. */
  #sentId = '';
  /** Positions may be ahead of what was written. */
  #isSending = false;
  #timer: Timer | undefined;

  constructor(
    options: SubscriptionOptions,
    modules: SubscriptionModules & { readonly stream: EventStream },
  ) {
    this.#options = options;
    this.#modules = modules;
    this.#stream = modules.stream;
    this.#positions = new StreamPositions(options.topic.id);
    this.#slices = modules.thread.slices();
  }

  /** Settles when the client has gone or was told why it goes on no more. Rejects where it does not begin. */
  async run(): Promise<void> {
    const { topic, partitions, from, isolation, decompressedBytesMax } = this.#options;
    const wanted = partitions ?? topic.partitions.map(({ index }) => index);
    const consumer = await this.#modules.client.consumer({
      ...readerLimits,
      ranges: rangesOf(topic.name, wanted, from, undefined),
      isolation,
      decompressedBytesMax,
      // A broker may be away for as long as it takes.
      giveUpAfterMs: 0,
    });
    const close = (): void => consumer.close();
    this.#stream.signal.addEventListener('abort', close, { once: true });
    try {
      if (this.#stream.signal.aborted) return;
      for (const { partition, startOffset } of consumer.ranges) {
        this.#positions.set(partition, startOffset);
      }
      await this.#stream.open();
      await this.#sendId();
      if (partitions === undefined) {
        const known = topic.partitions.length;
        const { partitionCount: count } = this.#modules;
        this.#added = new NewPartitions({ topic: topic.name, known }, { consumer, count });
      }
      this.#look();
      for await (const records of consumer.records()) {
        this.#isSending = true;
        await this.#send(records);
        this.#isSending = false;
      }
    } catch (error) {
      await this.#fail(error);
    } finally {
      close();
      if (this.#timer !== undefined) this.#modules.runtime.timers.clearTimer(this.#timer);
      this.#stream.signal.removeEventListener('abort', close);
    }
  }

  /** Before the first event the client can be told as any other; later by an event, since it is told 200 already. */
  async #fail(error: unknown): Promise<void> {
    if (this.#stream.signal.aborted) return;
    const problem = problemOf(error);
    if (problem === undefined || this.#sentId === '') throw error;
    await this.#stream.send('failed', { error: problem.details });
  }

  async #send(records: readonly ConsumedRecord[]): Promise<void> {
    const hasIds = this.#isNarrow;
    let text = '';
    for (const record of records) {
      if (this.#slices.isOver) await this.#slices.pause();
      const matches = isWanted(this.#options.filter, record);
      this.#positions.set(record.partition, record.offset + 1);
      if (!matches) continue;
      text += `${hasIds ? this.#idLine() : ''}data: ${recordJson(record)}\n`;
      if (text.length < textLengthMax) continue;
      await this.#write(text, hasIds);
      text = '';
    }
    if (text !== '') await this.#write(text, hasIds);
  }

  /** Whether each event has an id. */
  get #isNarrow(): boolean {
    return (this.#options.partitions?.length ?? this.#added?.known ?? 0) <= partitionsPerEventMax;
  }

  async #write(text: string, hasIds: boolean): Promise<void> {
    // An id without data is kept by the client, and dispatches nothing.
    await this.#stream.write(hasIds ? text : `${text}${this.#idLine()}\n`);
  }

  #idLine(): string {
    this.#sentId = this.#positions.id;
    return `id: ${this.#sentId}\n`;
  }

  async #sendId(): Promise<void> {
    if (this.#positions.id !== this.#sentId) await this.#stream.write(`${this.#idLine()}\n`);
  }

  /** Looks now and then for partitions that are new, and tells the client how far it has come without a match. */
  #look(): void {
    const { timers } = this.#modules.runtime;
    this.#timer = timers.setTimer(lookEveryMs, () => {
      if (this.#stream.signal.aborted) return;
      void Promise.resolve(this.#added?.add())
        .then(() => (this.#isSending || this.#stream.isBehind ? undefined : this.#sendId()))
        .catch(() => {})
        .finally(() => this.#look());
    });
  }
}
