import type { ApiCall } from '../../src/apis/api.ts';
import { servedApis } from '../../src/apis/index.ts';
import type { ApiServices } from '../../src/apis/services.ts';
import { encodeValue, imageKeys } from '../../src/metadata/image-keys.ts';
import { LiveImage } from '../../src/metadata/live-image.ts';
import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage } from '../../src/protocol/codec.ts';
import { FrameDecoder } from '../../src/protocol/frame.ts';
import { encodeResponseFrame, readRequestHeader } from '../../src/protocol/header.ts';
import type { Encodable, ApiSchema } from '../../src/protocol/schema.ts';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import type { Connection } from '../../src/runtime/runtime.ts';
import { must } from '../../src/util/assert.ts';
import type { Command } from '../../src/cli/command.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';
import { servicesOver } from '../apis/call-api.ts';
import { partitionIn, setPartition, settle } from '../controller/partitions.ts';
import { brokerKeys } from '../metadata/broker-keys.ts';
import { type FakeContext, fakeContext } from './fake-context.ts';

/** A broker of the cluster. */
export interface ImageBroker {
  readonly id: number;
  readonly rack?: string;
  readonly live?: boolean;
}

/**
 * Several brokers on hosts of a simulation that answer with the handlers of the real one over one image. No
 * record is anywhere and nothing is copied: `catchUp` says when replicas are in sync.
 */
export class ImageCluster {
  readonly simulation: Simulation = createSimulation({ seed: 1 });
  readonly image = new LiveImage();
  /** Names of the APIs that were asked, in order. */
  readonly asked: string[] = [];
  /** Called before each answer. */
  beforeAnswer: (api: string) => void = () => {};
  /** What every partition takes on disk. */
  partitionBytes = 1024;

  private constructor() {}

  static async start(...brokers: readonly (number | ImageBroker)[]): Promise<ImageCluster> {
    const cluster = new ImageCluster();
    const described = brokers.map((broker) =>
      typeof broker === 'number' ? { id: broker } : broker,
    );
    cluster.image.apply(1, [
      ...described.flatMap(({ id, rack = null, live = true }) =>
        brokerKeys(id, { rack, live, listeners: [listenerOf(id)] }),
      ),
      {
        key: imageKeys.controller,
        value: encodeValue({ nodeId: must(described[0]).id, epoch: 1 }),
      },
    ]);
    for (const { id } of described) {
      const { network } = cluster.simulation.runtime(hostOf(id));
      const listening = network.listen({ host: hostOf(id), port: 9092 }, (connection) =>
        cluster.#serve(id, connection),
      );
      await cluster.simulation.complete(listening);
    }
    return cluster;
  }

  /** Has all replicas of a partition in sync, and its reassignment ended. */
  catchUp(topic: string, index: number): void {
    setPartition(this.image, topic, index, { isr: partitionIn(this.image, topic, index).replicas });
    settle(this.image, topic, index);
  }

  /** Runs a command on a host of its own, by way of the first broker. */
  async run(
    command: Command,
    words: string,
    options: Parameters<typeof fakeContext>[0] = {},
  ): Promise<{ exitCode: number; out: string; err: string }> {
    const context = this.context(options);
    const args = parseArguments(
      command,
      words.split(' ').filter((word) => word !== ''),
    );
    const exitCode = await this.simulation.complete(command.run(args, context));
    return { exitCode, out: context.out.text(), err: context.err.text() };
  }

  context(options: Parameters<typeof fakeContext>[0] = {}): FakeContext {
    const runtime = this.simulation.runtime('shell');
    return fakeContext({
      environment: { ODRADEK_BOOTSTRAP: `${hostOf(1)}:9092` },
      runtime: () => Promise.resolve(runtime),
      ...options,
    });
  }

  #serve(nodeId: number, connection: Connection): void {
    const frames = new FrameDecoder({ frameBytesMax: 1 << 24 });
    connection.start({
      onData: (chunk) => {
        frames.push(chunk);
        for (let step = frames.next(); step.kind !== 'need-more'; step = frames.next()) {
          if (step.kind === 'size') frames.accept();
          else if (step.kind === 'frame') void this.#answer(nodeId, connection, step.chunks);
        }
      },
      onDrain: () => {},
      onClose: () => {},
    });
  }

  async #answer(
    nodeId: number,
    connection: Connection,
    chunks: readonly Uint8Array[],
  ): Promise<void> {
    const reader = new ByteReader(chunks);
    const { requestApiKey, requestApiVersion, correlationId } = readRequestHeader(reader);
    const api = must(servedApis.find(({ key }) => key === requestApiKey));
    const request = decodeMessage(api.request, requestApiVersion, reader);
    this.asked.push(api.name);
    this.beforeAnswer(api.name);
    const call = { request, apiVersion: requestApiVersion, listenerName: 'PLAINTEXT' };
    const response =
      api.name === 'ListOffsets'
        ? offsetsOf(request as never)
        : await api.handle(call as ApiCall<unknown, unknown>, this.#services(nodeId));
    connection.write(
      encodeResponseFrame(
        api.response,
        requestApiVersion,
        correlationId,
        response as Encodable<ApiSchema>,
      ),
    );
  }

  #services(nodeId: number): ApiServices {
    const { image, partitionBytes } = this;
    const logManager = {
      directories: () => [{ path: '/data', online: true, totalBytes: 1, usableBytes: 1 }],
      describeLogs: () =>
        [...image.topicsByName.values()].flatMap(({ name, partitions }) =>
          partitions
            .filter(({ replicas }) => replicas.includes(nodeId))
            .map(({ index }) => ({
              topic: name,
              partition: index,
              sizeBytes: partitionBytes,
              offsetLag: 0,
            })),
        ),
    };
    const partitions = { revision: image.revision };
    return { ...servicesOver(image, nodeId), logManager, partitions } as unknown as ApiServices;
  }
}

function hostOf(nodeId: number): string {
  return `broker-${nodeId}`;
}

function listenerOf(nodeId: number) {
  return {
    name: 'PLAINTEXT',
    securityProtocol: 'PLAINTEXT',
    host: hostOf(nodeId),
    port: 9092,
  };
}

/** Every log begins and ends at 0. */
function offsetsOf({
  topics,
}: {
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly { readonly partitionIndex: number }[];
  }[];
}): object {
  return {
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: 0,
        timestamp: -1,
        offset: 0,
      })),
    })),
  };
}
