import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../../src/client/client.ts';
import { offsetSpecs } from '../../../src/client/list-offsets.ts';
import type { Observer } from '../observer.ts';
import type { ClientOptions, RunningClient } from './client.ts';
import { openClient } from './open-client.ts';

const pauseMs = 150;

/** Asks all along where the partitions end, and what groups have committed. */
export class Watcher implements RunningClient {
  readonly #options: ClientOptions;
  readonly #observer: Observer;
  readonly #client: Client;
  #isOver = false;
  readonly #watching: Promise<unknown>;

  constructor(
    { name, groups }: { readonly name: string; readonly groups: readonly string[] },
    options: ClientOptions,
    observer: Observer,
  ) {
    this.#options = options;
    this.#observer = observer;
    this.#client = openClient(options);
    const asking = [
      () => this.#askEnds(name),
      ...groups.map((group) => () => this.#askGroup(group)),
    ];
    this.#watching = Promise.all(asking.map((ask) => this.#askOn(ask)));
  }

  async #askOn(ask: () => Promise<void>): Promise<void> {
    while (!this.#isOver) {
      await ask();
      await sleep(pauseMs);
    }
  }

  async #askEnds(observer: string): Promise<void> {
    const askedAt = this.#observer.history.now;
    for (const { topic, partition, offset } of await this.ends()) {
      const told = { topic, partition, observer, broker: -1, value: offset, askedAt } as const;
      this.#observer.add({ kind: 'highWatermark', ...told });
    }
  }

  async #askGroup(group: string): Promise<void> {
    const { topic, partitionCount } = this.#options;
    const askedAt = this.#observer.history.now;
    const offsets = await this.#client.admin.listGroupOffsets(group);
    for (let partition = 0; partition < partitionCount; partition++) {
      const found = offsets.find((one) => one.topic === topic && one.partition === partition);
      const told = { group, topic, partition, offset: found?.offset ?? -1, askedAt } as const;
      this.#observer.add({ kind: 'fetchedCommit', ...told });
    }
  }

  /** Where the partitions end now, for consumers. */
  ends(): Promise<readonly { topic: string; partition: number; offset: number }[]> {
    const { topic, partitionCount } = this.#options;
    const queries = Array.from({ length: partitionCount }, (_, partition) => ({
      topic,
      partition,
      timestampMs: offsetSpecs.latest,
    }));
    return this.#client.admin.listOffsets(queries);
  }

  async endWriting(): Promise<void> {}

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#watching;
    this.#client.close();
  }
}
