import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage } from '../../src/protocol/codec.ts';
import { readResponseHeader } from '../../src/protocol/header.ts';
import { fetchRequest, fetchResponse } from '../../src/protocol/messages/fetch.ts';
import { produceRequest } from '../../src/protocol/messages/produce.ts';
import { splitBatches } from '../../src/records/split-batches.ts';
import { must } from '../../src/util/assert.ts';
import { clusterCpuSeconds, type MeasuredCluster } from './measured-cluster.ts';
import { bootstrapOf, createReplicatedTopic } from './replicated-topic.ts';
import { batchOf } from './topics.ts';
import { encoded, Wire } from './wire.ts';

const produceVersion = 9;
const fetchVersion = 11;
const batch = batchOf(1, 1024);
const refusalsMax = 10_000;

/** Milliseconds. */
export interface Latencies {
  readonly mean: number;
  readonly p99: number;
}

/** What it took from the sending of records on. */
export interface LatencyFigures {
  /** Until the producer had its acknowledgement. */
  readonly acknowledged: Latencies;
  /** Until a consumer had them. */
  readonly endToEnd: Latencies;
  /** CPU milliseconds of the three brokers for each record, with all that they do when idle. */
  readonly cpuMsPerRecord: number;
}

/** A partition with a producer and a consumer on connections of their own. */
class Lane {
  readonly acknowledgedMs: number[] = [];
  readonly endToEndMs: number[] = [];
  readonly #producer: Wire;
  readonly #consumer: Wire;
  readonly #topic: string;
  readonly #partition: number;
  readonly #frame: Uint8Array;
  /** When the records were sent that no consumer has yet. */
  readonly #sentMs: number[] = [];
  #offset = 0;
  #refusals = 0;
  #onEmpty: (() => void) | undefined;

  constructor(producer: Wire, consumer: Wire, topic: string, partition: number) {
    this.#producer = producer;
    this.#consumer = consumer;
    this.#topic = topic;
    this.#partition = partition;
    this.#frame = encoded(produceRequest, produceVersion, {
      transactionalId: null,
      acks: -1,
      timeoutMs: 30_000,
      topicData: [{ name: topic, partitionData: [{ index: partition, records: [batch] }] }],
    });
    this.#fetch();
  }

  send(): void {
    const sentMs = performance.now();
    this.#sentMs.push(sentMs);
    this.#producer.send(this.#frame, () => this.acknowledgedMs.push(performance.now() - sentMs));
  }

  /** Settles when the consumer has all that was sent. */
  async empty(): Promise<void> {
    if (this.#sentMs.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  #fetch(): void {
    const asked = {
      partition: this.#partition,
      fetchOffset: this.#offset,
      partitionMaxBytes: 1024 * 1024,
    };
    const frame = encoded(fetchRequest, fetchVersion, {
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 50 * 1024 * 1024,
      topics: [{ topic: this.#topic, partitions: [asked] }],
      forgottenTopicsData: [],
    });
    this.#consumer.send(frame, (answer) => {
      this.#arrived(answer, performance.now());
      this.#fetch();
    });
  }

  #arrived(answer: readonly Uint8Array[], nowMs: number): void {
    const reader = new ByteReader(answer);
    readResponseHeader(fetchRequest.apiKey, fetchVersion, reader);
    const partition = decodeMessage(fetchResponse, fetchVersion, reader).responses[0]
      ?.partitions[0];
    const errorCode = partition?.errorCode ?? 0;
    // A broker may hear last of all that it leads.
    if (errorCode !== 0 && ++this.#refusals > refusalsMax) {
      throw new Error(`fetch answered ${errorCode}`);
    }
    for (const { nextOffset } of splitBatches(partition?.records ?? []).batches) {
      this.#offset = nextOffset;
      this.endToEndMs.push(nowMs - (this.#sentMs.shift() ?? Number.NaN));
    }
    if (this.#sentMs.length === 0) this.#onEmpty?.();
  }

  close(): void {
    this.#producer.close();
    this.#consumer.close();
  }
}

/** One record after the other, at a modest rate, to a partition of each broker in turn. */
export class LatencyLoad {
  readonly #cluster: MeasuredCluster;
  readonly #lanes: readonly Lane[];

  private constructor(cluster: MeasuredCluster, lanes: readonly Lane[]) {
    this.#cluster = cluster;
    this.#lanes = lanes;
  }

  static async start(cluster: MeasuredCluster): Promise<LatencyLoad> {
    const topic = 'latency';
    const { nodes } = cluster;
    await createReplicatedTopic(
      cluster,
      topic,
      nodes.map(({ nodeId }) => nodeId),
    );
    const lanes = nodes.map(async (node, partition) => {
      const producer = await Wire.connect(bootstrapOf(node));
      return new Lane(producer, await Wire.connect(bootstrapOf(node)), topic, partition);
    });
    return new LatencyLoad(cluster, await Promise.all(lanes));
  }

  async run(options: { records: number; perSecond: number }): Promise<LatencyFigures> {
    for (const lane of this.#lanes) {
      lane.acknowledgedMs.length = 0;
      lane.endToEndMs.length = 0;
    }
    const before = clusterCpuSeconds(this.#cluster);
    const beganMs = performance.now();
    for (let i = 0; i < options.records; i++) {
      const dueMs = beganMs + (i * 1000) / options.perSecond - performance.now();
      if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs));
      must(this.#lanes[i % this.#lanes.length]).send();
    }
    await Promise.all(this.#lanes.map((lane) => lane.empty()));
    return {
      acknowledged: latenciesOf(this.#lanes.flatMap(({ acknowledgedMs }) => acknowledgedMs)),
      endToEnd: latenciesOf(this.#lanes.flatMap(({ endToEndMs }) => endToEndMs)),
      cpuMsPerRecord: ((clusterCpuSeconds(this.#cluster) - before) * 1000) / options.records,
    };
  }

  close(): void {
    for (const lane of this.#lanes) lane.close();
  }
}

function latenciesOf(values: readonly number[]): Latencies {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
  };
}
