import { apis } from '../client/apis.ts';
import type { ClientRuntime } from '../client/client-runtime.ts';
import { BrokerConnection } from '../client/connection.ts';
import { errorName } from '../protocol/error-codes.ts';
import type { FetchResponse } from '../protocol/messages/fetch.ts';
import type {
  FetchedFrom,
  FetchedPartition,
  LogBounds,
  ReplicaClient,
  ReplicaFetch,
  ReplicaFetched,
} from '../replication/replica-client.ts';
import { OdradekError } from '../util/odradek-error.ts';

/** Who follows whom. */
export interface BrokerReplicaClientOptions {
  readonly nodeId: number;
  readonly leaderId: number;
  /** Of this broker's registration (KIP-903). */
  readonly brokerEpoch: () => number;
  /** Where the leader is; undefined while nobody knows. */
  readonly leaderAddress: () => { readonly host: string; readonly port: number } | undefined;
  readonly socketTimeoutMs: () => number;
}

/** The first version that names topics by id, a replica's epoch, and where logs part. */
const fetchFirstVersion = 15;
/** An answer may exceed what was asked for by one batch, and by its names and numbers. */
const answerBytesSpare = 256 * 1024 * 1024;
const [earliest, latest] = [-2, -1];

/** A follower's way to one leader by Kafka's protocol: one connection, made when it is needed. */
export class BrokerReplicaClient implements ReplicaClient {
  readonly #options: BrokerReplicaClientOptions;
  readonly #runtime: ClientRuntime;
  #connection: BrokerConnection | undefined;
  /** Whether the fetch under way is to be hurried; it may not be sent yet. */
  #hurries = false;
  /** Whether it is sent, and not answered. */
  #isFetchSent = false;
  #closed = false;

  constructor(options: BrokerReplicaClientOptions, runtime: ClientRuntime) {
    this.#options = options;
    this.#runtime = runtime;
  }

