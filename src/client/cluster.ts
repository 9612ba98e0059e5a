import { errorCodes } from '../protocol/error-codes.ts';
import type { ApiSchema, Encodable, Fields, Infer } from '../protocol/schema.ts';
import { hasCode, OdradekError } from '../util/odradek-error.ts';
import type { Api } from './apis.ts';
import { apis } from './apis.ts';
import { brokerRefused, isRetriable, timedOut } from './client-errors.ts';
import { type Address, type ClientOptions, resolveClientOptions } from './client-options.ts';
import type { ResolvedClientOptions } from './client-options.ts';
import { type ClientRuntime, delay } from './client-runtime.ts';
import {
  type BrokerNode,
  type ClusterMetadata,
  clusterMetadata,
  type TopicMetadata,
} from './cluster-metadata.ts';
import { ConnectionPool } from './connection-pool.ts';
import type { BrokerConnection, RequestOptions } from './connection.ts';

/** The leader of a partition, as far as is known. */
export interface PartitionLeader {
  readonly nodeId: number;
  readonly leaderEpoch: number;
}

/**
 * A cluster as a client sees it: its brokers, topics and leaders, asked for when they are needed and again
 * when an answer shows that they have changed, and one connection to each broker.
 */
export class Cluster {
  readonly options: ResolvedClientOptions;
  readonly runtime: ClientRuntime;
  readonly #pool: ConnectionPool;
  /** Topics as they were last described. */
  readonly #known = new Map<string, TopicMetadata>();
  /** Since when what is known of a topic is taken to hold. */
  readonly #freshSinceMs = new Map<string, number>();
  readonly #topicNames = new Map<string, string>();
  #brokers: ReadonlyMap<number, BrokerNode> = new Map();
  #controllerId = -1;
  /** The broker that answered last: the first to be asked next time. */
  #lastAddress: Address | undefined;
  /** Whether what it says may be old. */
  #isDoubted = false;
  #isClosed = false;
  #lanesMade = 0;

  constructor(options: ClientOptions, runtime: ClientRuntime) {
    this.options = resolveClientOptions(options);
    this.runtime = runtime;
    this.#pool = new ConnectionPool(this.options, runtime);
  }

  /** Closes all connections. What waits fails with `CONNECTION_CLOSED`. */
  close(): void {
    this.#isClosed = true;
    this.#pool.close();
  }

  /** The brokers that the last Metadata response named. */
  get brokers(): ReadonlyMap<number, BrokerNode> {
    return this.#brokers;
  }

