import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage } from '../../src/protocol/codec.ts';
import { readResponseHeader } from '../../src/protocol/header.ts';
import { produceRequest, produceResponse } from '../../src/protocol/messages/produce.ts';
import { must } from '../../src/util/assert.ts';
import { cpuSeconds } from './process-cpu.ts';
import { clusterCpuSeconds, type MeasuredCluster } from './measured-cluster.ts';
import { bootstrapOf, createReplicatedTopic } from './replicated-topic.ts';
import { batchOf } from './topics.ts';
import { encoded, Wire } from './wire.ts';

const version = 9;
/** What fits `batch.size` of Java's producer, 16 KiB. */
const recordsPerBatch = 15;
const batch = batchOf(recordsPerBatch, 1024);
const partitionsPerLeader = 2;
/** As Java's producer has them on a connection. */
const inFlight = 5;

/** What three brokers took in. */
export interface Throughput {
  readonly megabytesPerSecond: number;
  readonly megabytesPerCpuSecond: number;
  /** Of what keeps the metadata, a second; undefined where the brokers do. */
  readonly storeCpuShare: number | undefined;
}

/** A producer with a connection to each of the three leaders. */
export class ThroughputLoad {
  readonly #cluster: MeasuredCluster;
  readonly #wires: readonly Wire[];
  readonly #frames: ReadonlyMap<Wire, Uint8Array>;

  private constructor(cluster: MeasuredCluster, frames: ReadonlyMap<Wire, Uint8Array>) {
    this.#cluster = cluster;
    this.#frames = frames;
    this.#wires = [...frames.keys()];
  }

  /** Makes a topic of which each broker leads two partitions. */
  static async start(cluster: MeasuredCluster): Promise<ThroughputLoad> {
    const topic = 'throughput';
    const nodeIds = cluster.nodes.map(({ nodeId }) => nodeId);
    const leaders = Array.from({ length: partitionsPerLeader }, () => nodeIds).flat();
    await createReplicatedTopic(cluster, topic, leaders);
    const frames = new Map<Wire, Uint8Array>();
    for (const node of cluster.nodes) {
      const partitions = leaders.flatMap((nodeId, i) => (nodeId === node.nodeId ? [i] : []));
      frames.set(await Wire.connect(bootstrapOf(node)), frameFor(topic, partitions));
    }
    return new ThroughputLoad(cluster, frames);
  }

  async run(ms: number): Promise<Throughput> {
    const { storePid } = this.#cluster;
    const used = (): number => clusterCpuSeconds(this.#cluster);
    const usedByStore = (): number => (storePid === undefined ? 0 : cpuSeconds(storePid));
    const [before, storeBefore, beganMs] = [used(), usedByStore(), performance.now()];
    const requests = await this.#pump(beganMs + ms);
    const seconds = (performance.now() - beganMs) / 1000;
    const megabytes = (requests * partitionsPerLeader * batch.length) / 1e6;
    return {
      megabytesPerSecond: megabytes / seconds,
      megabytesPerCpuSecond: megabytes / (used() - before),
      storeCpuShare: storePid === undefined ? undefined : (usedByStore() - storeBefore) / seconds,
    };
  }

  /** Answers how many requests were acknowledged. */
  #pump(untilMs: number): Promise<number> {
    return new Promise((resolve, reject) => {
      let outstanding = 0;
      let done = 0;
      const one = (wire: Wire): void => {
        outstanding++;
        wire.send(must(this.#frames.get(wire)), (answer) => {
          outstanding--;
          try {
            if (done++ % 20 === 0) check(answer);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
          if (performance.now() < untilMs) one(wire);
          else if (outstanding === 0) resolve(done);
        });
      };
      for (let i = 0; i < inFlight; i++) for (const wire of this.#wires) one(wire);
    });
  }

  close(): void {
    for (const wire of this.#wires) wire.close();
  }
}

function frameFor(topic: string, partitions: readonly number[]): Uint8Array {
  const partitionData = partitions.map((index) => ({ index, records: [batch] }));
  return encoded(produceRequest, version, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData }],
  });
}

function check(answer: readonly Uint8Array[]): void {
  const reader = new ByteReader(answer);
  readResponseHeader(produceRequest.apiKey, version, reader);
  const { responses } = decodeMessage(produceResponse, version, reader);
  for (const { errorCode } of responses[0]?.partitionResponses ?? []) {
    if (errorCode !== 0) throw new Error(`produce answered ${errorCode}`);
  }
}
