import { type Client, createClient } from '../../../src/client/client.ts';
import { delay } from '../../../src/client/client-runtime.ts';
import type { Consumer } from '../../../src/client/consumer.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import type { Prng } from '../../../src/runtime/simulated/prng.ts';
import type { SimulatedCluster } from '../../broker/simulated-cluster.ts';
import type { History } from '../../history/history.ts';
import type { Counts } from './counts.ts';
import type { PlannedTopic } from './plan.ts';

/** What clients of a run have around them. */
export interface ClientModules {
  readonly cluster: SimulatedCluster;
  readonly history: History;
  readonly counts: Counts;
  /** Told of what must not happen to a client. */
  readonly defect: (error: unknown) => void;
}

/** As good as for ever. */
const patientMs = 3_600_000;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** A client on a host of its own that never gives up, and does not wait long for one answer. */
export function patientClient(
  hostName: string,
  { cluster }: Pick<ClientModules, 'cluster'>,
  around: (runtime: Runtime) => Runtime = (runtime) => runtime,
  operationTimeoutMs = patientMs,
): Client {
  return createClient(
    {
      bootstrapServers: cluster.addresses,
      clientId: hostName,
      operationTimeoutMs,
      requestTimeoutMs: 4000,
      connectTimeoutMs: 2000,
      metadataMaxAgeMs: 10_000,
    },
    around(cluster.simulation.runtime(hostName)),
  );
}

/** Lets time go by on a client's host. */
export function pause({ cluster }: Client, ms: number): Promise<void> {
  return delay(cluster.runtime, ms);
}

/** The id of a record, which its value begins with. */
export function idOf(value: Uint8Array | null): string {
  return value === null ? '' : (text.decode(value).split(' ', 1)[0] ?? '');
}

/** How a producer writes. */
export interface ProducerPlan {
  readonly name: string;
  readonly topic: PlannedTopic;
  readonly partition: number;
  readonly acks: 'all' | 1;
  /** When a record is given up, and the producer begins anew. */
  readonly deliveryTimeoutMs: number;
}

/** Writes records to a partition, some at a time, and notes what becomes of each. */
export class RunProducer {
  readonly #plan: ProducerPlan;
  readonly #client: Client;
  readonly #modules: ClientModules;
  readonly #random: Prng;
  #isOver = false;
  #sequence = 0;
  /** Records without an outcome. */
  waiting = 0;

  constructor(plan: ProducerPlan, modules: ClientModules) {
    this.#plan = plan;
    this.#modules = modules;
    this.#random = modules.cluster.simulation.random;
    this.#client = patientClient(plan.name, modules);
  }

  /** Writes until `stop`; ends when all that it has sent has an outcome. */
  async run(): Promise<void> {
    const { acks, deliveryTimeoutMs } = this.#plan;
    const options = { acks, lingerMs: 2, deliveryTimeoutMs } as const;
    let producer = this.#client.producer(options);
    while (!this.#isOver) {
      const sends = Array.from({ length: 1 + this.#random.below(4) }, () => this.#send(producer));
      if ((await Promise.all(sends)).includes(false)) {
        producer.closeNow();
        producer = this.#client.producer(options);
      }
      await pause(this.#client, this.#random.below(300));
    }
    producer.closeNow();
    this.#client.close();
  }

  stop(): void {
    this.#isOver = true;
  }

  async #send(producer: ReturnType<Client['producer']>): Promise<boolean> {
    const { name, topic, partition, acks } = this.#plan;
    const { history, counts } = this.#modules;
    const sequence = this.#sequence++;
    const id = `${name}-${sequence}`;
    const key = topic.isCompacted ? `k${this.#random.below(20)}` : undefined;
    const where = { topic: topic.name, partition };
    const isIdempotent = acks === 'all';
    history.add({
      kind: 'sent',
      ...where,
      ...(key === undefined ? {} : { key }),
      producer: name,
      id,
      sequence,
      acks,
      isIdempotent,
    });
    const value = utf8.encode(`${id} ${'.'.repeat(this.#random.below(200))}`);
    this.waiting++;
    try {
      const keyBytes = key === undefined ? null : utf8.encode(key);
      const { offset } = await producer.send({ ...where, key: keyBytes, value });
      counts.acknowledged++;
      history.add({ kind: 'acknowledged', ...where, id, offset });
      return true;
    } catch (error) {
      counts.unknown++;
      history.add({ kind: 'unknown', id, error: String(error) });
      return false;
    } finally {
      this.waiting--;
    }
  }
}

/** Reads a topic from its beginning, and on and on, up to high watermarks. */
export class RunReader {
  readonly #name: string;
  readonly #topic: PlannedTopic;
  readonly #client: Client;
  readonly #modules: ClientModules;
  #consumer: Consumer | undefined;

  constructor(name: string, topic: PlannedTopic, modules: ClientModules) {
    this.#name = name;
    this.#topic = topic;
    this.#modules = modules;
    this.#client = patientClient(name, modules);
  }

  /** Reads until `stop`. */
  async run(): Promise<void> {
    const { history, counts } = this.#modules;
    const { name: topic, partitions } = this.#topic;
    const consumer = await this.#client.consumer({
      ranges: Array.from({ length: partitions }, (_, partition) => ({
        topic,
        partition,
        from: { at: 'beginning' },
        until: undefined,
      })),
      giveUpAfterMs: 0,
    });
    this.#consumer = consumer;
    const reader = this.#name;
    for await (const records of consumer.records()) {
      for (const { partition, offset, value } of records) {
        const id = idOf(value);
        counts.read++;
        history.add({ kind: 'read', topic, partition, reader, offset, leaderEpoch: -1, id });
      }
    }
  }

  /** Of the next record of a partition. */
  position(partition: number): number {
    return this.#consumer?.progressOf(this.#topic.name, partition)?.resumeOffset ?? 0;
  }

  stop(): void {
    const { name: topic, partitions } = this.#topic;
    for (let partition = 0; partition < partitions; partition++) {
      const offset = this.position(partition);
      const reader = this.#name;
      this.#modules.history.add({ kind: 'ended', topic, partition, reader, offset });
    }
    this.#consumer?.close();
    this.#client.close();
  }
}

/** Asks all along where partitions end. */
export class EndWatcher {
  readonly #topic: PlannedTopic;
  readonly #client: Client;
  readonly #modules: ClientModules;
  readonly ends: number[];
  #isOver = false;

  constructor(name: string, topic: PlannedTopic, modules: ClientModules) {
    this.#topic = topic;
    this.#modules = modules;
    this.#client = patientClient(name, modules);
    this.ends = Array.from({ length: topic.partitions }, () => 0);
  }

  async run(): Promise<void> {
    const { history } = this.#modules;
    const { name: topic } = this.#topic;
    while (!this.#isOver) {
      const askedAt = history.now;
      const found = await this.#client.admin.listOffsets(
        this.ends.map((_, partition) => ({ topic, partition, timestampMs: -1 })),
      );
      for (const { partition, offset: value } of found) {
        this.ends[partition] = value;
        const where = { topic, partition, broker: -1 };
        history.add({ kind: 'highWatermark', ...where, observer: 'watcher', value, askedAt });
      }
      await pause(this.#client, 100);
    }
    this.#client.close();
  }

  stop(): void {
    this.#isOver = true;
  }
}
