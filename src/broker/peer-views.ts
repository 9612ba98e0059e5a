import { apis } from '../client/apis.ts';
import type { ClientRuntime } from '../client/client-runtime.ts';
import { delay } from '../client/client-runtime.ts';
import { BrokerConnection } from '../client/connection.ts';
import type { BrokerConfig } from '../config/broker-config.ts';
import type { BrokerImage, ClusterImage } from '../metadata/image.ts';
import { OdradekError } from '../util/odradek-error.ts';

/** What it stands on. */
export interface PeerViewsModules {
  readonly runtime: ClientRuntime;
  readonly config: () => Pick<BrokerConfig, 'interBrokerListenerName' | 'topicVisibleTimeoutMs'>;
  readonly image: () => ClusterImage;
}

/** Pause before a broker is asked again that has not seen it yet: what it waits for is on its way to it. */
const pauseMsMin = 1;
const pauseMsMax = 50;
/** How long one question may take: whether the other is fenced by now is looked at in between. */
const questionMsMax = 250;
/** What ApiVersions answers is small. */
const answerBytesMax = 64 * 1024;

/**
 * What the other brokers have seen of the metadata. Each tells the revision that it acts on in its answer to
 * ApiVersions, as the epoch of the finalized features; it is asked only when somebody waits for it.
 */
export class PeerViews {
  readonly #nodeId: number;
  readonly #modules: PeerViewsModules;
  /** By node id. Of a broker that is started anew at the same address, the next request shows that it broke. */
  readonly #connections = new Map<number, BrokerConnection>();
  #closed = false;

  constructor(options: { readonly nodeId: number }, modules: PeerViewsModules) {
    this.#nodeId = options.nodeId;
    this.#modules = modules;
  }

  /**
   * Settles once every broker that serves acts on `revision` or a later one, so that whoever asks any of them
   * sees it, and at the latest after `odradek.topic.visible.timeout.ms`. Who is fenced meanwhile is waited for no
   * longer. Never rejects.
   */
  async reached(revision: number): Promise<void> {
    const { runtime, image, config } = this.#modules;
    const deadlineMs = runtime.clock.monotonicMs() + config().topicVisibleTimeoutMs;
    const others = [...image().brokers.keys()].filter((nodeId) => nodeId !== this.#nodeId);
    await Promise.all(others.map((nodeId) => this.#waitFor(nodeId, revision, deadlineMs)));
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  async #waitFor(nodeId: number, revision: number, deadlineMs: number): Promise<void> {
    const { runtime } = this.#modules;
    for (let pauseMs = pauseMsMin; ; pauseMs = Math.min(2 * pauseMs, pauseMsMax)) {
      const broker = this.#modules.image().brokers.get(nodeId);
      const leftMs = deadlineMs - runtime.clock.monotonicMs();
      if (this.#closed || broker === undefined || broker.fenced || leftMs <= 0) return;
      const seen = await this.#revisionAt(broker, Math.min(leftMs, questionMsMax));
      if (seen !== undefined && seen >= revision) return;
      await delay(runtime, pauseMs);
    }
  }

  /** The revision that a broker acts on; undefined where it does not say. */
  async #revisionAt(broker: BrokerImage, timeoutMs: number): Promise<number | undefined> {
    try {
      const connection = await this.#connectionTo(broker, timeoutMs);
      const body = { clientSoftwareName: 'odradek', clientSoftwareVersion: '0' };
      const answer = await connection?.request(apis.apiVersions, body, { timeoutMs });
      return answer === undefined ? undefined : Number(answer.finalizedFeaturesEpoch);
    } catch (error) {
      if (error instanceof OdradekError) return undefined;
      throw error;
    }
  }

  async #connectionTo(
    { nodeId, listeners }: BrokerImage,
    timeoutMs: number,
  ): Promise<BrokerConnection | undefined> {
    const known = this.#connections.get(nodeId);
    if (known?.isOpen === true) return known;
    const { interBrokerListenerName } = this.#modules.config();
    const listener = listeners.find(({ name }) => name === interBrokerListenerName);
    if (listener === undefined) return undefined;
    const connection = await BrokerConnection.open(
      {
        host: listener.host,
        port: listener.port,
        clientId: `broker-${this.#nodeId}-views`,
        connectTimeoutMs: timeoutMs,
        requestTimeoutMs: timeoutMs,
        responseBytesMax: answerBytesMax,
      },
      this.#modules.runtime,
    );
    const meanwhile = this.#connections.get(nodeId);
    if (this.#closed || meanwhile?.isOpen === true) {
      connection.close();
      return this.#closed ? undefined : meanwhile;
    }
    this.#connections.set(nodeId, connection);
    return connection;
  }
}
