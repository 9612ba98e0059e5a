import type { ClientOptions, RunningClient } from './clients/client.ts';
import { CrabProcess, type CrabRole } from './clients/crab-process.ts';
import { KafkajsMember, KafkajsProducer } from './clients/kafkajs-clients.ts';
import { OdradekReader } from './clients/odradek-reader.ts';
import { SteadyWriter } from './clients/steady-writer.ts';
import { Watcher } from './clients/watcher.ts';
import type { Observer } from './observer.ts';
import type { ProcessCluster } from './process-cluster.ts';

const kafkajsGroup = 'kafkajs-group';
const crabClassic = { group: 'crab-classic', protocol: 'classic' } as const;
const crabConsumer = { group: 'crab-consumer', protocol: 'consumer' } as const;

/** What of the clients is not always wanted. */
export interface WorkloadOptions {
  /**
   * Whether librdkafka has a group of the next generation too. It has been seen to leave a partition that it was given
   * unread for good, when its coordinator was killed in that moment: for runs that somebody looks at.
   */
  readonly hasNextGeneration: boolean;
}

/** Whether kafka-crab-js has its native binding here. */
const hasCrab = await import('kafka-crab-js').then(
  () => true,
  () => false,
);

/** Real clients that write and read all the while: kafkajs, librdkafka, and our own. */
export class Workload {
  readonly writer: SteadyWriter;
  readonly #cluster: ProcessCluster;
  readonly #observer: Observer;
  readonly #watcher: Watcher;
  readonly #groups: readonly string[];
  readonly #readers: readonly string[];
  readonly #clients: RunningClient[];
  #closing: Promise<unknown> | undefined;

  private constructor(
    cluster: ProcessCluster,
    observer: Observer,
    { hasNextGeneration, ...options }: ClientOptions & WorkloadOptions,
  ) {
    const crabGroups = hasNextGeneration ? [crabClassic, crabConsumer] : [crabClassic];
    const tell = observer.add.bind(observer);
    this.#cluster = cluster;
    this.#observer = observer;
    this.#groups = [kafkajsGroup, ...(hasCrab ? crabGroups.map(({ group }) => group) : [])];
    this.#readers = ['odradek-reader', ...(hasCrab ? ['crab-reader'] : [])];
    this.writer = new SteadyWriter('steady', options, tell);
    this.#watcher = new Watcher({ name: 'watcher', groups: this.#groups }, options, observer);
    this.#clients = [
      this.writer,
      this.#watcher,
      new OdradekReader('odradek-reader', options, tell),
      new KafkajsProducer('kafkajs', options, tell),
    ];
    if (!hasCrab) return;
    const alone: CrabRole[] = [
      { kind: 'producer', name: 'crab' },
      { kind: 'reader', name: 'crab-reader' },
    ];
    const members = [1, 2].map((number) =>
      crabGroups.map((one): CrabRole => ({
        kind: 'member',
        name: `${one.group}-${number}`,
        ...one,
      })),
    );
    for (const roles of [alone, ...members]) {
      this.#clients.push(new CrabProcess(roles, options, tell));
    }
  }

  static async start(
    cluster: ProcessCluster,
    observer: Observer,
    { hasNextGeneration }: WorkloadOptions,
  ): Promise<Workload> {
    const { bootstrapServers, topic } = cluster;
    const options = { bootstrapServers, topic: topic.name, partitionCount: topic.partitionCount };
    const workload = new Workload(cluster, observer, { ...options, hasNextGeneration });
    const tell = observer.add.bind(observer);
    for (const name of ['kafkajs-member-1', 'kafkajs-member-2']) {
      const member = await KafkajsMember.start({ name, group: kafkajsGroup }, options, tell);
      workload.#clients.push(member);
    }
    return workload;
  }

  /** Ends the writing, and waits until all that was written is everywhere, read by all and committed by all groups. */
  async settle(): Promise<void> {
    const cluster = this.#cluster;
    let unwritten = this.#clients.length;
    const writing = this.#clients.map(async (client) => {
      await client.endWriting();
      unwritten--;
    });
    const { sent, acknowledged, failed } = this.#observer.counts;
    await Promise.race([
      Promise.all(writing),
      cluster.until(
        () => `all is answered (of ${sent} sent, ${acknowledged + failed} are)`,
        () => unwritten === 0,
      ),
    ]);
    await cluster.untilWhole();
    const ends = await this.#watcher.ends();
    await cluster.until(
      () => `all is read and committed; behind are ${this.#behind(ends).join(', ')}`,
      () => this.#behind(ends).length === 0,
    );
    const { name: topic } = cluster.topic;
    for (const reader of this.#readers) {
      for (const { partition, offset } of ends) {
        this.#observer.add({ kind: 'ended', topic, partition, reader, offset });
      }
    }
  }

  /** Who has not got to the ends of partitions, with where it is. */
  #behind(ends: readonly { readonly partition: number; readonly offset: number }[]): string[] {
    const observer = this.#observer;
    return ends.flatMap(({ partition, offset }) => {
      const places = [
        ...this.#readers.map((name) => ({ name, at: observer.nextOf(name, partition) })),
        ...this.#groups.map((name) => ({ name, at: observer.committedOf(name, partition) })),
      ];
      const behind = places.filter(({ at }) => at < offset);
      return behind.map(({ name, at }) => `${name} (${at} of ${offset} in ${partition})`);
    });
  }

  /** What clients had to say of late. */
  get complaints(): readonly string[] {
    return this.#clients.flatMap((client) => client.complaints ?? []);
  }

  /** Once more does nothing. */
  async close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#clients.map((client) => client.close()));
    await this.#closing;
  }
}
