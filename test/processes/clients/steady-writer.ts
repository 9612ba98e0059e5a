import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../../src/client/client.ts';
import type { Producer } from '../../../src/client/producer.ts';
import { must } from '../../../src/util/assert.ts';
import {
  type ClientOptions,
  NumberedRecords,
  producerPauseMs,
  type RunningClient,
  type Tell,
} from './client.ts';
import { openClient, patientMs } from './open-client.ts';

const utf8 = new TextEncoder();

/**
 * An idempotent producer that writes one record after the other to each partition, and remembers when each was
 * acknowledged: how long a partition took no writes is how long none was.
 */
export class SteadyWriter implements RunningClient {
  readonly #options: ClientOptions;
  readonly #tell: Tell;
  readonly #records: NumberedRecords;
  readonly #client: Client;
  readonly #producer: Producer;
  readonly #acknowledgedMs: number[][];
  #isOver = false;
  readonly #writing: Promise<unknown>;

  constructor(name: string, options: ClientOptions, tell: Tell) {
    this.#options = options;
    this.#tell = tell;
    this.#records = new NumberedRecords(name, options.topic);
    this.#client = openClient(options);
    this.#producer = this.#client.producer({ lingerMs: 0, deliveryTimeoutMs: patientMs });
    this.#acknowledgedMs = Array.from({ length: options.partitionCount }, () => []);
    this.#writing = Promise.all(this.#acknowledgedMs.map((_, partition) => this.#write(partition)));
  }

  async #write(partition: number): Promise<void> {
    const { topic } = this.#options;
    while (!this.#isOver) {
      const id = this.#records.next(partition, this.#tell);
      const sent = await this.#producer
        .send({ topic, partition, value: utf8.encode(id) })
        .catch((error: unknown) => String(error));
      if (typeof sent === 'string') this.#tell({ kind: 'unknown', id, error: sent });
      else {
        this.#tell({ kind: 'acknowledged', topic, partition, id, offset: sent.offset });
        must(this.#acknowledgedMs[partition]).push(performance.now());
      }
      await sleep(producerPauseMs);
    }
  }

  /** How many writes to a partition were acknowledged. */
  acknowledgedCount(partition: number): number {
    return must(this.#acknowledgedMs[partition]).length;
  }

  /** The longest time without an acknowledged write to a partition since a moment. */
  longestGapMs(partition: number, sinceMs: number): number {
    const times = must(this.#acknowledgedMs[partition]);
    let longest = 0;
    for (let i = times.length - 1; i > 0 && must(times[i]) >= sinceMs; i--) {
      longest = Math.max(longest, must(times[i]) - must(times[i - 1]));
    }
    return longest;
  }

  async endWriting(): Promise<void> {
    this.#isOver = true;
    await this.#writing;
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#client.close();
  }
}
