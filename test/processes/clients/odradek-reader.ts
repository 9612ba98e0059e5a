import type { Client } from '../../../src/client/client.ts';
import type { Consumer } from '../../../src/client/consumer.ts';
import { must } from '../../../src/util/assert.ts';
import { type ClientOptions, type RunningClient, type Tell, ToldReads } from './client.ts';
import { openClient } from './open-client.ts';

const utf8 = new TextDecoder();

/** Reads all partitions from their beginnings on and on, in no group. */
export class OdradekReader implements RunningClient {
  readonly #client: Client;
  #consumer: Consumer | undefined;
  readonly #reading: Promise<void>;

  constructor(name: string, options: ClientOptions, tell: Tell) {
    this.#client = openClient(options);
    this.#reading = this.#read(
      new ToldReads({ reader: name, topic: options.topic }, tell),
      options,
    );
  }

  async #read(reads: ToldReads, { topic, partitionCount }: ClientOptions): Promise<void> {
    const ranges = Array.from({ length: partitionCount }, (_, partition) => ({
      topic,
      partition,
      from: { at: 'beginning' } as const,
      until: undefined,
    }));
    this.#consumer = await this.#client.consumer({ ranges, giveUpAfterMs: 0, maxWaitMs: 200 });
    for await (const records of this.#consumer.records()) {
      for (const record of records) {
        reads.read(record.partition, record.offset, utf8.decode(must(record.value)));
      }
    }
  }

  endWriting(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#consumer?.close();
    await this.#reading;
    this.#client.close();
  }
}
