import { apis, type Api } from '../../src/client/apis.ts';
import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage } from '../../src/protocol/codec.ts';
import { FrameDecoder } from '../../src/protocol/frame.ts';
import { encodeResponseFrame, readRequestHeader } from '../../src/protocol/header.ts';
import type { ProduceRequest } from '../../src/protocol/messages/produce.ts';
import { zeroUuid } from '../../src/protocol/uuid.ts';
import type { ApiSchema, Encodable } from '../../src/protocol/schema.ts';
import { RecordBatch } from '../../src/records/record-batch.ts';
import type { Connection, Runtime } from '../../src/runtime/runtime.ts';
import { concatenated } from '../../src/util/bytes.ts';

export interface FakeRequest {
  readonly api: string;
  readonly version: number;
  // A test reads the fields that it knows to be there.
  readonly body: Record<string, unknown>;
}

/** What a script does with a request: an answer, nothing, or the end of the connection. */
export type FakeAnswer = object | 'silence' | 'close';

/** Answers a request; undefined leaves it to the next script, at last to the broker itself. */
export type Script = (request: FakeRequest) => FakeAnswer | undefined;

const servedVersions: Readonly<Record<string, readonly [number, number]>> = {
  ApiVersions: [0, 3],
  Metadata: [0, 12],
  Produce: [3, 11],
  Fetch: [4, 16],
  ListOffsets: [1, 8],
  InitProducerId: [0, 4],
  CreateTopics: [2, 7],
  FindCoordinator: [0, 6],
  JoinGroup: [0, 9],
  SyncGroup: [0, 5],
  Heartbeat: [0, 4],
  LeaveGroup: [0, 5],
  OffsetCommit: [2, 10],
  OffsetFetch: [1, 10],
  ConsumerGroupHeartbeat: [0, 1],
};

/** What came over the network may be cut anywhere, also within the header. */
export function wholeBatch(records: readonly Uint8Array[] | null | undefined): RecordBatch {
  return new RecordBatch([concatenated(records ?? [])]);
}

/**
 * A broker for tests of the client: real frames over the network of a runtime, a log of batches a partition,
 * and scripts that answer in its place. It judges nothing but sequence numbers, as a broker does.
 */
export class FakeBroker {
  readonly requests: FakeRequest[] = [];
  readonly scripts: Script[] = [];
  readonly logs = new Map<string, RecordBatch[]>();
  readonly topics = new Map<string, number>();
  /** Of all partitions, as its metadata says. */
  leaderEpoch = 1;
  /** Those of topics that have one. */
  readonly topicIds = new Map<string, string>();
  readonly #runtime: Runtime;
  readonly #host: string;
  readonly #port: number;
  readonly #connections = new Set<Connection>();
  #nextProducerId = 1000;

  constructor(runtime: Runtime, address: { host: string; port: number }) {
    this.#runtime = runtime;
    this.#host = address.host;
    this.#port = address.port;
  }