  async fetch(request: ReplicaFetch): Promise<ReplicaFetched> {
    this.#hurries = false;
    const connection = await this.#connected(request.bytesMax);
    if (connection.agreedVersion(apis.fetch) < fetchFirstVersion)
      throw this.#unreachable('it is too old');
    const { nodeId, brokerEpoch, socketTimeoutMs } = this.#options;
    const answer = connection.request(
      apis.fetch,
      {
        replicaState: { replicaId: nodeId, replicaEpoch: BigInt(brokerEpoch()) },
        maxWaitMs: request.waitMaxMs,
        minBytes: request.bytesMin,
        maxBytes: request.bytesMax,
        sessionId: request.sessionId,
        sessionEpoch: request.sessionEpoch,
        topics: topicsOf(request),
        forgottenTopicsData: forgottenTopicsOf(request),
      },
      { timeoutMs: request.waitMaxMs + socketTimeoutMs() },
    );
    this.#isFetchSent = true;
    // Asked for while there was no connection yet.
    if (this.#hurries) sendBehind(connection);
    try {
      return fetchedOf(await answer);
    } finally {
      this.#isFetchSent = false;
    }
  }

  hurry(): void {
    if (this.#hurries) return;
    this.#hurries = true;
    if (this.#isFetchSent && this.#connection !== undefined) sendBehind(this.#connection);
  }

  async logBounds(topic: string, index: number, leaderEpoch: number): Promise<LogBounds> {
    const start = await this.#offsetAt(topic, index, leaderEpoch, earliest);
    const end = await this.#offsetAt(topic, index, leaderEpoch, latest);
    if (typeof start === 'string') return { error: start };
    if (typeof end === 'string') return { error: end };
    return { logStartOffset: start, logEndOffset: end };
  }

  async #offsetAt(
    topic: string,
    index: number,
    leaderEpoch: number,
    timestamp: number,
  ): Promise<number | string> {
    const connection = await this.#connected(0);
    const partition = { partitionIndex: index, currentLeaderEpoch: leaderEpoch, timestamp };
    const { topics } = await connection.request(
      apis.listOffsets,
      { replicaId: this.#options.nodeId, topics: [{ name: topic, partitions: [partition] }] },
      { timeoutMs: this.#options.socketTimeoutMs() },
    );
    const found = topics[0]?.partitions[0];
    if (found === undefined) return 'UNKNOWN_SERVER_ERROR';
    return nameOf(found.errorCode) ?? found.offset;
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
  }

  async #connected(bytesMax: number): Promise<BrokerConnection> {
    if (this.#connection?.isOpen === true) return this.#connection;
    const address = this.#options.leaderAddress();
    if (address === undefined) throw this.#unreachable('nobody knows where it is');
    const timeoutMs = this.#options.socketTimeoutMs();
    const connection = await BrokerConnection.open(
      {
        ...address,
        clientId: `broker-${this.#options.nodeId}-fetcher`,
        connectTimeoutMs: timeoutMs,
        requestTimeoutMs: timeoutMs,
        responseBytesMax: Math.min(0x7fff_ffff, bytesMax + answerBytesSpare),
      },
      this.#runtime,
    );
    if (this.#closed) {
      connection.close();
      throw this.#unreachable('it is no longer followed');
    }
    this.#connection = connection;
    return connection;
  }

  #unreachable(reason: string): OdradekError {
    const { leaderId, leaderAddress } = this.#options;
    const { host, port } = leaderAddress() ?? { host: `broker ${leaderId}`, port: 0 };
    return new OdradekError(`broker ${leaderId} cannot be followed: ${reason}`, {
      code: 'CONNECTION_FAILED',
      host,
      port,
    });
  }
}

/** Whatever comes behind a follower's fetch ends its wait; what this is answered says nothing. */
function sendBehind(connection: BrokerConnection): void {
  const body = { clientSoftwareName: 'odradek', clientSoftwareVersion: '0' };
  connection.request(apis.apiVersions, body).catch(() => {});
}

function topicsOf({ partitions, partitionBytesMax }: ReplicaFetch) {
  return byTopic(partitions, (partition: FetchedFrom) => ({
    partition: partition.index,
    currentLeaderEpoch: partition.leaderEpoch,
    fetchOffset: partition.fetchOffset,
    lastFetchedEpoch: partition.lastFetchedEpoch,
    logStartOffset: partition.logStartOffset,
    partitionMaxBytes: partitionBytesMax,
  }));
}

function forgottenTopicsOf({ forgotten }: ReplicaFetch) {
  return byTopic(forgotten, ({ index }) => index);
}

function byTopic<From extends { readonly topicId: string }, To>(
  items: readonly From[],
  convert: (item: From) => To,
): { readonly topicId: string; readonly partitions: readonly To[] }[] {
  const topics = new Map<string, To[]>();
  for (const item of items) {
    const known = topics.get(item.topicId);
    if (known === undefined) topics.set(item.topicId, [convert(item)]);
    else known.push(convert(item));
  }
  return [...topics].map(([topicId, partitions]) => ({ topicId, partitions }));
}

function fetchedOf({ errorCode, sessionId, responses }: FetchResponse): ReplicaFetched {
  const partitions: FetchedPartition[] = [];
  for (const { topicId, partitions: answers } of responses) {
    for (const answer of answers) {
      const { highWatermark, logStartOffset, divergingEpoch } = answer;
      partitions.push({
        topicId,
        index: answer.partitionIndex,
        error: nameOf(answer.errorCode),
        highWatermark,
        logStartOffset,
        divergingEpoch: divergingEpoch.endOffset >= 0 ? divergingEpoch : undefined,
        chunks: answer.records ?? [],
      });
    }
  }
  return { error: nameOf(errorCode), sessionId, partitions };
}

/** The name of an error code; undefined for none. */
function nameOf(errorCode: number): string | undefined {
  return errorCode === 0 ? undefined : (errorName(errorCode) ?? `ERROR_${errorCode}`);
}