  /**
   * A topic with its leaders, from memory while that is fresh. Fails with `UNKNOWN_TOPIC` where it does not
   * come to be in time, and with `BROKER_REFUSED` for an illegal name or without permission.
   */
  async topic(name: string): Promise<TopicMetadata> {
    const known = this.#known.get(name);
    if (known !== undefined && this.#isFresh(name)) return known;
    return this.#lookUp(name);
  }

  /** Asks for those of `names` together that `topic` would ask for, one by one. Fails as a request does. */
  async prepare(names: ReadonlySet<string>): Promise<void> {
    const lacking = [...names].filter((name) => !this.#isFresh(name));
    if (lacking.length > 1) await this.#refresh(lacking);
  }

  #isFresh(name: string): boolean {
    const ageMs = this.runtime.clock.monotonicMs() - (this.#freshSinceMs.get(name) ?? -Infinity);
    return ageMs < this.options.metadataMaxAgeMs;
  }

  /** What the cluster says of itself and of `names`, or of all topics. Unknown ones are simply absent. */
  metadata(names: readonly string[] | 'all'): Promise<ClusterMetadata> {
    return this.retrying('Metadata', () => this.#refresh(names));
  }

  /** The leader of a partition. Fails as `topic` does, and with a retriable error while there is none. */
  async leaderOf(name: string, partition: number): Promise<PartitionLeader> {
    const topic = await this.topic(name);
    const found = topic.partitions.find((candidate) => candidate.partition === partition);
    if (found === undefined) throw unknownPartition(name, partition, topic.partitions.length);
    if (found.leaderId < 0) {
      this.forget(name);
      throw brokerRefused(`${name}-${partition}`, errorCodes.LEADER_NOT_AVAILABLE);
    }
    return { nodeId: found.leaderId, leaderEpoch: found.leaderEpoch };
  }

  /** A topic as it was last described, however long ago that is; undefined where it never was. */
  knownTopic(name: string): TopicMetadata | undefined {
    return this.#known.get(name);
  }

  /** The id of a topic as it was last described. */
  topicId(name: string): string | undefined {
    return this.#known.get(name)?.topicId;
  }

  /** The name of a topic id that this client has seen. */
  topicName(topicId: string): string | undefined {
    return this.#topicNames.get(topicId);
  }

  /** Asks for the topic again when it is needed next: an answer showed that its leaders have changed. */
  forget(name: string): void {
    this.#freshSinceMs.delete(name);
    this.#isDoubted = true;
  }

  /**
   * The connection to a broker for requests of one kind. `lane` parts those that wait long (fetches) from the
   * others, since a broker answers each connection in order.
   */
  async connectionTo(nodeId: number, lane = 'main'): Promise<BrokerConnection> {
    const node = this.#brokers.get(nodeId) ?? (await this.#refresh([])).brokers.get(nodeId);
    if (node !== undefined) return this.#pool.connection(node, lane);
    throw brokerRefused(`broker ${nodeId}`, errorCodes.LEADER_NOT_AVAILABLE, 'it is not known');
  }

  /** A lane that nobody else uses, until `closeLane`. */
  newLane(): string {
    return `own-${this.#lanesMade++}`;
  }

  /** Closes the connections of a lane; what waits there fails with `CONNECTION_CLOSED`. */
  closeLane(lane: string): void {
    this.#pool.closeLane(lane);
  }

  /** A request to one broker, once. */
  async requestTo<Q extends Fields, P extends Fields>(
    nodeId: number,
    api: Api<Q, P>,
    body: Encodable<ApiSchema<Q>>,
    options?: RequestOptions,
  ): Promise<Infer<ApiSchema<P>>> {
    const connection = await this.connectionTo(nodeId);
    return connection.request(api, body, options);
  }

  /** A request to any broker that can be reached, once. */
  async requestAny<Q extends Fields, P extends Fields>(
    api: Api<Q, P>,
    body: Encodable<ApiSchema<Q>>,
    options?: RequestOptions,
  ): Promise<Infer<ApiSchema<P>>> {
    const connection = await this.#anyConnection();
    try {
      return await connection.request(api, body, options);
    } catch (error) {
      // It may stand still, and others not.
      this.#isDoubted = true;
      throw error;
    }
  }

  /** The version of an API that a broker that can be reached speaks with this client. Fails as requests do. */
  async versionOf<Q extends Fields, P extends Fields>(api: Api<Q, P>): Promise<number> {
    const connection = await this.#anyConnection();
    return connection.agreedVersion(api);
  }

  /** A request to the controller, or to the broker that passes it on, once. */
  async requestController<Q extends Fields, P extends Fields>(
    api: Api<Q, P>,
    body: Encodable<ApiSchema<Q>>,
    options?: RequestOptions,
  ): Promise<Infer<ApiSchema<P>>> {
    if (!this.#brokers.has(this.#controllerId)) await this.#refresh([]);
    if (!this.#brokers.has(this.#controllerId)) return this.requestAny(api, body, options);
    try {
      return await this.requestTo(this.#controllerId, api, body, options);
    } catch (error) {
      // Another one may be the controller by the next try.
      if (isRetriable(error)) this.#controllerId = -1;
      throw error;
    }
  }

  /**
   * Runs `attempt` until it succeeds or fails for good, with growing pauses between retriable failures.
   * Fails with what the last attempt failed with, or `TIMED_OUT` when time is up.
   */
  async retrying<T>(
    operation: string,
    attempt: () => Promise<T>,
    timeoutMs: number = this.options.operationTimeoutMs,
  ): Promise<T> {
    const startMs = this.runtime.clock.monotonicMs();
    for (let tries = 0; ; tries++) {
      try {
        return await attempt();
      } catch (error) {
        if (this.#isClosed || !isRetriable(error)) throw error;
        const pauseMs = this.backoffMs(tries);
        const passedMs = this.runtime.clock.monotonicMs() - startMs + pauseMs;
        if (this.#isUnreachable(error) && passedMs > this.options.unreachableTimeoutMs) throw error;
        if (passedMs > timeoutMs) throw timedOut(operation, timeoutMs, error);
        if (error instanceof OdradekError && error.details.code === 'BROKER_REFUSED') {
          this.#onRefused(error.details.errorCode);
        }
        await delay(this.runtime, pauseMs);
      }
    }
  }

  /** The pause before the next try after `tries` others: doubled each time, with a fifth of chance in it. */
  backoffMs(tries: number): number {
    const { retryBackoffMs, retryBackoffMaxMs } = this.options;
    const fullMs = Math.min(retryBackoffMaxMs, retryBackoffMs * 2 ** Math.min(tries, 20));
    return Math.ceil(fullMs * (0.8 + this.runtime.random.below(401) / 1000));
  }

  /** No broker has ever been reached: a wrong address is likelier than a broker on its way up again. */
  #isUnreachable(error: unknown): boolean {
    return this.#brokers.size === 0 && hasCode(error, 'CONNECTION_FAILED');
  }

  #onRefused(errorCode: number): void {
    if (errorCode === errorCodes.NOT_CONTROLLER) this.#controllerId = -1;
  }

  /** Asks for one topic until it is there; one that nobody knows, for a while only. */
  #lookUp(name: string): Promise<TopicMetadata> {
    let unknownSinceMs: number | undefined;
    return this.retrying(`topic ${name}`, async () => {
      const metadata = await this.#refresh([name]);
      const topic = metadata.topics.find((found) => found.name === name);
      if (topic !== undefined) return topic;
      const errorCode = metadata.topicErrors.get(name) ?? errorCodes.UNKNOWN_TOPIC_OR_PARTITION;
      if (errorCode === errorCodes.UNKNOWN_TOPIC_OR_PARTITION) {
        const nowMs = this.runtime.clock.monotonicMs();
        unknownSinceMs ??= nowMs;
        if (nowMs - unknownSinceMs >= this.options.unknownTopicTimeoutMs) {
          this.#known.delete(name);
          throw unknownTopic(name);
        }
      }
      throw brokerRefused(`topic ${name}`, errorCode);
    });
  }

  async #refresh(names: readonly string[] | 'all'): Promise<ClusterMetadata> {
    const response = await this.requestAny(apis.metadata, {
      topics: names === 'all' ? null : names.map((name) => ({ name })),
      allowAutoTopicCreation: this.options.autoCreateTopics,
    });
    const metadata = clusterMetadata(response);
    this.#brokers = metadata.brokers;
    this.#controllerId = metadata.controllerId;
    const nowMs = this.runtime.clock.monotonicMs();
    for (const topic of metadata.topics) {
      this.#known.set(topic.name, topic);
      this.#freshSinceMs.set(topic.name, nowMs);
      if (topic.topicId !== undefined) this.#topicNames.set(topic.topicId, topic.name);
    }
    return metadata;
  }

  /**
   * Whom to ask, one after the other: the last that answered, those known, those given at the start. Where the last
   * is doubted, which may be cut off from the others and know nothing newer, those that come behind it.
   */
  #candidates(): readonly Address[] {
    const all: readonly Address[] = [...this.#brokers.values(), ...this.options.bootstrapServers];
    const last = this.#lastAddress;
    if (last === undefined) return all;
    if (!this.#isDoubted) return [last, ...all];
    this.#isDoubted = false;
    const isLast = ({ host, port }: Address): boolean => host === last.host && port === last.port;
    const next = 1 + all.findIndex(isLast);
    const others = [...all.slice(next), ...all.slice(0, next)].filter((one) => !isLast(one));
    return [...others, last];
  }

  /** The first of them that can be reached. */
  async #anyConnection(): Promise<BrokerConnection> {
    const candidates = this.#candidates();
    let failure: unknown;
    for (const address of candidates) {
      try {
        const connection = await this.#pool.connection(address, 'main');
        this.#lastAddress = address;
        return connection;
      } catch (error) {
        if (!isRetriable(error)) throw error;
        failure = error;
      }
    }
    this.#lastAddress = undefined;
    throw failure;
  }
}

function unknownTopic(topic: string): OdradekError {
  return new OdradekError(`there is no topic ${topic}`, { code: 'UNKNOWN_TOPIC', topic });
}

function unknownPartition(topic: string, partition: number, count: number): OdradekError {
  return new OdradekError(
    `topic ${topic} has no partition ${partition}; it has ${count}, numbered from 0`,
    { code: 'INVALID_ARGUMENT', argument: 'partition', expected: `[0, ${count})` },
  );
}