  async listen(): Promise<void> {
    await this.#runtime.network.listen({ host: this.#host, port: this.#port }, (connection) =>
      this.#serve(connection),
    );
  }

  /** The requests of one API so far. */
  requestsOf(api: string): readonly FakeRequest[] {
    return this.requests.filter((request) => request.api === api);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  log(topic: string, partition = 0): RecordBatch[] {
    const key = `${topic}-${partition}`;
    const log = this.logs.get(key) ?? [];
    this.logs.set(key, log);
    return log;
  }

  endOffset(topic: string, partition = 0): number {
    return this.log(topic, partition).at(-1)?.nextOffset ?? 0;
  }

  /** Appends a batch as it is, but for its offset. */
  append(batch: RecordBatch, topic: string, partition = 0): number {
    const baseOffset = this.endOffset(topic, partition);
    const copy = new RecordBatch([concatenated(batch.chunks).slice()]);
    copy.baseOffset = baseOffset;
    this.log(topic, partition).push(copy);
    return baseOffset;
  }

  #serve(connection: Connection): void {
    const frames = new FrameDecoder({ frameBytesMax: 0x7fff_ffff });
    this.#connections.add(connection);
    connection.start({
      onData: (chunk) => {
        frames.push(chunk);
        for (let step = frames.next(); step.kind !== 'need-more'; step = frames.next()) {
          if (step.kind === 'size') frames.accept();
          else if (step.kind === 'frame') this.#onFrame(connection, step.chunks);
        }
      },
      onDrain: () => {},
      onClose: () => this.#connections.delete(connection),
    });
  }

  #onFrame(connection: Connection, chunks: readonly Uint8Array[]): void {
    const reader = new ByteReader(chunks);
    const header = readRequestHeader(reader);
    const api = Object.values(apis).find(
      ({ request }) => request.apiKey === header.requestApiKey,
    ) as Api;
    const version = header.requestApiVersion;
    const body = decodeMessage(api.request, version, reader);
    const request = { api: api.name, version, body };
    this.requests.push(request);
    const answer = this.#answer(request);
    if (answer === 'silence') return;
    if (answer === 'close') return connection.destroy();
    // ApiVersions of a version that is not served is answered in version 0.
    const isRefusal =
      api.name === 'ApiVersions' && 'errorCode' in answer && answer.errorCode === 35;
    connection.write(
      encodeResponseFrame(
        api.response,
        isRefusal ? 0 : version,
        header.correlationId,
        answer as Encodable<ApiSchema>,
      ),
    );
  }

  #answer(request: FakeRequest): FakeAnswer {
    for (const script of this.scripts) {
      const answer = script(request);
      if (answer !== undefined) return answer;
    }
    switch (request.api) {
      case 'ApiVersions':
        return this.apiVersions(request.version > 3 ? 35 : 0);
      case 'Metadata':
        return this.metadata();
      case 'InitProducerId':
        return { errorCode: 0, producerId: this.#nextProducerId++, producerEpoch: 0 };
      case 'Produce':
        return this.produce(request.body as unknown as ProduceRequest);
      case 'ListOffsets':
        return this.#listOffsets(request.body);
      case 'Fetch':
        return this.#fetch(request.body);
      default:
        return 'close';
    }
  }

  apiVersions(errorCode: number): object {
    const apiKeys = Object.values(apis).flatMap(({ name, request: { apiKey } }) => {
      const versions = servedVersions[name];
      return versions === undefined
        ? []
        : [{ apiKey, minVersion: versions[0], maxVersion: versions[1] }];
    });
    return { errorCode, apiKeys };
  }

  metadata(): object {
    return {
      brokers: [{ nodeId: 1, host: this.#host, port: this.#port }],
      clusterId: 'fake',
      controllerId: 1,
      topics: [...this.topics].map(([name, count]) => ({
        errorCode: 0,
        name,
        topicId: this.topicIds.get(name) ?? zeroUuid,
        partitions: Array.from({ length: count }, (_, partitionIndex) => ({
          errorCode: 0,
          partitionIndex,
          leaderId: 1,
          leaderEpoch: this.leaderEpoch,
          replicaNodes: [1],
          isrNodes: [1],
        })),
      })),
    };
  }

  /** Appends what the sequence numbers allow; `errorCode` refuses everything instead. */
  produce(body: ProduceRequest, errorCode = 0): object {
    return {
      responses: body.topicData.map(({ name, partitionData }) => ({
        name,
        partitionResponses: partitionData.map(({ index, records }) => ({
          index,
          ...(errorCode === 0
            ? this.#appendChecked(wholeBatch(records), name, index)
            : { errorCode, baseOffset: -1 }),
        })),
      })),
    };
  }

  #appendChecked(batch: RecordBatch, topic: string, partition: number): object {
    const known = this.log(topic, partition).filter(
      ({ producerId }) => producerId >= 0 && producerId === batch.producerId,
    );
    const last = known.at(-1);
    const duplicate = known.find(
      ({ producerEpoch, baseSequence }) =>
        producerEpoch === batch.producerEpoch && baseSequence === batch.baseSequence,
    );
    if (duplicate !== undefined) return { errorCode: 0, baseOffset: duplicate.baseOffset };
    const isNewEpoch = last === undefined || batch.producerEpoch > last.producerEpoch;
    const expected = isNewEpoch ? 0 : last.lastSequence + 1;
    if (batch.producerId >= 0 && batch.baseSequence !== expected) {
      return { errorCode: 45, baseOffset: -1 };
    }
    return { errorCode: 0, baseOffset: this.append(batch, topic, partition) };
  }

  #listOffsets(body: Record<string, unknown>): object {
    const topics = body['topics'] as {
      name: string;
      partitions: { partitionIndex: number; timestamp: number }[];
    }[];
    return {
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => ({
          partitionIndex,
          errorCode: 0,
          offset: this.#offsetFor(name, partitionIndex, timestamp),
        })),
      })),
    };
  }

  #offsetFor(topic: string, partition: number, timestamp: number): number {
    const log = this.log(topic, partition);
    if (timestamp === -1) return this.endOffset(topic, partition);
    if (timestamp === -2) return log[0]?.baseOffset ?? 0;
    return log.find(({ maxTimestamp }) => maxTimestamp >= timestamp)?.baseOffset ?? -1;
  }

  #fetch(body: Record<string, unknown>): object {
    const topics = body['topics'] as {
      topic: string;
      topicId: string;
      partitions: { partition: number; fetchOffset: number }[];
    }[];
    const nameOf = (id: string): string =>
      [...this.topicIds].find(([, topicId]) => topicId === id)?.[0] ?? '';
    return {
      responses: topics.map(({ topic: name, topicId, partitions }) => ({
        topic: name,
        topicId,
        partitions: partitions.map(({ partition, fetchOffset }) => {
          const topic = name === '' ? nameOf(topicId) : name;
          const end = this.endOffset(topic, partition);
          const batches = this.log(topic, partition).filter(
            ({ nextOffset }) => nextOffset > fetchOffset,
          );
          return {
            partitionIndex: partition,
            errorCode: 0,
            highWatermark: end,
            lastStableOffset: end,
            abortedTransactions: [],
            records: batches.slice(0, 2).flatMap(({ chunks }) => chunks),
          };
        }),
      })),
    };
  }
}
