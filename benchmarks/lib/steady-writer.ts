import { apis } from '../../src/client/apis.ts';
import { BrokerConnection } from '../../src/client/connection.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { isError } from '../../src/util/is-error.ts';
import type { MeasuredCluster, MeasuredNode } from './measured-cluster.ts';
import { batchOf } from './topics.ts';

const batch = batchOf(1, 1024);
/** Between two writes, and between two attempts. */
const pauseMs = 5;
const requestTimeoutMs = 30_000;

/** A write that was acknowledged. */
interface Acknowledged {
  readonly leaderId: number;
  readonly atMs: number;
}

/**
 * Writes one record after the other with acks=all to partition 0 of a topic, and follows its leader: when a write
 * fails it asks whichever broker answers who leads now, every 5 ms.
 */
export class SteadyWriter {
  readonly #nodes: readonly MeasuredNode[];
  readonly #topic: string;
  readonly #runtime = createNodeRuntime();
  readonly #acknowledged: Acknowledged[] = [];
  #leader: MeasuredNode | undefined;
  #connection: BrokerConnection | undefined;
  #stopped = false;
  readonly #ended: Promise<void>;

  constructor({ nodes }: MeasuredCluster, topic: string) {
    this.#nodes = nodes;
    this.#topic = topic;
    this.#ended = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#ended;
    this.#connection?.close();
  }

  /** When the first write was acknowledged by another leader than this one. */
  async firstWithout(nodeId: number): Promise<number> {
    for (;;) {
      const found = this.#acknowledged.find(({ leaderId }) => leaderId !== nodeId);
      if (found !== undefined) return found.atMs;
      await pause();
    }
  }

  /** Settles when this many more writes are acknowledged. */
  async more(count: number): Promise<void> {
    const target = this.#acknowledged.length + count;
    while (this.#acknowledged.length < target) await pause();
  }

  /** The longest time between two acknowledgements since `sinceMs`. */
  longestPauseMs(sinceMs: number): number {
    const times = this.#acknowledged.map(({ atMs }) => atMs);
    const pauses = times.slice(1).map((atMs, i) => (atMs > sinceMs ? atMs - (times[i] ?? 0) : 0));
    return Math.max(0, ...pauses);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#write();
      } catch (error) {
        if (!isError(error)) throw error;
        this.#connection?.close();
        this.#connection = undefined;
      }
      await pause();
    }
  }

  async #write(): Promise<void> {
    if (this.#connection?.isOpen !== true) await this.#findLeader();
    const { responses } = await this.#open().request(
      apis.produce,
      {
        transactionalId: null,
        acks: -1,
        timeoutMs: requestTimeoutMs,
        topicData: [{ name: this.#topic, partitionData: [{ index: 0, records: [batch] }] }],
      },
      { version: 9 },
    );
    const errorCode = responses[0]?.partitionResponses[0]?.errorCode;
    if (errorCode !== 0) throw new Error(`produce answered ${errorCode}`);
    const leaderId = this.#leader?.nodeId ?? -1;
    this.#acknowledged.push({ leaderId, atMs: performance.now() });
  }

  #open(): BrokerConnection {
    if (this.#connection === undefined) throw new Error('there is no leader');
    return this.#connection;
  }

  async #findLeader(): Promise<void> {
    for (const node of this.#nodes) {
      const leaderId = await this.#leaderAsSeenBy(node);
      const leader = this.#nodes.find(({ nodeId }) => nodeId === leaderId);
      if (leader === undefined) continue;
      this.#connection = await this.#connect(leader);
      if (this.#connection === undefined) continue;
      this.#leader = leader;
      return;
    }
  }

  /** -1 where it does not answer. */
  async #leaderAsSeenBy(node: MeasuredNode): Promise<number> {
    const connection = await this.#connect(node);
    if (connection === undefined) return -1;
    try {
      const asked = { topics: [{ name: this.#topic }], allowAutoTopicCreation: false };
      const { topics } = await connection.request(apis.metadata, asked, { version: 9 });
      return topics[0]?.partitions[0]?.leaderId ?? -1;
    } catch (error) {
      if (isError(error)) return -1;
      throw error;
    } finally {
      connection.close();
    }
  }

  /** Undefined where nobody listens. */
  async #connect({ port }: MeasuredNode): Promise<BrokerConnection | undefined> {
    const options = {
      host: '127.0.0.1',
      port,
      clientId: 'benchmark',
      connectTimeoutMs: 5000,
      requestTimeoutMs,
      responseBytesMax: 1024 * 1024,
    };
    try {
      return await BrokerConnection.open(options, this.#runtime);
    } catch (error) {
      if (isError(error)) return undefined;
      throw error;
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseMs));
}
